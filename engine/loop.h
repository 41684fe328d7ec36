// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A Loop is one thread that runs its partitions: it waits for whatever can wake any of them, lets
// each take a turn, hands the turns' batches to the committer together, and lets effects leave when
// their batch is durable. The only lock is at its mailbox, taken once per wake-up.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "engine/clock.h"
#include "engine/crash_marks.h"
#include "engine/loader.h"
#include "engine/partition.h"
#include "engine/ports.h"
#include "engine/registry.h"
#include "storage/commit.h"
#include "workers/pool.h"

namespace engine {

// What a loop calls outside itself; all any-thread.
struct LoopSurroundings {
  Clock* clock = nullptr;
  storage::Committer* committer = nullptr;  // set before Start
  workers::Pool* pool = nullptr;
  Loader* loader = nullptr;
  Registry* registry = nullptr;
  std::function<void(PartitionId, Command)> post;  // to any partition
  std::function<void(ExecutionNumber)> announce_end;
  CrashMarks* marks = nullptr;  // null: none are kept
};

class Loop : private Ports {
 public:
  Loop(LoopSurroundings* surroundings, uint32_t index);
  ~Loop() override;

  // REQUIRES: before Start. Takes the partition; its Ports are this loop's.
  Partition& Add(const PartitionOptions& options);
  void Start();
  void Stop();  // after the current iteration; idempotent

  // Any thread.
  void Post(PartitionId partition, Command command);
  void Post(std::vector<std::pair<PartitionId, Command>> commands);
  void OnApplied(storage::CommitNotice notice);
  void OnDurable(storage::CommitNotice notice);

  // After Stop.
  Partition::Counters counters() const;

 private:
  struct Mail {
    std::vector<std::pair<PartitionId, Command>> commands;
    std::vector<storage::CommitNotice> applied;
    std::vector<storage::CommitNotice> durable;
    bool empty() const { return commands.empty() && applied.empty() && durable.empty(); }
  };

  void Run();
  bool WaitForMail(Mail& mail);
  void Deliver(Mail& mail);
  void TakeTurns();
  void SendOutgoing();
  Partition& At(PartitionId id) { return *partitions_.at(id); }

  // Ports
  std::optional<workers::Slot> TakeSlot(const std::string& queue, PartitionId partition) override;
  void ReturnSlot(workers::SessionId session) override;
  void Load(PartitionId partition, LoadRequest request) override;
  void Release(PartitionId partition, std::vector<Effect> effects) override;
  void WorkingOn(ExecutionNumber execution) override;
  uint64_t Random() override { return SystemRandom(); }
  RevisionPtr FindRevision(const std::string& id) const override;

  // Constant after Start.
  LoopSurroundings* const surroundings_;
  const uint32_t index_;
  std::map<PartitionId, std::unique_ptr<Partition>> partitions_;

  // The loop's thread only.
  workers::Pool::Client slots_;
  std::map<workers::SessionId, workers::Outgoing> outgoing_;
  std::deque<storage::CommitNotice> submissions_;  // the last batch of each that is not durable yet

  // Guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable wake_;
  Mail mail_;
  bool stopping_ = false;
  bool sleeping_ = false;

  std::thread thread_;
};

}  // namespace engine
