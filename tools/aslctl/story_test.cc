// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Branches and iterations: canned histories, one event a line: id, previous id, milliseconds, type,
// then the state's name and index=N or length=N.

#include <gtest/gtest.h>

#include <sstream>

#include "tools/aslctl/history.h"

namespace aslctl {
namespace {

std::vector<Event> Events(const std::string& text) {
  std::vector<Event> events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Event event;
    if (!(words >> event.id >> event.previous >> event.time_ms >> event.type)) continue;
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      const std::string key = word.substr(0, equals);
      if (equals == word.npos) event.name = word;
      if (key == "index") event.index = std::stoll(word.substr(equals + 1));
      if (key == "length") event.length = std::stoll(word.substr(equals + 1));
    }
    events.push_back(event);
  }
  return events;
}

std::string Tree(const std::string& history, int64_t now_ms = 0,
                 Iterations iterations = Iterations::kSome) {
  return "\n" +
         RenderTree("order/order-1", TellStory(Events(history)), now_ms, Style{}, iterations);
}

TEST(StoryOfBranches, NestsThemUnderTheirParallelByTheEventBefore) {
  EXPECT_EQ(Tree(R"(
1 0 0 ExecutionStarted
2 0 0 ParallelStateEntered Both
3 2 0 ParallelStateStarted
4 3 0 TaskStateEntered Left
5 4 0 LambdaFunctionScheduled
6 3 0 WaitStateEntered Right
7 6 20 WaitStateExited Right
8 7 20 PassStateEntered Then
9 8 20 PassStateExited Then
10 5 50 LambdaFunctionSucceeded
11 10 50 TaskStateExited Left
12 11 50 ParallelStateSucceeded
13 12 50 ParallelStateExited Both
14 13 50 ExecutionSucceeded
)"),
            R"(
order/order-1  SUCCEEDED after 50 ms
└─ ✓ Both  Parallel  50 ms
     ├─ ✓ branch 0  50 ms
     │    └─ ✓ Left  Task  50 ms
     └─ ✓ branch 1  50 ms
          ├─ ✓ Right  Wait  20 ms
          └─ ✓ Then   Pass  0 ms
)");
}

constexpr char kMap[] = R"(
1 0 0 ExecutionStarted
2 0 0 MapStateEntered Items
3 2 0 MapStateStarted length=8
4 3 0 MapIterationStarted Items index=0
5 4 0 PassStateEntered Do
6 5 0 PassStateExited Do
7 6 0 MapIterationSucceeded Items index=0
8 3 1 MapIterationStarted Items index=1
9 8 1 PassStateEntered Do
10 9 1 PassStateExited Do
11 10 1 MapIterationSucceeded Items index=1
12 3 2 MapIterationStarted Items index=2
13 12 2 PassStateEntered Do
14 13 2 PassStateExited Do
15 14 2 MapIterationSucceeded Items index=2
16 3 3 MapIterationStarted Items index=3
17 16 3 PassStateEntered Do
18 17 3 PassStateExited Do
19 18 3 MapIterationSucceeded Items index=3
20 3 4 MapIterationStarted Items index=4
21 20 4 FailStateEntered Stop
22 21 4 MapIterationFailed Items index=4
23 3 5 MapIterationStarted Items index=5
24 23 5 WaitStateEntered Rest
)";

TEST(StoryOfBranches, CountsTheIterationsOfALargeMapAndShowsThoseThatMatter) {
  EXPECT_EQ(Tree(kMap, 10), R"(
order/order-1  RUNNING for 10 ms
└─ … Items  Map  10 ms  4/8, 1 running, 1 failed
     ├─ ✗ iteration 4  0 ms
     │    └─ ✗ Stop  Fail  0 ms
     ├─ … iteration 5  5 ms
     │    └─ … Rest  Wait  5 ms
     └─ and 4 more (--all shows them)
)");
  EXPECT_NE(Tree(kMap, 10, Iterations::kAll).find("iteration 0"), std::string::npos);
}

TEST(StoryOfBranches, AMapThatFailsEndsWhatRanWithinIt) {
  EXPECT_EQ(Tree(R"(
1 0 0 ExecutionStarted
2 0 0 MapStateEntered Items
3 2 0 MapStateStarted length=2
4 3 0 MapIterationStarted Items index=0
5 4 0 FailStateEntered Stop
6 3 0 MapIterationStarted Items index=1
7 6 0 WaitStateEntered Rest
8 5 9 MapIterationFailed Items index=0
9 7 9 MapIterationAborted Items index=1
10 8 9 MapStateFailed
11 10 9 ExecutionFailed
)"),
            R"(
order/order-1  FAILED after 9 ms
  in Items
└─ ✗ Items  Map  9 ms  0/2, 2 failed
     ├─ ✗ iteration 0  9 ms
     │    └─ ✗ Stop  Fail  9 ms
     └─ ✗ iteration 1  9 ms
          └─ ✗ Rest  Wait  9 ms
)");
}

}  // namespace
}  // namespace aslctl
