// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Task: InputPath → Parameters → worker → ResultSelector → ResultPath (on the raw input) →
// OutputPath (AWS guide "Task workflow state"). The life of one attempt:
//
//   RunTask ─ …Scheduled ─ ReceiveTask ─ …Started ─┬ SucceedTask ─ …Succeeded ─ leave
//      ▲        (no clock runs)     (deadlines run) ├ FailTask    ─ …Failed   ─┐
//      └────────────── Retry, after its interval ◄──┴ TimeOutTask ─ …TimedOut ─┴─ Catch, or the
//      execution fails
//
// An answer that comes before the worker's `received` was seen writes …Started itself.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "asl/lambda_invoke.h"
#include "asl/limits.h"
#include "asl/states/states.h"
#include "asl/states/task_events.h"
#include "asl/states/task_failure.h"

namespace asl {
namespace {

struct Limits {
  std::optional<int64_t> timeout_s;
  std::optional<int64_t> heartbeat_s;
};

// False when the step cannot go on.
bool ReadSeconds(Step& step, const SecondsField& field, std::string_view name, const Lazy& input,
                 std::optional<int64_t>* seconds) {
  *seconds = field.literal;
  if (!field.path) return true;
  std::optional<OrError<Json>> found = step.Read(*field.path, input);
  if (!found) return false;
  if (!found->ok()) {
    step.FailState(found->error());
    return false;
  }
  *seconds = (**found).as_int64();
  if (*seconds && **seconds >= 1 && **seconds <= kSecondsMax) return true;
  step.FailState(RuntimeError(
      fmt::format("The {} parameter does not reference an integer between 1 and {}: {} == {}", name,
                  kSecondsMax, field.path->text(), (**found).Compact())));
  return false;
}

std::optional<Limits> ReadLimits(Step& step, const TaskState& task, const Lazy& input) {
  Limits limits;
  if (!ReadSeconds(step, task.timeout, "TimeoutSecondsPath", input, &limits.timeout_s))
    return std::nullopt;
  if (!ReadSeconds(step, task.heartbeat, "HeartbeatSecondsPath", input, &limits.heartbeat_s)) {
    return std::nullopt;
  }
  return limits;
}

std::optional<Invocation> ReadParameters(Step& step, const Lazy& parameters) {
  const std::optional<Json> parsed = step.Parse(parameters);
  if (!parsed) return std::nullopt;
  OrError<Invocation> invocation = ReadInvocation(*parsed);
  if (invocation.ok()) return std::move(*invocation);
  step.FailState(invocation.error());
  return std::nullopt;
}

// The part of the parameters that the function gets; nothing when there is no Payload.
Payload PayloadSlice(const Payload& parameters, const std::optional<Json>& payload) {
  Payload slice = parameters;
  slice.ref.length = 0;
  if (payload) {
    slice.ref.offset = payload->span().begin;
    slice.ref.length = payload->span().size();
  }
  return slice;
}

HistoryEvent ScheduledEvent(const Step& step, const TaskState& task, const Limits& limits) {
  HistoryEvent event = TaskEvent(task.target.kind, TaskPhase::kScheduled);
  event.timeout_s = limits.timeout_s;
  if (task.target.kind == TaskKind::kLambdaInvoke) {
    event.region = step.info().region;
  } else {
    event.resource = task.target.resource;
  }
  // LambdaFunctionScheduled has no such field.
  if (task.target.kind != TaskKind::kLambdaFunction) event.heartbeat_s = limits.heartbeat_s;
  return event;
}

// Schedules one attempt with `parameters`; `invocation` is set for lambda:invoke.
void Schedule(Step& step, const TaskState& task, const Limits& limits, Lazy parameters,
              const std::optional<Invocation>& invocation) {
  if (!step.Append(ScheduledEvent(step, task, limits), &parameters)) return;
  Frame& frame = step.frame();
  frame.waiting = Waiting::kTask;
  frame.task = TaskInFlight{.scheduled = frame.last_event,
                            .attempt = frame.retry_count + 1,
                            .timeout_s = limits.timeout_s,
                            .heartbeat_s = limits.heartbeat_s};
  const Payload& whole = parameters.payload();
  step.Emit(ScheduleTask{frame.id, frame.last_event, frame.task->attempt,
                         invocation ? invocation->target : task.target,
                         invocation ? PayloadSlice(whole, invocation->payload) : whole,
                         limits.timeout_s, limits.heartbeat_s, step.state().name});
}

// Writes …Started unless it is written; false when the history is full.
bool EnsureStarted(Step& step, const TaskState& task, const std::string& worker_name) {
  TaskInFlight& attempt = *step.frame().task;
  if (attempt.started != EventId::kNone) return true;
  HistoryEvent event = TaskEvent(task.target.kind, TaskPhase::kStarted);
  if (task.target.kind == TaskKind::kActivity) event.name = worker_name;
  if (!step.Append(std::move(event))) return false;
  attempt.started = step.frame().last_event;
  return true;
}

// The attempt ends as failed, with the error that the worker or its result brought.
void EndFailed(Step& step, const TaskState& task, Error error) {
  HistoryEvent event = TaskEvent(task.target.kind, TaskPhase::kFailed);
  event.error = error;
  if (!step.Append(std::move(event))) return;
  step.EndAttempt(Step::AttemptEnd::kAnswered);
  HandleFailure(step, task, {std::move(error)});
}

Error Oversized(const TaskTarget& target) {
  return {
      std::string(kStatesDataLimitExceeded),
      fmt::format(
          "The state/task '{}' returned a result with a size exceeding the maximum number of bytes "
          "service limit.",
          WorkerText(target))};
}

// The Task's result from the worker's output: the text itself, or lambda:invoke's envelope around
// it. nullopt when the step cannot go on; an error fails the attempt.
std::optional<OrError<Lazy>> ResultOf(Step& step, const TaskState& task, const Text& output) {
  if (output->size() > kPayloadBytesMax) return OrError<Lazy>(Oversized(task.target));
  const auto not_json = [](const JsonError& error) {
    return OrError<Lazy>(
        RuntimeError(fmt::format("The task's result is not valid JSON: {}", error.message)));
  };
  if (task.target.kind != TaskKind::kLambdaInvoke) {
    if (const std::optional<JsonError> error = ValidateJson(*output)) return not_json(*error);
    std::optional<Lazy> stored = step.Deduplicate(Lazy::FromText(output));
    if (!stored) return std::nullopt;
    return OrError<Lazy>(*std::move(stored));
  }
  const JsonParse answer = ParseJson(output, 0, static_cast<uint32_t>(output->size()));
  if (!answer.ok()) return not_json(answer.error);
  // The frame does not keep what was asked for: the parameters are made again, of the same input.
  const std::optional<Lazy> input = step.Apply(task.input_path, step.input());
  if (!input) return std::nullopt;
  const std::optional<Lazy> parameters = step.Apply(task.parameters, *input);
  if (!parameters) return std::nullopt;
  const std::optional<Invocation> invocation = ReadParameters(step, *parameters);
  if (!invocation) return std::nullopt;
  std::string result =
      InvocationResult(*invocation, *answer.value, output->size(), step.now(), step.draw());
  if (result.size() > kPayloadBytesMax) return OrError<Lazy>(Oversized(task.target));
  return OrError<Lazy>(Lazy::FromText(std::move(result)));
}

}  // namespace

void RunTask(Step& step, const TaskState& task) {
  const std::optional<Lazy> input = step.Apply(task.input_path, step.input());
  if (!input) return;
  const std::optional<Limits> limits = ReadLimits(step, task, *input);
  if (!limits) return;
  std::optional<Lazy> parameters = step.Apply(task.parameters, *input);
  if (!parameters) return;
  if (parameters->fresh() && parameters->view().size() > kPayloadBytesMax) {
    step.FailExecution(
        Oversized({.kind = TaskKind::kLambdaFunction, .resource = step.state().name}));
    return;
  }
  std::optional<Invocation> invocation;
  if (task.target.kind == TaskKind::kLambdaInvoke) {
    invocation = ReadParameters(step, *parameters);
    if (!invocation) return;
  }
  Schedule(step, task, *limits, *std::move(parameters), invocation);
}

void ReceiveTask(Step& step, const TaskState& task, const std::string& worker_name) {
  if (!EnsureStarted(step, task, worker_name)) return;
  Frame& frame = step.frame();
  const TaskInFlight& attempt = *frame.task;
  if (attempt.timeout_s) {
    frame.timeout_due = step.now() + *attempt.timeout_s * 1000;
    step.Emit(ArmTimer{frame.id, TimerKind::kTaskTimeout, frame.timeout_due, attempt.scheduled});
  }
  if (attempt.heartbeat_s) {
    const Millis due = step.now() + *attempt.heartbeat_s * 1000;
    step.Emit(ArmTimer{frame.id, TimerKind::kHeartbeat, due, attempt.scheduled});
  }
}

void SucceedTask(Step& step, const TaskState& task, const TaskSucceeded& answer) {
  if (!EnsureStarted(step, task, answer.worker_name)) return;
  std::optional<OrError<Lazy>> result = ResultOf(step, task, answer.output);
  if (!result) return;
  if (!result->ok()) return EndFailed(step, task, result->error());
  if (!step.Append(TaskEvent(task.target.kind, TaskPhase::kSucceeded), &**result)) return;
  step.EndAttempt(Step::AttemptEnd::kAnswered);
  const std::optional<Lazy> selected = step.Apply(task.result_selector, **result);
  if (!selected) return;
  const std::optional<Lazy> merged = step.Apply(task.result_path, *selected);
  if (!merged) return;
  const std::optional<Lazy> output = step.Apply(task.output_path, *merged);
  if (!output) return;
  step.Leave(task.next, *output);
}

void FailTask(Step& step, const TaskState& task, const TaskFailed& answer) {
  if (!EnsureStarted(step, task, answer.worker_name)) return;
  EndFailed(step, task, Clipped(answer.error));
}

void TimeOutTask(Step& step, const TaskState& task, Overdue what) {
  const Error error{std::string(kStatesTimeout), std::nullopt};
  HistoryEvent event = TaskEvent(task.target.kind, TaskPhase::kTimedOut);
  event.error = error;
  if (!step.Append(std::move(event))) return;
  step.EndAttempt(Step::AttemptEnd::kGivenUp);
  HandleFailure(step, task, {error, what == Overdue::kHeartbeat});
}

}  // namespace asl
