// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The callers of the API and what they remember: what was acknowledged to them and what they saw
// must still be so later, whatever crashed between. Reads only what clients may read, the durable
// view. Owned by the run, survives the simulated process; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/reads.h"
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

  // `task_tokens`: those that workers were asked to hand on, as they come. `may_be_gone`: whether
  // the retention of what ended then can be over.
  SimClient(Random* random, SimStore* store, Auditor* auditor, Checks* checks,
            const std::vector<std::string>* task_tokens, uint32_t partitions,
            std::function<bool(asl::Millis ended)> may_be_gone);

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
    bool gone = false;  // its retention is over
  };

  std::string Create(Process* process, const Definition& definition);
  std::string Update(Process* process);
  std::string Delete(Process* process);
  void OnChanged(std::string_view what, const absl::Status& status);
  // --- versions and aliases (client_versions.cc) ---
  std::string ChangeVersions(Process* process);
  void Aim(Process* process, engine::StartExecution& start);
  void CheckAim(const engine::ExecutionDescription& description);
  std::string StartNew(Process* process);
  std::string StartAgain(Process* process);
  void Start(Process* process, const Call& call);
  void OnStarted(const Call& call, const absl::StatusOr<engine::Started>& started);
  std::string Stop(Process* process);
  std::string UseToken(Process* process);
  std::string Probe(Process* process);
  std::string Look();
  void LookAt(engine::ExecutionNumber execution);
  bool MayBeGone(engine::ExecutionNumber execution) const;

  Random* const random_;
  SimStore* const store_;
  Auditor* const auditor_;
  Checks* const checks_;
  const std::vector<std::string>* const task_tokens_;
  const uint32_t partitions_;
  const std::function<bool(asl::Millis)> may_be_gone_;
  engine::Registry compiled_;  // every definition, whether the engine has it or not
  std::set<std::string> creating_;
  std::vector<Call> calls_;
  std::map<std::string, std::pair<engine::ExecutionNumber, std::string>>
      started_;  // name → execution, input
  // Name of an execution → version and revision that it may have begun with.
  std::map<std::string, std::set<std::pair<uint32_t, std::string>>> aims_;
  std::map<engine::ExecutionNumber, Seen> seen_;
  std::map<std::pair<engine::PartitionId, engine::PartitionId>, std::map<uint64_t, std::string>>
      probes_;
  uint64_t probed_ = 0;
};

}  // namespace sim
