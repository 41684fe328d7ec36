// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/history_event.h"

#include <gtest/gtest.h>

namespace asl {
namespace {

TEST(HistoryEvent, EveryTypeHasANameThatLeadsBack) {
  for (int i = 1; i <= static_cast<int>(EventType::kActivityTimedOut); ++i) {
    const auto type = static_cast<EventType>(i);
    EXPECT_EQ(EventTypeFromName(EventTypeName(type)), type) << i;
  }
}

TEST(HistoryEvent, NumbersFromElsewhereAreUnknown) {
  EXPECT_EQ(EventTypeName(static_cast<EventType>(250)), "Unknown");
  EXPECT_EQ(PayloadFieldOf(static_cast<EventType>(250)), PayloadField::kNone);
  EXPECT_EQ(EventTypeFromName("Unknown"), std::nullopt);
  EXPECT_EQ(EventTypeFromName("taskstarted"), std::nullopt);
}

TEST(HistoryEvent, PayloadsStandInTheFieldThatAwsNames) {
  EXPECT_EQ(PayloadFieldOf(EventType::kTaskScheduled), PayloadField::kParameters);
  EXPECT_EQ(PayloadFieldOf(EventType::kLambdaFunctionScheduled), PayloadField::kInput);
  EXPECT_EQ(PayloadFieldOf(EventType::kTaskStateExited), PayloadField::kOutput);
  EXPECT_EQ(PayloadFieldOf(EventType::kTaskStarted), PayloadField::kNone);
}

TEST(HistoryEvent, FourTypesEndAnExecution) {
  int terminal = 0;
  for (int i = 0; i <= static_cast<int>(EventType::kActivityTimedOut); ++i) {
    terminal += IsTerminal(static_cast<EventType>(i)) ? 1 : 0;
  }
  EXPECT_EQ(terminal, 4);
  EXPECT_TRUE(IsTerminal(EventType::kExecutionTimedOut));
}

}  // namespace
}  // namespace asl
