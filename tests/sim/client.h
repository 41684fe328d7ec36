// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The callers of the API and what they remember: what was acknowledged to them and what they saw
// must still be so later, whatever crashed between. Reads only what clients may read, the durable
// view. Owned by the run, survives the simulated process; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/registry.h"
#include "tests/sim/auditor.h"
#include "tests/sim/checks.h"
#include "tests/sim/process.h"
#include "tests/sim/random.h"
#include "tests/sim/store.h"

namespace sim {

class SimClient {
 public:
  static constexpr size_t kExecutionsMax = 40;

  SimClient(Random* random, SimStore* store, Auditor* auditor, Checks* checks, uint32_t partitions);

  // Asks for something or looks at something; answers what.
  std::string Act(Process* process);
  // Calls under way get no answer any more.
  void OnEngineCrashed() { creating_.clear(); }
  // Looks at everything it knows of.
  void LookAtAll();
  // REQUIRES: everything has ended. Messages between partitions arrived once, in order.
  void CheckProbes();

  size_t acknowledged() const { return started_.size(); }

 private:
  struct Call {
    std::string machine, name, input;
    bool fresh = false;
  };
  struct Seen {
    std::vector<std::string> events;
    bool ended = false;
  };

  std::string Create(Process* process, const Definition& definition);
  std::string StartNew(Process* process);
  std::string StartAgain(Process* process);
  void Start(Process* process, const Call& call);
  void OnStarted(const Call& call, const absl::StatusOr<engine::Started>& started);
  std::string Stop(Process* process);
  std::string Probe(Process* process);
  std::string Look();
  void LookAt(engine::ExecutionNumber execution);

  Random* const random_;
  SimStore* const store_;
  Auditor* const auditor_;
  Checks* const checks_;
  const uint32_t partitions_;
  engine::Registry compiled_;  // every definition, whether the engine has it or not
  std::set<std::string> creating_;
  std::vector<Call> calls_;
  std::map<std::string, std::pair<engine::ExecutionNumber, std::string>>
      started_;  // name → execution, input
  std::map<engine::ExecutionNumber, Seen> seen_;
  std::map<std::pair<engine::PartitionId, engine::PartitionId>, std::map<uint64_t, std::string>>
      probes_;
  uint64_t probed_ = 0;
};

}  // namespace sim
