// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/store_power_cut.h"

#include <fmt/format.h>

#include <condition_variable>
#include <filesystem>
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
constexpr uint64_t kCutsPerStore = 20;
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
class Lives {
 public:
  Lives(std::string directory, uint64_t seed, Break broken, PowerCutResult* result);

  // False when something is wrong with the store.
  bool RunOne();

 private:
  struct Partition {
    uint64_t certain = 0;    // announced durable, or read after a start
    uint64_t submitted = 0;  // in this life
    uint64_t checked = 0;    // `model` is the state after this batch
    Model model;
  };

  storage::RocksStoreOptions Options();
  void Submit(storage::Store* store, bool in_peace);
  bool Check(const storage::RocksStore& store);
  void EndByPowerCut();
  bool EndByFlippedBit();
  bool Violation(std::string what);

  const std::string directory_;
  const uint64_t seed_;
  const Break broken_;
  PowerCutResult* const result_;
  std::mt19937_64 random_;
  LyingFileSystem files_;
  Partition partitions_[kPartitions];
};

Lives::Lives(std::string directory, uint64_t seed, Break broken, PowerCutResult* result)
    : directory_(std::move(directory)),
      seed_(seed),
      broken_(broken),
      result_(result),
      random_(seed),
      files_(seed + 1) {}

storage::RocksStoreOptions Lives::Options() {
  storage::RocksStoreOptions options{.directory = directory_, .file_system = files_.files()};
  options.tables = {{.tag = kRows, .name = "rows", .kind = storage::TableKind::kHot},
                    {.tag = kHistory, .name = "history", .kind = storage::TableKind::kHistory}};
  options.block_cache_bytes = 1 << 20;
  // Half of the lives write tables all the time.
  const bool small = random_() % 2 == 0;
  options.write_buffer_bytes = small ? 64 << 10 : 8 << 20;
  options.log_bytes_max = small ? 128 << 10 : 8 << 20;
  if (broken_ == Break::kAcrossHoles) {
    options.log_recovery = storage::LogRecovery::kAcrossHoles;
  } else if (broken_ == Break::kUnchecked) {
    options.log_recovery = storage::LogRecovery::kUnchecked;
  }
  return options;
}

bool Lives::RunOne() {
  const bool flip = random_() % 6 == 0;
  if (!flip) files_.CutPowerAt(1 + random_() % kCutWithinOperations);
  auto store = storage::RocksStore::Open(Options());
  if (store.ok()) {
    if ((*store)->open_report().tail_dropped) ++result_->tails_dropped;
    if (!Check(**store)) return false;
    Submit(store->get(), flip);
    store->reset();
  } else if (!files_.power_is_off()) {
    return Violation(fmt::format("refused to open: {}", store.status().ToString()));
  }
  if (flip) return EndByFlippedBit();
  EndByPowerCut();
  return true;
}

// Unless it ends in peace, the power goes at the latest when the last batch has been handed in.
void Lives::Submit(storage::Store* store, bool in_peace) {
  UnsyncedStore unsynced(store);
  if (broken_ == Break::kNoSync) store = &unsynced;
  Announcements announcements;
  storage::Committer committer(store, &announcements);
  for (Partition& partition : partitions_) partition.submitted = partition.certain;
  const uint64_t in_flight = 1 + random_() % kInFlightMax;
  for (uint64_t i = 0; i < kBatchesPerLife; ++i) {
    const uint32_t id = random_() % kPartitions;
    Partition& partition = partitions_[id];
    std::vector<Batch> batches;
    for (uint64_t n = 1 + random_() % 3; n > 0; --n) {
      batches.push_back(MakeBatch(seed_, id, ++partition.submitted, nullptr));
      ++result_->batches;
    }
    committer.Submit(std::move(batches));
    if (partition.submitted <= partition.certain + in_flight) continue;
    if (!announcements.WaitUntilDurable(id, partition.submitted - in_flight)) break;
  }
  if (!in_peace) files_.CutPower();
  committer.Stop();
  for (uint32_t id = 0; id < kPartitions; ++id) {
    partitions_[id].certain = std::max(partitions_[id].certain, announcements.durable(id));
  }
}

