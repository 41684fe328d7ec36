// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One row per event type: AWS's name, and the field of its details that is a payload. Which other
// members mean something follows from the family in the name:
//   …StateEntered                        name
//   …StateExited                         name, assigned
//   EvaluationFailed                     name (the state's), location, error
//   LambdaFunctionScheduled, Activity…   resource, timeout_s, heartbeat_s
//   TaskScheduled                        region, resource, resource_type, timeout_s, heartbeat_s
//   Task{Started,Succeeded,Failed,…}     resource, resource_type
//   ActivityStarted                      name (the worker's)
//   …Failed, …TimedOut, ExecutionAborted error
//   ExecutionStarted                     role_arn
#include "asl/history_event.h"

#include <array>

namespace asl {
namespace {

struct Row {
  EventType type;
  std::string_view name;
  PayloadField payload;
};

constexpr PayloadField kNone = PayloadField::kNone;
constexpr PayloadField kIn = PayloadField::kInput;
constexpr PayloadField kOut = PayloadField::kOutput;
constexpr PayloadField kParams = PayloadField::kParameters;

constexpr std::array kRows = std::to_array<Row>({
    {EventType::kUnknown, "Unknown", kNone},
    {EventType::kExecutionStarted, "ExecutionStarted", kIn},
    {EventType::kExecutionSucceeded, "ExecutionSucceeded", kOut},
    {EventType::kExecutionFailed, "ExecutionFailed", kNone},
    {EventType::kExecutionAborted, "ExecutionAborted", kNone},
    {EventType::kExecutionTimedOut, "ExecutionTimedOut", kNone},
    {EventType::kPassStateEntered, "PassStateEntered", kIn},
    {EventType::kPassStateExited, "PassStateExited", kOut},
    {EventType::kChoiceStateEntered, "ChoiceStateEntered", kIn},
    {EventType::kChoiceStateExited, "ChoiceStateExited", kOut},
    {EventType::kWaitStateEntered, "WaitStateEntered", kIn},
    {EventType::kWaitStateExited, "WaitStateExited", kOut},
    {EventType::kSucceedStateEntered, "SucceedStateEntered", kIn},
    {EventType::kSucceedStateExited, "SucceedStateExited", kOut},
    {EventType::kFailStateEntered, "FailStateEntered", kIn},
    {EventType::kTaskStateEntered, "TaskStateEntered", kIn},
    {EventType::kTaskStateExited, "TaskStateExited", kOut},
    {EventType::kTaskStateAborted, "TaskStateAborted", kNone},
    {EventType::kWaitStateAborted, "WaitStateAborted", kNone},
    {EventType::kLambdaFunctionScheduled, "LambdaFunctionScheduled", kIn},
    {EventType::kLambdaFunctionStarted, "LambdaFunctionStarted", kNone},
    {EventType::kLambdaFunctionSucceeded, "LambdaFunctionSucceeded", kOut},
    {EventType::kLambdaFunctionFailed, "LambdaFunctionFailed", kNone},
    {EventType::kLambdaFunctionTimedOut, "LambdaFunctionTimedOut", kNone},
    {EventType::kTaskScheduled, "TaskScheduled", kParams},
    {EventType::kTaskStarted, "TaskStarted", kNone},
    {EventType::kTaskSucceeded, "TaskSucceeded", kOut},
    {EventType::kTaskFailed, "TaskFailed", kNone},
    {EventType::kTaskTimedOut, "TaskTimedOut", kNone},
    {EventType::kActivityScheduled, "ActivityScheduled", kIn},
    {EventType::kActivityStarted, "ActivityStarted", kNone},
    {EventType::kActivitySucceeded, "ActivitySucceeded", kOut},
    {EventType::kActivityFailed, "ActivityFailed", kNone},
    {EventType::kActivityTimedOut, "ActivityTimedOut", kNone},
    {EventType::kMapStateEntered, "MapStateEntered", kIn},
    {EventType::kMapStateStarted, "MapStateStarted", kIn},
    {EventType::kMapStateSucceeded, "MapStateSucceeded", kNone},
    {EventType::kMapStateFailed, "MapStateFailed", kNone},
    {EventType::kMapStateAborted, "MapStateAborted", kNone},
    {EventType::kMapStateExited, "MapStateExited", kOut},
    {EventType::kMapIterationStarted, "MapIterationStarted", kIn},
    {EventType::kMapIterationSucceeded, "MapIterationSucceeded", kNone},
    {EventType::kMapIterationFailed, "MapIterationFailed", kNone},
    {EventType::kMapIterationAborted, "MapIterationAborted", kNone},
    {EventType::kParallelStateEntered, "ParallelStateEntered", kIn},
    {EventType::kParallelStateStarted, "ParallelStateStarted", kIn},
    {EventType::kParallelStateSucceeded, "ParallelStateSucceeded", kNone},
    {EventType::kParallelStateFailed, "ParallelStateFailed", kNone},
    {EventType::kParallelStateAborted, "ParallelStateAborted", kNone},
    {EventType::kParallelStateExited, "ParallelStateExited", kOut},
    {EventType::kTaskSubmitted, "TaskSubmitted", kOut},
    {EventType::kEvaluationFailed, "EvaluationFailed", kNone},
});

constexpr bool RowsAreInOrder() {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (static_cast<size_t>(kRows[i].type) != i) return false;
  }
  return true;
}
static_assert(RowsAreInOrder(), "the table is indexed by the type's number");

// A number from a newer store reads as kUnknown.
const Row& RowOf(EventType type) {
  const auto i = static_cast<size_t>(type);
  return i < kRows.size() ? kRows[i] : kRows[0];
}

}  // namespace

std::string_view EventTypeName(EventType type) { return RowOf(type).name; }

std::optional<EventType> EventTypeFromName(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name && row.type != EventType::kUnknown) return row.type;
  }
  return std::nullopt;
}

PayloadField PayloadFieldOf(EventType type) { return RowOf(type).payload; }

Text TextIn(const HistoryEvent& event, PayloadField field) {
  if (field == PayloadField::kAssigned) return event.assigned;
  const bool here = event.payload.ref.event == event.id && event.payload.ref.field == field;
  return here ? event.payload.text : nullptr;
}

bool ShowsPayload(EventType type) {
  return type != EventType::kMapStateStarted && type != EventType::kMapIterationStarted &&
         type != EventType::kParallelStateStarted;
}

bool IsTerminal(EventType type) {
  return type == EventType::kExecutionSucceeded || type == EventType::kExecutionFailed ||
         type == EventType::kExecutionAborted || type == EventType::kExecutionTimedOut;
}

}  // namespace asl
