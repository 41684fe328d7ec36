// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/timestamp.h"

#include <gtest/gtest.h>

namespace asl {
namespace {

TEST(Timestamp, IsReadAsAwsReadsIt) {
  struct Case {
    std::string_view text;
    std::optional<int64_t> millis;
  };
  const Case cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01T00:00:01.5Z", 1'500},
      {"1970-01-01T00:00:01.0019999Z", 1'001},
      {"1970-01-01T00:00:00.123456789Z", 123},
      {"1969-12-31T23:59:59.5Z", -500},
      {"2024-02-29T12:00:00+02:00", 1'709'200'800'000},
      {"2024-02-29T12:00:00-05:30", 1'709'227'800'000},
      {"9999-12-31T23:59:59Z", 253'402'300'799'000},
      {"2023-02-29T12:00:00Z", std::nullopt},
      {"2024-04-31T12:00:00Z", std::nullopt},
      {"2024-13-01T12:00:00Z", std::nullopt},
      {"2024-00-01T12:00:00Z", std::nullopt},
      {"2024-01-01T24:00:00Z", std::nullopt},
      {"2024-01-01 12:00:00Z", std::nullopt},
      {"2024-01-01t12:00:00Z", std::nullopt},
      {"2024-01-01T12:00:00z", std::nullopt},
      {"2024-01-01T12:00:00", std::nullopt},
      {"2024-01-01T12:00Z", std::nullopt},
      {"2024-01-01T12:00:00.Z", std::nullopt},
      {"2024-01-01T12:00:00.1234567890Z", std::nullopt},
      {"2024-01-01T12:00:00+0200", std::nullopt},
      {"2024-01-01T12:00:00Zx", std::nullopt},
      {" 2024-01-01T12:00:00Z", std::nullopt},
      {"2024-01-01", std::nullopt},
      {"", std::nullopt},
  };
  for (const Case& c : cases) {
    std::optional<Millis> time = ParseTimestamp(c.text);
    EXPECT_EQ(time ? std::optional(time->value) : std::nullopt, c.millis) << c.text;
  }
}

TEST(Timestamp, ComparesWholeFractionsAndOffsets) {
  EXPECT_LT(*ParseInstant("2024-01-01T00:00:00.000000001Z"),
            *ParseInstant("2024-01-01T00:00:00.000000002Z"));
  EXPECT_EQ(*ParseInstant("2024-01-01T02:00:00+02:00"), *ParseInstant("2024-01-01T00:00:00.0Z"));
}

TEST(Timestamp, IsShownWithMillisecondsOnlyWhenThereAreSome) {
  EXPECT_EQ(FormatTimestamp(Millis{0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatTimestamp(Millis{1'709'200'800'120}), "2024-02-29T10:00:00.120Z");
  EXPECT_EQ(FormatTimestamp(Millis{-1}), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace asl
