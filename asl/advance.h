// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Advance is the interpreter: a pure function from (program, execution, signal, now, draw) to what
// must be persisted and then done. No I/O, no threads, no clock, no randomness but what the caller
// passes in; the same arguments always give the same answer. It serves the engine, `aslctl run`,
// the simulation and the fuzzers.
//
// The caller's loop:
//   1. Advance(…) → Need: load those payload texts, offer the same signal again.
//                 → Outcome: persist events and frames in one batch, then act on the effects once
//                 it is durable.
//   2. more: offer Continue for the frame in a later turn.
//   3. EndExecution among the effects: nothing else will come; drop the frames.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "asl/definition.h"
#include "asl/draw.h"
#include "asl/frame.h"
#include "asl/outcome.h"
#include "asl/payload.h"
#include "asl/signal.h"
#include "asl/time.h"

namespace asl {

// What does not change during an execution. Owned by the caller, alive during Advance.
struct ExecutionInfo {
  std::string arn;
  std::string name;
  std::string role_arn;
  std::string state_machine_arn;
  std::string state_machine_name;
  std::string region;  // of the execution's ARN; TaskScheduled shows it
  Millis started_at;
};

struct ExecutionView {
  const ExecutionInfo& info;
  const Payload& input;                         // event 1's input (Context Object, Execution.Input)
  EventId next_event;                           // id that the next event gets
  const std::map<FrameId, Frame>& frames;       // all open frames
  const std::map<ResultKey, Payload>& results;  // of all open Maps and Parallels
  // The task token of the attempt with that …Scheduled event: always the same. Empty: there are no
  // tokens, and no Task of the program has a callback.
  std::function<std::string(EventId)> token_of = {};
  // Whether there is an activity of that ARN. Empty: there is.
  std::function<bool(std::string_view)> activity_exists = {};
};

// `spare`: an earlier Outcome, cleared, in whose memory the new one is written.
Advanced Advance(const Program& program, const ExecutionView& execution, const Signal& signal,
                 Millis now, const Draw& draw, Outcome spare = {});

}  // namespace asl
