// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How tables lie in RocksDB's column families, and reading them. One family for the store's own
// rows and one per TableKind; a row's key there is tag:u8 key, so a new table needs no new family.
// Used by RocksStore and its opening.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "storage/store.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Snapshot;
}  // namespace rocksdb

namespace storage {

inline constexpr size_t kFamilies = 4;
inline constexpr size_t kOwnFamily = 0;
inline constexpr std::array<std::string_view, kFamilies> kFamilyNames = {"default", "hot", "queue",
                                                                         "history"};

class RocksTables {
 public:
  // `families` may lack those whose tables are not read. REQUIRES: tags are distinct and not 0.
  RocksTables(rocksdb::DB* db, std::array<rocksdb::ColumnFamilyHandle*, kFamilies> families,
              const std::vector<TableSpec>& tables);
  ~RocksTables();  // REQUIRES: no RocksReader of a snapshot is left; it would read a closed
                   // database

  // REQUIRES: the table is known. A batch that names another comes from our own code.
  rocksdb::ColumnFamilyHandle* family(TableTag table) const;

  // Whether a deleted range may begin there, see TableSpec::run_prefix.
  bool MayBeginRange(TableTag table, std::string_view begin) const {
    return run_prefix_[table] == 0 || begin.size() <= run_prefix_[table];
  }

  // Reads as of `snapshot`; null reads the newest state.
  absl::StatusOr<std::optional<std::string>> Get(TableTag table, std::string_view key,
                                                 const rocksdb::Snapshot* snapshot) const;
  std::unique_ptr<Cursor> Scan(TableTag table, std::string_view begin, std::string_view end,
                               Direction direction, const rocksdb::Snapshot* snapshot) const;

 private:
  rocksdb::DB* const db_;
  std::array<rocksdb::ColumnFamilyHandle*, 256> by_tag_ = {};
  std::array<size_t, 256> run_prefix_ = {};

  friend class RocksReader;
  mutable std::atomic<int> snapshots_ = 0;  // held by readers
};

// A Reader over the newest state, or over a snapshot that it releases at its end.
class RocksReader : public Reader {
 public:
  RocksReader(rocksdb::DB* db, const RocksTables* tables, const rocksdb::Snapshot* snapshot);
  ~RocksReader() override;
  RocksReader(const RocksReader&) = delete;
  RocksReader& operator=(const RocksReader&) = delete;

  absl::StatusOr<std::optional<std::string>> Get(TableTag table,
                                                 std::string_view key) const override {
    return tables_->Get(table, key, snapshot_);
  }
  std::unique_ptr<Cursor> Scan(TableTag table, std::string_view begin, std::string_view end,
                               Direction direction) const override {
    return tables_->Scan(table, begin, end, direction, snapshot_);
  }

 private:
  rocksdb::DB* const db_;
  const RocksTables* const tables_;
  const rocksdb::Snapshot* const snapshot_;
};

}  // namespace storage
