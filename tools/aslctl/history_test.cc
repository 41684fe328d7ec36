// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Canned histories as text, one event a line: id, milliseconds since the start, type, then the
// state's name and KEY=VALUE members (values without blanks but the last).

#include "tools/aslctl/history.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace aslctl {
namespace {

constexpr int64_t kStartMs = 1'763'913'600'000;  // 2025-11-23T16:00:00Z

void Member(Event& event, const std::string& key, const std::string& value) {
  if (key == "input") event.input = value;
  if (key == "output") event.output = value;
  if (key == "parameters") event.parameters = value;
  if (key == "error") event.error = value;
  if (key == "cause") event.cause = value;
  if (key == "resource") event.resource = value;
  if (key == "resource_type") event.resource_type = value;
}

std::vector<Event> Events(const std::string& text) {
  std::vector<Event> events;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    Event event;
    if (!(words >> event.id >> event.time_ms >> event.type)) continue;
    event.previous = event.id - 1;
    event.time_ms += kStartMs;
    for (std::string word; words >> word;) {
      const size_t equals = word.find('=');
      if (equals == word.npos) {
        event.name = word;
      } else if (word.substr(0, equals) == "cause") {
        std::string rest;
        std::getline(words, rest);
        Member(event, "cause", word.substr(equals + 1) + rest);
      } else {
        Member(event, word.substr(0, equals), word.substr(equals + 1));
      }
    }
    events.push_back(event);
  }
  return events;
}

std::string Tree(const std::string& history, int64_t now_ms = 0, const Style& style = {}) {
  return "\n" + RenderTree("order/order-1", TellStory(Events(history)), kStartMs + now_ms, style);
}

constexpr char kRetried[] = R"(
 1    0 ExecutionStarted input={"id":1}
 2    0 TaskStateEntered Reserve input={"id":1}
 3    0 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:1:function:reserve input={"id":1}
 4    2 LambdaFunctionStarted
 5   12 LambdaFunctionSucceeded output={}
 6   12 TaskStateExited Reserve output={}
 7   12 TaskStateEntered Pay input={}
 8   12 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:1:function:charge:PROD input={}
 9   13 LambdaFunctionStarted
10 1013 LambdaFunctionTimedOut error=States.Timeout
11 2013 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:1:function:charge:PROD input={}
12 2014 LambdaFunctionStarted
13 2018 LambdaFunctionFailed error=Declined cause=card 1 refused
)";

TEST(HistoryTree, AStateThatWentWellIsOneLine) {
  EXPECT_EQ(Tree(R"(
1    0 ExecutionStarted input={}
2    0 PassStateEntered Prepare input={}
3    0 PassStateExited Prepare output={}
4    0 TaskStateEntered Pay input={}
5    0 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:1:function:charge input={}
6    1 LambdaFunctionStarted
7 3210 LambdaFunctionSucceeded output={}
8 3210 TaskStateExited Pay output={}
9 3210 ExecutionSucceeded output={}
)"),
            R"(
order/order-1  SUCCEEDED after 3.2 s
├─ ✓ Prepare  Pass          0 ms
└─ ✓ Pay      Task  charge  3.2 s
)");
}

TEST(HistoryTree, AFailedExecutionTellsItsErrorFirstAndEveryAttemptOfTheStateThatFailed) {
  EXPECT_EQ(
      Tree(std::string(kRetried) + "14 2018 ExecutionFailed error=Declined cause=card 1 refused"),
      R"(
order/order-1  FAILED after 2.0 s
  Declined: card 1 refused
  in Pay, attempt 2
├─ ✓ Reserve  Task  reserve  12 ms
└─ ✗ Pay      Task  charge   2.0 s  2 attempts
     ✗ attempt 1  1.0 s  States.Timeout
     ✗ attempt 2  5 ms   Declined: card 1 refused, 1.0 s after attempt 1
)");
}

TEST(HistoryTree, ACaughtFailureIsToldAndTheExecutionStillSucceeds) {
  EXPECT_EQ(Tree(std::string(kRetried) + R"(
14 2018 TaskStateExited Pay output={}
15 2018 SucceedStateEntered Apologise input={}
16 2018 SucceedStateExited Apologise output={}
17 2018 ExecutionSucceeded output={}
)"),
            R"(
order/order-1  SUCCEEDED after 2.0 s
├─ ✓ Reserve    Task     reserve  12 ms
├─ ✗ Pay        Task     charge   2.0 s  failed and caught
│    ✗ attempt 1  1.0 s  States.Timeout
│    ✗ attempt 2  5 ms   Declined: card 1 refused, 1.0 s after attempt 1
└─ ✓ Apologise  Succeed           0 ms
)");
}

TEST(HistoryTree, AnExecutionThatWaitsForAWorkerSaysSo) {
  EXPECT_EQ(Tree(R"(
1  0 ExecutionStarted input={}
2  0 TaskStateEntered Pay input={}
3  0 ActivityScheduled resource=arn:aws:states:us-east-1:1:activity:charge input={}
)",
                 65'000),
            R"(
order/order-1  RUNNING for 1 min 5 s
└─ … Pay  Task  charge  1 min 5 s  attempt 1 waits for a worker
)");
}

