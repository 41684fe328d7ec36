// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld as a process on a directory that is taken, full or damaged, and asked to stop under load:
// what it says, how it exits, and what the next start finds.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "fmt/format.h"
#include "storage/log_testing.h"
#include "tests/kill/asld_process.h"
#include "tests/kill/engine_calls.h"

namespace kill_test {
namespace {

namespace fs = std::filesystem;
using testing::Test;

constexpr int kExitStore = 74;
constexpr std::chrono::seconds kLimit{120};
constexpr std::chrono::seconds kTermLimit{10};  // the guarantee for SIGTERM
constexpr char kSleeper[] = R"({
  "StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 86400, "End": true}}
})";
const std::vector<std::string> kFlags = {"--log-level", "off"};

std::vector<std::string> AcceptLoss() {
  std::vector<std::string> flags = kFlags;
  flags.push_back("--accept-loss");
  return flags;
}

std::vector<std::string> UntilTheDiskIsFull() {
  std::vector<std::string> flags = kFlags;
  flags.insert(flags.end(), {"--min-free", "0"});
  return flags;
}

// Clients that start executions with inputs of `input_bytes` until they are told to end or the
// engine is gone.
class Starters {
 public:
  Starters(const std::string& address, int clients, size_t input_bytes)
      : calls_(address), clients_(clients) {
    input_ = fmt::format(R"("{}")", std::string(input_bytes, 'x'));
    for (int i = 0; i < clients; ++i) threads_.emplace_back([this, i] { Run(i); });
  }
  ~Starters() { End(); }

  void End() {
    ending_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  size_t count() {
    std::lock_guard lock(mutex_);
    return started_.size();
  }

  // False when all clients have ended, or the limit passed, before there were `wanted`.
  bool WaitFor(size_t wanted) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kLimit, [&] { return started_.size() >= wanted || clients_ == 0; });
    return started_.size() >= wanted;
  }

  // Of how many the engine at the same address knows no more.
  size_t CountLost() {
    std::lock_guard lock(mutex_);
    return static_cast<size_t>(
        std::count_if(started_.begin(), started_.end(), [this](const std::string& arn) {
          const auto execution = calls_.Describe(arn);
          return !execution.ok() || execution->status() != "RUNNING" ||
                 execution->input() != input_;
        }));
  }

 private:
  void Run(int client) {
    for (int i = 0; !ending_; ++i) {
      const absl::StatusOr<std::string> arn =
          calls_.TryStart("sleeper", fmt::format("s-{}-{}", client, i), input_);
      if (!arn.ok()) break;
      std::lock_guard lock(mutex_);
      started_.push_back(*arn);
      changed_.notify_all();
    }
    std::lock_guard lock(mutex_);
    --clients_;
    changed_.notify_all();
  }

  EngineCalls calls_;
  std::string input_;
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> started_;  // acknowledged; guarded by mutex_
  int clients_;                       // that have not ended; guarded by mutex_
  std::vector<std::thread> threads_;
};

