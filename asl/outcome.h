// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What one Advance asks of the world. Events and frames are to be persisted in one atomic batch;
// effects may be acted on only after that batch is durable (timers and queue entries are rows of
// the same batch). Plain data, valid while the Program lives.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "asl/definition.h"
#include "asl/frame.h"
#include "asl/history_event.h"
#include "asl/payload.h"

namespace asl {

// Put the task in the queue of its function.
struct ScheduleTask {
  FrameId frame;
  EventId scheduled;
  uint32_t attempt;
  // Which kind of worker, and the name it registers; the program's, or one of its own.
  std::shared_ptr<const TaskTarget> target;
  Payload input;  // what the worker gets
  std::optional<int64_t> timeout_s;
  std::optional<int64_t> heartbeat_s;
  std::string_view state_name;
  // lambda:invoke: of which `input` is the Payload, for who calls the Invoke API with them; and
  // whether they ask for what only that can do.
  Payload parameters = {};
  bool by_call_only = false;
  // Credentials: the ARN of the role as which the work is done, by whoever can; empty: none.
  std::string role = {};
};

// The task of this attempt is no longer wanted (timeout, stop): take it from the queue, tell its
// worker.
struct CancelTask {
  FrameId frame;
  EventId scheduled;
  uint64_t queue_number;
};

// The worker's result or failure of this attempt was accepted: its queue entry goes. A Task with a
// callback goes on without.
struct FinishTask {
  FrameId frame;
  EventId scheduled;
  uint64_t queue_number;
};

struct ArmTimer {
  FrameId frame;
  TimerKind kind;
  Millis due;         // kHeartbeat: the first deadline; the caller re-arms it at every heartbeat
  EventId scheduled;  // the attempt, for timers of a Task; kNone otherwise
};

struct CancelTimer {
  FrameId frame;
  TimerKind kind;  // not kHeartbeat: that goes with its task
  Millis due;      // as armed
};

// The execution has ended; its last event is the last of `events`.
struct EndExecution {
  ExecutionStatus status;
  Payload output;  // SUCCEEDED
  Error error;     // FAILED, ABORTED; empty for TIMED_OUT, as DescribeExecution shows it
};

using Effect =
    std::variant<ScheduleTask, CancelTask, FinishTask, ArmTimer, CancelTimer, EndExecution>;

struct FrameChange {
  FrameId id;
  std::optional<Frame> frame;  // nullopt: the frame is gone
};

// What a branch or iteration answered, kept until its Map or Parallel is over.
struct ResultKey {
  FrameId frame;   // of the Map or Parallel
  uint32_t index;  // number of the branch or iteration
  uint64_t ToInt() const { return uint64_t{static_cast<uint32_t>(frame)} << 32 | index; }
  friend bool operator==(const ResultKey&, const ResultKey&) = default;
  friend auto operator<=>(const ResultKey& a, const ResultKey& b) {
    return a.ToInt() <=> b.ToInt();
  }
};
struct ResultChange {
  ResultKey key;
  std::optional<Payload> result;  // nullopt: it is gone
};

struct Outcome {
  // Dense from ExecutionView::next_event. What an event shows because of its state alone is left
  // out: see ShowNames.
  std::vector<HistoryEvent> events;
  std::vector<FrameChange> frames;    // at most one change per frame
  std::vector<ResultChange> results;  // at most one change per key
  std::vector<Effect> effects;        // in the order they are to be acted on
  bool more = false;                  // cut at kEventsPerAdvanceMax: offer Continue in a later turn

  // Empties it but keeps what it has allocated, for the next one to be written there.
  void Clear() {
    events.clear();
    frames.clear();
    results.clear();
    effects.clear();
    more = false;
  }
};

// Something Advance must read is not in memory: bring it and offer the same signal again. Nothing
// was changed.
struct Need {
  std::vector<PayloadRef> payloads;
};

using Advanced = std::variant<Outcome, Need>;

}  // namespace asl
