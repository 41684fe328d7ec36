// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/watch_view.h"

#include <gtest/gtest.h>

namespace aslctl {
namespace {

Event Of(int64_t id, int64_t previous, const std::string& type, const std::string& name = "") {
  return {.id = id, .previous = previous, .type = type, .time_ms = 1000 + id, .name = name};
}

TEST(EventLines, SayWithinWhichBranchAndIterationAStateIs) {
  std::vector<Event> events = {Of(1, 0, "ExecutionStarted"),
                               Of(2, 0, "ParallelStateEntered", "Both"),
                               Of(3, 2, "ParallelStateStarted"),
                               Of(4, 3, "MapStateEntered", "Items"),
                               Of(5, 4, "MapStateStarted"),
                               Of(6, 5, "MapIterationStarted", "Items"),
                               Of(7, 6, "PassStateEntered", "Do"),
                               Of(8, 7, "PassStateExited", "Do"),
                               Of(9, 8, "MapIterationSucceeded", "Items"),
                               Of(10, 9, "MapStateSucceeded"),
                               Of(11, 9, "MapStateExited", "Items"),
                               Of(12, 11, "ParallelStateSucceeded"),
                               Of(13, 11, "ParallelStateExited", "Both"),
                               Of(14, 13, "ExecutionSucceeded")};
  EventLines lines;
  std::string text = "\n";
  for (const Event& event : events) text += lines.Line(event, Style{});

  EXPECT_EQ(text, R"(
     1 ms  … Both  Parallel
     3 ms  … Both/Items  Map
     5 ms  … Both/Items[0]  Iteration
     6 ms  … Both/Items[0]/Do  Pass
     8 ms  ✓ Both/Items[0]
     9 ms  ✓ Both/Items
    11 ms  ✓ Both
    13 ms  ✓ Succeeded
)");
}

TEST(EventLines, AMapThatIsTriedAgainIsNotWithinItself) {
  std::vector<Event> events = {
      Of(1, 0, "ExecutionStarted"),        Of(2, 0, "MapStateEntered", "Items"),
      Of(3, 2, "MapStateStarted"),         Of(4, 3, "MapIterationStarted", "Items"),
      Of(5, 4, "TaskStateEntered", "Do"),  Of(6, 5, "LambdaFunctionScheduled"),
      Of(7, 6, "LambdaFunctionFailed"),    Of(8, 7, "MapIterationFailed", "Items"),
      Of(9, 7, "MapStateStarted"),         Of(10, 9, "MapIterationStarted", "Items"),
      Of(11, 10, "TaskStateEntered", "Do")};
  EventLines lines;
  std::string last;
  for (const Event& event : events) last = lines.Line(event, Style{});

  EXPECT_EQ(last, "    10 ms  … Items[0]/Do  Task\n");
}

}  // namespace
}  // namespace aslctl
