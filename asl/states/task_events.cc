// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/states/task_events.h"

#include <array>

#include "asl/errors.h"

namespace asl {
namespace {

using Types = std::array<EventType, 6>;  // by TaskPhase

constexpr Types kLambdaFunctionTypes = {EventType::kLambdaFunctionScheduled,
                                        EventType::kLambdaFunctionStarted,
                                        EventType::kUnknown,
                                        EventType::kLambdaFunctionSucceeded,
                                        EventType::kLambdaFunctionFailed,
                                        EventType::kLambdaFunctionTimedOut};
constexpr Types kTaskTypes = {EventType::kTaskScheduled, EventType::kTaskStarted,
                              EventType::kTaskSubmitted, EventType::kTaskSucceeded,
                              EventType::kTaskFailed,    EventType::kTaskTimedOut};
constexpr Types kActivityTypes = {EventType::kActivityScheduled, EventType::kActivityStarted,
                                  EventType::kUnknown,           EventType::kActivitySucceeded,
                                  EventType::kActivityFailed,    EventType::kActivityTimedOut};

const Types& TypesOf(TaskKind kind) {
  switch (kind) {
    case TaskKind::kLambdaFunction:
      return kLambdaFunctionTypes;
    case TaskKind::kLambdaInvoke:
    case TaskKind::kService:
      return kTaskTypes;
    case TaskKind::kActivity:
      return kActivityTypes;
  }
  return kTaskTypes;
}

bool IsIntegration(const TaskTarget& target) {
  return target.kind == TaskKind::kLambdaInvoke || target.kind == TaskKind::kService;
}

}  // namespace

std::string_view IntegrationOf(const TaskTarget& target) {
  if (target.kind == TaskKind::kLambdaInvoke)
    return target.callback ? "invoke.waitForTaskToken" : "invoke";
  // The end of the ARN.
  return std::string_view(target.resource).substr(target.resource.rfind(':') + 1);
}

std::string_view ResourceTypeOf(const TaskTarget& target) {
  return target.kind == TaskKind::kLambdaInvoke ? "lambda" : std::string_view(target.service);
}

EventType TaskEventType(const TaskTarget& target, TaskPhase phase) {
  return TypesOf(target.kind)[static_cast<size_t>(phase)];
}

Error TimeoutError() { return {.name = std::string(kStatesTimeout), .cause = std::nullopt}; }

std::string_view WorkerText(const TaskTarget& target) {
  return IsIntegration(target) ? ResourceTypeOf(target) : std::string_view(target.resource);
}

}  // namespace asl