bool Lives::Check(const storage::RocksStore& store) {
  for (uint32_t id = 0; id < kPartitions; ++id) {
    Partition& partition = partitions_[id];
    const uint64_t number = *store.AppliedNumber(id);
    if (number < partition.certain) {
      return Violation(fmt::format("partition {}: batch {} was announced durable, the store has {}",
                                   id, partition.certain, number));
    }
    if (number > partition.submitted) {
      return Violation(fmt::format("partition {}: the store has batch {}, {} were submitted", id,
                                   number, partition.submitted));
    }
    while (partition.checked < number) {
      MakeBatch(seed_, id, ++partition.checked, &partition.model);
    }
    const auto rows = ReadPartition(store, id);
    if (!rows.ok()) return Violation(fmt::format("unreadable: {}", rows.status().ToString()));
    if (*rows != partition.model) {
      return Violation(
          fmt::format("partition {}: its rows are not those after batch {}", id, number));
    }
    partition.certain = number;
    partition.submitted = number;
  }
  return true;
}

void Lives::EndByPowerCut() {
  files_.CutPower();
  ++result_->cuts;
  ++result_->cuts_at[files_.cut_at()];
  const Loss loss = files_.PowerOn(random_);
  result_->loss.unsynced_bytes += loss.unsynced_bytes;
  result_->loss.pages_dropped += loss.pages_dropped;
  result_->loss.files_torn += loss.files_torn;
  result_->loss.entries_undone += loss.entries_undone;
}

// The process ended in peace: the log is whole, and DURABLE is exact.
bool Lives::EndByFlippedBit() {
  const std::string log = NewestLog(directory_);
  const FlippedBit bit = DrawBit(log, std::filesystem::file_size(log), random_);
  if (!bit.drawn()) return true;
  bit.Flip();
  ++result_->bits_flipped;
  auto store = storage::RocksStore::Open(Options());
  // A bit of the padding between two blocks of the log means nothing: then everything must be
  // there.
  if (store.ok()) return Check(**store);
  const std::string refusal = store.status().ToString();
  if (refusal.find("are missing; the store is untouched") == std::string::npos) {
    return Violation(fmt::format("a flipped bit was answered with: {}", refusal));
  }
  ++result_->bits_refused;
  bit.Flip();
  return true;
}

bool Lives::Violation(std::string what) {
  result_->violations.push_back(
      fmt::format("seed {}, after {} cuts: {}", seed_, result_->cuts, what));
  return false;
}

}  // namespace

std::string PowerCutResult::Summary() const {
  std::string text = fmt::format(
      "{} power cuts, {} batches; lost {} unsynced bytes of {} files, {} pages inside them, {} "
      "directory entries; {} starts left out a tail behind a hole; {} bits flipped, {} refused\n",
      cuts, batches, loss.unsynced_bytes, loss.files_torn, loss.pages_dropped, loss.entries_undone,
      tails_dropped, bits_flipped, bits_refused);
  for (const auto& [what, count] : cuts_at) text += fmt::format("{:6} {}\n", count, what);
  for (const std::string& violation : violations) text += violation + "\n";
  return text;
}

PowerCutResult CutPowerManyTimes(const std::string& parent, uint64_t cuts, uint64_t seed,
                                 Break broken) {
  PowerCutResult result;
  for (uint64_t store = 0; result.cuts < cuts; ++store) {
    const std::string directory = fmt::format("{}/store-{}", parent, store);
    const uint64_t until = std::min(cuts, result.cuts + kCutsPerStore);
    Lives lives(directory, seed + store, broken, &result);
    while (result.cuts < until) {
      if (!lives.RunOne()) return result;
    }
    std::filesystem::remove_all(directory);
    std::filesystem::remove_all(directory + ".aside");
  }
  return result;
}

}  // namespace crash
