// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A signal is what wakes an execution: the one argument of Advance that says what happened. Plain
// data. A signal that no longer fits (an answer for an attempt that is over, a timer that was
// re-armed) makes Advance answer with an empty Outcome; deciding what to tell the sender is the
// caller's business.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "asl/errors.h"
#include "asl/frame.h"
#include "asl/http_answer.h"
#include "asl/payload.h"

namespace asl {

// The execution begins. REQUIRES: no frames; the input is ExecutionView::input's text.
struct Start {};

// A worker has taken the task. Writes the …Started event once; deadlines count from here.
struct TaskReceived {
  FrameId frame;
  EventId scheduled;
  std::string worker_name;  // ActivityStarted shows it
};

// A worker's result. Implies TaskReceived when that was not seen: both events then go in this
// transition.
struct TaskSucceeded {
  FrameId frame;
  EventId scheduled;
  Text output;  // JSON text as the worker wrote it; checked here (not JSON: States.Runtime), size
                // limited here
  std::string worker_name;
  // SendTaskSuccess: from whoever has the task token. Of a Task with a callback the worker's own
  // answer only submits it.
  bool by_token = false;
  // Of an integration whose service was called: what it answered besides `output`. Null: a worker's.
  std::shared_ptr<const HttpAnswer> http;
};

struct TaskFailed {
  FrameId frame;
  EventId scheduled;
  Error error;
  std::string worker_name;
  bool by_token = false;  // SendTaskFailure
};

// SendTaskHeartbeat. Of no effect when there is no such clock, or none yet.
struct TaskHeartbeat {
  FrameId frame;
  EventId scheduled;
};

struct TimerFired {
  FrameId frame;
  TimerKind kind;
  Millis due;         // as armed: a timer re-armed since has another due time and is ignored …
  EventId scheduled;  // … as is one of an earlier attempt (kTaskTimeout, …Heartbeat)
};

// StopExecution: ends it as ABORTED, with the caller's error and cause.
struct Stop {
  Error error;
};

// Ends it as FAILED by the engine's own decision (a record that could not be staged, a parked
// execution).
struct Fail {
  Error error;
};

// Resumes a frame that the event limit of one Advance cut (Waiting::kNothing).
struct Continue {
  FrameId frame;
};

using Signal = std::variant<Start, TaskReceived, TaskSucceeded, TaskFailed, TaskHeartbeat,
                            TimerFired, Stop, Fail, Continue>;

}  // namespace asl
