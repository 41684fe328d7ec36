// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The Engine is the durable runtime as a library: a directory opened, its partitions running on
// their loops, a pool that workers connect to. `asld` is a small main over it; a C++ program embeds
// it the same way:
//
//   auto engine = engine::Engine::Open({.data_dir = "data"});
//   workers::InProcessWorker worker(&(*engine)->pool(), …);
//   engine::api::StartExecution(**engine, {.state_machine = "order", .input = "{}"}, reply);
//
// What can be asked of it is in engine/api/. Thread-safe but for Stop, which its owner calls once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/clock.h"
#include "engine/loader.h"
#include "engine/loop.h"
#include "engine/registry.h"
#include "engine/waiters.h"
#include "storage/commit.h"
#include "storage/store.h"
#include "workers/pool.h"

namespace engine {

struct EngineOptions {
  std::string data_dir;
  uint32_t partitions =
      kPartitionsDefault;  // fixed when the directory is created; ignored afterwards
  uint32_t loops = 0;      // threads that run partitions; 0: one per core
  ArnScope scope;
  int64_t lease_ms = 10'000;
  size_t cache_bytes = 256u << 20;  // executions in memory, over all partitions
  std::set<std::string> redeliver;  // queues with on_worker_lost: redeliver
  bool accept_loss = false;
  storage::SyncMode sync = storage::SyncMode::kPipelined;
  // Called once when the store fails: must end the process, since nothing may leave it any more.
  // The default prints one line and exits with code 74.
  std::function<void(const absl::Status&, uint64_t last_durable_seq)> on_store_failed;
};

class Engine : private storage::CommitListener, private workers::Events {
 public:
  // Opens or creates the data directory, recovers, and starts the loops. Errors say what to do.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(EngineOptions options);
  // The same over a store that is open already (tests); `data_dir` may be empty then.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(EngineOptions options,
                                                      std::unique_ptr<storage::Store> store);
  ~Engine() override;

  // Ends the loops, then writes and syncs what they handed over. Replies of what was not processed
  // never come.
  void Stop();

  workers::Pool& pool() { return pool_; }
  Registry& registry() { return registry_; }
  Waiters& waiters() { return waiters_; }
  Clock& clock() { return SystemClock(); }
  const ArnScope& scope() const { return options_.scope; }
  uint32_t partitions() const { return partitions_; }
  storage::View durable_view() const { return committer_->durable_view(); }

  void Post(PartitionId partition, Command command);  // to the inbox of a partition
  void Post(std::vector<std::pair<PartitionId, Command>> commands);

  struct Counters {
    storage::Committer::Counters commits;
    Partition::Counters partitions;
  };
  Counters counters() const;  // REQUIRES: after Stop

 private:
  Engine(EngineOptions options, std::unique_ptr<storage::Store> store);
  absl::Status Start();
  absl::Status FixSettings();
  Loop& LoopOf(PartitionId partition) { return *loops_[partition % loops_.size()]; }

  // storage::CommitListener
  void OnApplied(std::span<const storage::CommitNotice> notices) override;
  void OnDurable(std::span<const storage::CommitNotice> notices) override;
  void OnFailed(const absl::Status& status, uint64_t last_durable_seq) override;

  // workers::Events
  void OnConnected(const workers::Slot& worker, std::vector<workers::Held> held) override;
  void OnAnswers(workers::SessionId session, std::vector<workers::Answer> answers) override;
  void OnLost(const workers::Slot& worker) override;
  void OnSlot(uint32_t partition, const std::string& queue, workers::Slot slot) override;

  EngineOptions options_;
  uint32_t partitions_ = 0;
  std::string token_key_;
  std::unique_ptr<storage::Store> store_;
  Registry registry_;
  Waiters waiters_;
  workers::Pool pool_;
  std::unique_ptr<storage::Committer> committer_;
  std::unique_ptr<Loader> loader_;
  std::unique_ptr<CrashMarks> marks_;  // null without a data directory
  LoopSurroundings surroundings_;
  std::vector<std::unique_ptr<Loop>> loops_;
  bool stopped_ = false;
};

}  // namespace engine
