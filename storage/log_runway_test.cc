// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a runway must never do: cost a record. The power cuts of tests/crash have one, too.
#include "storage/log_runway.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/file_system.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/log_testing.h"
#include "storage/rocks_store.h"

namespace storage {
namespace {

constexpr TableTag kRows = 1;
constexpr size_t kRunway = 256 << 10;
constexpr size_t kPage = 4096;

// Zeros are laid as late as may be: when the log has been appended to meanwhile, or, where that has
// to wait for the zeros, after a while.
class LateZeros : public rocksdb::FileSystemWrapper {
 public:
  LateZeros() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  static const char* kClassName() { return "LateZeros"; }
  const char* Name() const override { return kClassName(); }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* dbg) override {
    rocksdb::IOStatus s = target()->NewWritableFile(name, options, file, dbg);
    if (s.ok() && name.ends_with(".log")) *file = std::make_unique<Log>(std::move(*file), this);
    return s;
  }
  rocksdb::IOStatus NewRandomRWFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>* file,
                                    rocksdb::IODebugContext* dbg) override {
    const bool log = name.ends_with(".log");
    if (log && refuse) ++refused;
    if (log && refuse) return rocksdb::IOStatus::NotSupported(name);
    rocksdb::IOStatus s = target()->NewRandomRWFile(name, options, file, dbg);
    if (s.ok() && log) *file = std::make_unique<Zeros>(std::move(*file), this);
    return s;
  }

  std::atomic<bool> refuse = false;
  FirstError* breaks = nullptr;  // with the first piece
  std::atomic<int> pieces = 0;
  std::atomic<int> refused = 0;

 private:
  struct Log : rocksdb::FSWritableFileOwnerWrapper {
    Log(std::unique_ptr<rocksdb::FSWritableFile> t, LateZeros* o)
        : FSWritableFileOwnerWrapper(std::move(t)), owner(o) {}
    using FSWritableFileOwnerWrapper::Append;
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* dbg) override {
      rocksdb::IOStatus s = target()->Append(data, options, dbg);
      std::lock_guard lock(owner->mutex_);
      ++owner->appends_;
      owner->appended_.notify_all();
      return s;
    }
    LateZeros* const owner;
  };
  struct Zeros : rocksdb::FSRandomRWFileOwnerWrapper {
    Zeros(std::unique_ptr<rocksdb::FSRandomRWFile> t, LateZeros* o)
        : FSRandomRWFileOwnerWrapper(std::move(t)), owner(o) {}
    rocksdb::IOStatus Write(uint64_t offset, const rocksdb::Slice& data,
                            const rocksdb::IOOptions& options,
                            rocksdb::IODebugContext* dbg) override {
      {
        std::unique_lock lock(owner->mutex_);
        owner->appended_.wait_for(
            lock, std::chrono::milliseconds(5),
            [this, seen = owner->appends_] { return owner->appends_ > seen; });
      }
      if (owner->breaks != nullptr) owner->breaks->Set(absl::UnavailableError("broken"));
      ++owner->pieces;
      return target()->Write(offset, data, options, dbg);
    }
    LateZeros* const owner;
  };

  std::mutex mutex_;
  std::condition_variable appended_;
  int appends_ = 0;  // guarded by mutex_
};

class LogRunwayTest : public testing::Test {
 protected:
  LogRunwayTest() {
    std::string pattern = testing::TempDir() + "/asld-runway-XXXXXX";
    parent_ = mkdtemp(pattern.data());
    options_.directory = parent_ + "/data";
    options_.tables = {{.tag = kRows, .name = "rows", .kind = TableKind::kHot}};
    options_.block_cache_bytes = 1 << 20;
    options_.log_runway_bytes = kRunway;
    options_.file_system = files_;
  }
  ~LogRunwayTest() override { std::filesystem::remove_all(parent_); }

