// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/store_power_cut.h"

#include <fmt/format.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <random>
#include <utility>

#include "storage/commit.h"
#include "storage/key.h"
#include "storage/rocks_store.h"
#include "tests/crash/lying_file_system.h"
#include "tests/crash/unsynced_store.h"

namespace crash {
namespace {

using storage::Batch;
using storage::TableTag;

constexpr TableTag kRows = 1;
constexpr TableTag kHistory = 2;
constexpr uint32_t kPartitions = 3;
constexpr uint64_t kBatchesPerLife = 300;
constexpr uint64_t kInFlightMax = 64;
constexpr uint64_t kCutWithinOperations = 200;

// The rows that a partition's batches have left, as "table/key" → value.
using Model = std::map<std::string, std::string>;

std::string RowKey(uint32_t partition, std::string_view key) {
  std::string row;
  storage::AppendU32(partition, &row);
  row.append(key);
  return row;
}

std::string Named(TableTag table, std::string_view key) { return fmt::format("{}/{}", table, key); }

// Batch `number` of a partition, the same whenever it is asked for; `model` gets its effect.
Batch MakeBatch(uint64_t seed, uint32_t partition, uint64_t number, Model* model) {
  std::mt19937_64 random(seed ^ (number << 8) ^ partition);
  Batch batch({.partition = partition, .number = number});
  const std::string event = RowKey(partition, fmt::format("{:08}", number));
  std::string text(random() % 5000, static_cast<char>('a' + number % 26));
  batch.Put(kHistory, event, text);
  if (model != nullptr) (*model)[Named(kHistory, event)] = text;
  for (uint64_t rows = random() % 6; rows > 0; --rows) {
    const std::string key = RowKey(partition, fmt::format("{:02}", random() % 30));
    if (random() % 4 == 0) {
      batch.Delete(kRows, key);
      if (model != nullptr) model->erase(Named(kRows, key));
    } else {
      text = fmt::format("{}.{}", number, rows);
      batch.Put(kRows, key, text);
      if (model != nullptr) (*model)[Named(kRows, key)] = text;
    }
  }
  if (number % 50 == 0) {
    const std::string begin = RowKey(partition, "");
    const std::string end = RowKey(partition, fmt::format("{:08}", number - 20));
    batch.DeleteRange(kHistory, begin, end);
    if (model != nullptr) {
      model->erase(model->lower_bound(Named(kHistory, begin)),
                   model->lower_bound(Named(kHistory, end)));
    }
  }
  return batch;
}

absl::StatusOr<Model> ReadPartition(const storage::Reader& reader, uint32_t partition) {
  Model model;
  for (const TableTag table : {kRows, kHistory}) {
    const std::string begin = RowKey(partition, "");
    auto rows = reader.Scan(table, begin, storage::PrefixEnd(begin));
    for (; rows->Valid(); rows->Next()) model[Named(table, rows->key())] = rows->value();
    if (!rows->status().ok()) return rows->status();
  }
  return model;
}

// Knows what was announced, and lets the one who submits keep a bound on what is in flight.
class Announcements : public storage::CommitListener {
 public:
  void OnApplied(std::span<const storage::CommitNotice>) override {}
  void OnDurable(std::span<const storage::CommitNotice> notices) override {
    std::lock_guard lock(mutex_);
    for (const storage::CommitNotice& notice : notices) durable_[notice.partition] = notice.number;
    changed_.notify_all();
  }
  void OnFailed(const absl::Status&, uint64_t) override {
    std::lock_guard lock(mutex_);
    failed_ = true;
    changed_.notify_all();
  }

  // False when the committer has failed.
  bool WaitUntilDurable(uint32_t partition, uint64_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failed_ || durable_[partition] >= number; });
    return !failed_;
  }
  uint64_t durable(uint32_t partition) {
    std::lock_guard lock(mutex_);
    return durable_[partition];
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<uint32_t, uint64_t> durable_;
  bool failed_ = false;
};

// One store through many lives, each ended by a power cut or a flipped bit.
class StoreLives : public Lives {
 public:
  StoreLives(const std::string& directory, uint64_t seed, Break broken, PowerCutResult* result)
      : machine_(directory, seed, broken, result) {}

  bool RunOne() override;
  bool EndInPeace() override;

 private:
  struct Partition {
    uint64_t certain = 0;    // announced durable, or read after a start
    uint64_t submitted = 0;  // in this life
    uint64_t checked = 0;    // `model` is the state after this batch
    Model model;
  };

