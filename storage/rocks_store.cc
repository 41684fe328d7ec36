// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/rocks_store.h"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <cassert>
#include <utility>

#include "storage/key.h"
#include "storage/own_rows.h"
#include "storage/rocks_backup.h"
#include "storage/rocks_open.h"
#include "storage/rocks_status.h"

namespace storage {
namespace {

using rocksdb::Slice;

// The one place where a batch of ours becomes RocksDB's.
class WriteBatchBuilder : public BatchVisitor {
 public:
  WriteBatchBuilder(const RocksTables& tables, rocksdb::WriteBatch& batch)
      : tables_(tables), batch_(batch) {}

  void Put(TableTag table, std::string_view key, std::string_view value) override {
    const char tag = static_cast<char>(table);
    const Slice key_parts[] = {Slice(&tag, 1), Slice(key.data(), key.size())};
    const Slice value_part(value.data(), value.size());
    Keep(batch_.Put(tables_.family(table), rocksdb::SliceParts(key_parts, 2),
                    rocksdb::SliceParts(&value_part, 1)));
  }
  void Delete(TableTag table, std::string_view key) override {
    const char tag = static_cast<char>(table);
    const Slice key_parts[] = {Slice(&tag, 1), Slice(key.data(), key.size())};
    Keep(batch_.Delete(tables_.family(table), rocksdb::SliceParts(key_parts, 2)));
  }
  void DeleteRange(TableTag table, std::string_view begin, std::string_view end) override {
    assert(tables_.MayBeginRange(table, begin));
    const char tag = static_cast<char>(table);
    const Slice begin_parts[] = {Slice(&tag, 1), Slice(begin.data(), begin.size())};
    const Slice end_parts[] = {Slice(&tag, 1), Slice(end.data(), end.size())};
    Keep(batch_.DeleteRange(tables_.family(table), rocksdb::SliceParts(begin_parts, 2),
                            rocksdb::SliceParts(end_parts, 2)));
  }

  const rocksdb::Status& status() const { return status_; }

 private:
  void Keep(rocksdb::Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  const RocksTables& tables_;
  rocksdb::WriteBatch& batch_;
  rocksdb::Status status_;
};

}  // namespace

struct RocksStore::Rep {
  absl::Status Fail(const absl::Status& status) {
    error.Set(status);
    return error.status();
  }

  std::string directory;
  FirstError error;  // outlives the database below
  OpenDatabase open;
  std::unique_ptr<RocksTables> tables;
  AppliedNumbers numbers;
  std::atomic<uint64_t> durable_seq = 0;  // of the last Sync
  std::vector<TableSpec> specs;
  rocksdb::WriteBatch batch;  // the writing thread's, kept for its memory
};

absl::StatusOr<std::unique_ptr<RocksStore>> RocksStore::Open(const RocksStoreOptions& options) {
  auto rep = std::make_unique<Rep>();
  rep->directory = options.directory;
  auto opened = OpenDirectory(options, &rep->error);
  if (!opened.ok()) return opened.status();
  rep->open = std::move(*opened);
  rocksdb::DB* const db = rep->open.db.get();
  rep->tables = std::make_unique<RocksTables>(db, rep->open.families, options.tables);
  const RocksReader own(db, rep->tables.get(), nullptr);
  if (absl::Status s = rep->numbers.Load(own); !s.ok()) return s;
  rep->durable_seq = rep->numbers.seq();
  rep->specs = options.tables;
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(rep)));
}

RocksStore::RocksStore(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}

RocksStore::~RocksStore() = default;

absl::StatusOr<std::optional<std::string>> RocksStore::Get(TableTag table,
                                                           std::string_view key) const {
  return rep_->tables->Get(table, key, nullptr);
}

std::unique_ptr<Cursor> RocksStore::Scan(TableTag table, std::string_view begin,
                                         std::string_view end, Direction direction) const {
  return rep_->tables->Scan(table, begin, end, direction, nullptr);
}

absl::Status RocksStore::Write(std::span<const Batch> batches) {
  if (rep_->error.happened()) return rep_->error.status();
  // Of this thread RocksDB would count every comparison of keys, for somebody to ask: an eighth of
  // the work of a write.
  rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
  rep_->batch.Clear();
  WriteBatchBuilder builder(*rep_->tables, rep_->batch);
  if (absl::Status s = rep_->numbers.Stage(batches, builder); !s.ok()) return rep_->Fail(s);
  rocksdb::Status status = builder.status();
  if (status.ok()) status = rep_->open.db->Write(rocksdb::WriteOptions(), &rep_->batch);
  if (rep_->error.happened()) return rep_->error.status();
  if (!status.ok()) return rep_->Fail(ToStatus(status, "write to", rep_->directory));
  rep_->numbers.Advance();
  return absl::OkStatus();
}

absl::Status RocksStore::Sync() {
  if (rep_->error.happened()) return rep_->error.status();
  const uint64_t seq = rep_->numbers.seq();
  const rocksdb::Status status = rep_->open.db->SyncWAL();
  if (rep_->error.happened()) return rep_->error.status();
  if (!status.ok()) return rep_->Fail(ToStatus(status, "sync", rep_->directory));
  if (absl::Status s = rep_->open.durable->Record(seq); !s.ok()) return rep_->Fail(s);
  rep_->durable_seq = seq;
  return absl::OkStatus();
}

View RocksStore::Snapshot() {
  rocksdb::DB* const db = rep_->open.db.get();
  return std::make_shared<const RocksReader>(db, rep_->tables.get(), db->GetSnapshot());
}

absl::StatusOr<uint64_t> RocksStore::AppliedNumber(uint32_t partition) const {
  return rep_->numbers.number(partition);
}

uint64_t RocksStore::written_seq() const { return rep_->numbers.seq(); }

absl::Status RocksStore::DropFiles(TableTag table, std::string_view begin, std::string_view end) {
  std::string first, last;
  AppendU8(table, &first);
  last = first;
  first.append(begin);
  last.append(end);
  const Slice first_slice(first), last_slice(last);
  const rocksdb::RangePtr range(&first_slice, &last_slice);
  const rocksdb::Status status = rocksdb::DeleteFilesInRanges(
      rep_->open.db.get(), rep_->tables->family(table), &range, 1, /*include_end=*/false);
  return ToStatus(status, "drop files of", rep_->directory);
}

absl::Status RocksStore::WriteTables() {
  rocksdb::FlushOptions options;
  options.allow_write_stall = false;  // rather later than holding up writers
  const auto& families = rep_->open.families;
  return ToStatus(rep_->open.db->Flush(options, {families.begin(), families.end()}),
                  "write the tables of", rep_->directory);
}

absl::StatusOr<CopyReport> RocksStore::BackUp(const std::string& directory,
                                              const std::function<bool()>& cancelled) {
  if (rep_->error.happened()) return rep_->error.status();
  return CopyLiveStore(*rep_->open.db, rep_->durable_seq, rep_->specs, directory, cancelled);
}

const OpenReport& RocksStore::open_report() const { return rep_->open.report; }

}  // namespace storage
