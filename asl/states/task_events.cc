// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/states/task_events.h"

#include <array>

namespace asl {
namespace {

using Types = std::array<EventType, 5>;  // by TaskPhase

constexpr Types kLambdaFunctionTypes = {
    EventType::kLambdaFunctionScheduled, EventType::kLambdaFunctionStarted,
    EventType::kLambdaFunctionSucceeded, EventType::kLambdaFunctionFailed,
    EventType::kLambdaFunctionTimedOut};
constexpr Types kTaskTypes = {EventType::kTaskScheduled, EventType::kTaskStarted,
                              EventType::kTaskSucceeded, EventType::kTaskFailed,
                              EventType::kTaskTimedOut};
constexpr Types kActivityTypes = {EventType::kActivityScheduled, EventType::kActivityStarted,
                                  EventType::kActivitySucceeded, EventType::kActivityFailed,
                                  EventType::kActivityTimedOut};

const Types& TypesOf(TaskKind kind) {
  switch (kind) {
    case TaskKind::kLambdaFunction:
      return kLambdaFunctionTypes;
    case TaskKind::kLambdaInvoke:
      return kTaskTypes;
    case TaskKind::kActivity:
      return kActivityTypes;
  }
  return kTaskTypes;
}

}  // namespace

HistoryEvent TaskEvent(TaskKind kind, TaskPhase phase) {
  HistoryEvent event;
  event.type = TypesOf(kind)[static_cast<size_t>(phase)];
  if (kind == TaskKind::kLambdaInvoke) {
    event.resource = kInvokeResource;
    event.resource_type = kInvokeResourceType;
  }
  return event;
}

std::string_view WorkerText(const TaskTarget& target) {
  return target.kind == TaskKind::kLambdaInvoke ? kInvokeResourceType
                                                : std::string_view(target.resource);
}

}  // namespace asl
