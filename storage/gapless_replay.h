// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What RocksDB replays from its logs at a start must be dense: RocksDB takes a run of zeros where a
// record should begin for the unused end of a preallocated block, skips to the next 32 KiB block
// without a word and applies what follows. A power cut that kept that block and not the page before
// it leaves exactly this. Every write carries its number (own_rows.h), so a gap shows, and the
// replay ends there. Called by the thread that opens the database; used by rocks_open.cc only.
#pragma once

#include <rocksdb/wal_filter.h>

#include <cstdint>
#include <map>
#include <string>

namespace rocksdb {
class DB;
}

namespace storage {

class GaplessReplay : public rocksdb::WalFilter {
 public:
  // `in_tables`: the newest write whose rows are in the tables, see NoReplay.
  explicit GaplessReplay(uint64_t in_tables) : newest_(in_tables) {}

  bool gap() const { return gap_; }
  // Whether tables hold rows of writes behind the gap. Then it is no unsynced tail: a log is synced
  // before its rows go to tables.
  bool TablesReachBehindGap(rocksdb::DB* db) const;

  const char* Name() const override { return "asld.GaplessReplay"; }
  void ColumnFamilyLogNumberMap(const std::map<uint32_t, uint64_t>& logs,
                                const std::map<std::string, uint32_t>& ids) override;
  WalProcessingOption LogRecordFound(unsigned long long log, const std::string& file,
                                     const rocksdb::WriteBatch& batch, rocksdb::WriteBatch*,
                                     bool*) override;

 private:
  bool replayed_ = false;
  bool gap_ = false;
  uint64_t newest_;                 // write that is in
  uint64_t newest_sequence_ = 0;    // RocksDB's, of the last row replayed
  bool some_began_later_ = false;   // a family whose first needed log is not the own rows' first
};

// Lets the tables be read alone.
class NoReplay : public rocksdb::WalFilter {
 public:
  const char* Name() const override { return "asld.NoReplay"; }
  WalProcessingOption LogRecordFound(unsigned long long, const std::string&,
                                     const rocksdb::WriteBatch&, rocksdb::WriteBatch*,
                                     bool*) override {
    return WalProcessingOption::kStopReplay;
  }
};

}  // namespace storage
