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
#include "engine/activity_polls.h"
#include "engine/clock.h"
#include "engine/disk_space.h"
#include "engine/housekeeping.h"
#include "engine/loader.h"
#include "engine/loop.h"
#include "engine/page_token.h"
#include "engine/registry.h"
#include "engine/resources.h"
#include "engine/routes.h"
#include "engine/source_board.h"
#include "engine/waiters.h"
#include "engine/watch.h"
#include "storage/commit.h"
#include "storage/rocks_store.h"
#include "storage/store.h"
#include "workers/pool.h"
#include "workers/services.h"

namespace engine {

struct EngineOptions {
  std::string data_dir;
  uint32_t partitions =
      kPartitionsDefault;  // fixed when the directory is created; ignored afterwards
  uint32_t loops = 0;      // threads that run partitions; 0: one per core
  ArnScope scope;
  int64_t retention_ms = kNameKeptMs;  // how long an ended execution is kept
  int64_t lease_ms = 10'000;
  size_t inbox_max = 20'000;        // commands that may wait before new executions are refused
  size_t cache_bytes = 256u << 20;  // executions in memory, over all partitions
  std::set<std::string> redeliver;  // queues with on_worker_lost: redeliver
  uint64_t min_free = 1 << 30;      // bytes of disk; below it new work is refused; 0: never
  RouteTable::Source routes;        // where they are read, now and by ReloadRoutes; may be empty
  int64_t poll_ms = 60'000;         // how long GetActivityTask waits for a task, as on AWS
  size_t pollers_max = 1'000;       // of one activity at a time, as on AWS
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

  // Lets calls of services that are under way end, for a few seconds. Ends the loops, then writes and syncs what they handed over. Replies of what was not processed
  // never come.
  void Stop();

  workers::Pool& pool() { return pool_; }
  // Which functions go where; every Task that is scheduled from now on, every call that begins.
  absl::Status ReloadRoutes();
  RoutesPtr routes() const { return routes_.get(); }
  workers::Services& services() { return services_; }  // those that this process calls
  Registry& registry() { return registry_; }
  Resources& resources() { return resources_; }
  ActivityPolls& polls() { return *polls_; }
  Waiters& waiters() { return waiters_; }
  Watches& watches() { return *watches_; }
  SourceBoard& source_board() { return source_board_; }
  Housekeeping& housekeeping() { return *housekeeping_; }
  Clock& clock() { return SystemClock(); }
  // Not OK: new work is refused now. Not for a loop.
  absl::Status CheckDiskSpace();
  // More waits than a small machine does in a second or two: whoever opens a door to the world
  // refuses new executions, at once, so that what was taken in goes on as fast as it can. Cheap.
  bool IsBehind() const;
  const ArnScope& scope() const { return options_.scope; }
  const PageTokens& page_tokens() const { return page_tokens_; }
  uint32_t partitions() const { return partitions_; }
  storage::View durable_view() const { return committer_->durable_view(); }

  void Post(PartitionId partition, Command command);  // to the inbox of a partition
  void Post(std::vector<std::pair<PartitionId, Command>> commands);

  const std::string& data_dir() const { return options_.data_dir; }
  uint64_t disk_min_free() const { return options_.min_free; }  // bytes; 0: no limit
  asl::Millis started() const { return started_; }
  // One moment's numbers: partitions' as published, the rest as it is now. Any thread until Stop.
  struct Moment {
    Gauges partitions;
    storage::Committer::Counters commits;
    uint64_t loads = 0;  // reads under way for partitions
    uint32_t loops = 0;
  };
  Moment moment() const;

  // A copy of everything durable, taken while the engine works: see storage::RocksStore::BackUp.
  // Takes its time; FailedPrecondition when the store is in no directory. Any thread until Stop
  // has returned.
  absl::StatusOr<storage::CopyReport> BackUp(const std::string& directory,
                                             const std::function<bool()>& cancelled);

  struct Counters {
    storage::Committer::Counters commits;
    Partition::Counters partitions;
  };
  Counters counters() const;  // REQUIRES: after Stop

 private:
  Engine(EngineOptions options, std::unique_ptr<storage::Store> store);
  absl::Status Start();
  absl::Status FixSettings();
  absl::Status PublishResources();
  void StartHousekeeping();
  Loop& LoopOf(PartitionId partition) { return *loops_[partition % loops_.size()]; }

  // storage::CommitListener
  void OnApplied(std::span<const storage::CommitNotice> notices) override;
  void OnDurable(std::span<const storage::CommitNotice> notices) override;
  void OnFailed(const absl::Status& status, uint64_t last_durable_seq) override;

  // workers::Events
  void OnServes(const std::vector<std::string>& queues) override;
  void OnConnected(const workers::Slot& worker, std::vector<workers::Held> held) override;
  void OnAnswers(workers::SessionId session, std::vector<workers::Answer> answers) override;
  void OnLost(const workers::Slot& worker) override;
  void OnSlot(uint32_t partition, const std::string& queue, workers::Slot slot) override;

  EngineOptions options_;
  uint32_t partitions_ = 0;
  asl::Millis started_;
  std::string token_key_;
  PageTokens page_tokens_{""};  // with token_key_, once that is known
  std::unique_ptr<storage::Store> store_;
  storage::RocksStore* rocks_ = nullptr;  // store_, when it is in a directory
  Registry registry_;
  Resources resources_;
  Waiters waiters_;
  SourceBoard source_board_;
  workers::Pool pool_;
  workers::Services services_{&pool_};
  RouteTable routes_;
  std::unique_ptr<storage::Committer> committer_;
  std::unique_ptr<Loader> loader_;
  std::unique_ptr<Watches> watches_;
  std::unique_ptr<CrashMarks> marks_;  // null without a data directory
  LoopSurroundings surroundings_;
  std::vector<std::unique_ptr<Loop>> loops_;
  std::unique_ptr<ActivityPolls> polls_;
  std::unique_ptr<Housekeeping> housekeeping_;
  std::unique_ptr<DiskSpace> disk_space_;  // null without a data directory
  bool stopped_ = false;
};

}  // namespace engine
