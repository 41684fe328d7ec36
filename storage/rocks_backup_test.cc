// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/rocks_backup.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace storage {
namespace {

constexpr TableTag kHot = 1;
constexpr TableTag kHistory = 2;

class BackupTest : public testing::Test {
 protected:
  BackupTest() {
    std::string pattern = testing::TempDir() + "/asld-backup-XXXXXX";
    parent_ = mkdtemp(pattern.data());
    options_ = {.directory = parent_ + "/data",
                .tables = {{.tag = kHot, .name = "hot rows", .kind = TableKind::kHot},
                           {.tag = kHistory, .name = "history", .kind = TableKind::kHistory}},
                .write_buffer_bytes = 64 << 10,  // tables are written all the time
                .log_bytes_max = 256 << 10};
    store_ = Open("/data");
  }
  ~BackupTest() override {
    store_.reset();
    std::filesystem::remove_all(parent_);
  }

  std::unique_ptr<RocksStore> Open(const std::string& name) {
    RocksStoreOptions options = options_;
    options.directory = parent_ + name;
    auto store = RocksStore::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? std::move(*store) : nullptr;
  }
  // Batch `number` of partition 0: a row for the number in either table, so that a copy that is cut
  // between the families shows.
  void Write(uint64_t number) {
    Batch batch({.partition = 0, .number = number});
    batch.Put(kHot, fmt::format("{:08}", number), std::string(500, 'h'));
    batch.Put(kHistory, fmt::format("{:08}", number), std::string(500, 'r'));
    ASSERT_TRUE(store_->Write({&batch, 1}).ok());
  }
  // "1..n" when both tables hold the rows 1 to n and no other.
  static std::string Rows(const Reader& store) {
    std::string found;
    for (TableTag table : {kHot, kHistory}) {
      uint64_t count = 0;
      auto rows = store.Scan(table, "", "");
      for (; rows->Valid(); rows->Next()) {
        if (rows->key() != fmt::format("{:08}", ++count)) return fmt::format("hole at {}", count);
      }
      const std::string range = fmt::format("1..{}", count);
      if (!found.empty() && found != range) return found + " and " + range;
      found = range;
    }
    return found;
  }

  std::string parent_;
  RocksStoreOptions options_;
  std::unique_ptr<RocksStore> store_;
};

TEST_F(BackupTest, ACopyTakenUnderLoadHoldsADensePrefixWithEverythingDurableBefore) {
  std::atomic<uint64_t> durable = 0;
  const std::jthread load([&](const std::stop_token& stop) {
    for (uint64_t number = 1; !stop.stop_requested(); ++number) {
      Write(number);
      if (number % 8 != 0) continue;
      ASSERT_TRUE(store_->Sync().ok());
      durable = number;
    }
  });
  for (int i = 0; i < 8; ++i) {
    while (durable < 500 * static_cast<uint64_t>(i + 1)) std::this_thread::yield();
    const uint64_t before = durable;
    const std::string directory = fmt::format("{}/copy{}", parent_, i);

    const absl::StatusOr<CopyReport> report = store_->BackUp(directory, nullptr);

    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_GE(report->seq, before);
    EXPECT_GT(report->files, 0u);
    EXPECT_GT(report->bytes, 0u);
    const auto copy = Open(fmt::format("/copy{}", i));
    ASSERT_NE(copy, nullptr);
    EXPECT_EQ(copy->open_report().seq, report->seq);
    EXPECT_EQ(Rows(*copy), fmt::format("1..{}", report->seq));
  }
}

TEST_F(BackupTest, ACopyGoesItsOwnWay) {
  Write(1);
  ASSERT_TRUE(store_->BackUp(parent_ + "/copy", nullptr).ok());
  Write(2);
  ASSERT_TRUE(store_->Sync().ok());
  EXPECT_EQ(Rows(*Open("/copy")), "1..1");
  EXPECT_EQ(Rows(*store_), "1..2");
}

TEST_F(BackupTest, AnExistingDirectoryAMissingParentARelativePathAndTheStoreItselfAreRefused) {
  const auto refusal = [this](const std::string& directory) {
    return std::string(store_->BackUp(directory, nullptr).status().message());
  };
  EXPECT_EQ(refusal(parent_ + "/data"),
            parent_ + "/data: exists already; choose a name that is free");
  EXPECT_EQ(refusal(parent_ + "/no/copy"),
            parent_ + "/no/copy: the directory it should be in does not exist");
  EXPECT_EQ(refusal("copy"), "copy: an absolute path is needed");
  EXPECT_NE(refusal(parent_ + "/data/copy").find(": lies within the store "), std::string::npos);
}

TEST_F(BackupTest, WhatWasCancelledLeavesNothingAndTheStoreGoesOn) {
  Write(1);
  const auto report = store_->BackUp(parent_ + "/copy", [] { return true; });
  EXPECT_EQ(report.status().code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(parent_ + "/copy"));
  EXPECT_FALSE(std::filesystem::exists(parent_ + "/copy.incomplete"));
  Write(2);
  EXPECT_TRUE(store_->Sync().ok());
  EXPECT_TRUE(store_->BackUp(parent_ + "/copy", [] { return false; }).ok());
}

TEST_F(BackupTest, ARestoredStoreIsTheCopyAndTheCopyStaysAsItWas) {
  for (uint64_t number = 1; number <= 300; ++number) Write(number);
  ASSERT_TRUE(store_->BackUp(parent_ + "/copy", nullptr).ok());
  RocksStoreOptions target = options_;
  target.directory = parent_ + "/restored";

  for (int round = 0; round < 2; ++round) {
    const absl::StatusOr<CopyReport> report = RestoreStore(parent_ + "/copy", target);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->seq, 300u);
    EXPECT_EQ(Rows(*Open("/restored")), "1..300");
    std::filesystem::remove_all(target.directory);
  }
}

TEST_F(BackupTest, ARestoreRefusesATargetThatIsNotEmptyAndWhatIsNoBackup) {
  Write(1);
  ASSERT_TRUE(store_->BackUp(parent_ + "/copy", nullptr).ok());
  EXPECT_EQ(RestoreStore(parent_ + "/copy", options_).status().message(),
            parent_ + "/data: is not empty; a backup is restored into a new data directory");
  RocksStoreOptions target = options_;
  target.directory = parent_ + "/empty";
  std::filesystem::create_directory(target.directory);
  EXPECT_EQ(RestoreStore(parent_, target).status().message(),
            parent_ + ": is no backup of a store: CURRENT or DURABLE is missing");
  EXPECT_TRUE(RestoreStore(parent_ + "/copy", target).ok()) << "empty is good enough";
}

TEST_F(BackupTest, ADamagedBackupIsRefusedAndNothingIsLeft) {
  for (uint64_t number = 1; number <= 300; ++number) Write(number);
  ASSERT_TRUE(store_->BackUp(parent_ + "/copy", nullptr).ok());
  store_.reset();  // its tables are linked
  for (const auto& entry : std::filesystem::directory_iterator(parent_ + "/copy")) {
    if (entry.path().extension() == ".sst") std::filesystem::resize_file(entry.path(), 100);
  }
  RocksStoreOptions target = options_;
  target.directory = parent_ + "/restored";
  EXPECT_FALSE(RestoreStore(parent_ + "/copy", target).ok());
  EXPECT_FALSE(std::filesystem::exists(parent_ + "/restored"));
  EXPECT_FALSE(std::filesystem::exists(parent_ + "/restored.incomplete"));
}

}  // namespace
}  // namespace storage
