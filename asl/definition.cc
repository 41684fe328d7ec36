// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/definition.h"

#include <cassert>
#include <memory>
#include <string>
#include <utility>

#include "asl/lambda_invoke.h"
#include "asl/program.h"
#include "asl/service_call.h"
#include "asl/states/task_events.h"

namespace asl {

std::string_view SeverityName(Severity severity) {
  return severity == Severity::kError ? "ERROR" : "WARNING";
}

std::string_view StatusName(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::kRunning:
      return "RUNNING";
    case ExecutionStatus::kSucceeded:
      return "SUCCEEDED";
    case ExecutionStatus::kFailed:
      return "FAILED";
    case ExecutionStatus::kTimedOut:
      return "TIMED_OUT";
    case ExecutionStatus::kAborted:
      return "ABORTED";
  }
  return "UNKNOWN";
}

std::string_view StateName(const Program& program, StateIndex index) {
  return program.state(index).name;
}

EventNames NamesOf(const Program& program, StateIndex index, EventType type) {
  if (static_cast<size_t>(index) >= program.size()) return {};
  const State& state = program.state(index);
  switch (type) {
    case EventType::kPassStateEntered:
    case EventType::kPassStateExited:
    case EventType::kChoiceStateEntered:
    case EventType::kChoiceStateExited:
    case EventType::kWaitStateEntered:
    case EventType::kWaitStateExited:
    case EventType::kSucceedStateEntered:
    case EventType::kSucceedStateExited:
    case EventType::kFailStateEntered:
    case EventType::kTaskStateEntered:
    case EventType::kTaskStateExited:
    case EventType::kMapStateEntered:
    case EventType::kMapStateExited:
    case EventType::kMapIterationStarted:
    case EventType::kMapIterationSucceeded:
    case EventType::kMapIterationFailed:
    case EventType::kMapIterationAborted:
    case EventType::kParallelStateEntered:
    case EventType::kParallelStateExited:
    case EventType::kEvaluationFailed:
      return {.name = state.name};
    case EventType::kLambdaFunctionScheduled:
    case EventType::kActivityScheduled: {
      const auto* task = std::get_if<TaskState>(&state.body);
      if (task == nullptr) return {};
      return {.resource = task->target.resource};
    }
    case EventType::kTaskScheduled:
    case EventType::kTaskStarted:
    case EventType::kTaskSubmitted:
    case EventType::kTaskSucceeded:
    case EventType::kTaskFailed:
    case EventType::kTaskTimedOut: {
      const auto* task = std::get_if<TaskState>(&state.body);
      if (task == nullptr) return {};
      return {.resource = IntegrationOf(task->target),
              .resource_type = ResourceTypeOf(task->target)};
    }
    default:
      return {};
  }
}

void ShowNames(const Program& program, HistoryEvent* event) {
  const EventNames names = NamesOf(program, event->state, event->type);
  if (event->name.empty()) event->name = names.name;
  if (event->resource.empty()) event->resource = names.resource;
  if (event->resource_type.empty()) event->resource_type = names.resource_type;
}

namespace {

Payload Made(std::string text) {
  Payload made;
  made.ref.length = static_cast<uint32_t>(text.size());
  made.text = std::make_shared<const std::string>(std::move(text));
  return made;
}

Payload FunctionPayload(const Payload& input) {
  std::string text = FunctionInput(input.view());
  return text == input.view() ? input : Made(std::move(text));
}

}  // namespace

Payload WorkerInput(const Program& program, StateIndex index, const Payload& input) {
  const auto& task = std::get<TaskState>(program.state(index).body);
  if (task.target.kind == TaskKind::kLambdaInvoke) return FunctionPayload(input);
  if (task.target.kind != TaskKind::kService) return input;
  const JsonParse parsed = ParseJson(input);
  assert(parsed.ok() && "they were parsed when the Task was scheduled");
  return Made(ServiceRequest(task.target, *parsed.value));
}

std::optional<InvokeRequest> InvokeRequestOf(const Program& program, StateIndex index,
                                             const Payload& parameters) {
  const auto& task = std::get<TaskState>(program.state(index).body);
  if (task.target.kind != TaskKind::kLambdaInvoke) return std::nullopt;
  const JsonParse parsed = ParseJson(parameters);
  assert(parsed.ok() && "they were parsed when the Task was scheduled");
  OrError<Invocation> invocation = ReadInvocation(*parsed.value);
  assert(invocation.ok());
  Payload slice = parameters;
  slice.ref.length = 0;
  if (invocation->payload) {
    slice.ref.offset = invocation->payload->span().begin;
    slice.ref.length = invocation->payload->span().size();
  }
  return InvokeRequest{.input = FunctionPayload(slice),
                       .type = std::move(invocation->type),
                       .client_context = std::move(invocation->client_context),
                       .log_tail = invocation->log_tail};
}

}  // namespace asl
