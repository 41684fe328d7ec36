// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The limits of a payload, an error and a history, in each place where they can be met.
#include "asl/limits.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asl/test_driver.h"

namespace asl {
namespace {

std::string Function(std::string_view name) {
  return fmt::format(
      R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:{}")", name);
}

// A machine of the states, starting at A.
std::string Machine(std::string_view states) {
  return fmt::format(R"({{"StartAt":"A","States":{{{}}}}})", states);
}

TestDriver Started(const std::string& definition, std::string input) {
  const Compiled compiled = Compile(definition);
  EXPECT_NE(compiled.program, nullptr) << RefusalText(compiled);
  TestDriver driver(compiled.program, {});
  driver.Start(std::move(input));
  return driver;
}

// A JSON text of that many bytes.
std::string TextOf(size_t bytes) { return "\"" + std::string(bytes - 2, 'a') + "\""; }

TEST(Limits, AWorkersErrorIsCutBetweenCharacters) {
  TestDriver d = Started(Machine(fmt::format(R"("A":{{{},"End":true}})", Function("f"))), "{}");
  std::string cause(kErrorCauseMax - 1, 'c');
  d.Fail(std::string(1'000, 'n'), cause + "ü");
  EXPECT_EQ(d.end().error.name->size(), kErrorNameMax);
  EXPECT_EQ(d.end().error.cause, cause);
}

TEST(Limits, ALoopRunsToTheHistoryLimitInBoundedTransitions) {
  TestDriver d = Started(
      Machine(R"("A":{"Type":"Pass","Next":"B"},"B":{"Type":"Choice","Default":"C","Choices":[)"
              R"({"Variable":"$","IsNumeric":true,"Next":"A"}]},"C":{"Type":"Succeed"})"),
      "1");
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(d.events().size(), static_cast<size_t>(kHistoryEventsMax));
  EXPECT_EQ(d.events().back().type, EventType::kExecutionFailed);
  EXPECT_EQ(d.events().back().previous, EventId{kHistoryEventsMax - 1});
  EXPECT_EQ(d.end().error.name, "States.Runtime");
  EXPECT_EQ(d.end().error.cause,
            "The execution reached the maximum number of history events (25000).");
  EXPECT_EQ(d.stored_bytes(), 1u);
}

TEST(Limits, ResultsThatAreTooLargeOrNoJsonFailTheAttempt) {
  const std::string machine =
      Machine(fmt::format(R"("A":{{{},"Catch":[{{"ErrorEquals":["States.ALL"],"Next":"B"}}],)"
                          R"("End":true}},"B":{{"Type":"Succeed"}})",
                          Function("f")));
  TestDriver large = Started(machine, "{}");
  large.Succeed("\"" + std::string(kPayloadBytesMax - 1, 'a') + "\"");
  EXPECT_EQ(
      large.Output(),
      R"({"Error":"States.DataLimitExceeded","Cause":"The state/task )"
      R"('arn:aws:lambda:us-east-1:123456789012:function:f' returned a result with a size exceeding the maximum )"
      R"(number of bytes service limit."})");
  TestDriver fits = Started(machine, "{}");
  fits.Succeed("\"" + std::string(kPayloadBytesMax - 2, 'a') + "\"");
  EXPECT_EQ(fits.Output().size(), kPayloadBytesMax);
  TestDriver broken = Started(machine, "{}");
  broken.Succeed("{");
  EXPECT_EQ(broken.end().error.name, "States.Runtime");
}

TEST(Limits, AnOutputThatGrewTooLargeEndsTheExecutionUncaught) {
  TestDriver d = Started(
      Machine(fmt::format(R"("A":{{{},"ResultPath":"$.r","Catch":[{{"ErrorEquals":["States.ALL"],)"
                          R"("Next":"B"}}],"End":true}},"B":{{"Type":"Succeed"}})",
                          Function("f"))),
      R"({"n":1})");
  d.Succeed("\"" + std::string(kPayloadBytesMax - 2, 'a') + "\"");
  EXPECT_EQ(d.end().error.name, "States.DataLimitExceeded");
  EXPECT_EQ(d.end().error.cause,
            "The state/task 'A' returned a result with a size exceeding the maximum number of "
            "bytes service limit.");
}

TEST(Limits, WhatAStateMakesOfItsDataIsBoundedAndNothingCatchesThat) {
  const std::string twice = R"({"x.$":"$.o.s","y.$":"$.o.s"})";
  const auto branch = [](std::string_view name) {
    return fmt::format(
        R"({{"StartAt":"{0}","States":{{"{0}":{{"Type":"Pass","InputPath":"$.o.s","End":true}}}}}})",
        name);
  };
  const std::string iteration = R"({"StartAt":"C","States":{"C":{"Type":"Pass","End":true}}})";
  const std::string many = R"("ItemsPath":"$.n","ItemSelector":{"x.$":"$.o.s"})";
  const std::string states[] = {
      R"("Type":"Pass","Parameters":)" + twice,
      R"("Type":"Pass","InputPath":"$.o.s","ResultPath":"$.u")",
      R"("Type":"Pass","OutputPath":"$..*")",
      R"("Type":"Wait","Seconds":0,"OutputPath":"$..*")",
      Function("f") + R"(,"Parameters":)" + twice,
      R"("Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f","Payload":)" +
          twice + "}",
      R"("Type":"Parallel","Parameters":)" + twice + R"(,"Branches":[)" + iteration + "]",
      R"("Type":"Parallel","Branches":[)" + branch("C") + "," + branch("D") + "]",
      R"("Type":"Map","ItemsPath":"$.n","ItemSelector":)" + twice + R"(,"ItemProcessor":)" +
          iteration,
      R"("Type":"Map",)" + many + R"(,"ItemProcessor":)" + iteration,
      R"("Type":"Map",)" + many + R"(,"ResultSelector":{"x.$":"$[0]"},"ItemProcessor":)" +
          iteration,
  };
  const std::string all =
      R"("Retry":[{"ErrorEquals":["States.ALL"]}],"Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],)";
  const std::string input = fmt::format(R"({{"o":{{"s":{}}},"n":[1,2]}})", TextOf(150'000));
  for (const std::string& state : states) {
    const bool catches =
        !state.starts_with(R"("Type":"Pass")") && !state.starts_with(R"("Type":"Wait")");
    TestDriver d =
        Started(Machine(fmt::format(R"("A":{{{},{}"Next":"B"}},"B":{{"Type":"Succeed"}})", state,
                                    catches ? all : "")),
                input);
    ASSERT_TRUE(d.ended()) << state;
    EXPECT_EQ(d.end().error, DataLimitExceeded("A")) << state;
  }
}

TEST(Limits, ACatchersOutputIsBoundedToo) {
  TestDriver d = Started(
      Machine(fmt::format(R"("A":{{{},"Catch":[{{"ErrorEquals":["States.ALL"],"ResultPath":"$.e",)"
                          R"("Next":"B"}}],"End":true}},"B":{{"Type":"Succeed"}})",
                          Function("f"))),
      fmt::format(R"({{"s":{}}})", TextOf(250'000)));
  d.Fail("E", std::string(20'000, 'c'));
  EXPECT_EQ(d.end().error, DataLimitExceeded("A"));
}

TEST(Limits, WhatComesByTokenIsBoundedAsWhatAWorkerSays) {
  TestDriver d = Started(
      Machine(R"("A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",)"
              R"("Parameters":{"FunctionName":"f","Payload":{"t.$":"$$.Task.Token"}},)"
              R"("Catch":[{"ErrorEquals":["States.DataLimitExceeded"],"Next":"B"}],"End":true},)"
              R"("B":{"Type":"Succeed"})"),
      "{}");
  d.Succeed("null");
  ASSERT_TRUE(d.SucceedByToken(TextOf(kPayloadBytesMax + 1)));
  ASSERT_EQ(d.end().status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(d.Output().substr(0, 35), R"({"Error":"States.DataLimitExceeded")");
}

}  // namespace
}  // namespace asl
