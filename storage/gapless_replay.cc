// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/gapless_replay.h"

#include <rocksdb/db.h>
#include <rocksdb/metadata.h>
#include <rocksdb/wal_filter.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/key.h"
#include "storage/own_rows.h"

namespace storage {
namespace {

constexpr uint32_t kDefaultFamily = 0;  // RocksDB's id of the family that holds the own rows

// Finds the number of the write in its batch; copies the own rows to `own` unless that is null.
class FindSeq : public rocksdb::WriteBatch::Handler {
 public:
  explicit FindSeq(rocksdb::WriteBatch* own) : own_(own) {}

  rocksdb::Status PutCF(uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    if (family != kDefaultFamily) return {};
    if (own_ != nullptr) {
      if (rocksdb::Status s = own_->Put(key, value); !s.ok()) return s;
    }
    if (key.size() != 1 + kSeqKey.size()) return {};
    if (static_cast<TableTag>(key[0]) != kOwnTable) return {};
    if (std::string_view(key.data() + 1, key.size() - 1) != kSeqKey) return {};
    KeyReader number({value.data(), value.size()});
    seq = number.U64();
    return {};
  }
  rocksdb::Status DeleteCF(uint32_t family, const rocksdb::Slice& key) override {
    if (family != kDefaultFamily || own_ == nullptr) return {};
    return own_->Delete(key);
  }
  rocksdb::Status DeleteRangeCF(uint32_t, const rocksdb::Slice&, const rocksdb::Slice&) override {
    return {};
  }

  std::optional<uint64_t> seq;

 private:
  rocksdb::WriteBatch* const own_;
};

// WriteBatch::Data() begins with the sequence number of its first row, 8 bytes, the least
// significant first.
uint64_t FirstSequence(const rocksdb::WriteBatch& batch) {
  uint64_t sequence = 0;
  for (int i = 7; i >= 0; --i) {
    sequence = sequence << 8 | static_cast<unsigned char>(batch.Data()[static_cast<size_t>(i)]);
  }
  return sequence;
}

using rocksdb::WalFilter;

class NoReplay : public WalFilter {
 public:
  const char* Name() const override { return "asld.NoReplay"; }
  WalProcessingOption LogRecordFound(unsigned long long, const std::string&,
                                     const rocksdb::WriteBatch&, rocksdb::WriteBatch*,
                                     bool*) override {
    return WalProcessingOption::kStopReplay;
  }
};

}  // namespace

class GaplessReplay::Filter : public WalFilter {
 public:
  Filter(uint64_t in_tables, Rows rows) : rows_(rows), newest_(in_tables) {}

  const char* Name() const override { return "asld.GaplessReplay"; }

  void ColumnFamilyLogNumberMap(const std::map<uint32_t, uint64_t>& logs,
                                const std::map<std::string, uint32_t>&) override {
    const auto own = logs.find(kDefaultFamily);
    some_began_later_ =
        own != logs.end() && std::any_of(logs.begin(), logs.end(), [&](const auto& family) {
          return family.second > own->second;
        });
  }

  WalProcessingOption LogRecordFound(unsigned long long, const std::string&,
                                     const rocksdb::WriteBatch& batch,
                                     rocksdb::WriteBatch* replacement, bool* replaced) override {
    *replaced = rows_ == Rows::kOwn;
    FindSeq found(*replaced ? replacement : nullptr);
    if (!batch.Iterate(&found).ok()) return WalProcessingOption::kCorruptedRecord;
    if (found.seq.has_value()) {
      // The first log may begin with writes that are in the tables already.
      gap_ = replayed_ ? *found.seq != newest_ + 1 : *found.seq > newest_ + 1;
      if (gap_) return WalProcessingOption::kStopReplay;
      newest_ = *found.seq;
      replayed_ = true;
    }
    newest_sequence_ = FirstSequence(batch) + batch.Count() - 1;
    return WalProcessingOption::kContinueProcessing;
  }

  bool gap() const { return gap_; }

  bool TablesReachBehindGap(rocksdb::DB* db) const {
    // Nothing is left of the beginning of the own rows' first log: for no family may that log be
    // done with.
    if (!replayed_) return some_began_later_;
    std::vector<rocksdb::LiveFileMetaData> tables;
    db->GetLiveFilesMetaData(&tables);
    return std::any_of(tables.begin(), tables.end(), [this](const auto& table) {
      return table.largest_seqno > newest_sequence_;
    });
  }

 private:
  const Rows rows_;
  bool replayed_ = false;
  bool gap_ = false;
  uint64_t newest_;                // write that is in
  uint64_t newest_sequence_ = 0;   // RocksDB's, of the last row replayed
  bool some_began_later_ = false;  // a family needs logs only from a later one on than the own rows
};

GaplessReplay::GaplessReplay(uint64_t in_tables, Rows rows)
    : filter_(std::make_unique<Filter>(in_tables, rows)) {}

GaplessReplay::~GaplessReplay() = default;

WalFilter* GaplessReplay::filter() const { return filter_.get(); }

bool GaplessReplay::gap() const { return filter_->gap(); }

bool GaplessReplay::TablesReachBehindGap(rocksdb::DB* db) const {
  return filter_->TablesReachBehindGap(db);
}

std::unique_ptr<WalFilter> MakeNoReplay() { return std::make_unique<NoReplay>(); }

}  // namespace storage
