// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Parallel and Map beyond what recordings of AWS show: cancellation, nesting, limits, cost. The
// recorded ones run in tests/conformance.
#include "asl/branches.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asl/array_cursor.h"
#include "asl/limits.h"
#include "asl/test_driver.h"

namespace asl {
namespace {

std::string Function(std::string_view name) {
  return fmt::format(
      R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:{}")", name);
}

// A machine of one state M, and what its fields say.
TestDriver Started(const std::string& state, std::string input, TestDriver::Options options = {}) {
  const Compiled compiled =
      Compile(fmt::format(R"({{"StartAt":"M","States":{{"M":{{{},"End":true}}}}}})", state));
  EXPECT_NE(compiled.program, nullptr) << RefusalText(compiled);
  TestDriver driver(compiled.program, std::move(options));
  driver.Start(std::move(input));
  return driver;
}

std::string MapOf(std::string_view states, std::string_view fields = "") {
  return fmt::format(R"("Type":"Map",{}"ItemProcessor":{{"StartAt":"A","States":{{{}}}}})", fields,
                     states);
}

std::string TaskMap(std::string_view fields = "") {
  return MapOf(fmt::format(R"("A":{{{},"End":true}})", Function("f")), fields);
}

std::string ParallelOf(std::string_view one, std::string_view other, std::string_view fields = "") {
  return fmt::format(
      R"("Type":"Parallel",{}"Branches":[{{"StartAt":"A","States":{{"A":{{{},"End":true}}}}}},)"
      R"({{"StartAt":"B","States":{{"B":{{{},"End":true}}}}}}])",
      fields, one, other);
}

size_t CountOf(const TestDriver& driver, EventType type) {
  return static_cast<size_t>(
      std::count_if(driver.events().begin(), driver.events().end(),
                    [type](const HistoryEvent& event) { return event.type == type; }));
}

std::string Numbers(int count) {
  std::string array = "[";
  for (int i = 0; i < count; ++i) array += fmt::format("{}{}", i == 0 ? "" : ",", i);
  return array + "]";
}

TEST(Parallel, AnswersInTheOrderOfItsBranchesWhateverTheyFinishIn) {
  TestDriver d = Started(ParallelOf(Function("f"), Function("g")), "{}");
  d.PostponeTask();
  d.Succeed(R"("second")");
  d.Succeed(R"("first")");
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(d.Output(), R"(["first","second"])");
}

TEST(Parallel, AFailingBranchCancelsWhatTheOthersWaitFor) {
  TestDriver d = Started(ParallelOf(Function("f"), R"("Type":"Wait","Seconds":60)"), "{}");
  d.TakeTranscript();
  d.Fail("Boom", "why");
  EXPECT_EQ(d.TakeTranscript(),
            "#7<5 LambdaFunctionStarted\n"
            "#8<7 LambdaFunctionFailed error=Boom cause=why\n"
            "#9<8 TaskStateAborted\n"
            "#10<8 WaitStateAborted\n"
            "#11<8 ParallelStateFailed\n"
            "#12<11 ExecutionFailed error=Boom cause=why\n"
            "  finish task #5\n"
            "  disarm delay\n"
            "  end FAILED error=Boom cause=why\n");
}

TEST(Parallel, WhatABranchAskedForInTheSameTransitionIsNotAskedForAtAll) {
  TestDriver d = Started(ParallelOf(Function("f"), R"("Type":"Pass","InputPath":"$.no")"), "{}");
  ASSERT_TRUE(d.ended());
  const std::string transcript = d.TakeTranscript();
  EXPECT_EQ(transcript.find("schedule"), std::string::npos) << transcript;
  EXPECT_EQ(transcript.find("cancel"), std::string::npos) << transcript;
}

TEST(Parallel, IsTriedAgainAsAWholeAfterItsInterval) {
  TestDriver d = Started(
      ParallelOf(Function("f"), Function("g"),
                 R"("Retry":[{"ErrorEquals":["Boom"],"IntervalSeconds":3,"MaxAttempts":1}],)"),
      "{}");
  d.Fail("Boom", "");
  EXPECT_EQ(d.task(), nullptr);
  ASSERT_TRUE(d.FireNext());
  d.Succeed("1");
  d.Succeed("2");
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(d.Output(), "[1,2]");
  EXPECT_EQ(CountOf(d, EventType::kParallelStateStarted), 2u);
  EXPECT_EQ(CountOf(d, EventType::kParallelStateFailed), 0u);
}

TEST(Map, RunsFortyIterationsAtOnceAndStartsTheNextAsEachEnds) {
  TestDriver d = Started(TaskMap(), Numbers(50));
  EXPECT_EQ(CountOf(d, EventType::kMapIterationStarted), 40u);
  d.Succeed("null");
  EXPECT_EQ(CountOf(d, EventType::kMapIterationStarted), 41u);
  while (d.task() != nullptr) d.Succeed(d.TaskInput());
  ASSERT_TRUE(d.ended());
  std::string wanted = Numbers(50);
  wanted.replace(1, 1, "null");
  EXPECT_EQ(d.Output(), wanted);
}

TEST(Map, ObeysMaxConcurrencyAndItsPath) {
  EXPECT_EQ(CountOf(Started(TaskMap(R"("MaxConcurrency":3,)"), Numbers(9)),
                    EventType::kMapIterationStarted),
            3u);
  EXPECT_EQ(CountOf(Started(TaskMap(R"("MaxConcurrencyPath":"$.n","ItemsPath":"$.a",)"),
                            R"({"n":2,"a":[1,2,3]})"),
                    EventType::kMapIterationStarted),
            2u);
  const TestDriver wrong =
      Started(TaskMap(R"("MaxConcurrencyPath":"$.n","ItemsPath":"$.a",)"), R"({"n":"x","a":[1]})");
  ASSERT_TRUE(wrong.ended());
  EXPECT_EQ(wrong.end().error.cause,
            "An error occurred while executing the state 'M' (entered at the event id #2). The "
            "MaxConcurrencyPath field refers to value \"x\" which is not a valid integer: $.n");
}

TEST(Map, IterationsWhoseTimeIsOverTooAreTimedOutBeforeTheyAreAborted) {
  TestDriver d = Started(
      MapOf(fmt::format(R"("A":{{{},"TimeoutSeconds":5,"End":true}})", Function("f"))), "[1,2,3]");
  d.Receive();
  d.PostponeTask();
  d.Receive();
  d.PostponeTask();
  d.Sleep(1);
  d.Receive();  // its time is over 1 ms later
  d.TakeTranscript();
  d.FireNext();
  EXPECT_EQ(d.TakeTranscript(),
            "#16<13 LambdaFunctionTimedOut error=States.Timeout\n"
            "#17<14 LambdaFunctionTimedOut error=States.Timeout\n"
            "#18<16 MapIterationFailed M index=0\n"
            "#19<16 TaskStateAborted\n"
            "#20<16 MapIterationAborted M index=1\n"
            "#21<16 TaskStateAborted\n"
            "#22<16 MapIterationAborted M index=2\n"
            "#23<16 TaskStateAborted\n"
            "#24<16 MapStateFailed\n"
            "#25<24 ExecutionFailed error=States.Timeout\n"
            "  cancel task #8\n"
            "  cancel task #10\n"
            "  disarm timeout\n"
            "  cancel task #12\n"
            "  disarm timeout\n"
            "  end FAILED error=States.Timeout\n");
}

TEST(Map, AFailureAmongThousandsAbortsOnlyWhatRuns) {
  TestDriver d = Started(TaskMap(R"("MaxConcurrency":10,)"), Numbers(3'000));
  for (int i = 0; i < 2'000; ++i) d.Succeed("1");
  d.TakeTranscript();
  d.Fail("Boom", std::nullopt);
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(CountOf(d, EventType::kMapIterationSucceeded), 2'000u);
  EXPECT_EQ(CountOf(d, EventType::kMapIterationFailed), 1u);
  EXPECT_EQ(CountOf(d, EventType::kMapIterationAborted), 9u);
  EXPECT_EQ(CountOf(d, EventType::kTaskStateAborted), 10u);
  EXPECT_EQ(d.end().error.name, "Boom");
}

TEST(Map, AnIterationSeesItsItem) {
  TestDriver d = Started(
      MapOf(R"("A":{"Type":"Pass","Parameters":{"i.$":"$$.Map.Item.Index","in.$":"$"},"End":true})",
            R"("ItemsPath":"$.a","ItemSelector":{"v.$":"$$.Map.Item.Value","n.$":"$.n"},)"),
      R"({ "n": 7, "a": [ {"x": 1}, "y" ] })");
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(d.Output(), R"([{"in":{"v":{"x":1},"n":7},"i":0},{"in":{"v":"y","n":7},"i":1}])");
}

TEST(Map, AMapInAMapFailsFromTheInside) {
  TestDriver d =
      Started(MapOf(fmt::format(R"("A":{{{},"End":true}})",
                                R"("Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{)" +
                                    Function("f") + R"(,"End":true}}})")),
              "[[1,2],[3]]");
  d.TakeTranscript();
  d.PostponeTask();
  d.Fail("Boom", std::nullopt);  // item 2 of the first
  EXPECT_EQ(d.TakeTranscript(),
            "#19<16 LambdaFunctionStarted\n"
            "#20<19 LambdaFunctionFailed error=Boom\n"
            "#21<20 MapIterationFailed A index=1\n"
            "#22<20 TaskStateAborted\n"
            "#23<20 MapIterationAborted A index=0\n"
            "#24<20 TaskStateAborted\n"
            "#25<20 MapStateFailed\n"
            "#26<25 MapIterationFailed M index=0\n"
            "#27<25 MapIterationAborted M index=1\n"
            "#28<25 MapStateAborted\n"
            "#29<25 MapIterationAborted A index=0\n"
            "#30<25 TaskStateAborted\n"
            "#31<25 MapStateFailed\n"
            "#32<31 ExecutionFailed error=Boom\n"
            "  finish task #16\n"
            "  cancel task #14\n"
            "  cancel task #18\n"
            "  end FAILED error=Boom\n");
}

TEST(Map, StoppingInTheMiddleLeavesNothingOpen) {
  TestDriver d = Started(TaskMap(R"("MaxConcurrency":5,)"), Numbers(20));
  d.Succeed("1");
  d.Stop({"Enough", std::nullopt});
  ASSERT_TRUE(d.ended());  // the driver checks that nothing is left
  EXPECT_EQ(d.end().status, ExecutionStatus::kAborted);
}

TEST(Map, ResultsBeyondTheLimitFailItWithoutBeingRead) {
  TestDriver d = Started(TaskMap(R"("MaxConcurrency":1,)"), Numbers(3));
  const std::string large = "\"" + std::string(100'000, 'x') + "\"";
  for (int i = 0; i < 3; ++i) d.Succeed(large);
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(d.end().error.name, kStatesDataLimitExceeded);
}

TEST(Map, CutByTheEventLimitItGoesOnAsIfNothingWere) {
  TestDriver d = Started(MapOf(R"("A":{"Type":"Pass","End":true})"), Numbers(2'000));
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(d.Output(), Numbers(2'000));
}

TEST(Map, OneThatNeedsMoreEventsThanThereMayBeFailsAtTheLimit) {
  TestDriver d = Started(MapOf(R"("A":{"Type":"Pass","End":true})"), Numbers(10'000));
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(d.events().size(), static_cast<size_t>(kHistoryEventsMax));
  EXPECT_EQ(d.end().status, ExecutionStatus::kFailed);
}

TEST(Map, AnItemThatIsNoArrayIsARuntimeError) {
  const TestDriver d = Started(TaskMap(R"("ItemsPath":"$.a",)"), R"({"a":{}})");
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(d.end().error.name, kStatesRuntime);
  EXPECT_EQ(d.end().error.cause,
            "An error occurred while executing the state 'M' (entered at the event id #2). "
            "Reference path \"$.a\" must point to array.");
}

TEST(Map, AnItemsPathThatLeadsNowhereNamesTheStep) {
  const std::string map = MapOf(fmt::format(R"("A":{{{},"End":true}})", Function("f")),
                                R"("ItemsPath":"$.list[1].x",)");
  const auto failed = [&](std::string input) { return Started(map, std::move(input)).end().error; };
  const auto conflict = [](std::string cause) {
    return Error{"States.ReferencePathConflict", std::move(cause)};
  };
  EXPECT_EQ(failed(R"({"l":[]})"), conflict(R"(Unable to apply step "list" to input {"l":[]})"));
  EXPECT_EQ(failed(R"({"list":[1]})"),
            conflict(R"(Unable to apply step "1" to input {"list":[1]})"));
  EXPECT_EQ(failed(R"({"list":[1,2]})"),
            conflict(R"(Unable to apply step "x" to input {"list":[1,2]})"));
  EXPECT_EQ(failed(R"("text")"),
            conflict(R"(Unable to apply ReferencePath $.list[1].x to input "text")"));
}

TEST(ArrayCursor, FindsItemsWhateverStandsBetweenThem) {
  const std::string array = R"( [ {"a":"]}\"," } ,[1,[2]],"x\\", -1.5e3 ,null] )";
  std::vector<std::string> items;
  for (uint32_t offset = 0, i = 0; i < 5; ++i) {
    const JsonSpan span = NextItem(array, offset);
    items.push_back(array.substr(span.begin, span.size()));
    offset = span.end;
  }
  EXPECT_EQ(items, (std::vector<std::string>{R"({"a":"]}\"," })", "[1,[2]]", R"("x\\")", "-1.5e3",
                                             "null"}));
}

}  // namespace
}  // namespace asl
