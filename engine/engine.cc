// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/engine.h"

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <thread>

#include "engine/api/requests.h"
#include "engine/log.h"
#include "engine/records.h"
#include "engine/store_settings.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/rocks_store.h"

namespace engine {
namespace {

constexpr int kExitStoreFailed = 74;  // sysexits.h EX_IOERR
// The outcome of a call that lasts longer is unknown to the next process. A stop takes 10 s at most.
constexpr absl::Duration kCallsDrainMax = absl::Seconds(5);

// One line, and no destructor runs: nothing may leave that rests on what was not made durable.
[[noreturn]] void ExitStoreFailed(const absl::Status& status, uint64_t last_durable_seq) {
  Announce(LogLevel::kCritical,
           fmt::format("the store failed: {}; last durable commit {}; exiting with code {}",
                       std::string(status.message()), last_durable_seq, kExitStoreFailed));
  _exit(kExitStoreFailed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(EngineOptions options) {
  absl::StatusOr<std::unique_ptr<storage::RocksStore>> store = storage::RocksStore::Open(
      {.directory = options.data_dir, .tables = AllTables(), .accept_loss = options.accept_loss});
  if (!store.ok()) return store.status();
  storage::RocksStore* const rocks = store->get();
  absl::StatusOr<std::unique_ptr<Engine>> engine = Open(std::move(options), *std::move(store));
  if (engine.ok()) (*engine)->rocks_ = rocks;
  return engine;
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(EngineOptions options,
                                                     std::unique_ptr<storage::Store> store) {
  std::unique_ptr<Engine> engine(new Engine(std::move(options), std::move(store)));
  if (absl::Status s = engine->Start(); !s.ok()) return s;
  return engine;
}

Engine::Engine(EngineOptions options, std::unique_ptr<storage::Store> store)
    : options_(std::move(options)),
      store_(std::move(store)),
      pool_(this),
      routes_(options_.scope, options_.routes) {}

Engine::~Engine() { Stop(); }

// What is fixed when the directory is created: the number of partitions, which decides who owns a
// name, and the key that seals tokens.
absl::Status Engine::FixSettings() {
  absl::StatusOr<std::optional<StoreSettings>> stored = ReadStoreSettings(*store_);
  if (!stored.ok()) return stored.status();
  if (*stored) {
    partitions_ = (*stored)->partitions;
    token_key_ = std::move((*stored)->token_key);
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
  PutStoreSettings({.partitions = partitions_, .token_key = token_key_}, batch);
  if (absl::Status s = store_->Write({&batch, 1}); !s.ok()) return s;
  return store_->Sync();
}

absl::Status Engine::PublishResources() {
  absl::StatusOr<std::vector<Activity>> activities = ReadActivities(*store_);
  if (!activities.ok()) return activities.status();
  for (Activity& activity : *activities) resources_.PublishActivity(std::move(activity));
  absl::StatusOr<std::vector<std::pair<std::string, Tags>>> tags = ReadTags(*store_);
  if (!tags.ok()) return tags.status();
  for (auto& [resource, some] : *tags) resources_.PublishTags(resource, std::move(some));
  return absl::OkStatus();
}

absl::Status Engine::Start() {
  started_ = clock().Now();
  if (absl::Status s = routes_.Reload(); !s.ok()) return s;
  if (absl::Status s = FixSettings(); !s.ok()) return s;
  page_tokens_ = PageTokens(token_key_);
  absl::StatusOr<std::vector<RevisionPtr>> machines = ReadMachines(*store_);
  if (!machines.ok()) return machines.status();
  for (const RevisionPtr& machine : *machines) registry_.Publish(machine);
  const absl::StatusOr<std::vector<VersionsPtr>> versions = ReadVersions(*store_);
  if (!versions.ok()) return versions.status();
  for (const VersionsPtr& of_machine : *versions) registry_.Publish(of_machine);
  if (absl::Status s = PublishResources(); !s.ok()) return s;

  if (!options_.data_dir.empty()) {
    absl::StatusOr<std::unique_ptr<CrashMarks>> marks =
        CrashMarks::Open(options_.data_dir + "/WORKING");
    if (!marks.ok()) return marks.status();
    marks_ = *std::move(marks);
    if (absl::Status s = CountCrashes(marks_->left_behind(), *store_); !s.ok()) return s;
    marks_->Clear();
    if (absl::Status s = source_board_.Open(options_.data_dir); !s.ok()) return s;
    disk_space_ = std::make_unique<DiskSpace>(options_.data_dir, options_.min_free, &clock());
    if (absl::Status s = MakeReserve(options_.data_dir, options_.min_free); !s.ok()) {
      Log(LogLevel::kWarning, {}, std::string(s.message()));
    }
  }
  surroundings_.marks = marks_.get();
  surroundings_.clock = &clock();
  surroundings_.pool = &pool_;
  surroundings_.services = &services_;
  surroundings_.routes = &routes_;
  surroundings_.registry = &registry_;
  surroundings_.resources = &resources_;
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
                                           .retention_ms = options_.retention_ms,
                                           .lease_ms = options_.lease_ms,
                                           .cache_bytes_max = options_.cache_bytes / partitions_,
                                           .redeliver = options_.redeliver});
    absl::Status s =
        partition.Recover(*store_, id == 0 ? *machines : std::vector<RevisionPtr>{}, clock().Now());
    if (!s.ok()) return s;
    if (id == 0) partition.RecoverVersions(*versions);
  }
  loader_ = std::make_unique<Loader>(store_.get(), surroundings_.post);
  surroundings_.loader = loader_.get();
  committer_ = std::make_unique<storage::Committer>(
      store_.get(), static_cast<storage::CommitListener*>(this), options_.sync);
  surroundings_.committer = committer_.get();
  watches_ = std::make_unique<Watches>([this] { return durable_view(); }, &registry_, partitions_,
                                       &clock());
  surroundings_.watches = watches_.get();
  for (auto& loop : loops_) loop->Start();
  polls_ = std::make_unique<ActivityPolls>(&pool_, surroundings_.post, &clock(), options_.poll_ms,
                                           options_.pollers_max);
  StartHousekeeping();
  return absl::OkStatus();
}

void Engine::StartHousekeeping() {
  auto* const rocks = dynamic_cast<storage::RocksStore*>(store_.get());
  housekeeping_ = std::make_unique<Housekeeping>(
      SweepSurroundings{.registry = &registry_,
                        .partitions = partitions_,
                        .durable_view = [this] { return durable_view(); },
                        .post = surroundings_.post,
                        .barrier = nullptr},
      HistorySweep(options_.retention_ms,
                   [rocks](const std::string& begin, const std::string& end) {
                     return rocks == nullptr ? absl::OkStatus()
                                             : rocks->DropFiles(kHistory, begin, end);
                   }),
      rocks == nullptr
          ? Housekeeping::Tables{}
          : Housekeeping::Tables{.bytes_written = [this] { return committer_->counters().bytes; },
                                 .write = [rocks] { return rocks->WriteTables(); }});
}

// Polls first, whose answers say that nothing came, and calls, whose answers are still taken. Then
// housekeeping, which waits for answers of loops. Then the loops: then nobody hands over batches or
// needs notices. The committer then writes and syncs what it has.
void Engine::Stop() {
  if (stopped_) return;
  stopped_ = true;
  if (polls_ != nullptr) polls_->Stop();
  services_.Drain(kCallsDrainMax);
  if (housekeeping_ != nullptr) housekeeping_->Stop();
  for (auto& loop : loops_) loop->Stop();
  services_.Stop();
  loader_.reset();
  watches_.reset();
  if (committer_ != nullptr) committer_->Stop();
}

absl::Status Engine::ReloadRoutes() {
  if (absl::Status s = routes_.Reload(); !s.ok()) return s;
  services_.Resize("lambda");
  return absl::OkStatus();
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

Engine::Moment Engine::moment() const {
  Moment moment{.commits = committer_->counters(),
                .loads = loader_->pending(),
                .loops = static_cast<uint32_t>(loops_.size())};
  for (const auto& loop : loops_) moment.partitions.Add(loop->gauges());
  return moment;
}

absl::StatusOr<storage::CopyReport> Engine::BackUp(const std::string& directory,
                                                   const std::function<bool()>& cancelled) {
  if (rocks_ == nullptr) return absl::FailedPreconditionError("the store is in no directory");
  return rocks_->BackUp(directory, cancelled);
}

absl::Status Engine::CheckDiskSpace() {
  return disk_space_ == nullptr ? absl::OkStatus() : disk_space_->Check();
}

bool Engine::IsBehind() const {
  size_t waiting = 0;
  for (const auto& loop : loops_) waiting += loop->waiting();
  return waiting > options_.inbox_max;
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
  for (auto& loop : loops_) loop->OnApplied(notices);
}

void Engine::OnDurable(std::span<const storage::CommitNotice> notices) {
  for (auto& loop : loops_) loop->OnDurable(notices);
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

// A worker that serves an activity creates it, so that it works without further ado; AWS's workers
// create theirs themselves.
void Engine::OnServes(const std::vector<std::string>& queues) {
  for (const std::string& queue : queues) {
    const std::optional<std::string_view> served = workers::ActivityOf(queue);
    if (!served) continue;
    const std::string name(*served);
    if (!api::CheckName(name).ok() || !resources_.NoteServed(name)) continue;
    Post(0, CreateActivity{.name = name, .tags = {}, .reply = [](const auto&) {}});
  }
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
