// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One event of an execution's history, in AWS's terms (API reference, "HistoryEvent"). One flat
// struct: `type` says which members mean something (table in history_event.cc). A value; any
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "asl/errors.h"
#include "asl/frame.h"
#include "asl/payload.h"
#include "asl/time.h"

namespace asl {

// Stored: append only, never renumber. The names are AWS's.
enum class EventType : uint8_t {
  kUnknown = 0,
  kExecutionStarted = 1,
  kExecutionSucceeded = 2,
  kExecutionFailed = 3,
  kExecutionAborted = 4,
  kExecutionTimedOut = 5,
  kPassStateEntered = 6,
  kPassStateExited = 7,
  kChoiceStateEntered = 8,
  kChoiceStateExited = 9,
  kWaitStateEntered = 10,
  kWaitStateExited = 11,
  kSucceedStateEntered = 12,
  kSucceedStateExited = 13,
  kFailStateEntered = 14,
  kTaskStateEntered = 15,
  kTaskStateExited = 16,
  kTaskStateAborted = 17,
  kWaitStateAborted = 18,
  kLambdaFunctionScheduled = 19,
  kLambdaFunctionStarted = 20,
  kLambdaFunctionSucceeded = 21,
  kLambdaFunctionFailed = 22,
  kLambdaFunctionTimedOut = 23,
  kTaskScheduled = 24,
  kTaskStarted = 25,
  kTaskSucceeded = 26,
  kTaskFailed = 27,
  kTaskTimedOut = 28,
  kActivityScheduled = 29,
  kActivityStarted = 30,
  kActivitySucceeded = 31,
  kActivityFailed = 32,
  kActivityTimedOut = 33,
  kMapStateEntered = 34,
  kMapStateStarted = 35,
  kMapStateSucceeded = 36,
  kMapStateFailed = 37,
  kMapStateAborted = 38,
  kMapStateExited = 39,
  kMapIterationStarted = 40,
  kMapIterationSucceeded = 41,
  kMapIterationFailed = 42,
  kMapIterationAborted = 43,
  kParallelStateEntered = 44,
  kParallelStateStarted = 45,
  kParallelStateSucceeded = 46,
  kParallelStateFailed = 47,
  kParallelStateAborted = 48,
  kParallelStateExited = 49,
  kTaskSubmitted = 50,
  kEvaluationFailed = 51,
};

struct HistoryEvent {
  EventType type = EventType::kUnknown;
  EventId id = EventId::kNone;
  EventId previous = EventId::kNone;
  StateIndex state{};  // of the frame when it was written; tells name and resource, see ShowNames
  Millis time;         // the partition's clock when the transition ran; equal within one transition
  std::string name;    // state events: the state's name; ActivityStarted: the worker's name;
                       // EvaluationFailed: the state whose expression it was
  Payload payload;  // input, output or parameters, by type; `ref.event == id` when introduced here
  Error error;      // …Failed, …TimedOut, ExecutionAborted
  std::string resource;  // LambdaFunctionScheduled, ActivityScheduled: ARN; Task…: e.g. "invoke"
  std::string resource_type;  // Task… events: e.g. "lambda"
  std::string region;         // TaskScheduled
  std::string role_arn;       // ExecutionStarted; …Scheduled: that of the Task's Credentials
  std::optional<int64_t> timeout_s;    // …Scheduled, only when the definition sets it
  std::optional<int64_t> heartbeat_s;  // …Scheduled, only when the definition sets it
  std::optional<int64_t> length;       // MapStateStarted: the number of items
  std::optional<int64_t> index;        // MapIteration…
  Text assigned;         // …StateExited: an object of the variables assigned; null: none
  std::string location;  // EvaluationFailed: the field, "Output/total"; empty: no single one
};

// "TaskStateEntered"; "Unknown" for kUnknown.
std::string_view EventTypeName(EventType type);
std::optional<EventType> EventTypeFromName(std::string_view name);

// Which field of the event the payload is, by type; kNone for events without one.
PayloadField PayloadFieldOf(EventType type);

// The text that the event introduced in that field; null: none.
Text TextIn(const HistoryEvent& event, PayloadField field);

// False: the payload is kept for the engine's own use and is nobody else's business (a Map's array,
// an iteration's or branch's input that no other event introduces).
bool ShowsPayload(EventType type);

// True for the four types that end an execution.
bool IsTerminal(EventType type);

}  // namespace asl
