// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Histories as AWS writes them pass; each way of being wrong is found. An event is written
// "id<previous type name", with "i=" for an index and "n=" for a length.
#include "asl/history_check.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

namespace asl {
namespace {

// "" or the id of the first wrong event and what is wrong with it. REQUIRES: such lines.
std::string Check(const std::string& history) {
  HistoryCheck check;
  std::map<std::string, uint32_t> states;  // name → index
  std::istringstream lines(history);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    HistoryEvent event;
    int64_t id = 0;
    int64_t previous = 0;
    char mark = 0;
    std::string type;
    words >> id >> mark >> previous >> type;
    event.id = EventId{id};
    event.previous = EventId{previous};
    event.type = EventTypeFromName(type).value_or(EventType::kUnknown);
    for (std::string word; words >> word;) {
      if (word.starts_with("i=")) {
        event.index = std::stoll(word.substr(2));
      } else if (word.starts_with("n=")) {
        event.length = std::stoll(word.substr(2));
      } else {
        event.name = word;
        event.state = StateIndex{states.emplace(word, states.size()).first->second};
      }
    }
    const std::string wrong = check.Take(event);
    if (!wrong.empty()) return std::to_string(id) + ": " + wrong;
  }
  return "";
}

const char* const kStart = "1<0 ExecutionStarted\n";

TEST(HistoryCheck, PassesWhatAwsWrites) {
  EXPECT_EQ(Check(R"(1<0 ExecutionStarted
2<0 TaskStateEntered T
3<2 TaskScheduled T
4<3 TaskStarted T
5<4 TaskFailed T
6<5 TaskScheduled T
7<6 TaskStarted T
8<7 TaskSubmitted T
9<8 TaskSucceeded T
10<9 TaskStateExited T
11<10 ExecutionSucceeded)"),
            "");
  // One iteration after the other, a retry of the Map, a Catcher.
  EXPECT_EQ(Check(R"(1<0 ExecutionStarted
2<0 MapStateEntered M
3<2 MapStateStarted M n=2
4<3 MapIterationStarted M i=0
5<4 PassStateEntered P
6<5 PassStateExited P
7<6 MapIterationSucceeded M i=0
8<6 MapIterationStarted M i=1
9<8 FailStateEntered F
10<9 MapStateStarted M n=2
11<10 MapIterationStarted M i=0
12<11 FailStateEntered F
13<12 MapIterationFailed M i=0
14<12 MapStateFailed M
15<14 MapStateExited M
16<15 SucceedStateEntered S
17<16 SucceedStateExited S
18<17 ExecutionSucceeded)"),
            "");
  // Branches at the same time, and what the failure of one aborts.
  EXPECT_EQ(Check(R"(1<0 ExecutionStarted
2<0 ParallelStateEntered B
3<2 ParallelStateStarted B
4<3 WaitStateEntered W
5<3 TaskStateEntered T
6<5 LambdaFunctionScheduled T
7<3 FailStateEntered F
8<7 WaitStateAborted B
9<7 TaskStateAborted B
10<7 ParallelStateFailed B
11<10 ExecutionFailed)"),
            "");
  EXPECT_EQ(Check(R"(1<0 ExecutionStarted
2<0 WaitStateEntered W
3<0 ExecutionAborted)"),
            "");
}

TEST(HistoryCheck, FindsWhatIsWrong) {
  struct Row {
    std::string events;  // after the start
    std::string wrong;
  };
  const std::string task = "2<0 TaskStateEntered T\n";
  const std::string work = task + "3<2 TaskScheduled T\n4<3 TaskStarted T\n";
  const std::string map = "2<0 MapStateEntered M\n3<2 MapStateStarted M n=1\n";
  const std::string iteration = map + "4<3 MapIterationStarted M i=0\n";
  const Row rows[] = {
      {"3<1 PassStateEntered P", "3: id 3 after 1"},
      {"2<2 PassStateEntered P", "2: the previous event does not come before"},
      {"2<1 ExecutionStarted", "2: the first event, and no other, is ExecutionStarted"},
      {"2<1 Nonsense", "2: an event of an unknown type"},
      {"2<1 ExecutionFailed\n3<2 ExecutionFailed",
       "3: an event after the one that ends the execution"},
      {task + "3<2 ExecutionSucceeded", "3: succeeded before its last state was left"},
      {task + "3<0 PassStateEntered P", "3: no previous event"},
      {task + "3<2 PassStateEntered P", "3: entered by no exit and no begin"},
      {task + "3<2 PassStateExited T", "3: a state was left that was not entered"},
      {task + "3<2 TaskStateExited T\n4<3 TaskStateExited T", "4: a state was left twice"},
      {work + "5<4 TaskStateExited T", "5: a Task was left with an open attempt"},
      {task + "3<2 TaskStarted T", "3: started without being scheduled"},
      {task + "3<2 TaskSucceeded T", "3: an attempt ended that was not open"},
      {work + "5<4 TaskScheduled T", "5: scheduled while an attempt is open"},
      {task + "3<2 TaskScheduled T\n4<3 TaskSucceeded T", "4: succeeded before its start"},
      {task + "3<2 TaskScheduled T\n4<3 TaskSubmitted T", "4: submitted without being started"},
      {task + "3<2 TaskStateExited T\n4<3 TaskScheduled T", "4: work of a Task that is over"},
      {"2<1 TaskScheduled T", "2: work of no Task"},
      {map + "4<3 MapIterationStarted M i=1", "4: an iteration beyond the Map's items"},
      {iteration + "5<4 MapIterationStarted M i=0", "5: an iteration was started twice"},
      {map + "4<3 MapIterationSucceeded M i=0", "4: an iteration ended that was not started"},
      {iteration + "5<4 MapIterationSucceeded M i=0\n6<5 MapIterationFailed M i=0",
       "6: an iteration ended twice"},
      {map + "4<3 MapStateSucceeded M", "4: a Map succeeded with fewer iterations"},
      {map + "4<3 MapStateExited M", "4: a state was left with open branches"},
      {iteration + "5<4 MapStateFailed M\n6<4 PassStateEntered P",
       "6: entered when the branches around it are over"},
      {map + "4<3 MapStateFailed M\n5<4 MapStateFailed M", "5: branches ended that were not open"},
      {map + "4<3 MapIterationAborted M i=0", "4: an iteration of a Map that has no such one open"},
      {"2<1 MapStateStarted M n=1", "2: branches of a state that was not entered"},
      {task + "3<2 WaitStateAborted W", "3: a state was aborted that was not open"},
  };
  for (const Row& row : rows) EXPECT_EQ(Check(kStart + row.events), row.wrong) << row.events;
}

}  // namespace
}  // namespace asl
