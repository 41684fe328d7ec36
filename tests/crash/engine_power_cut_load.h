// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The clients of the engine whose power is cut: they start executions of a few small definitions,
// repeat starts that may have been lost, page through histories, describe and stop, and tell
// Outside what they were told. Stateless functions; the caller's thread and threads of their own,
// which end before they return.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "engine/engine.h"
#include "tests/crash/engine_power_cut_outside.h"

namespace crash {

// What clients wait at: replies come through it, and it shuts when the engine says that its store
// failed, after which no reply need come. Outlives the engine. Any thread.
class Gate {
 public:
  void Shut(const absl::Status& failure, uint64_t last_durable_seq);
  // Changes what somebody waits for.
  void Do(const std::function<void()>& change);
  // Until `done`, or shut: false. Overdue after kPatience: false too, and noted.
  bool WaitFor(const std::function<bool()>& done);

  // To be read when the engine is gone, but for shut().
  bool shut() const;
  bool overdue() const { return overdue_; }
  int failures() const { return failures_; }
  const absl::Status& failure() const { return failure_; }
  uint64_t last_durable_seq() const { return last_durable_seq_; }

  static constexpr std::chrono::seconds kPatience{60};

 private:
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  int failures_ = 0;
  absl::Status failure_;
  uint64_t last_durable_seq_ = 0;
  bool overdue_ = false;
};

// Repeats what no reply came to and some of what was acknowledged, places `fresh` new orders, and
// looks at executions between. Returns when all have been answered, or the gate is shut.
void RunClients(engine::Engine& engine, Gate& gate, Outside& outside, uint64_t seed,
                uint64_t fresh);

// Until every execution has ended; false when the gate shut or it takes too long.
bool AwaitEnds(engine::Engine& engine, Gate& gate, const Outside& outside);

}  // namespace crash
