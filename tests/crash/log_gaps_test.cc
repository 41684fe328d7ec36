// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a power cut can leave of logs, and RocksDB would replay without a word: a missing page that
// begins where a record begins, and a log whose end is missing while the next one is there. The
// power cuts at random moments meet these once in thousands.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "storage/log_testing.h"
#include "storage/rocks_store.h"
#include "tests/crash/lying_file_system.h"

namespace crash {
namespace {

constexpr storage::TableTag kRows = 1;
constexpr uint64_t kPage = 4096;

class LogGaps : public testing::Test {
 protected:
  LogGaps() {
    std::string pattern = testing::TempDir() + "/asld-gaps-XXXXXX";
    parent_ = mkdtemp(pattern.data());
    options_.directory = parent_ + "/data";
    options_.tables = {{.tag = kRows, .name = "rows", .kind = storage::TableKind::kHot}};
    options_.block_cache_bytes = 1 << 20;
  }
  ~LogGaps() override { std::filesystem::remove_all(parent_); }

  std::unique_ptr<storage::RocksStore> Open() {
    auto store = storage::RocksStore::Open(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? std::move(*store) : nullptr;
  }

  // Leaves a log of `all` writes, one record in each page of 4 KiB, the first `synced` announced.
  void WritePages(uint64_t synced, uint64_t all) {
    const size_t overhead = BytesLogged(3000, 1, 1) - 3000;
    std::filesystem::remove_all(options_.directory);
    EXPECT_EQ(BytesLogged(kPage - overhead, synced, all), all * kPage);
  }

  // The log's page `index`, then `count` of them, read as zeros.
  void LosePages(uint64_t index, uint64_t count) const {
    std::fstream file(Log(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(index * kPage));
    file << std::string(count * kPage, '\0');
  }

  // As if a new log had been begun with page `next`; the old one keeps the pages before `end`.
  void Split(uint64_t end, uint64_t next) const {
    const std::filesystem::path log = Log();
    std::ifstream old(log, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(old)), {});
    const uint64_t number = std::stoull(log.stem());
    std::ofstream(log.parent_path() / fmt::format("{:06}.log", number + 100), std::ios::binary)
        << bytes.substr(next * kPage);
    std::filesystem::resize_file(log, end * kPage);
  }

  std::string OpenError() {
    auto store = storage::RocksStore::Open(options_);
    return store.ok() ? "OK" : store.status().ToString();
  }

  // The store has the first `count` writes and no row of another.
  void ExpectPrefix(uint64_t count) {
    for (const bool again : {false, true}) {
      auto store = Open();
      ASSERT_NE(store, nullptr);
      EXPECT_EQ(store->written_seq(), count);
      EXPECT_EQ(store->open_report().tail_dropped, !again);
      uint64_t rows = 0;
      for (auto row = static_cast<const storage::Store&>(*store).Scan(kRows, "", "~"); row->Valid();
           row->Next())
        ++rows;
      EXPECT_EQ(rows, count);
    }
  }

 private:
  std::string Log() const { return storage::NewestLog(options_.directory).path; }

  // Of a log that holds nothing else.
  uint64_t BytesLogged(size_t value_bytes, uint64_t synced, uint64_t all) {
    Open();  // the first log of a store begins with the store's format; the next start begins anew
    auto store = Open();
    for (uint64_t number = 1; number <= all; ++number) {
      storage::Batch batch({.partition = 0, .number = number});
      batch.Put(kRows, fmt::format("{:08}", number), std::string(value_bytes, 'v'));
      EXPECT_TRUE(store->Write(std::span(&batch, 1)).ok());
      if (number == synced) {
        EXPECT_TRUE(store->Sync().ok());
      }
    }
    return std::filesystem::file_size(Log());
  }

  std::string parent_;
  storage::RocksStoreOptions options_;
};

TEST_F(LogGaps, AMissingPageOfTheUnsyncedTailEndsTheLog) {
  WritePages(/*synced=*/4, /*all=*/40);
  LosePages(6, 2);  // the rest of the first block of 32 KiB

  ExpectPrefix(6);
}

TEST_F(LogGaps, AMissingPageOfAnnouncedWritesIsRefused) {
  WritePages(/*synced=*/20, /*all=*/40);
  LosePages(6, 2);

  EXPECT_NE(OpenError().find("acknowledged commits 7 to 20 are missing"), std::string::npos)
      << OpenError();
}

TEST_F(LogGaps, ALogWhoseFirstBlockIsMissingIsNotReplayed) {
  WritePages(/*synced=*/0, /*all=*/40);
  LosePages(0, 8);

  ExpectPrefix(0);
}

// A log is closed first and synced then: for a moment the next one may be on the disk without it.
TEST_F(LogGaps, ANextLogIsNotReplayedWhenTheEndOfTheOneBeforeIsMissing) {
  WritePages(/*synced=*/4, /*all=*/40);
  Split(/*end=*/20, /*next=*/24);

  ExpectPrefix(20);
}

TEST_F(LogGaps, ANextLogThatFollowsIsReplayed) {
  WritePages(/*synced=*/4, /*all=*/40);
  Split(/*end=*/24, /*next=*/24);

  auto store = Open();
  EXPECT_EQ(store->written_seq(), 40u);
  EXPECT_FALSE(store->open_report().tail_dropped);
}

}  // namespace
}  // namespace crash
