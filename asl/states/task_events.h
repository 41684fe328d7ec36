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

// What the events of an integration show as their resource and its type: "sendMessage" or
// "sendMessage.waitForTaskToken" of "sqs". REQUIRES: it is one. Valid while the target is.
std::string_view IntegrationOf(const TaskTarget& target);
std::string_view ResourceTypeOf(const TaskTarget& target);

// kSubmitted: only of a target with a callback.
enum class TaskPhase : uint8_t { kScheduled, kStarted, kSubmitted, kSucceeded, kFailed, kTimedOut };

EventType TaskEventType(const TaskTarget& target, TaskPhase phase);

// The error of kTimedOut: States.Timeout, also for a missed heartbeat.
Error TimeoutError();

// What AWS calls the worker in its texts: the function's or activity's ARN, or the integration's
// service ("lambda").
std::string_view WorkerText(const TaskTarget& target);

}  // namespace asl
