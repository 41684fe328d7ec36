// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A scripted worker behind a simulated connection to the real Pool. It keeps the promises that a
// worker owes (it lists what it holds, keeps a result until it is acknowledged, runs a token once)
// and otherwise misbehaves as drawn: silent, late, answering twice, with stale and forged tokens,
// hanging up, dying with everything it knew. Owned by the run, survives the simulated engine; one
// thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/auditor.h"
#include "tests/sim/checks.h"
#include "tests/sim/random.h"
#include "workers/pool.h"

namespace sim {

// What all workers share.
struct WorkerWorld {
  Random* random;
  Auditor* auditor;
  Checks* checks;
  uint32_t slots;
  std::set<std::string> received;             // every token that any worker process ever got
  std::vector<std::string> task_tokens = {};  // that functions were asked to hand on
  uint64_t executed = 0;
};

class SimWorker {
 public:
  SimWorker(WorkerWorld* world, size_t number, std::vector<std::string> queues);

  // Some step makes sense now. `faults`: it may also misbehave.
  bool CanAct(bool faults) const;
  // REQUIRES: CanAct. Answers what it did.
  std::string Act(workers::Pool* pool, bool faults);

  // The connection breaks; the engine hears of it later, by itself.
  void HangUp();
  // The process ends with everything it knew, and another takes its place.
  void Die();
  // The engine is gone.
  void OnEngineCrashed();

  bool connected() const { return link_ != nullptr; }
  bool busy() const { return !jobs_.empty(); }

 private:
  struct Link;
  struct Job {
    std::string queue;
    uint32_t heartbeat_s = 0;
    bool told = false;                      // `received` was sent
    std::optional<workers::Answer> result;  // kept until acknowledged
    bool sent = false;                      // on this connection
  };

  std::string Connect(workers::Pool* pool);
  std::string Receive();
  std::string Deliver(workers::Pool* pool);
  std::string Work(bool faults);
  std::string Misbehave();
  std::string WorkOn(const std::string& token, Job& job, bool faults);
  bool HasWork(const Job& job, bool faults) const;
  void Take(const workers::TaskRequest& request);
  void HandOn(const workers::TaskRequest& request);
  void Acknowledged(const workers::Acknowledgement& acknowledgement);
  workers::Answer Finish(const std::string& token, bool faults);
  void Say(workers::Answer answer);
  void Tell(const workers::Answer& answer);  // the auditor, of a result

  WorkerWorld* const w_;
  const size_t number_;
  const std::vector<std::string> queues_;
  uint64_t generation_ = 1;
  uint64_t answers_ = 0;
  std::string instance_;
  std::shared_ptr<Link> link_;
  workers::SessionId session_ = 0;
  std::vector<workers::SessionId> hung_up_;  // the engine does not know yet
  std::deque<workers::Answer> to_engine_;
  std::map<std::string, Job> jobs_;
  std::deque<std::string> old_tokens_;
};

}  // namespace sim
