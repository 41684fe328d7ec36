// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What is done now and then, beside the loops and over all partitions: the end of revisions and
// state machines, the history of executions that are no more, and tables in quiet moments. One
// thread; what changes anything is posted as a command. Owned by the engine.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "engine/history_sweep.h"
#include "engine/quiet_moment.h"
#include "engine/revision_sweep.h"

namespace engine {

class Housekeeping {
 public:
  // What it needs of a store that has tables.
  struct Tables {
    std::function<uint64_t()> bytes_written;  // to the log, since the process started
    std::function<absl::Status()> write;
  };
  // `surroundings` without its barrier, which is this object's; `tables` may be empty.
  Housekeeping(SweepSurroundings surroundings, HistorySweep history, Tables tables);
  ~Housekeeping();

  void Nudge();  // there is something to do; any thread
  // Before the loops stop: answers that they owe then never come. Idempotent.
  void Stop();

 private:
  void Run();
  bool Pass();  // true: the next one should come soon
  void LookForQuiet();
  std::optional<SweepSurroundings::Clocks> Barrier();

  SweepSurroundings surroundings_;
  HistorySweep history_;
  const Tables tables_;
  QuietMoment quiet_;
  struct Shared;
  const std::shared_ptr<Shared> shared_;  // with answers to a barrier that may come after the end
  std::thread thread_;
};

}  // namespace engine
