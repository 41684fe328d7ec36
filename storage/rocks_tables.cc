// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/rocks_tables.h"

#include <rocksdb/db.h>

#include <cassert>
#include <limits>

#include "storage/key.h"
#include "storage/own_rows.h"
#include "storage/rocks_status.h"

namespace storage {
namespace {

std::string RowKey(TableTag table, std::string_view key) {
  std::string row;
  row.reserve(1 + key.size());
  AppendU8(table, &row);
  row.append(key);
  return row;
}

std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

class RocksCursor : public Cursor {
 public:
  // Keeps the bounds: the iterator points into them.
  RocksCursor(std::string begin, std::string end, Direction direction)
      : begin_(std::move(begin)), end_(std::move(end)), direction_(direction) {
    lower_ = begin_;
    upper_ = end_;
  }

  void Start(rocksdb::DB* db, rocksdb::ColumnFamilyHandle* family,
             const rocksdb::Snapshot* snapshot) {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot;
    options.iterate_lower_bound = &lower_;
    if (!end_.empty()) options.iterate_upper_bound = &upper_;
    rows_.reset(db->NewIterator(options, family));
    if (direction_ == Direction::kForward) {
      rows_->Seek(lower_);
    } else {
      rows_->SeekToLast();
    }
  }

  bool Valid() const override { return rows_->Valid(); }
  void Next() override {
    assert(rows_->Valid());
    if (direction_ == Direction::kForward) {
      rows_->Next();
    } else {
      rows_->Prev();
    }
  }
  std::string_view key() const override { return View(rows_->key()).substr(1); }
  std::string_view value() const override { return View(rows_->value()); }
  absl::Status status() const override { return ToStatus(rows_->status(), "scan", "a table"); }

 private:
  const std::string begin_, end_;
  const Direction direction_;
  rocksdb::Slice lower_, upper_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

}  // namespace

RocksTables::RocksTables(rocksdb::DB* db,
                         std::array<rocksdb::ColumnFamilyHandle*, kFamilies> families,
                         const std::vector<TableSpec>& tables)
    : db_(db) {
  by_tag_[kOwnTable] = families[kOwnFamily];
  for (const TableSpec& spec : tables) {
    assert(spec.tag != kOwnTable);
    assert(by_tag_[spec.tag] == nullptr);
    run_prefix_[spec.tag] = spec.run_prefix;
    by_tag_[spec.tag] = families[1 + static_cast<size_t>(spec.kind)];
  }
}

RocksTables::~RocksTables() { assert(snapshots_ == 0); }

rocksdb::ColumnFamilyHandle* RocksTables::family(TableTag table) const {
  assert(by_tag_[table] != nullptr);
  return by_tag_[table];
}

absl::StatusOr<std::optional<std::string>> RocksTables::Get(
    TableTag table, std::string_view key, const rocksdb::Snapshot* snapshot) const {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  std::string value;
  const rocksdb::Status status = db_->Get(options, family(table), RowKey(table, key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return ToStatus(status, "read", "a row");
  return std::optional<std::string>(std::move(value));
}

std::unique_ptr<Cursor> RocksTables::Scan(TableTag table, std::string_view begin,
                                          std::string_view end, Direction direction,
                                          const rocksdb::Snapshot* snapshot) const {
  std::string upper;
  if (!end.empty()) {
    upper = RowKey(table, end);
  } else if (table < std::numeric_limits<TableTag>::max()) {
    upper = RowKey(static_cast<TableTag>(table + 1), "");
  }
  auto cursor = std::make_unique<RocksCursor>(RowKey(table, begin), std::move(upper), direction);
  cursor->Start(db_, family(table), snapshot);
  return cursor;
}

RocksReader::RocksReader(rocksdb::DB* db, const RocksTables* tables,
                         const rocksdb::Snapshot* snapshot)
    : db_(db), tables_(tables), snapshot_(snapshot) {
  if (snapshot_ != nullptr) ++tables_->snapshots_;
}

RocksReader::~RocksReader() {
  if (snapshot_ == nullptr) return;
  db_->ReleaseSnapshot(snapshot_);
  --tables_->snapshots_;
}

}  // namespace storage
