// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The engine's housekeeping within a simulation: its passes over revisions and histories, and its
// barrier, during which everything else goes on. Owned by the run, one for each process; one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/history_sweep.h"
#include "engine/revision_sweep.h"
#include "tests/sim/checks.h"
#include "tests/sim/process.h"
#include "tests/sim/store.h"

namespace sim {

class Housekeeper {
 public:
  // `go_on`: one step of everybody else; false: nothing is left to happen.
  Housekeeper(Process* process, SimStore* store, Checks* checks, uint32_t partitions,
              int64_t retention_ms, std::function<bool()> go_on);

  // True: the next pass should come soon.
  bool Pass();

 private:
  std::optional<engine::SweepSurroundings::Clocks> Barrier();

  Process* const process_;
  Checks* const checks_;
  const uint32_t partitions_;
  const std::function<bool()> go_on_;
  engine::SweepSurroundings surroundings_;
  engine::HistorySweep history_;
};

}  // namespace sim
