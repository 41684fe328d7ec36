// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The events of a Task's attempt by the kind of its worker: LambdaFunction…, Task… or Activity….
// Pure.
#pragma once

#include <string_view>

#include "asl/definition.h"
#include "asl/history_event.h"

namespace asl {

// What the events of lambda:invoke show as their resource.
inline constexpr std::string_view kInvokeResource = "invoke";
inline constexpr std::string_view kInvokeResourceType = "lambda";

enum class TaskPhase : uint8_t { kScheduled, kStarted, kSucceeded, kFailed, kTimedOut };

// The event with its type and the members that follow from the kind; the caller adds what the phase
// brings.
HistoryEvent TaskEvent(TaskKind kind, TaskPhase phase);

// What AWS calls the worker in its texts: the function's or activity's ARN, or the integration
// ("lambda").
std::string_view WorkerText(const TaskTarget& target);

}  // namespace asl
