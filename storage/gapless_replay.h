// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What RocksDB replays from its logs at a start must be dense: RocksDB takes a run of zeros where a
// record should begin for the unused end of a preallocated block, skips to the next 32 KiB block
// without a word and applies what follows. A power cut that kept that block and not the page before
// it leaves exactly this. Every write carries its number (own_rows.h), so a gap shows, and the
// replay ends there. Called by the thread that opens the database; used by rocks_open.cc only.
#pragma once

#include <cstdint>
#include <memory>

namespace rocksdb {
class DB;
class WalFilter;
}  // namespace rocksdb

namespace storage {

class GaplessReplay {
 public:
  // kOwn checks every record and brings only the store's own rows into memory, which is what a
  // look needs; the sequence numbers of the replay are then too low for the recovery modes that go
  // on behind damage.
  enum class Rows { kAll, kOwn };
  // `in_tables`: the newest write whose rows are in the tables, see MakeNoReplay.
  GaplessReplay(uint64_t in_tables, Rows rows);
  ~GaplessReplay();

  // For DBOptions::wal_filter. Must outlive the database.
  rocksdb::WalFilter* filter() const;

  bool gap() const;
  // Whether tables hold rows of writes behind the gap. Then it is no unsynced tail: a log is synced
  // before its rows go to tables.
  bool TablesReachBehindGap(rocksdb::DB* db) const;

 private:
  class Filter;
  const std::unique_ptr<Filter> filter_;
};

// Lets the tables be read alone.
std::unique_ptr<rocksdb::WalFilter> MakeNoReplay();

}  // namespace storage
