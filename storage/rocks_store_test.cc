// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/rocks_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/db.h>
#include <sys/stat.h>

#include <filesystem>

#include "storage/key.h"
#include "storage/log_testing.h"

namespace storage {
namespace {

constexpr TableTag kHot = 1;
constexpr TableTag kHistory = 2;

testing::AssertionResult Contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "expected: " << part << "\n   found: " << text;
}

class RocksStoreTest : public testing::Test {
 protected:
  RocksStoreTest() {
    std::string pattern = testing::TempDir() + "/asld-store-XXXXXX";
    parent_ = mkdtemp(pattern.data());
    options_.directory = parent_ + "/data";
    options_.tables = {{.tag = kHot, .name = "hot rows", .kind = TableKind::kHot},
                       {.tag = kHistory, .name = "history", .kind = TableKind::kHistory}};
  }
  ~RocksStoreTest() override { std::filesystem::remove_all(parent_); }

  std::unique_ptr<RocksStore> Open() {
    auto store = RocksStore::Open(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? std::move(*store) : nullptr;
  }
  std::string OpenError() {
    auto store = RocksStore::Open(options_);
    return store.ok() ? "OK" : store.status().ToString();
  }

  static absl::Status Write(Store& store, uint32_t partition, uint64_t number,
                            std::string_view value) {
    Batch batch({.partition = partition, .number = number});
    batch.Put(kHot, fmt::format("p{}", partition), value);
    return store.Write(std::span(&batch, 1));
  }
  static std::string Get(const Reader& reader, std::string_view key) {
    auto value = reader.Get(kHot, key);
    if (!value.ok()) return value.status().ToString();
    return value->has_value() ? **value : "NOT_FOUND";
  }

  std::string Log() const { return NewestLog(options_.directory).path; }

  // Puts a row into the default family behind the store's back.
  void PutRaw(const std::string& key, const std::string& value) {
    rocksdb::Options options;
    options.create_if_missing = true;
    std::vector<std::string> names;
    if (!rocksdb::DB::ListColumnFamilies(options, options_.directory, &names).ok()) {
      names = {rocksdb::kDefaultColumnFamilyName};
    }
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    for (const std::string& name : names) families.emplace_back(name, options);
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, options_.directory, families, &handles, &db).ok());
    EXPECT_TRUE(db->Put({}, key, value).ok());
    for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
    delete db;
  }

  std::string parent_;
  RocksStoreOptions options_;
};

