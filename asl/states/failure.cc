// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/states/failure.h"

#include <algorithm>

#include "asl/branches.h"
#include "asl/json.h"
#include "asl/states/leave.h"

namespace asl {
namespace {

void Retry(Step& step, const Retrier& retrier, size_t chosen) {
  Frame& frame = step.frame();
  if (frame.retries.size() <= chosen) frame.retries.resize(chosen + 1, 0);
  const double draw = retrier.jitter == Jitter::kFull ? step.draw()() : 0;
  const int64_t delay_ms = RetryDelayMs(retrier, frame.retries[chosen], draw);
  ++frame.retries[chosen];
  ++frame.retry_count;
  step.WaitUntil(step.now() + delay_ms, Waiting::kRetry);
}

void WriteText(std::string_view key, const std::optional<std::string>& text, JsonWriter* out) {
  out->Key(key);
  if (text) {
    out->String(*text);
  } else {
    out->Null();
  }
}

// As AWS writes it: what the worker left out is null, but the cause of a timeout is empty.
std::string ErrorOutput(const Failure& failure) {
  const bool timeout = failure.error.name == kStatesTimeout && !failure.error.cause;
  JsonWriter out;
  out.BeginObject();
  WriteText("Error", failure.error.name, &out);
  WriteText("Cause", timeout ? std::optional<std::string>("") : failure.error.cause, &out);
  out.EndObject();
  return out.Take();
}

}  // namespace

void HandleFailure(Step& step, const Handlers& handlers, const Failure& failure, EventType failed) {
  const std::optional<size_t> retrier =
      ChooseRetrier(handlers.retriers, step.frame().retries, failure);
  if (retrier) return Retry(step, handlers.retriers[*retrier], *retrier);
  if (failed != EventType::kUnknown && step.Append(failed) == nullptr) return;
  const auto catcher =
      std::find_if(handlers.catchers.begin(), handlers.catchers.end(),
                   [&](const Catcher& c) { return Matches(c.error_equals, failure); });
  if (catcher == handlers.catchers.end()) return step.Fail(failure);
  const Lazy caught = Lazy::FromText(ErrorOutput(failure));
  if (step.state().jsonata) {
    return LeaveByQuery(step, catcher->next, catcher->exit, caught, {.error_output = &caught});
  }
  // A Catcher's output passes neither ResultSelector nor OutputPath.
  const std::optional<Lazy> output = step.Apply(catcher->result_path, caught);
  if (output) LeaveByPath(step, catcher->next, catcher->exit, caught, *output);
}

// As recorded of Items: …StateFailed is written even when …StateStarted was not; of a Parallel there
// is no recording. Once …StateSucceeded is written the work has not failed.
void HandleEvaluationFailure(Step& step, const Step::EvaluationFailure& evaluation) {
  if (evaluation.when == Step::When::kCatching) return step.Fail(evaluation.failure);
  const bool before = evaluation.when == Step::When::kBeforeWork;
  const auto failed = [before](EventType type) { return before ? type : EventType::kUnknown; };
  const StateBody& body = step.state().body;
  if (const auto* task = std::get_if<TaskState>(&body)) {
    HandleFailure(step, task->handlers, evaluation.failure);
  } else if (const auto* parallel = std::get_if<ParallelState>(&body)) {
    HandleFailure(step, parallel->handlers, evaluation.failure,
                  failed(EventType::kParallelStateFailed));
  } else if (const auto* map = std::get_if<MapState>(&body)) {
    AbortIterations(step);
    if (!step.ended()) {
      HandleFailure(step, map->handlers, evaluation.failure, failed(EventType::kMapStateFailed));
    }
  } else {
    step.Fail(evaluation.failure);
  }
}

}  // namespace asl