class StoreProcess : public Test {
 protected:
  StoreProcess() {
    std::string name = (fs::temp_directory_path() / "asld-store-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~StoreProcess() override {
    asld_.reset();
    if (mounted_) umount2(disk().c_str(), MNT_DETACH);
    fs::remove_all(directory_);
  }

  std::string disk() const { return directory_ + "/disk"; }

  void Start(const std::vector<std::string>& flags = kFlags, uint64_t file_bytes_max = 0) {
    if (asld_ == nullptr) asld_ = std::make_unique<Asld>(directory_ + "/data");
    ASSERT_TRUE(asld_->Start(flags, file_bytes_max)) << asld_->process().errors();
  }

  void CreateSleeper() {
    EngineCalls calls(asld_->address());
    const absl::Status created = calls.Create("sleeper", kSleeper);
    ASSERT_TRUE(created.ok()) << created;
  }

  // A start that must fail: its exit code and what it said.
  std::pair<std::optional<int>, std::string> RefusedStart() {
    asld_->Launch(kFlags);
    const std::optional<int> code = asld_->process().WaitForEnd(kLimit);
    return {code, asld_->process().errors()};
  }

  // False when this machine does not let us mount. Only this process and its children see the
  // mount.
  bool MountDisk(const char* size) {
    fs::create_directory(disk());
    mounted_ = unshare(CLONE_NEWNS) == 0 &&
               mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("tmpfs", disk().c_str(), "tmpfs", 0, size) == 0;
    return mounted_;
  }

  std::string directory_;
  std::unique_ptr<Asld> asld_;
  bool mounted_ = false;
};

// The lines after the one that says it is ready.
std::string LinesAfterReady(const std::string& errors) {
  const size_t ready = errors.find(kReadyLine);
  return ready == std::string::npos ? errors : errors.substr(errors.find('\n', ready) + 1);
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void FlipBit(const std::string& path, size_t at) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
  ASSERT_TRUE(file.good());
}

TEST_F(StoreProcess, ADirectoryInUseIsRefusedAndItsUserGoesOn) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(CreateSleeper());
  std::vector<std::string> command = {
      ASLD_BINARY,      "--data-dir", asld_->data_dir(), "--grpc-address", "127.0.0.1:0",
      "--http-address", "off"};
  Process second(command);

  EXPECT_EQ(second.WaitForEnd(kLimit), kExitStore);
  EXPECT_NE(second.errors().find("is in use by another process: stop that one first"),
            std::string::npos)
      << second.errors();
  EXPECT_NE(second.errors().find("exiting with code 74"), std::string::npos) << second.errors();
  EngineCalls calls(asld_->address());
  EXPECT_TRUE(calls.Start("sleeper", "after", "{}").ok());
}

TEST_F(StoreProcess, SigtermUnderLoadExitsInTimeAndKeepsWhatWasAcknowledged) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(CreateSleeper());
  Starters starters(asld_->address(), 32, 300);
  ASSERT_TRUE(starters.WaitFor(500)) << asld_->process().errors();

  EXPECT_EQ(asld_->Terminate(kTermLimit), 0) << asld_->process().errors();

  starters.End();
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_GE(starters.count(), 500u);
  EXPECT_EQ(starters.CountLost(), 0u);
}

TEST_F(StoreProcess, AFlippedBitInTheLogIsRefusedUnlessTheLossIsAccepted) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(CreateSleeper());
  Starters starters(asld_->address(), 8, 300);
  ASSERT_TRUE(starters.WaitFor(200)) << asld_->process().errors();
  asld_->Kill();
  starters.End();
  const storage::NewestLog log(asld_->data_dir());
  ASSERT_NO_FATAL_FAILURE(FlipBit(log.path, log.end / 2));
  const std::string before = Contents(log.path);

  const auto [code, errors] = RefusedStart();
  EXPECT_EQ(code, kExitStore);
  EXPECT_NE(errors.find("acknowledged commits"), std::string::npos) << errors;
  EXPECT_NE(errors.find("are missing; the store is untouched"), std::string::npos) << errors;
  EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 1) << errors;
  EXPECT_EQ(Contents(log.path), before);

  ASSERT_NO_FATAL_FAILURE(Start(AcceptLoss()));
  const size_t lost = starters.CountLost();
  EXPECT_GT(lost, 0u);
  EXPECT_LT(lost, starters.count());
  EngineCalls calls(asld_->address());
  EXPECT_TRUE(calls.Start("sleeper", "after", "{}").ok());
}