TEST_F(RocksStoreTest, ANewStoreIsCreatedInADirectoryForItsOwnerAlone) {
  auto store = Open();

  EXPECT_TRUE(store->open_report().created);
  struct stat info;
  ASSERT_EQ(stat(options_.directory.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
}

TEST_F(RocksStoreTest, WhatWasWrittenIsThereAfterReopeningWithItsNumbers) {
  auto store = Open();
  ASSERT_TRUE(Write(*store, 3, 1, "one").ok());
  ASSERT_TRUE(Write(*store, 3, 2, "two").ok());
  ASSERT_TRUE(store->Sync().ok());
  store.reset();

  store = Open();

  EXPECT_EQ(Get(*store, "p3"), "two");
  EXPECT_EQ(Get(*store, "p4"), "NOT_FOUND");
  EXPECT_EQ(*store->AppliedNumber(3), 2u);
  EXPECT_EQ(*store->AppliedNumber(4), 0u);
  EXPECT_EQ(store->written_seq(), 2u);
  EXPECT_EQ(store->open_report().durable_seq, 2u);
  EXPECT_FALSE(store->open_report().created);
}

TEST_F(RocksStoreTest, WhatIsInTablesNeedsNoLog) {
  auto store = Open();
  ASSERT_TRUE(Write(*store, 3, 1, "one").ok());
  ASSERT_TRUE(store->Sync().ok());
  ASSERT_TRUE(store->WriteTables().ok());
  EXPECT_EQ(std::filesystem::file_size(Log()), 0u);
  store.reset();

  store = Open();

  EXPECT_EQ(Get(*store, "p3"), "one");
  EXPECT_EQ(store->written_seq(), 1u);
  EXPECT_EQ(store->open_report().durable_seq, 1u);
}

TEST_F(RocksStoreTest, ASnapshotKeepsItsMoment) {
  auto store = Open();
  ASSERT_TRUE(Write(*store, 0, 1, "before").ok());
  const View view = store->Snapshot();
  ASSERT_TRUE(Write(*store, 0, 2, "after").ok());

  EXPECT_EQ(Get(*view, "p0"), "before");
  EXPECT_EQ(Get(*store, "p0"), "after");
}

TEST_F(RocksStoreTest, AStoreThatEndsBeforeItsViewStopsTheProgram) {
  auto store = Open();
  const View view = store->Snapshot();

  EXPECT_DEATH(store.reset(), "snapshots_ == 0");
}

TEST_F(RocksStoreTest, AStoreThatIsOpenIsRefusedASecondTime) {
  auto store = Open();

  EXPECT_TRUE(Contains(OpenError(), "FAILED_PRECONDITION: store " + options_.directory +
                                        " is in use by another process"));
}

TEST_F(RocksStoreTest, AStoreThatLostAcknowledgedCommitsIsRefusedAndUntouched) {
  auto store = Open();
  for (uint64_t n = 1; n <= 9; ++n) ASSERT_TRUE(Write(*store, 0, n, "v").ok());
  ASSERT_TRUE(store->Sync().ok());
  store.reset();
  const auto log = Log();
  const uint64_t size = std::filesystem::file_size(log);
  std::filesystem::copy(log, parent_ + "/kept");
  std::filesystem::resize_file(log, size - 10);

  EXPECT_TRUE(Contains(OpenError(),
                       "acknowledged commits 9 to 9 are missing; the store "
                       "is untouched"));
  std::filesystem::copy(parent_ + "/kept", log, std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(Open()->written_seq(), 9u);
}

TEST_F(RocksStoreTest, ALossThatIsAcceptedIsForgotten) {
  auto store = Open();
  for (uint64_t n = 1; n <= 9; ++n) ASSERT_TRUE(Write(*store, 0, n, "v").ok());
  ASSERT_TRUE(store->Sync().ok());
  store.reset();
  const auto log = Log();
  std::filesystem::resize_file(log, std::filesystem::file_size(log) - 10);

  options_.accept_loss = true;
  store = Open();
  EXPECT_EQ(store->written_seq(), 8u);
  EXPECT_EQ(*store->AppliedNumber(0), 8u);
  store.reset();

  options_.accept_loss = false;
  EXPECT_EQ(OpenError(), "OK");
}

TEST_F(RocksStoreTest, AClosedLogThatIsShorterThanItWasSyncedIsRefused) {
  options_.write_buffer_bytes = 64 << 10;
  auto store = Open();
  Batch history({.partition = 0, .number = 1});
  history.Put(kHistory, "keeps", "the first log");
  ASSERT_TRUE(store->Write(std::span(&history, 1)).ok());
  const auto first = Log();
  for (uint64_t n = 2; Log() == first; ++n) {
    ASSERT_TRUE(Write(*store, 0, n, std::string(10'000, 'v')).ok());
    ASSERT_TRUE(store->Sync().ok());
  }
  ASSERT_TRUE(store->Sync().ok());
  store.reset();
  std::filesystem::resize_file(first, std::filesystem::file_size(first) - 10'000);

  const std::string refusal = OpenError();
  EXPECT_TRUE(Contains(refusal, "DATA_LOSS: store: cannot read " + options_.directory));
  EXPECT_TRUE(Contains(refusal, "the store is untouched"));
}

TEST_F(RocksStoreTest, ADirectoryThatCannotBeWrittenIsNotCalledBusy) {
  std::filesystem::create_directories(options_.directory + "/LOCK");

  EXPECT_TRUE(Contains(OpenError(), "cannot be opened by this user"));
}

TEST_F(RocksStoreTest, ANewerFormatIsRefusedWithBothNumbers) {
  Open().reset();
  PutRaw(std::string("\0f", 2), std::string("\0\0\0\x07", 4));

  EXPECT_TRUE(Contains(OpenError(), "has format 7, this program reads formats up to 1"));
}

TEST_F(RocksStoreTest, AnotherProgramsDatabaseIsRefused) {
  PutRaw("key", "value");

  EXPECT_TRUE(Contains(OpenError(), "holds a database that is not a store of asld"));
}

TEST_F(RocksStoreTest, RetiredRangesAreDroppedAsWholeFiles) {
  options_.write_buffer_bytes = 1 << 20;
  auto store = Open();
  std::string key;
  for (uint64_t n = 1; n <= 400; ++n) {
    Batch batch({.number = n});
    key.clear();
    AppendU64(n, &key);
    batch.Put(kHistory, key, std::string(20'000, static_cast<char>(n)));
    ASSERT_TRUE(store->Write(std::span(&batch, 1)).ok());
  }
  std::string end;
  AppendU64(300, &end);
  Batch retire({.number = 401});
  retire.DeleteRange(kHistory, "", end);
  ASSERT_TRUE(store->Write(std::span(&retire, 1)).ok());
  ASSERT_TRUE(store->Sync().ok());

  ASSERT_TRUE(store->DropFiles(kHistory, "", end).ok());

  auto rows = store->Scan(kHistory, "", "", Direction::kForward);
  EXPECT_EQ(rows->key(), end);
}

TEST_F(RocksStoreTest, ARangeIsDeletedWhereARunOfRowsIsBeingWritten) {
  constexpr TableTag kRuns = 9;
  options_.tables.push_back(
      {.tag = kRuns, .name = "runs", .kind = TableKind::kHistory, .run_prefix = 8});
  auto store = Open();
  Batch batch({.number = 1});
  for (uint64_t run = 1; run <= 3; ++run) {
    std::string begin, key;
    AppendU64(run, &begin);
    for (uint32_t row = 0; row < 20; ++row) {
      key = begin;
      AppendU32(row, &key);
      batch.Put(kRuns, key, "row");
      if (run == 2 && row == 9) batch.DeleteRange(kRuns, begin, key);
    }
  }
  ASSERT_TRUE(store->Write(std::span(&batch, 1)).ok());

  size_t count = 0;
  for (auto rows = store->Scan(kRuns, "", "", Direction::kForward); rows->Valid(); rows->Next()) {
    ++count;
  }
  EXPECT_EQ(count, 51u);
}

}  // namespace
}  // namespace storage
