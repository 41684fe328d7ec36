// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What one Advance asks of the world. Events and frames are to be persisted in one atomic batch;
// effects may be acted on only after that batch is durable (timers and queue entries are rows of
// the same batch). Plain data, valid while the Program lives.
#pragma once

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
  TaskTarget target;  // which kind of worker, and the name it registers
  Payload input;      // what the worker gets
  std::optional<int64_t> timeout_s;
  std::optional<int64_t> heartbeat_s;
  std::string_view state_name;
};

// The task of this attempt is no longer wanted (timeout, stop): take it from the queue, tell its
// worker.
struct CancelTask {
  FrameId frame;
  EventId scheduled;
  uint64_t queue_number;
};

// The result or failure of this attempt was accepted: its queue entry goes.
struct FinishTask {
  FrameId frame;
  EventId scheduled;
  uint64_t queue_number;
};

struct ArmTimer {
  FrameId frame;
  TimerKind kind;
  Millis due;         // kHeartbeat: the first deadline; the caller re-arms it at every heartbeat
  EventId scheduled;  // the attempt, for kTaskTimeout and kHeartbeat; kNone otherwise
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

struct Outcome {
  std::vector<HistoryEvent> events;  // dense from ExecutionView::next_event
  std::vector<FrameChange> frames;   // at most one change per frame
  std::vector<Effect> effects;       // in the order they are to be acted on
  bool more = false;                 // cut at kEventsPerAdvanceMax: offer Continue in a later turn
};

// Something Advance must read is not in memory: bring it and offer the same signal again. Nothing
// was changed.
struct Need {
  std::vector<PayloadRef> payloads;
};

using Advanced = std::variant<Outcome, Need>;

}  // namespace asl
