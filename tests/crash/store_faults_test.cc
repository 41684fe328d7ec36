// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a disk can do to a running or starting store, and what the store says then: a failed sync, a
// full disk in the middle of an append, a bit that flipped, a directory that somebody else has
// open, a disk that is full at the start.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "storage/commit.h"
#include "storage/log_testing.h"
#include "storage/rocks_store.h"
#include "tests/crash/lying_file_system.h"

namespace crash {
namespace {

constexpr storage::TableTag kRows = 1;

testing::AssertionResult Contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "expected: " << part << "\n   found: " << text;
}

// What the committer last said, for one partition.
class Notes : public storage::CommitListener {
 public:
  void OnApplied(std::span<const storage::CommitNotice>) override {}
  void OnDurable(std::span<const storage::CommitNotice> notices) override {
    std::lock_guard lock(mutex_);
    durable_ = notices.back().number;
    changed_.notify_all();
  }
  void OnFailed(const absl::Status& status, uint64_t) override {
    std::lock_guard lock(mutex_);
    failure_ = status;
    ++failures_;
    changed_.notify_all();
  }

  // False when the committer has failed.
  bool WaitUntilDurable(uint64_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failures_ > 0 || durable_ >= number; });
    return failures_ == 0;
  }

  // To be read when the committer has stopped.
  uint64_t durable() const { return durable_; }
  const absl::Status& failure() const { return failure_; }
  int failures() const { return failures_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  uint64_t durable_ = 0;
  absl::Status failure_;
  int failures_ = 0;
};

class StoreFaults : public testing::Test {
 protected:
  StoreFaults() : files_(1) {
    std::string pattern = testing::TempDir() + "/asld-faults-XXXXXX";
    parent_ = mkdtemp(pattern.data());
    options_.directory = parent_ + "/data";
    options_.tables = {{.tag = kRows, .name = "rows", .kind = storage::TableKind::kHot}};
    options_.block_cache_bytes = 1 << 20;
  }
  ~StoreFaults() override { std::filesystem::remove_all(parent_); }

