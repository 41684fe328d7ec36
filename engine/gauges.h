// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What an operator may see of partitions at work, as numbers of one moment. Each loop adds its
// partitions up and publishes the sum a few times a second; who asks gets that sum and disturbs
// nobody. Plain data.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "asl/time.h"

namespace engine {

struct QueueGauges {
  uint64_t waiting = 0;
  bool more_waiting = false;  // than were counted: rows from before the start, not read yet
  uint64_t assigned = 0;
};

struct Gauges {
  // Counted since the process started.
  uint64_t transitions = 0;
  uint64_t turns = 0;
  uint64_t executions_started = 0;
  uint64_t executions_ended = 0;

  uint64_t inbox = 0;      // commands that wait for a turn
  uint64_t inbox_max = 0;  // of the partition that has most
  uint64_t executions_cached = 0;
  uint64_t cache_bytes = 0;
  uint64_t messages = 0;  // to other partitions, not applied yet
  uint64_t parked = 0;
  asl::Millis next_timer = asl::kNever;  // of those in memory
  std::map<std::string, QueueGauges> queues;

  void Add(const Gauges& other) {
    transitions += other.transitions;
    turns += other.turns;
    executions_started += other.executions_started;
    executions_ended += other.executions_ended;
    inbox += other.inbox;
    inbox_max = std::max(inbox_max, other.inbox_max);
    executions_cached += other.executions_cached;
    cache_bytes += other.cache_bytes;
    messages += other.messages;
    parked += other.parked;
    next_timer = std::min(next_timer, other.next_timer);
    for (const auto& [name, queue] : other.queues) {
      queues[name].waiting += queue.waiting;
      queues[name].more_waiting |= queue.more_waiting;
      queues[name].assigned += queue.assigned;
    }
  }
};

}  // namespace engine
