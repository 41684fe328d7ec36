// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A Loop is one thread that runs its partitions: it waits for whatever can wake any of them, lets
// each take a turn, hands the turns' batches to the committer together, and lets effects leave when
// their batch is durable. The only lock is at its mailbox, taken once per wake-up.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/clock.h"
#include "engine/crash_marks.h"
#include "engine/gauges.h"
#include "engine/held_wakes.h"
#include "engine/loader.h"
#include "engine/partition.h"
#include "engine/ports.h"
#include "engine/registry.h"
#include "engine/resources.h"
#include "engine/routes.h"
#include "engine/watch.h"
#include "storage/commit.h"
#include "workers/pool.h"
#include "workers/services.h"

namespace engine {

// What a loop calls outside itself; all any-thread.
struct LoopSurroundings {
  Clock* clock = nullptr;
  storage::Committer* committer = nullptr;  // set before Start
  workers::Pool* pool = nullptr;
  workers::Services* services = nullptr;
  const RouteTable* routes = nullptr;
  Loader* loader = nullptr;
  Registry* registry = nullptr;
  Resources* resources = nullptr;
  Watches* watches = nullptr;                      // set before Start
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
  // Of the notices those about its own partitions.
  void OnApplied(std::span<const storage::CommitNotice> notices);
  void OnDurable(std::span<const storage::CommitNotice> notices);

  // Commands that no turn has taken yet. Any thread.
  size_t waiting() const { return waiting_; }

  // What was published last, at most a tenth of a second ago while it works. Any thread; takes no
  // lock that the loop waits for longer than a copy.
  Gauges gauges() const;

  // After Stop.
  Partition::Counters counters() const;

 private:
  struct Mail {
    std::vector<std::pair<PartitionId, Command>> commands;
    std::vector<storage::CommitNotice> applied;
    std::vector<storage::CommitNotice> durable;
    bool empty() const { return commands.empty() && applied.empty() && durable.empty(); }
  };

  bool TakeOwn(std::span<const storage::CommitNotice> notices,
               std::vector<storage::CommitNotice>& into) const;
  void Run();
  bool WaitForMail(Mail& mail);
  void Deliver(Mail& mail);
  void TakeTurns();
  void SendOutgoing();
  void CountTaken();
  void PublishGauges();
  Partition& At(PartitionId id) { return *partitions_.at(id); }

  // Ports
  std::string QueueFor(const asl::TaskTarget& target, bool by_call_only) override;
  std::optional<workers::Slot> TakeSlot(const std::string& queue, PartitionId partition) override;
  void ReturnSlot(workers::SessionId session) override;
  void Load(PartitionId partition, LoadRequest request) override;
  void Release(PartitionId partition, std::vector<Effect> effects) override;
  void WorkingOn(ExecutionNumber execution) override;
  uint64_t Random() override { return SystemRandom(); }
  RevisionPtr FindRevision(const std::string& id) const override;
  bool MayStart(const std::string& revision) const override;
  bool ActivityExists(const std::string& name) const override;

  // Constant after Start.
  LoopSurroundings* const surroundings_;
  const uint32_t index_;
  std::map<PartitionId, std::unique_ptr<Partition>> partitions_;

  // The loop's thread only.
  workers::Pool::Client slots_;
  std::unordered_set<std::string> served_;  // queues of calls that the services have heard of
  RoutesPtr routes_;
  uint64_t routes_seen_ = 0;
  mutable Resources::Known activities_;
  std::map<workers::SessionId, workers::Outgoing> outgoing_;
  std::vector<ExecutionChanged> changed_;          // to be told to watches
  std::deque<storage::CommitNotice> submissions_;  // the last batch of each that is not durable yet
  size_t queued_ = 0;                              // commands in the partitions' queues
  int64_t published_us_ = 0;                       // when gauges_ was written
  bool unpublished_ = true;                        // something may have changed since then

  const Sleeper wake_ = std::make_shared<std::condition_variable>();
  std::atomic<size_t> waiting_ = 0;  // commands in mail_ and in the partitions' queues

  // Guarded by mutex_.
  std::mutex mutex_;
  Mail mail_;
  bool stopping_ = false;
  bool sleeping_ = false;

  mutable std::mutex gauges_mutex_;
  Gauges gauges_;  // guarded by gauges_mutex_

  std::thread thread_;
};

}  // namespace engine
