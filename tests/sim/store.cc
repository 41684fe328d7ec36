// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/store.h"

#include <algorithm>

#include "engine/tables.h"
#include "fmt/format.h"

namespace sim {
namespace {

using engine::PartitionId;
using storage::CommitNotice;

// As storage/commit.cc works: writes in the order of submission, and one sync at a time for all
// that was written when it began. The disk has it from the sync's beginning, the announcement comes
// when it ends: everything between is the crash that must be survived without anybody having been
// told.
class OneLog : public SimStore {
 public:
  OneLog() : store_(engine::AllTables()), view_(store_.Snapshot()) {}

  const storage::Store& store() const override { return store_; }
  void Submit(storage::Batch batch) override { submitted_.push_back(std::move(batch)); }
  bool CanMove() const override { return !submitted_.empty() || syncing_ || !written_.empty(); }
  storage::View durable_view() const override { return view_; }
  uint64_t durable(PartitionId partition) const override {
    auto it = durable_.find(partition);
    return it == durable_.end() ? 0 : it->second;
  }

  std::string Move(Random& random) override {
    const bool can_sync = syncing_ || !written_.empty();
    if (!submitted_.empty() && (!can_sync || random.Chance(50))) return Write(random);
    return syncing_ ? EndSync() : BeginSync();
  }

  std::string Crash(Random& random) override {
    const uint64_t unsynced = store_.unsynced_writes();
    const uint64_t keep = random.Below(unsynced + 1);
    view_.reset();
    next_view_.reset();
    submitted_.clear();
    written_.clear();
    syncing_.reset();
    store_.Crash(keep);
    view_ = store_.Snapshot();
    for (PartitionId p = 0; p < engine::kPartitionsMax && p < 8; ++p)
      durable_[p] = *store_.AppliedNumber(p);
    return fmt::format("kept {} of {} unsynced writes", keep, unsynced);
  }

 private:
  std::string Write(Random& random) {
    const size_t count = 1 + random.Below(std::min<size_t>(submitted_.size(), 4));
    std::vector<storage::Batch> batches;
    for (size_t i = 0; i < count; ++i) {
      batches.push_back(std::move(submitted_.front()));
      submitted_.pop_front();
    }
    const absl::Status status = store_.Write(batches);
    std::string what = status.ok() ? "write" : "write failed";
    for (const storage::Batch& batch : batches) {
      const CommitNotice notice{batch.header().partition, batch.header().number};
      written_[notice.partition] = notice.number;
      what += fmt::format(" p{}#{}", notice.partition, notice.number);
      notices_.applied(notice);
      if (early_notices_) notices_.durable(notice);
    }
    return what;
  }

  std::string BeginSync() {
    syncing_ = std::exchange(written_, {});
    next_view_ = store_.Snapshot();
    // A lying disk: the sync is announced and did nothing.
    if (lose_synced_) return "sync begins (lost)";
    const absl::Status status = store_.Sync();
    for (const auto& [partition, number] : *syncing_) durable_[partition] = number;
    return status.ok() ? "sync begins" : "sync failed";
  }

  std::string EndSync() {
    view_ = std::move(next_view_);
    if (lose_synced_) {
      for (const auto& [partition, number] : *syncing_) durable_[partition] = number;
    }
    for (const auto& [partition, number] : *syncing_) notices_.durable({partition, number});
    syncing_.reset();
    return "sync ends";
  }

  storage::MemoryStore store_;
  storage::View view_, next_view_;
  std::deque<storage::Batch> submitted_;
  std::map<PartitionId, uint64_t> written_;                 // since the last sync began
  std::optional<std::map<PartitionId, uint64_t>> syncing_;  // what the sync under way will announce
  std::map<PartitionId, uint64_t> durable_;
};

// A log per partition; durable and applied are two walks along it that do not wait for each other.
class LogPerPartition : public SimStore {
 public:
  LogPerPartition() : store_(engine::AllTables()) {}

  const storage::Store& store() const override { return store_; }
  void Submit(storage::Batch batch) override {
    const absl::Status written = store_.Write({&batch, 1});
    if (!written.ok()) return;
    if (early_notices_) notices_.durable({batch.header().partition, batch.header().number});
  }
  bool CanMove() const override {
    return !store_.unapplied().empty() || !store_.undurable().empty();
  }
  storage::View durable_view() const override { return store_.durable_view(); }
  uint64_t durable(PartitionId partition) const override {
    auto it = durable_.find(partition);
    return it == durable_.end() ? 0 : it->second;
  }

  std::string Move(Random& random) override {
    const std::vector<uint32_t> unapplied = store_.unapplied();
    const std::vector<uint32_t> undurable = store_.undurable();
    if (!unapplied.empty() && (undurable.empty() || random.Chance(50))) {
      const CommitNotice notice = store_.Apply(unapplied[random.Below(unapplied.size())]);
      notices_.applied(notice);
      return fmt::format("applied p{}#{}", notice.partition, notice.number);
    }
    const CommitNotice notice = store_.Persist(undurable[random.Below(undurable.size())]);
    durable_[notice.partition] = notice.number;
    notices_.durable(notice);
    return fmt::format("durable p{}#{}", notice.partition, notice.number);
  }

  std::string Crash(Random& random) override {
    std::map<uint32_t, size_t> keep;
    std::string what = "kept";
    for (const uint32_t partition : store_.undurable()) {
      const size_t undurable = store_.undurable(partition);
      keep[partition] = random.Below(undurable + 1);
      what += fmt::format(" p{}:{}/{}", partition, keep[partition], undurable);
    }
    store_.Crash(keep);
    for (const auto& [partition, count] : keep)
      durable_[partition] = *store_.AppliedNumber(partition);
    return what;
  }

 private:
  mutable storage::PartitionedStore store_;
  std::map<PartitionId, uint64_t> durable_;
};

}  // namespace

std::unique_ptr<SimStore> SimStore::Make(StoreMode mode) {
  if (mode == StoreMode::kMemory) return std::make_unique<OneLog>();
  return std::make_unique<LogPerPartition>();
}

}  // namespace sim
