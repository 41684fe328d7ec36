// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/timers.h"

#include "gtest/gtest.h"

namespace engine {
namespace {

TimerKey Key(int64_t due_ms, uint64_t execution = 1) {
  return {.due = asl::Millis{due_ms}, .execution = ExecutionNumber{execution}};
}

// What a scan finds up to its limit.
TimersLoaded Found(std::vector<TimerKey> keys, std::optional<TimerKey> next = std::nullopt) {
  TimersLoaded loaded{.next = next};
  for (const TimerKey& key : keys) loaded.timers.emplace_back(key, asl::EventId::kNone);
  return loaded;
}

// The due times of all that fire at `now`.
std::vector<int64_t> Fire(Timers& timers, int64_t now) {
  std::vector<int64_t> fired;
  while (const auto due = timers.TakeDue(asl::Millis{now})) fired.push_back(due->key.due.value);
  return fired;
}

class TimersTest : public testing::Test {
 protected:
  // As after a start that found an empty table.
  void Open(TimersLoaded loaded = {}) {
    ASSERT_TRUE(timers_.WantsLoad(asl::Millis{0}));
    timers_.OnLoaded(loaded);
  }
  Timers timers_;
};

TEST_F(TimersTest, NothingFiresBeforeItIsDueAndThenInDueOrder) {
  Open();
  timers_.Arm(Key(300), asl::EventId::kNone, 1);
  timers_.Arm(Key(100), asl::EventId::kNone, 1);
  timers_.Arm(Key(200), asl::EventId::kNone, 2);

  EXPECT_EQ(timers_.NextWake(), asl::Millis{100});
  EXPECT_EQ(Fire(timers_, 99), std::vector<int64_t>{});
  EXPECT_EQ(Fire(timers_, 250), (std::vector<int64_t>{100, 200}));
  EXPECT_EQ(Fire(timers_, 300), std::vector<int64_t>{300});
  EXPECT_EQ(timers_.NextWake(), asl::kNever);
}

TEST_F(TimersTest, ACancelledTimerDoesNotFire) {
  Open();
  timers_.Arm(Key(100), asl::EventId::kNone, 1);
  timers_.Cancel(Key(100));

  EXPECT_EQ(Fire(timers_, 1'000), std::vector<int64_t>{});
}

TEST_F(TimersTest, NothingFiresAheadOfRowsThatAScanHasYetToBring) {
  timers_.Arm(Key(500), asl::EventId::kNone, 1);
  EXPECT_EQ(Fire(timers_, 1'000), std::vector<int64_t>{});

  Open(Found({Key(100)}));

  EXPECT_EQ(Fire(timers_, 1'000), (std::vector<int64_t>{100, 500}));
}

TEST_F(TimersTest, WhileAScanIsUnderWayTheClockNeedNotWakeForTimersBeyondIt) {
  timers_.Arm(Key(500), asl::EventId::kNone, 1);
  ASSERT_TRUE(timers_.WantsLoad(asl::Millis{0}));

  EXPECT_EQ(timers_.NextWake(), asl::kNever);
}

TEST_F(TimersTest, ATimerBeyondTheHorizonStaysUntilItsBatchIsApplied) {
  const int64_t far = 10 * Timers::kWindowMs;
  Open(Found({Key(100)}, Key(far)));
  timers_.Arm(Key(far + 1), asl::EventId::kNone, 7);
  timers_.OnApplied(6);
  EXPECT_EQ(timers_.size(), 2u);

  timers_.OnApplied(7);

  EXPECT_EQ(timers_.size(), 1u);  // a scan finds it from now on
  ASSERT_TRUE(timers_.WantsLoad(asl::Millis{far}));
  timers_.OnLoaded(Found({Key(far), Key(far + 1)}));
  EXPECT_EQ(Fire(timers_, far + 1), (std::vector<int64_t>{100, far, far + 1}));
}

TEST_F(TimersTest, NothingIsDroppedWhileAScanMayMissIt) {
  const int64_t far = 10 * Timers::kWindowMs;
  Open(Found({}, Key(far)));
  timers_.Arm(Key(far + 1), asl::EventId::kNone, 7);
  ASSERT_TRUE(timers_.WantsLoad(asl::Millis{far}));
  timers_.OnApplied(7);

  timers_.OnLoaded(Found({}));  // the scan read before the batch was applied

  EXPECT_EQ(Fire(timers_, far + 1), std::vector<int64_t>{far + 1});
}

}  // namespace
}  // namespace engine
