// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/disk_space.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace engine {
namespace {

constexpr uint64_t kMinFree = 800 << 20;

class HandClock : public Clock {
 public:
  asl::Millis Now() override { return asl::Millis{us / 1'000}; }
  int64_t MonotonicMicros() override { return us; }
  int64_t us = 1;
};

class DiskSpaceTest : public testing::Test {
 protected:
  bool Refused(uint64_t free_mib) {
    free_ = free_mib << 20;
    clock_.us += 1'000'000;
    return absl::IsResourceExhausted(space_.Check());
  }

  HandClock clock_;
  std::optional<uint64_t> free_;
  int looks_ = 0;
  DiskSpace space_{"/data", kMinFree, &clock_, [this] {
                     ++looks_;
                     return free_;
                   }};
};

TEST_F(DiskSpaceTest, NewWorkIsRefusedBelowTheLimitUntilThereIsAnEighthMore) {
  EXPECT_FALSE(Refused(800));
  EXPECT_TRUE(Refused(799));
  EXPECT_EQ(space_.Check().message(),
            "Disk Space Low: 799 MiB are free in '/data'; new executions and state machines are "
            "refused until 900 MiB are (min_free is 800 MiB), those that run go on");
  EXPECT_TRUE(Refused(899));
  EXPECT_FALSE(Refused(900));
  EXPECT_FALSE(Refused(850));
}

TEST_F(DiskSpaceTest, TheDiskIsLookedAtOnceASecond) {
  EXPECT_FALSE(Refused(1'000));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(space_.Check().ok());
  EXPECT_EQ(looks_, 1);
}

TEST_F(DiskSpaceTest, ADiskThatDoesNotTellRefusesNobody) {
  EXPECT_TRUE(Refused(1));
  free_.reset();
  clock_.us += 1'000'000;
  EXPECT_TRUE(space_.Check().ok());
}

TEST(ReserveTest, IsMadeOnceAndGivenFreeOnce) {
  std::string name = (std::filesystem::temp_directory_path() / "asld-reserve-XXXXXX").string();
  const std::string directory = mkdtemp(name.data());

  ASSERT_TRUE(MakeReserve(directory, 0).ok());
  ASSERT_TRUE(MakeReserve(directory, 0).ok());
  EXPECT_EQ(std::filesystem::file_size(directory + "/RESERVE"), kReserveBytes);
  EXPECT_TRUE(*ReleaseReserve(directory));
  EXPECT_FALSE(*ReleaseReserve(directory));
  ASSERT_TRUE(MakeReserve(directory, uint64_t{1} << 62).ok());
  EXPECT_FALSE(std::filesystem::exists(directory + "/RESERVE")) << "not at the cost of min_free";

  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace engine
