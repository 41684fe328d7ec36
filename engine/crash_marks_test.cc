// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/crash_marks.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "engine/tables.h"
#include "storage/memory_store.h"

namespace engine {
namespace {

using Numbers = std::vector<ExecutionNumber>;

constexpr ExecutionNumber kFirst{4 << 10 | 1};  // of partition 1
constexpr ExecutionNumber kSecond{5 << 10 | 2};

class CrashMarksTest : public testing::Test {
 protected:
  CrashMarksTest() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-marks-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    storage::Batch batch({.partition = PartitionOf(kFirst), .epoch = 0, .number = 1});
    batch.Put(kExecutions, ExecutionKey(kFirst), "a row");
    EXPECT_TRUE(store_.Write({&batch, 1}).ok());
  }
  ~CrashMarksTest() override {
    if (mounted_) umount2(directory_.c_str(), MNT_DETACH);
    std::filesystem::remove_all(directory_);
  }

  // False when this machine does not let us mount. Only this process sees the mount.
  bool MountDisk(const char* size) {
    mounted_ = unshare(CLONE_NEWNS) == 0 &&
               mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("tmpfs", directory_.c_str(), "tmpfs", 0, size) == 0;
    return mounted_;
  }

  // What a process leaves that ends now.
  Numbers LeftBehind() { return (*CrashMarks::Open(directory_ + "/WORKING"))->left_behind(); }
  std::unique_ptr<CrashMarks> Open() { return *CrashMarks::Open(directory_ + "/WORKING"); }

  uint64_t CrashesOf(ExecutionNumber execution) {
    const auto row = store_.Get(kCrashes, CrashKey(execution));
    return *row ? ReadU64(**row).value() : 0;
  }

  std::string directory_;
  storage::MemoryStore store_{AllTables()};
  bool mounted_ = false;
};

TEST_F(CrashMarksTest, NameWhatEachLoopWasWorkingOnWhenTheProcessEnded) {
  auto marks = Open();
  marks->Mark(0, kFirst);
  marks->Mark(1, kSecond);
  marks->Mark(2, kSecond);
  marks->Mark(2, ExecutionNumber::kNone);

  EXPECT_EQ(LeftBehind(), (Numbers{kFirst, kSecond}));
}

TEST_F(CrashMarksTest, NameItUntilTheyAreCleared) {
  Open()->Mark(0, kFirst);

  EXPECT_EQ(LeftBehind(), Numbers{kFirst});
  EXPECT_EQ(LeftBehind(), Numbers{kFirst});
  Open()->Clear();
  EXPECT_EQ(LeftBehind(), Numbers{});
}

TEST_F(CrashMarksTest, AreRefusedOnADiskThatHasNoRoomForThem) {
  if (!MountDisk("size=4k")) {
    GTEST_SKIP() << "NOT TESTED: a full disk, for this process may not mount a tmpfs ("
                 << std::strerror(errno) << "): run it as root";
  }

  const absl::Status status = CrashMarks::Open(directory_ + "/WORKING").status();

  EXPECT_NE(status.message().find("No space left on device"), std::string::npos) << status;
}

TEST_F(CrashMarksTest, AreCountedInARowThatIsDurableAtOnce) {
  ASSERT_TRUE(CountCrashes({kFirst}, store_).ok());
  ASSERT_TRUE(CountCrashes({kFirst}, store_).ok());

  EXPECT_EQ(CrashesOf(kFirst), 2u);
  EXPECT_EQ(store_.unsynced_writes(), 0u);
  EXPECT_EQ(*store_.AppliedNumber(PartitionOf(kFirst)), 3u);
}

TEST_F(CrashMarksTest, AreNotCountedForAnExecutionWhoseStartWasNeverDurable) {
  ASSERT_TRUE(CountCrashes({kSecond}, store_).ok());

  EXPECT_EQ(CrashesOf(kSecond), 0u);
}

TEST_F(CrashMarksTest, AStoreThatCannotCountThemIsAnError) {
  store_.set_faults({.write = [](uint64_t) { return absl::InternalError("broken"); }});

  EXPECT_EQ(CountCrashes({kFirst}, store_).message(), "broken");
}

}  // namespace
}  // namespace engine