  std::unique_ptr<storage::RocksStore> Open() {
    auto store = storage::RocksStore::Open(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? std::move(*store) : nullptr;
  }
  std::string OpenError() {
    auto store = storage::RocksStore::Open(options_);
    return store.ok() ? "OK" : store.status().ToString();
  }

  // Commits batches of `bytes` until the committer fails or `count` are durable.
  static void Commit(storage::Store& store, Notes& notes, uint64_t count, size_t bytes) {
    constexpr uint64_t kInFlight = 16;
    storage::Committer committer(&store, &notes);
    const uint64_t first = *store.AppliedNumber(0) + 1;
    for (uint64_t number = first; number < first + count; ++number) {
      std::vector<storage::Batch> batches;
      batches.push_back(storage::Batch({.partition = 0, .number = number}));
      batches.back().Put(kRows, fmt::format("{}", number), std::string(bytes, 'v'));
      committer.Submit(std::move(batches));
      if (number >= first + kInFlight && !notes.WaitUntilDurable(number - kInFlight)) break;
    }
    committer.Stop();
  }

  std::string parent_;
  storage::RocksStoreOptions options_;
  LyingFileSystem files_;
};

// Many times: the writer meets the failed log at every possible moment, and none may end in an
// abort of the library.
TEST_F(StoreFaults, AFailedSyncStopsTheCommitterAndNothingAnnouncedIsLost) {
  options_.file_system = files_.files();
  uint64_t durable = 0;
  for (uint64_t nth = 1; nth <= 25; ++nth) {
    auto store = Open();
    ASSERT_GE(*store->AppliedNumber(0), durable);
    files_.FailLogSync(nth);
    Notes notes;
    Commit(*store, notes, 1'000'000, 100);

    ASSERT_EQ(notes.failures(), 1);
    ASSERT_TRUE(Contains(notes.failure().ToString(), "store: cannot sync " + options_.directory));
    ASSERT_TRUE(Contains(notes.failure().ToString(), "Input/output error"));
    durable = std::max(durable, notes.durable());
  }
}

TEST_F(StoreFaults, AFullDiskStopsTheCommitterAndNothingAnnouncedIsLost) {
  options_.file_system = files_.files();
  uint64_t durable = 0;
  for (uint64_t nth = 1; nth <= 25; ++nth) {
    auto store = Open();
    ASSERT_GE(*store->AppliedNumber(0), durable);
    files_.FailLogAppend(nth);
    Notes notes;
    Commit(*store, notes, 1'000'000, 100);

    ASSERT_EQ(notes.failures(), 1);
    ASSERT_EQ(notes.failure().code(), absl::StatusCode::kResourceExhausted);
    ASSERT_TRUE(Contains(notes.failure().ToString(), "store: cannot append " + options_.directory));
    ASSERT_TRUE(Contains(notes.failure().ToString(), "No space left on device"));
    durable = std::max(durable, notes.durable());
  }
}

// RocksDB asserts when a sync meets a log whose append has failed; the one who syncs cannot know in
// time.
TEST_F(StoreFaults, ASyncMayMeetAFailedAppendAtAnyMoment) {
  options_.file_system = files_.files();
  files_.MakeSyncsInstant();
  for (uint64_t round = 1; round <= 20; ++round) {
    auto store = Open();
    files_.FailLogAppend(round);
    std::thread syncer([&] {
      while (store->Sync().ok()) continue;
    });
    absl::Status status;
    while (status.ok()) {
      storage::Batch batch({.partition = 0, .number = *store->AppliedNumber(0) + 1});
      batch.Put(kRows, "key", "value");
      status = store->Write(std::span(&batch, 1));
    }
    syncer.join();
    ASSERT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  }
}

TEST_F(StoreFaults, AStoreThatFailedRefusesEverythingEvenWhenTheDiskHasRoomAgain) {
  options_.file_system = files_.files();
  auto store = Open();
  storage::Batch batch({.partition = 0, .number = 1});
  files_.FailLogAppend(1);

  const absl::Status first = store->Write(std::span(&batch, 1));
  const absl::Status write = store->Write(std::span(&batch, 1));
  const absl::Status sync = store->Sync();

  EXPECT_FALSE(first.ok());
  EXPECT_EQ(write, first);
  EXPECT_EQ(sync, first);
}

TEST_F(StoreFaults, AFlippedBitInTheSyncedLogIsRefusedWithTheCommitsItCosts) {
  auto store = Open();
  Notes notes;
  Commit(*store, notes, 200, 1000);
  const uint64_t newest = store->written_seq();
  store.reset();
  const std::string log = storage::NewestLog(options_.directory).path;
  std::mt19937_64 random(7);
  const FlippedBit bit = DrawBit(log, std::filesystem::file_size(log), random);
  bit.Flip();

  const std::string refusal = OpenError();
  EXPECT_TRUE(Contains(refusal, "DATA_LOSS: store " + options_.directory));
  EXPECT_TRUE(Contains(refusal, "acknowledged commits "));
  EXPECT_TRUE(Contains(refusal, fmt::format(" to {} are missing; the store is untouched", newest)));
  bit.Flip();
  EXPECT_EQ(OpenError(), "OK");
}

TEST_F(StoreFaults, ADamagedLogWithoutTheDurableFileIsRefusedToo) {
  Notes notes;
  Commit(*Open(), notes, 200, 1000);
  const std::string log = storage::NewestLog(options_.directory).path;
  std::mt19937_64 random(7);
  DrawBit(log, std::filesystem::file_size(log), random).Flip();
  std::filesystem::remove(options_.directory + "/DURABLE");

  EXPECT_TRUE(Contains(OpenError(), "the file DURABLE, which would tell"));
}

TEST_F(StoreFaults, ADirectoryThatAnotherProcessHasOpenIsRefused) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t other = fork();
  if (other == 0) {
    auto store = storage::RocksStore::Open(options_);
    const char answer = store.ok() ? 'y' : 'n';
    if (write(ready[1], &answer, 1) != 1) _exit(1);
    for (;;) pause();
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');

  EXPECT_TRUE(Contains(OpenError(), "FAILED_PRECONDITION: store " + options_.directory +
                                        " is in use by another process"));

  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
  EXPECT_EQ(OpenError(), "OK");
}

// A small file system of its own, really full.
class FullDisk : public StoreFaults {
 protected:
  void SetUp() override {
    disk_ = parent_ + "/disk";
    std::filesystem::create_directory(disk_);
    if (mount("tmpfs", disk_.c_str(), "tmpfs", 0, "size=24m") != 0) {
      std::cout << "NOT TESTED: a really full disk. Mounting a tmpfs needs root: "
                << strerror(errno) << std::endl;
      GTEST_SKIP();
    }
    mounted_ = true;
    options_.directory = disk_ + "/data";
  }
  void TearDown() override {
    if (mounted_) umount2(disk_.c_str(), MNT_DETACH);
  }

  void Fill() {
    std::ofstream file(disk_ + "/filler", std::ios::binary);
    const std::string page(4096, 'f');
    while (file.write(page.data(), 4096).flush()) continue;
  }
  void MakeRoom() { std::filesystem::remove(disk_ + "/filler"); }

  std::string Listing() const {
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(options_.directory)) {
      text += fmt::format("{} {}\n", entry.path().filename().native(), entry.file_size());
    }
    return text;
  }

  std::string disk_;
  bool mounted_ = false;
};

TEST_F(FullDisk, AStoreThatCannotBeOpenedForWantOfRoomSaysSoAndIsUntouched) {
  Notes notes;
  Commit(*Open(), notes, 100, 1000);
  Fill();
  const std::string before = Listing();

  const std::string refusal = OpenError();

  EXPECT_TRUE(Contains(refusal, "RESOURCE_EXHAUSTED: store " + options_.directory + ": disk full"));
  EXPECT_TRUE(Contains(refusal, "the store is untouched"));
  EXPECT_EQ(Listing(), before);
  MakeRoom();
  EXPECT_EQ(*Open()->AppliedNumber(0), 100u);
}

TEST_F(FullDisk, ARunningStoreStopsWhenTheDiskFillsAndHasAllThatWasAnnounced) {
  Notes notes;
  Commit(*Open(), notes, 1'000'000, 10'000);
  ASSERT_EQ(notes.failure().code(), absl::StatusCode::kResourceExhausted) << notes.failure();
  EXPECT_GT(notes.durable(), 500u);

  EXPECT_TRUE(Contains(OpenError(), "RESOURCE_EXHAUSTED"));
  ASSERT_EQ(mount("tmpfs", disk_.c_str(), "tmpfs", MS_REMOUNT, "size=96m"), 0);
  EXPECT_GE(*Open()->AppliedNumber(0), notes.durable());
}

}  // namespace
}  // namespace crash
