// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One simulated run: a seed, a virtual clock, one thread; the real partitions, interpreter,
// records, loader and pool.
//
// Must be survived: a crash between any two steps that keeps any prefix of what was written with
// all that was synced (of each partition's, when they are independent); syncs and loads that take
// long; workers that are silent, late, hang up, come back, answer twice or with stale and forged
// tokens, or die; messages between partitions repeated and reordered; the wall clock jumping either
// way. Faults that must stop the process (a failed write or sync) are not injected here: the
// committer's tests do.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/auditor.h"
#include "tests/sim/checks.h"
#include "tests/sim/choice.h"
#include "tests/sim/client.h"
#include "tests/sim/housekeeper.h"
#include "tests/sim/options.h"
#include "tests/sim/process.h"
#include "tests/sim/random.h"
#include "tests/sim/sabotage.h"
#include "tests/sim/store.h"
#include "tests/sim/trace.h"
#include "tests/sim/worker.h"

namespace sim {

class Run {
 public:
  explicit Run(const Options& options);

  // Until everything has ended or a check failed. True: no check failed.
  bool Execute();

  const Checks& checks() const { return checks_; }
  const Trace& trace() const { return trace_; }
  struct Totals {
    uint64_t steps = 0, turns = 0, crashes = 0, messages = 0, executions = 0, events = 0, tasks = 0;
  };
  Totals totals() const;
  uint32_t partitions() const { return partitions_; }

 private:
  void Step();
  bool Settle();  // one step of a world without faults; false: nothing is left to happen now
  void Finish();
  void Retire();
  void Do(const Choice& choice);
  void AddWorkers(Choices* choices) const;
  std::string MoveClock();
  std::string Break();
  std::string Crash();
  std::string DescribeOpen() const;
  void BeginProcess();

  const Options options_;
  Random random_;
  Checks checks_;
  Trace trace_;
  Sabotage sabotage_;
  const uint32_t partitions_;
  const int64_t retention_ms_;  // so short in some runs that executions go while others come
  asl::Millis wall_{1'700'000'000'000};
  asl::Millis wall_max_ = wall_;
  bool faults_ = true;
  bool slow_disk_ = false;
  std::unique_ptr<SimStore> store_;
  Auditor auditor_;
  WorkerWorld worker_world_;
  std::vector<SimWorker> workers_;
  SimClient client_;
  std::unique_ptr<Process> process_;
  std::unique_ptr<Housekeeper> housekeeper_;  // of process_
  uint64_t crashes_ = 0;
  uint64_t messages_ = 0;  // of processes that are gone
  uint64_t turns_ = 0;
};

}  // namespace sim
