// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The same random batches go into a MemoryStore and a RocksStore; whatever is asked, the answers
// are the same.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "storage/memory_store.h"
#include "storage/rocks_store.h"

namespace storage {
namespace {

// 255 is the last tag: its table's end is not the next tag's begin.
const std::vector<TableSpec> kTables = {{.tag = 1, .name = "hot", .kind = TableKind::kHot},
                                        {.tag = 2, .name = "warm", .kind = TableKind::kHot},
                                        {.tag = 3, .name = "queue", .kind = TableKind::kQueue},
                                        {.tag = 63, .name = "last", .kind = TableKind::kHistory}};

std::string Rows(const Reader& reader, TableTag table, std::string_view begin, std::string_view end,
                 Direction direction) {
  std::string text;
  auto rows = reader.Scan(table, begin, end, direction);
  for (; rows->Valid(); rows->Next()) {
    text += fmt::format("({}->{})", rows->key(), rows->value());
  }
  return text + rows->status().ToString();
}

std::string Everything(const Reader& reader) {
  std::string text;
  for (const TableSpec& table : kTables) {
    text += fmt::format("{}: {}\n", table.name, Rows(reader, table.tag, "", "", {}));
  }
  return text;
}

std::string Value(const Reader& reader, TableTag table, std::string_view key) {
  auto value = reader.Get(table, key);
  if (!value.ok()) return value.status().ToString();
  return value->has_value() ? "=" + **value : "NOT_FOUND";
}

class Twins : public testing::TestWithParam<int> {
 protected:
  Twins() : random_(static_cast<uint64_t>(GetParam())), memory_(kTables) {
    std::string pattern = testing::TempDir() + "/asld-twins-XXXXXX";
    parent_ = mkdtemp(pattern.data());
    Reopen();
  }
  ~Twins() override {
    rocks_.reset();
    std::filesystem::remove_all(parent_);
  }

  void Reopen() {
    rocks_.reset();
    RocksStoreOptions options{.directory = parent_ + "/data", .tables = kTables};
    options.write_buffer_bytes = 64 << 10;
    options.log_bytes_max = 128 << 10;
    auto opened = RocksStore::Open(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    rocks_ = std::move(*opened);
  }

  // Few keys, so that batches meet; with prefixes of each other and the extreme octets.
  std::string Key() {
    std::string key;
    for (uint64_t n = random_() % 4; n > 0; --n)
      key +=
          "\x00"
          "am\xff"[random_() % 4];
    return key;
  }
  TableTag Table() { return kTables[random_() % kTables.size()].tag; }

  void WriteToBoth() {
    std::vector<Batch> batches;
    for (uint64_t n = 1 + random_() % 3; n > 0; --n) {
      const uint32_t partition = random_() % 3;
      batches.push_back(Batch({.partition = partition, .number = ++numbers_[partition]}));
      for (uint64_t operations = random_() % 8; operations > 0; --operations) {
        AddOperation(batches.back());
      }
    }
    ASSERT_TRUE(memory_.Write(batches).ok());
    ASSERT_TRUE(rocks_->Write(batches).ok());
  }

  void AddOperation(Batch& batch) {
    const uint64_t kind = random_() % 10;
    if (kind < 6) {
      batch.Put(Table(), Key(), std::string(random_() % 300, static_cast<char>('a' + kind)));
    } else if (kind < 9) {
      batch.Delete(Table(), Key());
    } else {
      std::string begin = Key(), end = Key();
      if (end < begin) begin.swap(end);
      batch.DeleteRange(Table(), begin, end);
    }
  }

  void CompareReads(const Reader& memory, const Reader& rocks) {
    const TableTag table = Table();
    const std::string begin = Key(), end = Key();
    for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
      ASSERT_EQ(Rows(memory, table, begin, end, direction),
                Rows(rocks, table, begin, end, direction));
    }
    ASSERT_EQ(Value(memory, table, begin), Value(rocks, table, begin));
  }

  std::mt19937_64 random_;
  std::string parent_;
  MemoryStore memory_;
  std::unique_ptr<RocksStore> rocks_;
  std::map<uint32_t, uint64_t> numbers_;
};

TEST_P(Twins, AnswerAlikeWhateverWasWritten) {
  View memory_view = memory_.Snapshot(), rocks_view = rocks_->Snapshot();
  std::string view_before = Everything(*memory_view);
  for (int step = 0; step < 1'500; ++step) {
    WriteToBoth();
    CompareReads(memory_, *rocks_);
    CompareReads(*memory_view, *rocks_view);
    if (step % 50 == 0) {
      ASSERT_EQ(Everything(memory_), Everything(*rocks_));
      ASSERT_EQ(Everything(*rocks_view), view_before);
      ASSERT_EQ(Everything(*memory_view), view_before);
      ASSERT_TRUE(memory_.Sync().ok());
      ASSERT_TRUE(rocks_->Sync().ok());
      memory_view = memory_.Snapshot();
      rocks_view = rocks_->Snapshot();
      view_before = Everything(*memory_view);
    }
    if (step % 500 == 499) {
      rocks_view = nullptr;
      Reopen();
      memory_view = memory_.Snapshot();
      rocks_view = rocks_->Snapshot();
      view_before = Everything(*memory_view);
    }
    ASSERT_EQ(memory_.written_seq(), rocks_->written_seq());
    for (uint32_t partition = 0; partition < 4; ++partition) {
      ASSERT_EQ(*memory_.AppliedNumber(partition), *rocks_->AppliedNumber(partition));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Twins, testing::Values(1, 2, 3));

}  // namespace
}  // namespace storage