  std::unique_ptr<RocksStore> Open(const std::string& directory) {
    options_.directory = directory;
    auto store = RocksStore::Open(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? std::move(*store) : nullptr;
  }
  std::unique_ptr<RocksStore> Open() { return Open(parent_ + "/data"); }

  static std::string Value(uint64_t number, size_t bytes) {
    return std::string(bytes, static_cast<char>('a' + number % 26));
  }
  void Write(Store& store, size_t bytes) {
    sizes_.push_back(bytes);
    const uint64_t number = sizes_.size();
    Batch batch({.partition = 0, .number = number});
    batch.Put(kRows, fmt::format("{:08}", number), Value(number, bytes));
    ASSERT_TRUE(store.Write(std::span(&batch, 1)).ok());
    ASSERT_TRUE(store.Sync().ok());
  }
  void ExpectAll(const Store& store) const {
    EXPECT_FALSE(static_cast<const RocksStore&>(store).open_report().tail_dropped);
    EXPECT_EQ(store.written_seq(), sizes_.size());
    for (uint64_t number = 1; number <= sizes_.size(); ++number) {
      EXPECT_EQ(**store.Get(kRows, fmt::format("{:08}", number)),
                Value(number, sizes_[number - 1]));
    }
  }

  // The directory as a process leaves it that is killed now.
  std::string Killed() const {
    std::string copy = fmt::format("{}/killed{}", parent_, sizes_.size());
    std::filesystem::copy(parent_ + "/data", copy);
    return copy;
  }
  std::string parent_;
  const std::shared_ptr<LateZeros> files_ = std::make_shared<LateZeros>();
  RocksStoreOptions options_;
  std::vector<size_t> sizes_;
};

TEST_F(LogRunwayTest, AKilledProcessLeavesZerosBehindItsLogAndAClosedLogHasNone) {
  auto store = Open();
  while (files_->pieces < 8) Write(*store, 2'000);
  const std::string killed = Killed();
  store.reset();

  EXPECT_GT(NewestLog(killed).zeros, kPage);
  EXPECT_LT(NewestLog(parent_ + "/data").zeros, kPage);
  ExpectAll(*Open(killed));
  ExpectAll(*Open());
}

TEST_F(LogRunwayTest, ZerosNeverLieOverARecordHoweverLargeItIs) {
  auto store = Open();
  for (int i = 0; i < 60; ++i) Write(*store, i % 5 == 4 ? 3 * kRunway : 10'000);
  EXPECT_GT(files_->pieces, 8);
  const std::string killed = Killed();
  store.reset();

  ExpectAll(*Open(killed));
  ExpectAll(*Open());
}

TEST_F(LogRunwayTest, AQuietLogHasNone) {
  auto store = Open();
  for (int i = 0; i < 20; ++i) Write(*store, 1'000);
  store.reset();

  EXPECT_LT(NewestLog(parent_ + "/data").zeros, kPage);
  EXPECT_EQ(files_->pieces, 0);
}

TEST_F(LogRunwayTest, WhereZerosCannotBeWrittenTheLogGrows) {
  files_->refuse = true;
  auto store = Open();
  for (int i = 0; i < 300; ++i) Write(*store, 2'000);
  const std::string killed = Killed();

  EXPECT_GT(files_->refused, 0);
  EXPECT_LT(NewestLog(killed).zeros, kPage);
  ExpectAll(*Open(killed));
}

TEST_F(LogRunwayTest, AfterAnErrorNothingIsWrittenAnyMore) {
  FirstError error;
  files_->breaks = &error;
  auto files = MakeRunwayFileSystem(files_, kRunway, &error);
  std::unique_ptr<rocksdb::FSWritableFile> log;
  ASSERT_TRUE(files->NewWritableFile(parent_ + "/1.log", {}, &log, nullptr).ok());
  ASSERT_TRUE(log->Append(std::string(kRunway, 'v'), {}, nullptr).ok());
  while (!error.happened()) std::this_thread::yield();
  files.reset();  // ends with the runway that it is laying, which the log would cut short

  EXPECT_EQ(files_->pieces, 1);
}

}  // namespace
}  // namespace storage
