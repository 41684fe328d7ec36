// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One life of the engine's process: real partitions, pool and registry, with everything that
// threads do in loop.cc, engine.cc and loader.cc turned into steps. A crash is the end of this
// object; what it owed is gone with it. What is in order in reality (events of the pool, notices,
// what goes to one session) is so here, everything else is drawn.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/partition.h"
#include "engine/ports.h"
#include "engine/registry.h"
#include "tests/sim/auditor.h"
#include "tests/sim/checks.h"
#include "tests/sim/choice.h"
#include "tests/sim/random.h"
#include "tests/sim/sabotage.h"
#include "tests/sim/store.h"
#include "workers/pool.h"

namespace sim {

// What a process is put into; all of it outlives the process.
struct Surroundings {
  SimStore* store;
  Random* random;
  Auditor* auditor;
  Checks* checks;
  Sabotage* sabotage;
  uint32_t partitions;
  uint32_t slots;  // that every worker grants
  const asl::Millis* wall;
  const bool* faults;  // messages are repeated and reordered, turns cut short, caches small
  // How long ended executions are kept; by default for longer than a simulation lasts.
  int64_t retention_ms = int64_t{36'500} * 86'400'000;
};

class Process : private engine::Ports, private workers::Events {
 public:
  explicit Process(const Surroundings& surroundings);
  ~Process() override;

  void Start();  // recovers from the store

  void List(Choices* choices) const;
  std::string Do(const Choice& choice);  // answers what was done, in a few words

  void Post(engine::PartitionId partition, engine::Command command);
  workers::Pool& pool() { return pool_; }
  const engine::Registry& registry() const { return registry_; }
  engine::Registry* mutable_registry() { return &registry_; }  // for housekeeping
  asl::Millis NextWake() const;
  // Nothing is on its way anywhere.
  bool Idle() const;
  // REQUIRES: every execution has ended and nothing is on its way.
  void CheckSlotsReturned();
  uint64_t messages() const { return messages_; }
  uint64_t turns() const { return turns_; }
  size_t reads_waiting(engine::PartitionId partition) const {
    return inboxes_.at(partition).reads.size();
  }

 private:
  struct Inbox {
    std::deque<engine::Command> pool;        // in order
    std::vector<engine::Command> loose;      // in any order
    std::vector<engine::LoadRequest> reads;  // in any order
    std::deque<storage::CommitNotice> applied, durable;
  };
  struct SessionFacts {
    std::string instance;
    int64_t taken = 0;
    int64_t allowed = 0;
  };

  std::string DoIt(const Choice& choice);
  std::string TakeTurn(engine::PartitionId id);
  std::string Deliver(engine::PartitionId id);
  std::string Read(engine::PartitionId id);
  std::string Notice(engine::PartitionId id);
  std::string Send();
  void CheckDispatch(const workers::TaskRequest& request);
  void SlotTaken(workers::SessionId session);
  engine::PartitionId OwnerOfToken(const std::string& token) const;
  std::string InstanceOf(workers::SessionId session) const;

  // engine::Ports
  std::optional<workers::Slot> TakeSlot(const std::string& queue,
                                        engine::PartitionId partition) override;
  void ReturnSlot(workers::SessionId session) override;
  void Load(engine::PartitionId partition, engine::LoadRequest request) override;
  void Release(engine::PartitionId partition, std::vector<engine::Effect> effects) override;
  uint64_t Random() override { return s_.random->Next(); }
  bool MayStart(const std::string& revision) const override { return registry_.MayStart(revision); }
  engine::RevisionPtr FindRevision(const std::string& id) const override {
    return registry_.FindRevision(id);
  }

  // workers::Events
  void OnConnected(const workers::Slot& worker, std::vector<workers::Held> held) override;
  void OnAnswers(workers::SessionId session, std::vector<workers::Answer> answers) override;
  void OnLost(const workers::Slot& worker) override;
  void OnSlot(uint32_t partition, const std::string& queue, workers::Slot slot) override;

  const Surroundings s_;
  workers::Pool pool_;
  workers::Pool::Client slots_;
  engine::Registry registry_;
  std::vector<std::unique_ptr<engine::Partition>> partitions_;
  std::vector<Inbox> inboxes_;
  std::map<workers::SessionId, workers::Outgoing> outgoing_;
  std::map<workers::SessionId, SessionFacts> sessions_;
  std::string dispatched_;  // by the step under way, for its line
  uint64_t messages_ = 0;
  uint64_t turns_ = 0;
};

}  // namespace sim
