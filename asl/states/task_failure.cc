// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/states/task_failure.h"

#include <algorithm>

#include "asl/json.h"

namespace asl {
namespace {

void Retry(Step& step, const TaskState& task, size_t chosen) {
  Frame& frame = step.frame();
  if (frame.retries.size() <= chosen) frame.retries.resize(chosen + 1, 0);
  const Retrier& retrier = task.retriers[chosen];
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

void HandleFailure(Step& step, const TaskState& task, const Failure& failure) {
  const std::optional<size_t> retrier = ChooseRetrier(task.retriers, step.frame().retries, failure);
  if (retrier) return Retry(step, task, *retrier);
  const auto catcher =
      std::find_if(task.catchers.begin(), task.catchers.end(),
                   [&](const Catcher& c) { return Matches(c.error_equals, failure); });
  if (catcher == task.catchers.end()) return step.FailExecution(failure.error);
  // A Catcher's output passes neither ResultSelector nor OutputPath.
  const std::optional<Lazy> output =
      step.Apply(catcher->result_path, Lazy::FromText(ErrorOutput(failure)));
  if (!output) return;
  step.Leave(catcher->next, *output);
}

}  // namespace asl
