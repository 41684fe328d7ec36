// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/style.h"

#include <gtest/gtest.h>

#include "tools/aslctl/arguments.h"

namespace aslctl {
namespace {

TEST(Style, DurationsHaveTwoUnitsAtMost) {
  EXPECT_EQ(Duration(0), "0 ms");
  EXPECT_EQ(Duration(999), "999 ms");
  EXPECT_EQ(Duration(1'000), "1.0 s");
  EXPECT_EQ(Duration(59'999), "59.9 s");
  EXPECT_EQ(Duration(60'000), "1 min 0 s");
  EXPECT_EQ(Duration(3'600'000), "1 h 0 min");
  EXPECT_EQ(Duration(86'400'000 * 3LL + 3'600'000), "3 d 1 h");
  EXPECT_EQ(Duration(-5), "0 ms");  // clocks of two machines
}

TEST(Style, MomentsAreRelativeOnlyWhereThereIsANow) {
  EXPECT_EQ(Moment(1'763'913'600'123, {}), "2025-11-23T16:00:00.123Z");
  EXPECT_EQ(Moment(10'000, {.now_ms = 22'000}), "12.0 s ago");
}

TEST(Style, AColumnCountsCharactersNotBytes) {
  EXPECT_EQ(Columns({{{"é"}, {"1"}}, {{"ab"}, {"2"}}}, {}), "é   1\nab  2\n");
}

TEST(Style, AnEmptyLastCellLeavesNoBlanksAtTheLinesEnd) {
  EXPECT_EQ(Columns({{{"a"}, {""}}, {{"b"}, {"c"}}}, {}), "a\nb  c\n");
}

TEST(Style, LongTextIsCutBetweenCharacters) {
  EXPECT_EQ(OneLine("ééééé", 5, {}), "ééééé");
  EXPECT_EQ(OneLine("éééééé", 5, {}), "éééé…");
  EXPECT_EQ(OneLine("abcdefgh", 5, {.unicode = false}), "ab...");
  EXPECT_EQ(OneLine("a\nb", 5, {}), "a b");
}

TEST(Arguments, AnExecutionIsWrittenMachineSlashName) {
  const auto name = ParseExecutionName("order/order-1");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->state_machine, "order");
  EXPECT_EQ(name->name, "order-1");
  EXPECT_FALSE(ParseExecutionName("order"));
  EXPECT_FALSE(ParseExecutionName("order/"));
  EXPECT_FALSE(ParseExecutionName("a/b/c"));
  EXPECT_FALSE(ParseExecutionName("arn:aws:states:us-east-1:1:execution:order:order/1"));
}

TEST(Arguments, AnExecutionsArnIsMadeFromItsMachines) {
  const std::string arn = ExecutionArn("arn:aws:states:eu-west-1:42:stateMachine:order", "order-1");

  EXPECT_EQ(arn, "arn:aws:states:eu-west-1:42:execution:order:order-1");
  EXPECT_TRUE(IsExecutionArn(arn));
  EXPECT_FALSE(IsExecutionArn("arn:aws:states:eu-west-1:42:stateMachine:order"));
  EXPECT_EQ(ShortName(arn), "order/order-1");
  EXPECT_EQ(ShortName("arn:aws:states:eu-west-1:42:stateMachine:order"), "order");
}

}  // namespace
}  // namespace aslctl