  static std::vector<storage::TableSpec> Tables();
  void Submit(storage::Store* store, bool in_peace);
  bool Check(const storage::RocksStore& store);

  Machine machine_;
  Partition partitions_[kPartitions];
};

std::vector<storage::TableSpec> StoreLives::Tables() {
  return {{.tag = kRows, .name = "rows", .kind = storage::TableKind::kHot},
          {.tag = kHistory, .name = "history", .kind = storage::TableKind::kHistory}};
}

bool StoreLives::RunOne() {
  std::mt19937_64& random = machine_.random();
  const bool flip = random() % 6 == 0;
  if (!flip) machine_.files().CutPowerAt(1 + random() % kCutWithinOperations);
  auto store = storage::RocksStore::Open(machine_.DrawOptions(Tables()));
  if (store.ok()) {
    if ((*store)->open_report().tail_dropped) ++machine_.result().tails_dropped;
    if (!Check(**store)) return false;
    Submit(store->get(), flip);
    store->reset();
  } else if (!machine_.files().power_is_off()) {
    return machine_.Violation(fmt::format("refused to open: {}", store.status().ToString()));
  }
  if (flip) {
    return machine_.EndByFlippedBit(Tables(),
                                    [this](const storage::RocksStore& s) { return Check(s); });
  }
  machine_.EndByPowerCut();
  return true;
}

bool StoreLives::EndInPeace() {
  auto store = storage::RocksStore::Open(machine_.DrawOptions(Tables()));
  if (store.ok()) return Check(**store);
  return machine_.Violation(fmt::format("refused to open: {}", store.status().ToString()));
}

// Unless it ends in peace, the power goes at the latest when the last batch has been handed in.
void StoreLives::Submit(storage::Store* store, bool in_peace) {
  UnsyncedStore unsynced(store);
  if (machine_.broken() == Break::kNoSync) store = &unsynced;
  std::mt19937_64& random = machine_.random();
  Announcements announcements;
  storage::Committer committer(store, &announcements);
  for (Partition& partition : partitions_) partition.submitted = partition.certain;
  const uint64_t in_flight = 1 + random() % kInFlightMax;
  for (uint64_t i = 0; i < kBatchesPerLife; ++i) {
    const uint32_t id = random() % kPartitions;
    Partition& partition = partitions_[id];
    std::vector<Batch> batches;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) {
      batches.push_back(MakeBatch(machine_.seed(), id, ++partition.submitted, nullptr));
      ++machine_.result().load["batches"];
    }
    committer.Submit(std::move(batches));
    if (partition.submitted <= partition.certain + in_flight) continue;
    if (!announcements.WaitUntilDurable(id, partition.submitted - in_flight)) break;
  }
  if (!in_peace) machine_.files().CutPower();
  committer.Stop();
  for (uint32_t id = 0; id < kPartitions; ++id) {
    partitions_[id].certain = std::max(partitions_[id].certain, announcements.durable(id));
  }
}

bool StoreLives::Check(const storage::RocksStore& store) {
  for (uint32_t id = 0; id < kPartitions; ++id) {
    Partition& partition = partitions_[id];
    const uint64_t number = *store.AppliedNumber(id);
    if (number < partition.certain) {
      return machine_.Violation(
          fmt::format("partition {}: batch {} was announced durable, the store has {}", id,
                      partition.certain, number));
    }
    if (number > partition.submitted) {
      return machine_.Violation(
          fmt::format("partition {}: the store has batch {}, {} were submitted", id, number,
                      partition.submitted));
    }
    while (partition.checked < number) {
      MakeBatch(machine_.seed(), id, ++partition.checked, &partition.model);
    }
    const auto rows = ReadPartition(store, id);
    if (!rows.ok())
      return machine_.Violation(fmt::format("unreadable: {}", rows.status().ToString()));
    if (*rows != partition.model) {
      return machine_.Violation(
          fmt::format("partition {}: its rows are not those after batch {}", id, number));
    }
    partition.certain = number;
    partition.submitted = number;
  }
  return true;
}

}  // namespace

PowerCutResult CutPowerOfStore(const std::string& parent, uint64_t cuts, uint64_t seed,
                               Break broken) {
  return CutPowerManyTimes(parent, cuts, seed,
                           [broken](const std::string& directory, uint64_t s, PowerCutResult* r) {
                             return std::make_unique<StoreLives>(directory, s, broken, r);
                           });
}

}  // namespace crash