TEST(HistoryTree, AnAttemptThatRunsAndARetryThatIsDueLaterAreTold) {
  EXPECT_EQ(Tree(kRetried, 2'500), R"(
order/order-1  RUNNING for 2.5 s
├─ ✓ Reserve  Task  reserve  12 ms
└─ … Pay      Task  charge   2.4 s  waits to try again after attempt 2
     ✗ attempt 1  1.0 s  States.Timeout
     ✗ attempt 2  5 ms   Declined: card 1 refused, 1.0 s after attempt 1
)");
}

TEST(HistoryTree, AStoppedExecutionEndsTheStateItWasIn) {
  EXPECT_EQ(Tree(R"(
1   0 ExecutionStarted input={}
2   0 WaitStateEntered Cool input={}
3 100 WaitStateAborted
4 100 ExecutionAborted error=Why cause=customer called
)"),
            R"(
order/order-1  ABORTED after 100 ms
  Why: customer called
  in Cool
└─ ✗ Cool  Wait  100 ms
)");
}

TEST(HistoryTree, ATaskThatTheExecutionLeftBehindWasNotAnswered) {
  EXPECT_EQ(Tree(R"(
1   0 ExecutionStarted input={}
2   0 TaskStateEntered Pay input={}
3   0 LambdaFunctionScheduled resource=arn:aws:lambda:us-east-1:1:function:charge input={}
4 100 ExecutionAborted
)"),
            R"(
order/order-1  ABORTED after 100 ms
  in Pay, attempt 1
└─ ✗ Pay  Task  charge  100 ms
     ✗ attempt 1  100 ms  was not answered
)");
}

TEST(HistoryTree, WithoutUtf8AndWithColoursItIsTheSameTree) {
  EXPECT_EQ(Tree("1 0 ExecutionStarted input={}\n"
                 "2 0 PassStateEntered A input={}\n"
                 "3 0 PassStateExited A output={}\n"
                 "4 0 ExecutionSucceeded output={}\n",
                 0, Style{.color = true, .unicode = false}),
            "\n\x1b[1morder/order-1\x1b[0m  \x1b[32mSUCCEEDED\x1b[0m after 0 ms\n"
            "`- \x1b[32m+ A\x1b[0m  \x1b[2mPass\x1b[0m  0 ms\n");
}

TEST(HistoryTable, HasOneRowPerEvent) {
  EXPECT_EQ("\n" + RenderTable(Events(kRetried), {}), R"(
ID  AFTER  TYPE                     STATE    DETAIL
1   0 ms   ExecutionStarted                  {"id":1}
2   0 ms   TaskStateEntered         Reserve  {"id":1}
3   0 ms   LambdaFunctionScheduled           reserve {"id":1}
4   2 ms   LambdaFunctionStarted
5   12 ms  LambdaFunctionSucceeded           {}
6   12 ms  TaskStateExited          Reserve  {}
7   12 ms  TaskStateEntered         Pay      {}
8   12 ms  LambdaFunctionScheduled           charge {}
9   13 ms  LambdaFunctionStarted
10  1.0 s  LambdaFunctionTimedOut            States.Timeout
11  2.0 s  LambdaFunctionScheduled           charge {}
12  2.0 s  LambdaFunctionStarted
13  2.0 s  LambdaFunctionFailed              Declined: card 1 refused
)");
}

TEST(HistoryJson, HasTheMembersThatAwsGives) {
  EXPECT_EQ("\n" +
                HistoryJson(Events(R"(
1 0 ExecutionStarted input={}
2 7 TaskStateEntered Pay input={}
3 7 TaskScheduled resource=invoke resource_type=lambda parameters={}
)"))
                    .dump(2) +
                "\n",
            R"(
{
  "events": [
    {
      "timestamp": "2025-11-23T16:00:00.000Z",
      "type": "ExecutionStarted",
      "id": 1,
      "previousEventId": 0,
      "executionStartedEventDetails": {
        "input": "{}",
        "inputDetails": {
          "truncated": false
        }
      }
    },
    {
      "timestamp": "2025-11-23T16:00:00.007Z",
      "type": "TaskStateEntered",
      "id": 2,
      "previousEventId": 1,
      "stateEnteredEventDetails": {
        "name": "Pay",
        "input": "{}",
        "inputDetails": {
          "truncated": false
        }
      }
    },
    {
      "timestamp": "2025-11-23T16:00:00.007Z",
      "type": "TaskScheduled",
      "id": 3,
      "previousEventId": 2,
      "taskScheduledEventDetails": {
        "resourceType": "lambda",
        "resource": "invoke",
        "parameters": "{}"
      }
    }
  ]
}
)");
}

}  // namespace
}  // namespace aslctl
