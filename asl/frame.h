// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A frame is one running scope of an execution: the top-level machine, a Parallel branch or a Map
// iteration. An execution is a tree of frames; a frame's row is small and rewritten alone
// when it changes, so a transition costs the same whatever the history's length or the number of
// siblings. Plain data, owned by the execution that the partition holds; only Advance decides what
// a frame becomes.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "asl/payload.h"
#include "asl/time.h"

namespace asl {

class Json;

// A child's id is made of the event that began it: a Map iteration's …IterationStarted, or its
// Parallel's …StateStarted and the branch's number (see ChildFrame). Never used twice.
enum class FrameId : uint32_t { kRoot = 0 };
inline FrameId ChildFrame(EventId began, uint32_t branch) {
  return FrameId{static_cast<uint32_t>(ToInt(began)) << 16 | branch};
}

// Index of a state in its Program, which numbers the states of one scope in the definition's order
// and those of inner scopes after them. A revision's text never changes, so the index is stable in
// stored rows.
enum class StateIndex : uint32_t {};

// What a frame waits for. Stored: never renumber.
enum class Waiting : uint8_t {
  kNothing = 0,   // `more`: Advance was cut at its event limit, a Continue signal resumes here
  kTask = 1,      // a Task was scheduled; its answer, timeout or heartbeat comes
  kDelay = 2,     // a Wait state
  kRetry = 3,     // the interval before the next attempt of a Task, Map or Parallel
  kBranches = 4,  // the branches of a Parallel or the iterations of a Map
};

// The kinds of timer a frame can have; at most one of each at a time. Stored: never renumber.
enum class TimerKind : uint8_t {
  kDelay = 1,              // Wait state or retry interval
  kTaskTimeout = 2,        // TimeoutSeconds, counted from the Started event
  kHeartbeat = 3,          // volatile: lives in memory, begins again after a start of the process
  kExecutionTimeout = 4,   // the machine's TimeoutSeconds; belongs to the root frame
  kCallbackHeartbeat = 5,  // stored: whoever has the task token is no worker that would tell again
};

// The Task that the frame waits for. REQUIRES Waiting::kTask.
struct TaskInFlight {
  EventId scheduled =
      EventId::kNone;  // id of the …Scheduled event: names this attempt within the execution
  EventId started =
      EventId::kNone;  // id of the …Started event; kNone until a worker said `received`
  EventId submitted = EventId::kNone;  // id of the TaskSubmitted event: the worker is done, and the
                                       // frame waits for whoever has the task token
  uint32_t attempt = 1;                // 1 for the first attempt of this state visit
  std::optional<int64_t> timeout_s;    // resolved from TimeoutSeconds(Path)
  std::optional<int64_t> heartbeat_s;  // resolved from HeartbeatSeconds(Path); of a callback once
                                       // it is submitted
  std::string queue;  // the caller's: its task queue and the place in it; set when it acts on
  uint64_t queue_number = 0;  // ScheduleTask, carried unread by Advance
  friend bool operator==(const TaskInFlight&, const TaskInFlight&) = default;
};

// The branches of a Parallel, or the iterations of a Map, that the frame waits for. Only counters:
// what finished branches answered are rows of their own (see ResultChange). REQUIRES Waiting::kBranches.
struct Branches {
  EventId started = EventId::kNone;  // id of the …StateStarted event
  uint32_t total = 0;                // branches or iterations
  uint32_t next = 0;                 // number of the first one that has not begun
  uint32_t done = 0;                 // finished ones
  uint32_t limit = 0;                // Map: how many may run at once
  Payload items;                     // Map: the array
  uint32_t offset = 0;               // Map: where in the array's text the next item is looked for
  // The state's input once an ItemSelector has looked into it: parsed once for all items. Not
  // stored.
  std::shared_ptr<const Json> input;
};

// Context Object, Map.Item.
struct MapItem {
  uint32_t index = 0;
  Payload value;
};

// A workflow variable: a slice of what the event that assigned it has.
struct Variable {
  std::string name;
  Payload value;
};

struct Frame {
  FrameId id = FrameId::kRoot;
  FrameId parent = FrameId::kRoot;  // itself for the root
  uint32_t index = 0;               // number of the branch or iteration of its parent
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
  Millis timeout_due = kNever;    // due time of the armed kTaskTimeout timer
  Millis heartbeat_due = kNever;  // due time of the armed kCallbackHeartbeat timer
  std::optional<TaskInFlight> task;
  std::optional<Branches> branches;
  std::optional<MapItem> item;  // within a Map whose states may ask for it
  // Those assigned in this scope, by name. States also see those of the frames around, which do not
  // change while their branches run.
  std::vector<Variable> variables;
};

}  // namespace asl
