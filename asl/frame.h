// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A frame is one running scope of an execution: the top-level machine, and later a Parallel branch
// or a Map iteration. An execution is a tree of frames; a frame's row is small and rewritten alone
// when it changes, so a transition costs the same whatever the history's length or the number of
// siblings. Plain data, owned by the execution that the partition holds; only Advance decides what
// a frame becomes.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "asl/payload.h"
#include "asl/time.h"

namespace asl {

enum class FrameId : uint32_t { kRoot = 0 };

// Index of a state in Program::states(), which numbers them in the definition's order, depth first.
// A revision's text never changes, so the index is stable in stored rows.
enum class StateIndex : uint32_t {};

// What a frame waits for. Stored: never renumber.
enum class Waiting : uint8_t {
  kNothing = 0,  // `more`: Advance was cut at its event limit, a Continue signal resumes here
  kTask = 1,     // a Task was scheduled; its answer, timeout or heartbeat comes
  kDelay = 2,    // a Wait state
  kRetry = 3,    // the interval before a Task's next attempt
};

// The kinds of timer a frame can have; at most one of each at a time. Stored: never renumber.
enum class TimerKind : uint8_t {
  kDelay = 1,             // Wait state or retry interval
  kTaskTimeout = 2,       // TimeoutSeconds, counted from the Started event
  kHeartbeat = 3,         // volatile: lives in memory, begins again after a start of the process
  kExecutionTimeout = 4,  // the machine's TimeoutSeconds; belongs to the root frame
};

// The Task that the frame waits for. REQUIRES Waiting::kTask.
struct TaskInFlight {
  EventId scheduled =
      EventId::kNone;  // id of the …Scheduled event: names this attempt within the execution
  EventId started =
      EventId::kNone;    // id of the …Started event; kNone until a worker said `received`
  uint32_t attempt = 1;  // 1 for the first attempt of this state visit
  std::optional<int64_t> timeout_s;    // resolved from TimeoutSeconds(Path)
  std::optional<int64_t> heartbeat_s;  // resolved from HeartbeatSeconds(Path)
  std::string queue;  // the caller's: its task queue and the place in it; set when it acts on
  uint64_t queue_number = 0;  // ScheduleTask, carried unread by Advance
  friend bool operator==(const TaskInFlight&, const TaskInFlight&) = default;
};

struct Frame {
  FrameId id = FrameId::kRoot;
  FrameId parent = FrameId::kRoot;  // itself for the root
  StateIndex state{};
  Waiting waiting = Waiting::kNothing;
  EventId entered = EventId::kNone;     // id of the current state's …StateEntered event
  Millis entered_at;                    // its time (Context Object, State.EnteredTime)
  EventId last_event = EventId::kNone;  // what the frame's next event names as previousEventId
  Payload input;                        // the current state's raw input
  std::vector<uint32_t>
      retries;                // attempts used, per Retrier of the current state (empty: none used)
  uint32_t retry_count = 0;   // all retries of this state visit (Context Object, State.RetryCount)
  Millis delay_due = kNever;  // due time of the armed kDelay timer; kNever: not armed
  Millis timeout_due = kNever;  // due time of the armed kTaskTimeout timer
  std::optional<TaskInFlight> task;
};

}  // namespace asl
