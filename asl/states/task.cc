// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Task: InputPath → Parameters, or Arguments → worker → ResultSelector → ResultPath (on the raw input) →
// OutputPath, or Output (AWS guide "Task workflow state"). The life of one attempt:
//
//   RunTask ─ …Scheduled ─ ReceiveTask ─ …Started ─┬ SucceedTask ─ …Succeeded ─ leave
//      ▲        (no clock runs)     (deadlines run) ├ FailTask    ─ …Failed   ─┐
//      └────────────── Retry, after its interval ◄──┴ TimeOutTask ─ …TimedOut ─┴─ Catch, or the
//      execution fails
//
// An answer that comes before the worker's `received` was seen writes …Started itself. Of a Task
// with a callback the worker's answer writes TaskSubmitted, and heartbeats are due from then on; the
// end comes by token, which may be sooner than that answer: the worker is then withdrawn.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "asl/lambda_invoke.h"
#include "asl/limits.h"
#include "asl/query.h"
#include "asl/service_call.h"
#include "asl/states/failure.h"
#include "asl/states/leave.h"
#include "asl/states/states.h"
#include "asl/states/task_events.h"

namespace asl {
namespace {

struct Limits {
  std::optional<int64_t> timeout_s;
  std::optional<int64_t> heartbeat_s;
};

// False when the step cannot go on.
bool ReadSeconds(Step& step, const NumberField& field, std::string_view name, const Lazy& input,
                 std::optional<int64_t>* seconds) {
  *seconds = field.literal;
  if (field.query) {
    *seconds = EvaluateInteger(step, field.query, 1, kSecondsMax);
    return seconds->has_value();
  }
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

// What the worker gets; of lambda:invoke what is asked of Lambda.
std::optional<Lazy> ParametersOf(Step& step, const TaskState& task, const Lazy& input) {
  return task.arguments ? Evaluate(step, task.arguments) : step.Apply(task.parameters, input);
}

std::optional<Invocation> ReadParameters(Step& step, const Lazy& parameters) {
  const std::optional<Json> parsed = step.Parse(parameters);
  if (!parsed) return std::nullopt;
  OrError<Invocation> invocation = ReadInvocation(*parsed);
  if (invocation.ok()) return std::move(*invocation);
  step.FailState(invocation.error());
  return std::nullopt;
}

// Of Credentials; empty when there are none, nullopt when the step cannot go on.
std::optional<std::string> RoleOf(Step& step, const TaskState& task, const Lazy& input) {
  if (!task.credentials && !task.credentials_query) return "";
  const std::optional<Lazy> credentials = task.credentials_query
                                              ? Evaluate(step, task.credentials_query)
                                              : step.Apply(task.credentials, input);
  if (!credentials) return std::nullopt;
  const std::optional<Json> parsed = step.Parse(*credentials);
  if (!parsed) return std::nullopt;
  const std::optional<Json> role = parsed->Find("RoleArn");
  if (role && role->is_string()) return std::string(role->as_string());
  step.FailState(RuntimeError(fmt::format(
      "The Credentials '{}' could not be used to start the Task: [The value for the field "
      "'RoleArn' must be a STRING]",
      parsed->Compact())));
  return std::nullopt;
}

// False when the step cannot go on.
bool MayCall(Step& step, const TaskState& task, const Lazy& parameters) {
  const std::optional<Json> parsed = step.Parse(parameters);
  if (!parsed) return false;
  const std::optional<Error> error = CheckServiceCall(task.target, *parsed);
  if (error) step.FailState(*error);
  return !error;
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

HistoryEvent* Append(Step& step, const TaskState& task, TaskPhase phase, Lazy* payload = nullptr) {
  return step.Append(TaskEventType(task.target, phase), payload);
}

// False when the history is full.
bool AppendScheduled(Step& step, const TaskState& task, const Limits& limits, Lazy* parameters,
                     const std::string& role) {
  HistoryEvent* event = Append(step, task, TaskPhase::kScheduled, parameters);
  if (event == nullptr) return false;
  event->timeout_s = limits.timeout_s;
  event->role_arn = role;
  if (event->type == EventType::kTaskScheduled) event->region = step.info().region;
  // LambdaFunctionScheduled has no such field.
  if (task.target.kind != TaskKind::kLambdaFunction) event->heartbeat_s = limits.heartbeat_s;
  return true;
}

// Without a share in it: the program outlives what is made of it.
std::shared_ptr<const TaskTarget> OfProgram(const TaskTarget& target) {
  return {std::shared_ptr<const TaskTarget>(), &target};
}

// Schedules one attempt with `parameters`; `invocation` is set for lambda:invoke.
void Schedule(Step& step, const TaskState& task, Limits limits, Lazy parameters,
              const std::optional<Invocation>& invocation, std::string role) {
  if (!AppendScheduled(step, task, limits, &parameters, role)) return;
  if (task.target.callback) limits.heartbeat_s.reset();  // no clock of the worker's
  Frame& frame = step.frame();
  frame.waiting = Waiting::kTask;
  frame.task = TaskInFlight{.scheduled = frame.last_event,
                            .attempt = frame.retry_count + 1,
                            .timeout_s = limits.timeout_s,
                            .heartbeat_s = limits.heartbeat_s};
  const Payload& whole = parameters.payload();
  ScheduleTask& effect = step.EmitTask();
  effect.frame = frame.id;
  effect.scheduled = frame.last_event;
  effect.attempt = frame.task->attempt;
  effect.target =
      invocation ? std::make_shared<const TaskTarget>(invocation->target) : OfProgram(task.target);
  effect.input = invocation ? PayloadSlice(whole, invocation->payload) : whole;
  effect.timeout_s = limits.timeout_s;
  effect.heartbeat_s = limits.heartbeat_s;
  effect.state_name = step.state().name;
  effect.role = std::move(role);
  if (invocation) {
    effect.parameters = whole;
    effect.by_call_only = !invocation->type.empty();
  }
}

// Writes …Started unless it is written; false when the history is full.
bool EnsureStarted(Step& step, const TaskState& task, const std::string& worker_name) {
  TaskInFlight& attempt = *step.frame().task;
  if (attempt.started != EventId::kNone) return true;
  HistoryEvent* event = Append(step, task, TaskPhase::kStarted);
  if (event == nullptr) return false;
  if (task.target.kind == TaskKind::kActivity) event->name = worker_name;
  attempt.started = step.frame().last_event;
  return true;
}

// Whoever has the token knows more than the worker, which may still be busy.
Step::AttemptEnd EndOf(bool by_token) {
  return by_token ? Step::AttemptEnd::kGivenUp : Step::AttemptEnd::kAnswered;
}

// The attempt ends as failed, with the error that the worker, its result or the token brought.
void EndFailed(Step& step, const TaskState& task, Error error,
               Step::AttemptEnd end = Step::AttemptEnd::kAnswered) {
  HistoryEvent* event = Append(step, task, TaskPhase::kFailed);
  if (event == nullptr) return;
  event->error = error;
  step.EndAttempt(end);
  HandleFailure(step, task.handlers, {.error = std::move(error)});
}

OrError<Lazy> Envelope(const TaskState& task, std::string result) {
  if (result.size() > kPayloadBytesMax)
    return OrError<Lazy>(DataLimitExceeded(WorkerText(task.target)));
  return OrError<Lazy>(Lazy::FromText(std::move(result)));
}

// The Task's result from the output of the worker, or of who has the token: the text itself, or
// the envelope of lambda:invoke or of a service that was called around the worker's. nullopt when
// the step cannot go on; an error fails the attempt.
std::optional<OrError<Lazy>> ResultOf(Step& step, const TaskState& task,
                                      const TaskSucceeded& answer) {
  const Text& output = answer.output;
  if (output->size() > kPayloadBytesMax)
    return OrError<Lazy>(DataLimitExceeded(WorkerText(task.target)));
  const auto not_json = [](const JsonError& error) {
    return OrError<Lazy>(
        RuntimeError(fmt::format("The task's result is not valid JSON: {}", error.message)));
  };
  const bool service = task.target.kind == TaskKind::kService && answer.http;
  if ((task.target.kind != TaskKind::kLambdaInvoke && !service) || answer.by_token) {
    if (const std::optional<JsonError> error = ValidateJson(*output)) return not_json(*error);
    Lazy result = Lazy::FromText(output);
    if (!step.Deduplicate(&result)) return std::nullopt;
    return OrError<Lazy>(std::move(result));
  }
  // "Event" and "DryRun" bring none.
  if (!service && answer.http && output->empty())
    return OrError<Lazy>(Lazy::FromText(InvocationResult(*answer.http, std::nullopt)));
  const JsonParse parsed = ParseJson(output, 0, static_cast<uint32_t>(output->size()));
  if (!parsed.ok()) return not_json(parsed.error);
  if (service) return Envelope(task, ServiceResult(*answer.http, *parsed.value));
  if (answer.http) return Envelope(task, InvocationResult(*answer.http, *parsed.value));
  // The frame does not keep what was asked for: the parameters are made again, of the same input.
  const std::optional<Lazy> input = step.Apply(task.input_path, step.input());
  if (!input) return std::nullopt;
  const std::optional<Lazy> parameters = ParametersOf(step, task, *input);
  if (!parameters) return std::nullopt;
  const std::optional<Invocation> invocation = ReadParameters(step, *parameters);
  if (!invocation) return std::nullopt;
  return Envelope(task, InvocationResult(
                            WorkersHttpAnswer(*invocation, output->size(), step.now(), step.draw()),
                            *parsed.value));
}

// A function that failed without saying how, in AWS's words.
Error UnknownError(std::string_view payload) {
  return {std::string(kLambdaUnknown),
          fmt::format("The cause could not be determined because Lambda did not return an error "
                      "type. Returned payload: {}",
                      payload)};
}

// The function has its task token, and what it answered is history.
void Submit(Step& step, const TaskState& task, Lazy answer) {
  const std::optional<Lazy> input = step.Apply(task.input_path, step.input());
  if (!input) return;
  const std::optional<Limits> limits = ReadLimits(step, task, *input);
  if (!limits) return;
  if (Append(step, task, TaskPhase::kSubmitted, &answer) == nullptr) return;
  step.SubmitAttempt();
  step.frame().task->heartbeat_s = limits->heartbeat_s;
  if (limits->heartbeat_s) step.ArmHeartbeat();
}

}  // namespace

void RunTask(Step& step, const TaskState& task) {
  const std::optional<Lazy> input = step.Apply(task.input_path, step.input());
  if (!input) return;
  const std::optional<Limits> limits = ReadLimits(step, task, *input);
  if (!limits) return;
  std::optional<Lazy> parameters = ParametersOf(step, task, *input);
  if (!parameters) return;
  if (!step.Fits(parameters->payload().ref.length)) return;
  std::optional<std::string> role = RoleOf(step, task, *input);
  if (!role) return;
  if (task.target.kind == TaskKind::kActivity && !step.ActivityExists(task.target.resource)) {
    return step.FailState(
        RuntimeError(fmt::format("The activity {} does not exist.", task.target.resource)));
  }
  if (task.target.kind == TaskKind::kService && !MayCall(step, task, *parameters)) return;
  std::optional<Invocation> invocation;
  if (task.target.kind == TaskKind::kLambdaInvoke) {
    invocation = ReadParameters(step, *parameters);
    if (!invocation) return;
  }
  Schedule(step, task, *limits, *std::move(parameters), invocation, *std::move(role));
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
  std::optional<OrError<Lazy>> result = ResultOf(step, task, answer);
  if (!result) return;
  if (!result->ok()) return EndFailed(step, task, result->error(), EndOf(answer.by_token));
  if (task.target.callback && !answer.by_token) return Submit(step, task, **std::move(result));
  if (Append(step, task, TaskPhase::kSucceeded, &**result) == nullptr) return;
  step.EndAttempt(EndOf(answer.by_token));
  LeaveWithResult(step, task, **result);
}

void FailTask(Step& step, const TaskState& task, const TaskFailed& answer) {
  if (!EnsureStarted(step, task, answer.worker_name)) return;
  Error error = answer.error;
  const bool function =
      task.target.kind == TaskKind::kLambdaFunction || task.target.kind == TaskKind::kLambdaInvoke;
  if (function && !answer.by_token && !error.name)
    error = UnknownError(error.cause.value_or("null"));
  EndFailed(step, task, Clipped(std::move(error)), EndOf(answer.by_token));
}

void KeepTaskAlive(Step& step) {
  if (step.frame().heartbeat_due != kNever) step.ArmHeartbeat();
}

void TimeOutTask(Step& step, const TaskState& task, Overdue what) {
  const Failure failure{.error = TimeoutError(), .missed_heartbeat = what == Overdue::kHeartbeat};
  HistoryEvent* event = Append(step, task, TaskPhase::kTimedOut);
  if (event == nullptr) return;
  event->error = failure.error;
  step.EndAttempt(Step::AttemptEnd::kGivenUp);
  HandleFailure(step, task.handlers, failure);
}

}  // namespace asl
