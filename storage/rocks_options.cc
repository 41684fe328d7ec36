// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/rocks_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <algorithm>
#include <array>

#include "storage/first_error.h"
#include "storage/own_rows.h"
#include "storage/rocks_status.h"
#include "storage/rocks_store.h"
#include "storage/rocks_tables.h"

namespace storage {
namespace {

constexpr size_t kQueueBufferBytesMax = 8 << 20;

// A flush or compaction that fails leaves a store that cannot be relied on; the next Write or Sync
// returns the error.
class BackgroundErrors : public rocksdb::EventListener {
 public:
  explicit BackgroundErrors(FirstError* error) : error_(error) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    error_->Set(ToStatus(*status, "write", "tables in the background"));
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  FirstError* const error_;
};

// The rows of one run lie together, each with something behind the prefix: by this prefix RocksDB
// keeps the place of the last insertion, and the next one starts there instead of at the head of the
// skip list. The first rows of runs have a place of their own, at the front of the table's growth; a
// row that is a run alone is written again and again, each version in front of the one before.
// Keys here begin with their table's tag. A deleted range lies in a list of its own but would take
// the same place for its own, and break it: its begin must be out of the domain (see TableSpec).
class RunPrefix : public rocksdb::SliceTransform {
 public:
  explicit RunPrefix(const std::vector<TableSpec>& tables) {
    for (const TableSpec& table : tables) {
      if (table.run_prefix == 0) continue;
      Run& run = runs_[table.tag];
      run = {.bytes = 1 + table.run_prefix, .begin = table.run_begin, .front_bytes = 0};
      if (table.front_prefix > 0) run.front_bytes = 1 + table.front_prefix;
    }
    const size_t own =
        1 + NumberKey(0).size();  // of each partition, written with every batch of it
    runs_[kOwnTable] = {.bytes = own, .begin = "", .front_bytes = own};
  }
  const char* Name() const override { return "asld.RunPrefix"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override {
    const Run& run = Of(key);
    const bool first = run.front_bytes > 0 &&
                       std::string_view(key.data(), key.size()).substr(run.bytes) == run.begin;
    return {key.data(), first ? run.front_bytes : run.bytes};
  }
  bool InDomain(const rocksdb::Slice& key) const override {
    if (key.empty() || Of(key).bytes == 0) return false;
    const bool alone = Of(key).front_bytes > 0 && Of(key).begin.empty();
    return key.size() > Of(key).bytes || (alone && key.size() == Of(key).bytes);
  }

 private:
  struct Run {  // in bytes of the key and its tag
    size_t bytes = 0;
    std::string begin;
    size_t front_bytes = 0;
  };
  const Run& Of(const rocksdb::Slice& key) const {
    return runs_[static_cast<unsigned char>(key[0])];
  }
  std::array<Run, 256> runs_;
};

}  // namespace

rocksdb::DBOptions DatabaseOptions(const RocksStoreOptions& options, rocksdb::Env* env,
                                   FirstError* error) {
  rocksdb::DBOptions db;
  db.env = env;
  db.listeners.push_back(std::make_shared<BackgroundErrors>(error));
  // A log that was synced and closed must still be there, as long as it was.
  db.track_and_verify_wals_in_manifest = true;
  db.paranoid_checks = true;
  // Bounds what a start replays; reaching it writes the tables of all families at once.
  db.max_total_wal_size = options.log_bytes_max;
  // A recycled log ends in old records, which the recovery modes other than point-in-time do not
  // tell from damage; log_runway.h has its speed without them.
  db.recycle_log_file_num = 0;
  // Debian's limit is 1,024 descriptors per process, and the sockets come out of it too.
  db.max_open_files = 512;
  db.max_file_opening_threads =
      4;  // sixteen would be started at every open, however few files there are
  // Writing tables must not fill the device's queue in front of the log's sync.
  db.bytes_per_sync = 1 << 20;
  db.max_log_file_size = 16 << 20;
  db.keep_log_file_num = 4;
  // One thread writes; and only so are the hints of RunPrefix used.
  db.allow_concurrent_memtable_write = false;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

rocksdb::ColumnFamilyOptions FamilyOptions(const std::string& name,
                                           const RocksStoreOptions& options,
                                           const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions family;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // A store of many open executions must not hold the indexes of all its files outside the cache's
  // budget.
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // The machine's two cores are the bottleneck, not its disk: nothing is compressed.
  family.compression = rocksdb::kNoCompression;
  // The log's bound, not a full buffer, should be what writes tables: then all families start new
  // together.
  family.write_buffer_size = options.write_buffer_bytes;
  family.max_write_buffer_number = 4;
  family.memtable_insert_with_hint_prefix_extractor = std::make_shared<RunPrefix>(options.tables);
  if (name == kFamilyNames[1 + static_cast<size_t>(TableKind::kHot)]) {
    table.filter_policy.reset(
        rocksdb::NewBloomFilterPolicy(10));  // 1 % false; most keys are looked up to be absent
  } else if (name == kFamilyNames[1 + static_cast<size_t>(TableKind::kQueue)]) {
    // A scan has to pass the rows in memory that are deleted already: 10 ms for 8 MiB of them.
    family.write_buffer_size = std::min(options.write_buffer_bytes, kQueueBufferBytesMax);
    // Scans from a remembered front run over what was deleted behind it: compact where half of a
    // stretch is deleted.
    family.table_properties_collector_factories.push_back(
        rocksdb::NewCompactOnDeletionCollectorFactory(16'384, 8'192));
  } else if (name == kFamilyNames[1 + static_cast<size_t>(TableKind::kHistory)]) {
    table.block_size = 16 << 10;  // records are read in runs
  }
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return family;
}

}  // namespace storage
