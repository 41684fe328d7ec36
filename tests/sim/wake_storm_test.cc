// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Far more executions wake at one moment than should be brought into memory at once.
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/sim/by_hand.h"
#include "tests/sim/rows.h"

namespace sim {
namespace {

constexpr size_t kSleepers = 5'000;
constexpr size_t kReadsMax = 1'200;
constexpr char kSleeps[] = R"({"StartAt":"Sleep","States":{
  "Sleep":{"Type":"Wait","Timestamp":"2023-11-15T00:00:00Z","End":true}}})";

class WakeStorm : public testing::Test, protected ByHand {};

TEST_F(WakeStorm, ThoseThatWakeTogetherAreLoadedAFewAtATimeAndAllEnd) {
  ASSERT_EQ(Create("m", kSleeps), "OK");
  for (size_t i = 0; i < kSleepers; ++i) ASSERT_EQ(Start("m", fmt::format("e{}", i)), "started");
  Crash();  // nothing of them is in memory
  wall_ = wall_ + 86'400'000;

  size_t most = 0;
  for (Choices choices;; choices.clear()) {
    process_->List(&choices);
    if (!choices.empty()) {
      process_->Do(choices.front());  // turns before reads
    } else if (store_->CanMove()) {
      store_->Move(random_);
    } else if (process_->NextWake() > wall_) {
      break;
    }
    most = std::max(most, process_->reads_waiting(0));
  }

  EXPECT_GT(most, 100u) << "nothing had to be read";
  EXPECT_LT(most, kReadsMax);
  EXPECT_EQ(auditor_.open(), 0u);
  CheckRows(store_->store(), 1, auditor_, Moment::kFinished, &checks_);
  EXPECT_FALSE(checks_.failed()) << Failure();
}

}  // namespace
}  // namespace sim
