// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One partition of the real engine over the memory store, for tests that go where the seeds of the
// simulation are too small or too short: the test says what happens next and moves the clock. One
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/sim/auditor.h"
#include "tests/sim/checks.h"
#include "tests/sim/definitions.h"
#include "tests/sim/process.h"
#include "tests/sim/random.h"
#include "tests/sim/sabotage.h"
#include "tests/sim/store.h"

namespace sim {

class ByHand {
 protected:
  explicit ByHand(int64_t retention_ms = engine::kNameKeptMs, uint32_t slots = 1);
  virtual ~ByHand();

  // "OK" or why not. `definition` tells the auditor what must be true of its histories; null: what
  // is true of any.
  std::string Create(const std::string& machine, const std::string& text,
                     const Definition* definition = nullptr);
  // "started" or why not.
  std::string Start(const std::string& machine, const std::string& name, std::string input = "{}");
  // Everything that can happen without workers and without time.
  void Pump();
  // As a clock does: stops at every moment when something is due.
  void Pass(int64_t ms);
  void Begin();  // a process over what the store holds
  // What was synced is there for the next process, which begins at once.
  void Crash();
  virtual void OnCrash() {}  // no process runs; the store is what the next one will find

  std::string Failure() const { return checks_.rule() + ": " + checks_.found(); }

  Random random_{1};
  Checks checks_;
  Auditor auditor_{&checks_};
  Sabotage sabotage_{Plant::kNone, &random_};
  asl::Millis wall_{1'700'000'000'000};
  bool faults_ = false;
  std::unique_ptr<SimStore> store_;
  std::unique_ptr<Process> process_;
  uint32_t slots_;  // of a worker at most, from the next process on

 private:
  const int64_t retention_ms_;
};

}  // namespace sim
