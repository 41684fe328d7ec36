// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/engine.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <thread>

#include "engine/records.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/rocks_store.h"

namespace engine {
namespace {

constexpr int kExitStoreFailed = 74;  // sysexits.h EX_IOERR

// One line, and no destructor runs: nothing may leave that rests on what was not made durable.
[[noreturn]] void ExitStoreFailed(const absl::Status& status, uint64_t last_durable_seq) {
  std::fputs(
      fmt::format("asld: the store failed: {}; last durable commit {}; exiting with code {}\n",
                  std::string(status.message()), last_durable_seq, kExitStoreFailed)
          .c_str(),
      stderr);
  _exit(kExitStoreFailed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(EngineOptions options) {
  absl::StatusOr<std::unique_ptr<storage::RocksStore>> store = storage::RocksStore::Open(
      {.directory = options.data_dir, .tables = AllTables(), .accept_loss = options.accept_loss});
  if (!store.ok()) return store.status();
  return Open(std::move(options), *std::move(store));
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(EngineOptions options,
                                                     std::unique_ptr<storage::Store> store) {
  std::unique_ptr<Engine> engine(new Engine(std::move(options), std::move(store)));
  if (absl::Status s = engine->Start(); !s.ok()) return s;
  return engine;
}

Engine::Engine(EngineOptions options, std::unique_ptr<storage::Store> store)
    : options_(std::move(options)), store_(std::move(store)), pool_(this) {}

Engine::~Engine() { Stop(); }

// What is fixed when the directory is created: the number of partitions, which decides who owns a
// name, and the key that seals tokens.
absl::Status Engine::FixSettings() {
  auto row = store_->Get(kSettings, "partitions");
  if (!row.ok()) return row.status();
  auto key = store_->Get(kSettings, "token_key");
  if (!key.ok()) return key.status();
  if (*row && *key) {
    const std::optional<uint64_t> stored = ReadU64(**row);
    if (!stored || *stored == 0 || *stored > kPartitionsMax ||
        (*key)->size() != TokenSealer::kKeyBytes) {
      return absl::DataLossError("the store's settings are malformed");
    }
    partitions_ = static_cast<uint32_t>(*stored);
    token_key_ = **std::move(key);
    return absl::OkStatus();
  }
  if (options_.partitions == 0 || options_.partitions > kPartitionsMax) {
    return absl::InvalidArgumentError(
        fmt::format("partitions must be 1 to {}, not {}", kPartitionsMax, options_.partitions));
  }
  partitions_ = options_.partitions;
  token_key_ = U64(SystemRandom()) + U64(SystemRandom());
  absl::StatusOr<uint64_t> number = store_->AppliedNumber(0);
  if (!number.ok()) return number.status();
  storage::Batch batch({.partition = 0, .epoch = 0, .number = *number + 1});
  batch.Put(kSettings, "partitions", U64(partitions_));
  batch.Put(kSettings, "token_key", token_key_);
  if (absl::Status s = store_->Write({&batch, 1}); !s.ok()) return s;
  return store_->Sync();
}

absl::Status Engine::Start() {
  if (absl::Status s = FixSettings(); !s.ok()) return s;
  absl::StatusOr<std::vector<RevisionPtr>> machines = ReadMachines(*store_);
  if (!machines.ok()) return machines.status();
  for (const RevisionPtr& machine : *machines) registry_.Publish(machine);

  if (!options_.data_dir.empty()) {
    absl::StatusOr<std::unique_ptr<CrashMarks>> marks =
        CrashMarks::Open(options_.data_dir + "/WORKING");
    if (!marks.ok()) return marks.status();
    marks_ = *std::move(marks);
    if (absl::Status s = CountCrashes(marks_->left_behind(), *store_); !s.ok()) return s;
    marks_->Clear();
  }
  surroundings_.marks = marks_.get();
  surroundings_.clock = &clock();
  surroundings_.pool = &pool_;
  surroundings_.registry = &registry_;
  surroundings_.post = [this](PartitionId partition, Command command) {
    Post(partition, std::move(command));
  };
  surroundings_.announce_end = [this](ExecutionNumber execution) {
    if (waiters_.any()) loader_->Run([this, execution] { waiters_.Announce(execution); });
  };
  uint32_t loops =
      options_.loops != 0 ? options_.loops : std::max(1u, std::thread::hardware_concurrency());
  loops = std::min(loops, partitions_);
  for (uint32_t i = 0; i < loops; ++i) loops_.push_back(std::make_unique<Loop>(&surroundings_, i));
  for (PartitionId id = 0; id < partitions_; ++id) {
    Partition& partition = LoopOf(id).Add({.id = id,
                                           .scope = options_.scope,
                                           .token_key = token_key_,
                                           .lease_ms = options_.lease_ms,
                                           .cache_bytes_max = options_.cache_bytes / partitions_,
                                           .redeliver = options_.redeliver});
    absl::Status s =
        partition.Recover(*store_, id == 0 ? *machines : std::vector<RevisionPtr>{}, clock().Now());
    if (!s.ok()) return s;
  }
  loader_ = std::make_unique<Loader>(store_.get(), surroundings_.post);
  surroundings_.loader = loader_.get();
  committer_ = std::make_unique<storage::Committer>(
      store_.get(), static_cast<storage::CommitListener*>(this), options_.sync);
  surroundings_.committer = committer_.get();
  for (auto& loop : loops_) loop->Start();
  return absl::OkStatus();
}

// Loops first: then nobody hands over batches or needs notices. The committer then writes and syncs
// what it has.
void Engine::Stop() {
  if (stopped_) return;
  stopped_ = true;
  for (auto& loop : loops_) loop->Stop();
  loader_.reset();
  if (committer_ != nullptr) committer_->Stop();
}

Engine::Counters Engine::counters() const {
  Counters counters{.commits = committer_->counters()};
  for (const auto& loop : loops_) {
    const Partition::Counters one = loop->counters();
    counters.partitions.transitions += one.transitions;
    counters.partitions.turns += one.turns;
    counters.partitions.executions_started += one.executions_started;
    counters.partitions.executions_ended += one.executions_ended;
  }
  return counters;
}

void Engine::Post(PartitionId partition, Command command) {
  LoopOf(partition).Post(partition, std::move(command));
}

void Engine::Post(std::vector<std::pair<PartitionId, Command>> commands) {
  if (loops_.size() == 1) return loops_[0]->Post(std::move(commands));
  std::vector<std::vector<std::pair<PartitionId, Command>>> by_loop(loops_.size());
  for (auto& command : commands)
    by_loop[command.first % loops_.size()].push_back(std::move(command));
  for (size_t i = 0; i < loops_.size(); ++i) {
    if (!by_loop[i].empty()) loops_[i]->Post(std::move(by_loop[i]));
  }
}

void Engine::OnApplied(std::span<const storage::CommitNotice> notices) {
  for (const storage::CommitNotice& notice : notices) LoopOf(notice.partition).OnApplied(notice);
}

void Engine::OnDurable(std::span<const storage::CommitNotice> notices) {
  for (const storage::CommitNotice& notice : notices) LoopOf(notice.partition).OnDurable(notice);
}

void Engine::OnFailed(const absl::Status& status, uint64_t last_durable_seq) {
  if (options_.on_store_failed) return options_.on_store_failed(status, last_durable_seq);
  ExitStoreFailed(status, last_durable_seq);
}

// A token that is not ours, or names a partition that does not exist, goes to partition 0, which
// answers like any other that it is not wanted: one place decides.
static PartitionId OwnerOfToken(const std::string& token, uint32_t partitions) {
  const std::optional<TokenParts> parts = DecodeToken(token);
  const PartitionId owner = parts ? PartitionOf(parts->id.execution) : 0;
  return owner < partitions ? owner : 0;
}

void Engine::OnConnected(const workers::Slot& worker, std::vector<workers::Held> held) {
  std::map<PartitionId, std::vector<workers::Held>> by_partition;
  for (workers::Held& one : held)
    by_partition[OwnerOfToken(one.token, partitions_)].push_back(std::move(one));
  std::vector<std::pair<PartitionId, Command>> commands;
  for (PartitionId id = 0; id < partitions_; ++id) {
    commands.emplace_back(id,
                          WorkerConnected{.worker = worker, .held = std::move(by_partition[id])});
  }
  Post(std::move(commands));
}

void Engine::OnAnswers(workers::SessionId session, std::vector<workers::Answer> answers) {
  std::vector<std::pair<PartitionId, Command>> commands;
  commands.reserve(answers.size());
  for (workers::Answer& answer : answers) {
    const PartitionId owner = OwnerOfToken(answer.token, partitions_);
    commands.emplace_back(owner, WorkerAnswer{.session = session, .answer = std::move(answer)});
  }
  Post(std::move(commands));
}

void Engine::OnLost(const workers::Slot& worker) {
  std::vector<std::pair<PartitionId, Command>> commands;
  for (PartitionId id = 0; id < partitions_; ++id) commands.emplace_back(id, WorkerLost{worker});
  Post(std::move(commands));
}

void Engine::OnSlot(uint32_t partition, const std::string& queue, workers::Slot slot) {
  Post(partition, SlotOffered{.queue = queue, .slot = std::move(slot)});
}

}  // namespace engine
