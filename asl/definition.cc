// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/definition.h"

#include <cassert>
#include <memory>
#include <string>

#include "asl/lambda_invoke.h"
#include "asl/program.h"
#include "asl/states/task_events.h"

namespace asl {

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

const State& Program::state(StateIndex index) const {
  const auto i = static_cast<size_t>(index);
  assert(i < states_.size());
  return states_[i];
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
      return {.name = state.name};
    case EventType::kLambdaFunctionScheduled:
    case EventType::kActivityScheduled: {
      const auto* task = std::get_if<TaskState>(&state.body);
      if (task == nullptr) return {};
      return {.resource = task->target.resource};
    }
    case EventType::kTaskScheduled:
    case EventType::kTaskStarted:
    case EventType::kTaskSucceeded:
    case EventType::kTaskFailed:
    case EventType::kTaskTimedOut:
      return {.resource = kInvokeResource, .resource_type = kInvokeResourceType};
    default:
      return {};
  }
}

Payload WorkerInput(const Program& program, StateIndex index, const Payload& input) {
  const auto& task = std::get<TaskState>(program.state(index).body);
  if (task.target.kind != TaskKind::kLambdaInvoke) return input;
  std::string text = FunctionInput(input.view());
  if (text == input.view()) return input;
  Payload made;
  made.ref.length = static_cast<uint32_t>(text.size());
  made.text = std::make_shared<const std::string>(std::move(text));
  return made;
}

}  // namespace asl
