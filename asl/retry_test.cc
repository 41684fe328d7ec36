// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/retry.h"

#include <gtest/gtest.h>

#include "asl/limits.h"

namespace asl {
namespace {

Failure Named(std::string name) { return {{std::move(name), std::nullopt}}; }

TEST(Retry, MatchesByNameAndWildcard) {
  struct Row {
    std::vector<std::string> error_equals;
    Failure failure;
    bool matches;
  };
  const Row rows[] = {
      {{"Boom"}, Named("Boom"), true},
      {{"boom"}, Named("Boom"), false},
      {{"A", "Boom"}, Named("Boom"), true},
      {{"States.ALL"}, Named("Boom"), true},
      {{"State.ALL"}, Named("Boom"), false},
      {{"States.ALL"}, Failure{}, true},
      {{"Boom"}, Failure{}, false},
      {{"States.ALL"}, Named("States.Runtime"), false},
      {{"States.Runtime"}, Named("States.Runtime"), false},
      {{"States.ALL"}, Named("States.DataLimitExceeded"), true},
      {{"States.TaskFailed"}, Named("Boom"), true},
      {{"States.TaskFailed"}, Named("States.Timeout"), false},
      {{"States.Timeout"}, Named("States.Timeout"), true},
      {{"States.HeartbeatTimeout"}, Named("States.Timeout"), false},
      {{"States.HeartbeatTimeout"}, {{"States.Timeout", {}}, true}, true},
      {{"States.Timeout"}, {{"States.Timeout", {}}, true}, true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Matches(row.error_equals, row.failure), row.matches)
        << row.error_equals[0] << " and " << row.failure.error.name.value_or("(no name)");
  }
}

TEST(Retry, DelaysGrowByTheRateUpToTheirMaximum) {
  const Retrier plain{.interval_s = 1, .backoff_rate = 2.0};
  EXPECT_EQ(RetryDelayMs(plain, 0, 0), 1'000);
  EXPECT_EQ(RetryDelayMs(plain, 4, 0), 16'000);
  const Retrier capped{.interval_s = 3, .backoff_rate = 1.5, .delay_s_max = 5};
  EXPECT_EQ(RetryDelayMs(capped, 1, 0), 4'500);
  EXPECT_EQ(RetryDelayMs(capped, 2, 0), 5'000);
}

TEST(Retry, ADelayBeyondEveryNumberIsTheLongestThereIs) {
  const Retrier huge{.interval_s = kSecondsMax, .backoff_rate = 1e300};
  EXPECT_EQ(RetryDelayMs(huge, 1'000'000, 0), kSecondsMax * 1'000);
}

TEST(Retry, FullJitterDrawsFromZeroToTheDelay) {
  const Retrier retrier{.interval_s = 8, .backoff_rate = 1.0, .jitter = Jitter::kFull};
  EXPECT_EQ(RetryDelayMs(retrier, 0, 0), 0);
  EXPECT_EQ(RetryDelayMs(retrier, 0, 0.25), 2'000);
}

TEST(Retry, TheFirstMatchingRetrierDecidesEvenWhenItIsUsedUp) {
  const std::vector<Retrier> retriers = {{.error_equals = {"A"}, .attempts_max = 1},
                                         {.error_equals = {"States.ALL"}, .attempts_max = 9}};
  EXPECT_EQ(ChooseRetrier(retriers, {}, Named("A")), 0u);
  EXPECT_EQ(ChooseRetrier(retriers, {}, Named("B")), 1u);
  const std::vector<uint32_t> used = {1};
  EXPECT_EQ(ChooseRetrier(retriers, used, Named("A")), std::nullopt);
  EXPECT_EQ(ChooseRetrier(retriers, used, Named("B")), 1u);
}

TEST(Retry, ZeroAttemptsMeanNone) {
  const std::vector<Retrier> retriers = {{.error_equals = {"States.ALL"}, .attempts_max = 0}};
  EXPECT_EQ(ChooseRetrier(retriers, {}, Named("A")), std::nullopt);
}

}  // namespace
}  // namespace asl