// A file that the system lets grow no further is a disk that fails in the middle of a write, with
// EFBIG for its errno.
TEST_F(StoreProcess, AWriteThatFailsUnderLoadStopsTheProcessWithOneLine) {
  ASSERT_NO_FATAL_FAILURE(Start(kFlags, 8 << 20));
  ASSERT_NO_FATAL_FAILURE(CreateSleeper());
  Starters starters(asld_->address(), 8, 20'000);

  EXPECT_EQ(asld_->process().WaitForEnd(kLimit), kExitStore);
  const std::string line = LinesAfterReady(asld_->process().errors());
  EXPECT_TRUE(line.starts_with("asld: the store failed: ")) << line;
  EXPECT_NE(line.find("; last durable commit "), std::string::npos) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  starters.End();
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_GT(starters.count(), 0u);
  EXPECT_EQ(starters.CountLost(), 0u);
}

TEST_F(StoreProcess, AFullDiskStopsTheProcessAndWithSpaceAgainNothingIsLost) {
  if (!MountDisk("size=24m")) {
    GTEST_SKIP() << "NOT TESTED: a really full disk, for this process may not mount a tmpfs ("
                 << std::strerror(errno) << "): run it as root";
  }
  asld_ = std::make_unique<Asld>(disk() + "/data");
  ASSERT_NO_FATAL_FAILURE(Start(UntilTheDiskIsFull()));
  ASSERT_NO_FATAL_FAILURE(CreateSleeper());
  Starters starters(asld_->address(), 8, 50'000);

  EXPECT_EQ(asld_->process().WaitForEnd(kLimit), kExitStore);
  const std::string line = LinesAfterReady(asld_->process().errors());
  EXPECT_TRUE(line.starts_with("asld: the store failed: ")) << line;
  EXPECT_NE(line.find("No space left on device"), std::string::npos) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
  starters.End();
  EXPECT_GT(starters.count(), 0u);

  const auto [code, errors] = RefusedStart();
  EXPECT_EQ(code, kExitStore);
  EXPECT_NE(errors.find("disk full"), std::string::npos) << errors;
  EXPECT_NE(errors.find("the store is untouched"), std::string::npos) << errors;

  ASSERT_EQ(mount("tmpfs", disk().c_str(), "tmpfs", MS_REMOUNT, "size=400m"), 0)
      << std::strerror(errno);
  ASSERT_NO_FATAL_FAILURE(Start());
  EXPECT_EQ(starters.CountLost(), 0u);
}

TEST_F(StoreProcess, TheReserveLetsAStoreOnAFullDiskBeOpenedAgain) {
  if (!MountDisk("size=230m")) {
    GTEST_SKIP() << "NOT TESTED: a really full disk, for this process may not mount a tmpfs ("
                 << std::strerror(errno) << "): run it as root";
  }
  asld_ = std::make_unique<Asld>(disk() + "/data");
  ASSERT_NO_FATAL_FAILURE(Start(UntilTheDiskIsFull()));
  ASSERT_NO_FATAL_FAILURE(CreateSleeper());
  Starters starters(asld_->address(), 8, 200'000);
  EXPECT_EQ(asld_->process().WaitForEnd(kLimit), kExitStore);
  starters.End();
  ASSERT_EQ(RefusedStart().first, kExitStore);

  asld_->Launch({"--release-reserve"});
  EXPECT_EQ(asld_->process().WaitForEnd(kLimit), 0);
  const std::string said = asld_->process().errors();
  EXPECT_NE(said.find("the reserve is released"), std::string::npos) << said;

  ASSERT_NO_FATAL_FAILURE(Start(UntilTheDiskIsFull()));
  EXPECT_EQ(starters.CountLost(), 0u);
}

TEST_F(StoreProcess, LittleSpaceRefusesNewWorkAndRunningWorkGoesOn) {
  ASSERT_NO_FATAL_FAILURE(Start());
  ASSERT_NO_FATAL_FAILURE(CreateSleeper());
  const absl::StatusOr<std::string> running =
      EngineCalls(asld_->address()).Start("sleeper", "r", "{}");
  ASSERT_TRUE(running.ok()) << running.status();
  ASSERT_TRUE(asld_->Terminate(kTermLimit).has_value());
  std::vector<std::string> flags = kFlags;
  flags.insert(flags.end(), {"--min-free", std::to_string(uint64_t{1} << 60)});

  ASSERT_NO_FATAL_FAILURE(Start(flags));

  EngineCalls calls(asld_->address());
  EXPECT_TRUE(absl::IsResourceExhausted(calls.Create("other", kSleeper)));
  EXPECT_TRUE(absl::IsResourceExhausted(calls.Start("sleeper", "n", "{}").status()));
  EXPECT_TRUE(calls.Stop(*running).ok());
}

}  // namespace
}  // namespace kill_test
