// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a watcher is told of one execution, read from the durable view: where it is now, and the
// events that the watcher has not had yet. Never enters a partition's loop. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/history_event.h"
#include "engine/ids.h"
#include "engine/records.h"
#include "engine/registry.h"
#include "storage/store.h"

namespace engine {

// A frame that runs: the top level, a branch or an iteration.
struct RunningState {
  std::string name;
  asl::Millis entered;
  uint32_t attempt = 0;   // Tasks, from 1
  bool received = false;  // a worker has it
};

struct WatchUpdate {
  ExecutionNumber execution = ExecutionNumber::kNone;
  RevisionPtr revision;
  // Its status is kRunning until the update that tells the last event: an update with any other
  // status is the last one of its execution.
  ExecutionRow row;
  asl::EventId last_event = asl::EventId::kNone;
  std::vector<RunningState> running;      // at most kRunningStatesMax
  std::vector<asl::HistoryEvent> events;  // their payloads not loaded
  size_t bytes = 0;                       // what the events are about to take in a message
  bool more = false;                      // events were left for the next update
};

inline constexpr size_t kRunningStatesMax = 40;

struct WatchReading {
  std::string machine;  // only executions of this one; empty: of any
  bool events = false;
  asl::EventId from{1};  // the first event wanted
};

// nullopt: there is no such execution (any more), or it is another machine's. Cut at 1,000 events
// or about 256 KiB of them; the first is always taken.
absl::StatusOr<std::optional<WatchUpdate>> ReadUpdate(const storage::Reader& view,
                                                      const Registry& registry,
                                                      ExecutionNumber execution,
                                                      const WatchReading& wanted);

// Walks the executions that run, partition by partition, a portion at a time and each portion in a
// view of its own: only the place is kept.
class RunningScan {
 public:
  explicit RunningScan(uint32_t partitions) : partitions_(partitions) {}

  bool done() const { return partition_ == partitions_; }
  // Up to `count` more; fewer only when it is done.
  absl::StatusOr<std::vector<ExecutionNumber>> Next(const storage::Reader& view, size_t count);

 private:
  const uint32_t partitions_;
  PartitionId partition_ = 0;
  std::string from_;  // key in `frames` to go on at; empty: the partition's first
};

}  // namespace engine
