// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Whole executions as transcripts. "#5<4 Type name @3 text": event 5 after event 4; its text was
// introduced by event 3 (no @: by itself). Indented lines are effects.
#include "asl/advance.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asl/limits.h"
#include "asl/test_driver.h"
#include "asl/timestamp.h"

namespace asl {
namespace {

std::shared_ptr<const Program> Compiled(const std::string& definition) {
  const asl::Compiled compiled = Compile(definition);
  EXPECT_NE(compiled.program, nullptr) << RefusalText(compiled);
  return compiled.program;
}

std::string Function(std::string_view name) {
  return fmt::format(
      R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:{}")", name);
}

// A machine of the states, starting at A.
std::string Machine(std::string_view states, std::string_view fields = "") {
  return fmt::format(R"({{"StartAt":"A","States":{{{}}}{}}})", states, fields);
}

TestDriver Started(const std::string& definition, std::string input,
                   TestDriver::Options options = {}) {
  TestDriver driver(Compiled(definition), std::move(options));
  driver.Start(std::move(input));
  return driver;
}

TEST(Advance, TextThatPassesThroughIsStoredOnce) {
  TestDriver d = Started(Machine(fmt::format(R"("A":{{{},"Next":"B"}},"B":{{{},"End":true}})",
                                             Function("f"), Function("g"))),
                         R"({ "n" : 1 })");
  EXPECT_EQ(d.TakeTranscript(),
            "#1<0 ExecutionStarted { \"n\" : 1 }\n"
            "#2<0 TaskStateEntered A @1 { \"n\" : 1 }\n"
            "#3<2 LambdaFunctionScheduled @1 { \"n\" : 1 } "
            "arn:aws:lambda:us-east-1:123456789012:function:f\n"
            "  schedule f attempt=1 { \"n\" : 1 }\n");

  d.Receive();
  d.Succeed(R"([1, 2])");
  EXPECT_EQ(
      d.TakeTranscript(),
      "#4<3 LambdaFunctionStarted\n"
      "#5<4 LambdaFunctionSucceeded [1, 2]\n"
      "#6<5 TaskStateExited A @5 [1, 2]\n"
      "#7<6 TaskStateEntered B @5 [1, 2]\n"
      "#8<7 LambdaFunctionScheduled @5 [1, 2] arn:aws:lambda:us-east-1:123456789012:function:g\n"
      "  finish task #3\n"
      "  schedule g attempt=1 [1, 2]\n");

  // A result equal to the input is the input.
  d.Succeed(R"([1, 2])");
  EXPECT_EQ(d.TakeTranscript(),
            "#9<8 LambdaFunctionStarted\n"
            "#10<9 LambdaFunctionSucceeded @5 [1, 2]\n"
            "#11<10 TaskStateExited B @5 [1, 2]\n"
            "#12<11 ExecutionSucceeded @5 [1, 2]\n"
            "  finish task #8\n"
            "  end SUCCEEDED\n");
  EXPECT_EQ(d.stored_bytes(), 11u + 6u);
}

TEST(Advance, PassingThroughNeverNeedsATextUnlessLengthsAgree) {
  TestDriver d = Started(Machine(fmt::format(R"("A":{{{},"Next":"B"}},"B":{{{},"End":true}})",
                                             Function("f"), Function("g"))),
                         R"({"n":1})");
  d.Succeed(R"("long enough to differ")");
  d.Succeed(R"("short")");
  EXPECT_EQ(d.needs(), 0u);
  EXPECT_TRUE(d.ended());
}

TEST(Advance, CompactSlicesOfATextAreReferencesIntoIt) {
  TestDriver d = Started(Machine(R"("A":{"Type":"Pass","InputPath":"$.a.b","End":true})"),
                         R"({"a": {"b":[1,2]}})");
  EXPECT_EQ(d.TakeTranscript(),
            "#1<0 ExecutionStarted {\"a\": {\"b\":[1,2]}}\n"
            "#2<0 PassStateEntered A @1 {\"a\": {\"b\":[1,2]}}\n"
            "#3<2 PassStateExited A @1 [1,2]\n"
            "#4<3 ExecutionSucceeded @1 [1,2]\n"
            "  end SUCCEEDED\n");
}

TEST(Advance, AnOverdueTaskFailsTheAttemptAndRetryStartsAnother) {
  TestDriver d = Started(
      Machine(fmt::format(
          R"("A":{{{},"TimeoutSeconds":10,"Retry":[{{"ErrorEquals":["States.Timeout"],)"
          R"("IntervalSeconds":2,"MaxAttempts":1}}],"Catch":[{{"ErrorEquals":["States.ALL"],)"
          R"("ResultPath":"$.e","Next":"B"}}],"End":true}},"B":{{"Type":"Succeed"}})",
          Function("f"))),
      R"({"n":7})");
  d.TakeTranscript();

  // Unreceived, no clock runs.
  d.Sleep(1'000'000);
  EXPECT_EQ(d.TakeTranscript(), "");
  d.Receive();
  EXPECT_EQ(d.TakeTranscript(),
            "#4<3 LambdaFunctionStarted\n"
            "  arm timeout in 10000ms\n");
  d.Sleep(9'999);
  EXPECT_EQ(d.TakeTranscript(), "");
  d.Sleep(1);
  EXPECT_EQ(d.TakeTranscript(),
            "#5<4 LambdaFunctionTimedOut error=States.Timeout\n"
            "  cancel task #3\n"
            "  arm delay in 2000ms\n");
  d.Sleep(2'000);
  EXPECT_EQ(d.TakeTranscript(),
            "#6<5 LambdaFunctionScheduled @1 {\"n\":7} "
            "arn:aws:lambda:us-east-1:123456789012:function:f timeout=10s\n"
            "  schedule f attempt=2 timeout=10s {\"n\":7}\n");
  d.Receive();
  d.Sleep(10'000);
  EXPECT_EQ(
      d.TakeTranscript(),
      "#7<6 LambdaFunctionStarted\n"
      "  arm timeout in 10000ms\n"
      "#8<7 LambdaFunctionTimedOut error=States.Timeout\n"
      "#9<8 TaskStateExited A {\"n\":7,\"e\":{\"Error\":\"States.Timeout\",\"Cause\":\"\"}}\n"
      "#10<9 SucceedStateEntered B @9 "
      "{\"n\":7,\"e\":{\"Error\":\"States.Timeout\",\"Cause\":\"\"}}\n"
      "#11<10 SucceedStateExited B @9 "
      "{\"n\":7,\"e\":{\"Error\":\"States.Timeout\",\"Cause\":\"\"}}\n"
      "#12<11 ExecutionSucceeded @9 {\"n\":7,\"e\":{\"Error\":\"States.Timeout\",\"Cause\":\"\"}}\n"
      "  cancel task #6\n"
      "  end SUCCEEDED\n");
}

TEST(Advance, AMissedHeartbeatIsATimeoutThatBothNamesCatch) {
  TestDriver d = Started(
      Machine(
          R"("A":{"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:check",)"
          R"("TimeoutSeconds":60,"HeartbeatSeconds":5,"Catch":[{"ErrorEquals":["States.HeartbeatTimeout"],)"
          R"("Next":"B"}],"End":true},"B":{"Type":"Succeed"})"),
      "{}");
  d.Receive("bob");
  d.Sleep(4'000);
  d.Heartbeat();
  d.Sleep(4'999);
  EXPECT_EQ(d.TakeTranscript(),
            "#1<0 ExecutionStarted {}\n"
            "#2<0 TaskStateEntered A @1 {}\n"
            "#3<2 ActivityScheduled @1 {} arn:aws:states:us-east-1:123456789012:activity:check "
            "timeout=60s "
            "heartbeat=5s\n"
            "  schedule check attempt=1 timeout=60s heartbeat=5s {}\n"
            "#4<3 ActivityStarted bob\n"
            "  arm timeout in 60000ms\n"
            "  arm heartbeat in 5000ms\n");
  d.Sleep(1);
  EXPECT_EQ(d.TakeTranscript(),
            "#5<4 ActivityTimedOut error=States.Timeout\n"
            "#6<5 TaskStateExited A {\"Error\":\"States.Timeout\",\"Cause\":\"\"}\n"
            "#7<6 SucceedStateEntered B @6 {\"Error\":\"States.Timeout\",\"Cause\":\"\"}\n"
            "#8<7 SucceedStateExited B @6 {\"Error\":\"States.Timeout\",\"Cause\":\"\"}\n"
            "#9<8 ExecutionSucceeded @6 {\"Error\":\"States.Timeout\",\"Cause\":\"\"}\n"
            "  cancel task #3\n"
            "  disarm timeout\n"
            "  end SUCCEEDED\n");
}

TEST(Advance, RetriesAreCountedPerRetrierAndSeenInTheContextObject) {
  TestDriver d = Started(
      Machine(fmt::format(
          R"("A":{{{},"Parameters":{{"try.$":"$$.State.RetryCount"}},"Retry":[)"
          R"({{"ErrorEquals":["X"],"MaxAttempts":1,"IntervalSeconds":3}},)"
          R"({{"ErrorEquals":["States.ALL"],"MaxAttempts":2,"BackoffRate":3.0}}],"End":true}})",
          Function("f"))),
      "{}");
  d.TakeTranscript();
  d.Fail("Y", std::nullopt);
  d.FireNext();
  d.Fail("X", std::nullopt);
  d.FireNext();
  d.Fail("Y", std::nullopt);
  d.FireNext();
  const std::string resource = "arn:aws:lambda:us-east-1:123456789012:function:f";
  EXPECT_EQ(d.TakeTranscript(),
            "#4<3 LambdaFunctionStarted\n"
            "#5<4 LambdaFunctionFailed error=Y\n"
            "  finish task #3\n"
            "  arm delay in 1000ms\n"
            "#6<5 LambdaFunctionScheduled {\"try\":1} " +
                resource +
                "\n"
                "  schedule f attempt=2 {\"try\":1}\n"
                "#7<6 LambdaFunctionStarted\n"
                "#8<7 LambdaFunctionFailed error=X\n"
                "  finish task #6\n"
                "  arm delay in 3000ms\n"
                "#9<8 LambdaFunctionScheduled {\"try\":2} " +
                resource +
                "\n"
                "  schedule f attempt=3 {\"try\":2}\n"
                "#10<9 LambdaFunctionStarted\n"
                "#11<10 LambdaFunctionFailed error=Y\n"
                "  finish task #9\n"
                "  arm delay in 3000ms\n"
                "#12<11 LambdaFunctionScheduled {\"try\":3} " +
                resource +
                "\n"
                "  schedule f attempt=4 {\"try\":3}\n");
  d.Fail("X", "used up");
  EXPECT_EQ(d.TakeTranscript(),
            "#13<12 LambdaFunctionStarted\n"
            "#14<13 LambdaFunctionFailed error=X cause=used up\n"
            "#15<14 ExecutionFailed error=X cause=used up\n"
            "  finish task #12\n"
            "  end FAILED error=X cause=used up\n");
}

TEST(Advance, AFailureWithoutNameOrCauseIsNullInTheCatch) {
  TestDriver d = Started(
      Machine(R"("A":{"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:a",)"
              R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},)"
              R"("B":{"Type":"Succeed"})"),
      "{}");
  d.Fail(std::nullopt, std::nullopt);
  EXPECT_EQ(d.Output(), R"({"Error":null,"Cause":null})");
}

TEST(Advance, AFunctionThatFailsWithoutANameIsLambdaUnknown) {
  TestDriver d = Started(Machine(fmt::format(R"("A":{{{},"End":true}})", Function("f"))), "{}");
  d.Fail(std::nullopt, R"({"errorMessage":"timed out"})");
  EXPECT_EQ(d.end().error,
            (Error{"Lambda.Unknown",
                   "The cause could not be determined because Lambda did not return an error type. "
                   R"(Returned payload: {"errorMessage":"timed out"})"}));
}

TEST(Advance, EachVisitOfAStateHasItsOwnContextObject) {
  TestDriver d = Started(
      Machine(R"("A":{"Type":"Pass","Parameters":{"a.$":"$$.State.Name"},"Next":"B"},)"
              R"("B":{"Type":"Pass","Parameters":{"b.$":"$$.State","in.$":"$"},"End":true})"),
      "{}");
  EXPECT_EQ(d.Output(),
            R"({"b":{"Name":"B","EnteredTime":"2023-11-14T22:13:20Z"},"in":{"a":"A"}})");
}

TEST(Advance, ATemplatePathThatMayNameManyFindsNoneWhereItsParentIsMissing) {
  TestDriver d = Started(
      Machine(R"("A":{"Type":"Pass","Parameters":{"item.$":"$.a.items[1:].v"},"End":true})"), "{}");
  EXPECT_EQ(d.Output(), R"({"item":[]})");
}

TEST(Advance, AWaitSleepsFromItsEntry) {
  TestDriver d =
      Started(Machine(R"("A":{"Type":"Wait","Seconds":5,"OutputPath":"$.b","Next":"B"},)"
                      R"("B":{"Type":"Wait","Timestamp":"2001-01-01T00:00:00.9Z","End":true})"),
              R"({"b":2})");
  EXPECT_EQ(d.TakeTranscript(),
            "#1<0 ExecutionStarted {\"b\":2}\n"
            "#2<0 WaitStateEntered A @1 {\"b\":2}\n"
            "  arm delay in 5000ms\n");
  d.Sleep(5'000);
  EXPECT_EQ(d.TakeTranscript(),
            "#3<2 WaitStateExited A @1 2\n"
            "#4<3 WaitStateEntered B @1 2\n"
            "#5<4 WaitStateExited B @1 2\n"
            "#6<5 ExecutionSucceeded @1 2\n"
            "  end SUCCEEDED\n");
}

TEST(Advance, AWaitForATimeTooFarAwayIsARuntimeError) {
  const auto ended = [](int64_t seconds) {
    const Millis until = TestDriver::Options().start + seconds * 1000;
    TestDriver d = Started(Machine(R"("A":{"Type":"Wait","TimestampPath":"$.t","End":true})"),
                           fmt::format(R"({{"t":"{}"}})", FormatTimestamp(until)));
    return d.ended() ? *d.end().error.cause : "";
  };
  EXPECT_EQ(ended(2'147'483'647), "");
  EXPECT_EQ(ended(2'147'483'648),
            "An error occurred while executing the state 'A' (entered at the event id #2). Wait "
            "state delay is too long.");
}

TEST(Advance, AChoiceWithoutAMatchFailsTheExecution) {
  const std::string machine = Machine(
      R"("A":{"Type":"Choice","InputPath":"$.v","Choices":[{"Variable":"$","NumericGreaterThan":9,"Next":"B"},)"
      R"({"Variable":"$","StringEquals":"x","Next":"C"}]},"B":{"Type":"Succeed"},"C":{"Type":"Fail","Error":"E"})");
  EXPECT_EQ(Started(machine, R"({"v":10})").end().status, ExecutionStatus::kSucceeded);
  EXPECT_EQ(Started(machine, R"({"v":"x"})").end().error.name, "E");
  TestDriver d = Started(machine, R"({"v":1})");
  EXPECT_EQ(d.TakeTranscript(),
            "#1<0 ExecutionStarted {\"v\":1}\n"
            "#2<0 ChoiceStateEntered A @1 {\"v\":1}\n"
            "#3<2 ExecutionFailed error=States.Runtime cause=An error occurred while executing the "
            "state 'A' (entered "
            "at the event id #2). Failed to transition out of the state. The state does not point "
            "to a next state.\n"
            "  end FAILED error=States.Runtime cause=An error occurred while executing the state "
            "'A' (entered at the "
            "event id #2). Failed to transition out of the state. The state does not point to a "
            "next state.\n");
}

TEST(Advance, StopAbortsWithoutAPreviousEventAndClosesWhatIsOpen) {
  TestDriver d = Started(
      Machine(fmt::format(R"("A":{{{},"TimeoutSeconds":9,"HeartbeatSeconds":3,"End":true}})",
                          Function("f")),
              R"(,"TimeoutSeconds":100)"),
      "{}");
  d.Receive();
  d.TakeTranscript();
  d.Stop({"Why", "because"});
  EXPECT_EQ(d.TakeTranscript(),
            "#5<0 ExecutionAborted error=Why cause=because\n"
            "  cancel task #3\n"
            "  disarm timeout\n"
            "  disarm execution timeout\n"
            "  end ABORTED error=Why cause=because\n");
}

TEST(Advance, TheMachinesTimeoutEndsTheExecution) {
  TestDriver d = Started(
      Machine(R"("A":{"Type":"Wait","Seconds":60,"End":true})", R"(,"TimeoutSeconds":5)"), "{}");
  EXPECT_EQ(d.TakeTranscript(),
            "#1<0 ExecutionStarted {}\n"
            "#2<0 WaitStateEntered A @1 {}\n"
            "  arm delay in 60000ms\n"
            "  arm execution timeout in 5000ms\n");
  d.Sleep(5'000);
  EXPECT_EQ(d.TakeTranscript(),
            "#3<0 ExecutionTimedOut error=States.Timeout\n"
            "  disarm delay\n"
            "  end TIMED_OUT\n");
}

TEST(Advance, TheEnginesOwnFailureEndsAnExecutionInAnyStage) {
  TestDriver running = Started(Machine(R"("A":{"Type":"Wait","Seconds":60,"End":true})"), "{}");
  running.TakeTranscript();
  running.Offer(Fail{{"States.Runtime", "no"}});
  EXPECT_EQ(running.TakeTranscript(),
            "#3<2 ExecutionFailed error=States.Runtime cause=no\n"
            "  disarm delay\n"
            "  end FAILED error=States.Runtime cause=no\n");
}

TEST(Advance, AnExecutionWhoseStartCannotBeRecordedBeginsAndFailsAtOnce) {
  const std::shared_ptr<const Program> program =
      Compiled(Machine(R"("A":{"Type":"Succeed"})", R"(,"TimeoutSeconds":5)"));
  const ExecutionInfo info{.arn = "arn", .role_arn = "role", .started_at = {1'000}};
  const Payload input{{}, std::make_shared<const std::string>("{}")};
  const ExecutionView view{info, input, EventId{1}, {}, {}};
  const Advanced advanced =
      Advance(*program, view, Fail{{"States.Runtime", "no"}}, {1'000}, [] { return 0.0; });
  const auto& outcome = std::get<Outcome>(advanced);
  ASSERT_EQ(outcome.events.size(), 2u);
  EXPECT_EQ(outcome.events[0].type, EventType::kExecutionStarted);
  EXPECT_EQ(outcome.events[1].type, EventType::kExecutionFailed);
  EXPECT_TRUE(outcome.frames.empty());
  ASSERT_EQ(outcome.effects.size(), 1u);
  EXPECT_EQ(std::get<EndExecution>(outcome.effects[0]).error.cause, "no");
}

TEST(Advance, SignalsThatNoLongerFitWriteNothing) {
  TestDriver d = Started(
      Machine(fmt::format(R"("A":{{{},"TimeoutSeconds":9,"Retry":[{{"ErrorEquals":["X"]}}],)"
                          R"("End":true}})",
                          Function("f"))),
      "{}");
  d.Receive();
  const ScheduleTask first = *d.task();
  const Text text = std::make_shared<const std::string>("1");
  EXPECT_EQ(d.Offer(TaskReceived{first.frame, first.scheduled, "again"}), 0u);
  d.Fail("X", std::nullopt);

  EXPECT_EQ(d.Offer(TaskSucceeded{first.frame, first.scheduled, text, "late"}), 0u);
  EXPECT_EQ(d.Offer(Continue{FrameId::kRoot}), 0u);
  EXPECT_EQ(d.Offer(TimerFired{first.frame, TimerKind::kDelay, d.now(), EventId::kNone}), 0u);
  d.FireNext();
  d.Receive();
  EXPECT_EQ(d.Offer(TaskFailed{first.frame, first.scheduled, {}, "late"}), 0u);
  EXPECT_EQ(d.Offer(TaskSucceeded{FrameId{7}, first.scheduled, text, "nobody"}), 0u);
  const EventId second = d.task()->scheduled;
  EXPECT_EQ(d.Offer(TimerFired{first.frame, TimerKind::kTaskTimeout, d.now(), second}), 0u);
  EXPECT_EQ(d.Offer(TimerFired{first.frame, TimerKind::kTaskTimeout, d.now(), first.scheduled}),
            0u);
  EXPECT_EQ(d.Offer(TimerFired{first.frame, TimerKind::kHeartbeat, d.now(), d.task()->scheduled}),
            0u);
  EXPECT_EQ(d.Offer(TimerFired{first.frame, TimerKind::kDelay, d.now(), EventId::kNone}), 0u);
  EXPECT_EQ(d.Offer(TimerFired{first.frame, TimerKind::kExecutionTimeout, d.now(), EventId::kNone}),
            0u);
  d.Succeed("1");
  ASSERT_TRUE(d.ended());
  EXPECT_EQ(d.Offer(Stop{}), 0u);
  EXPECT_EQ(d.Offer(Fail{}), 0u);
}

TEST(Advance, FullJitterDrawsTheDelay) {
  TestDriver d =
      Started(Machine(fmt::format(R"("A":{{{},"Retry":[{{"ErrorEquals":["States.ALL"],)"
                                  R"("IntervalSeconds":8,"JitterStrategy":"FULL"}}],"End":true}})",
                                  Function("f"))),
              "{}", {.draw = 0.25});
  d.Fail("X", std::nullopt);
  EXPECT_NE(d.TakeTranscript().find("arm delay in 2000ms"), std::string::npos);
}

// Each draw is 0.5; the execution's input, a part of the Context Object, has to be loaded first.
TEST(Advance, IntrinsicFunctionsDrawFromWhatTheCallerGives) {
  TestDriver d = Started(
      Machine(fmt::format(R"-("A":{{{},"Next":"B"}},"B":{{"Type":"Pass","End":true,"Parameters":{{
        "id.$":"States.UUID()","dice.$":"States.MathRandom(1, 7)",
        "text.$":"States.Format('{{}} of {{}}', $.n, $$.Execution.Input.x)"}}}})-",
                          Function("f"))),
      R"({"x":1})");
  d.Receive();
  d.Succeed(R"({"n":"one"})");
  EXPECT_EQ(d.Output(),
            R"({"dice":4,"id":"80008000-8000-4000-8000-800080008000","text":"one of 1"})");
  EXPECT_EQ(d.needs(), 1u);
}

TEST(Advance, AFailedCallOfAFunctionFailsTheExecution) {
  TestDriver d = Started(Machine(R"-("A":{"Type":"Pass","End":true,"Parameters":{
                             "v.$":"States.ArrayGetItem($, 3)"}})-"),
                         "[1]");
  EXPECT_EQ(d.end().error.name, "States.IntrinsicFailure");
  EXPECT_EQ(d.end().error.cause,
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "function 'States.ArrayGetItem($, 3)' had the following error: The index 3 is out of "
            "bounds for an array of 1 items");
}

TEST(Advance, AFailStateTakesItsTextsFromPathsAndFunctions) {
  const std::string machine = Machine(
      R"-("A":{"Type":"Fail","ErrorPath":"$.e","CausePath":"States.ArrayGetItem($.causes, 0)"})-");
  const auto failed = [&](std::string input) { return Started(machine, std::move(input)).end(); };
  EXPECT_EQ(failed(R"({"e":"E","causes":["c"]})").error, (Error{"E", "c"}));
  EXPECT_EQ(failed(R"({"e":"E","causes":[5]})").error.cause,
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "value of the field 'CausePath' must be a string, but 'States.ArrayGetItem($.causes, "
            "0)' is: 5");
  EXPECT_EQ(failed(R"({"e":"E"})").error.cause,
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "function 'States.ArrayGetItem($.causes, 0)' had the following error: The JsonPath "
            "argument for the field '$.causes' could not be found in the input '{\"e\":\"E\"}'");
  EXPECT_EQ(failed("{ }").error.cause,
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "JSONPath '$.e' specified for the field 'ErrorPath' could not be found in the input "
            "'{ }'");
}

TEST(Advance, TimeoutsMayComeFromTheInput) {
  const std::string machine = Machine(fmt::format(
      R"("A":{{{},"TimeoutSecondsPath":"$.t","HeartbeatSecondsPath":"$.h","End":true}})",
      Function("f")));
  TestDriver d = Started(machine, R"({"t":7,"h":3})");
  EXPECT_NE(d.TakeTranscript().find("schedule f attempt=1 timeout=7s heartbeat=3s"),
            std::string::npos);
  EXPECT_EQ(Started(machine, R"({"h":3})").end().error.cause,
            "An error occurred while executing the state 'A' (entered at the event id #2). Invalid "
            "path '$.t' : No "
            "results for path: $['t']");
  EXPECT_EQ(Started(machine, R"({"t":0,"h":3})").end().error.name, "States.Runtime");
  EXPECT_EQ(Started(machine, R"({"t":7,"h":"3"})").end().error.cause,
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "HeartbeatSecondsPath parameter does not reference an integer between 1 and 99999999: "
            "$.h == \"3\"");
}

TEST(Advance, AnActivityThatDoesNotExistIsARuntimeErrorThatNothingCatches) {
  TestDriver::Options options;
  options.missing_activities = {"arn:aws:states:us-east-1:123456789012:activity:gone"};
  TestDriver d = Started(
      Machine(
          R"("A":{"Type":"Task","Resource":"arn:aws:states:us-east-1:123456789012:activity:gone",)"
          R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"B"}],"End":true},)"
          R"("B":{"Type":"Succeed"})"),
      "{}", options);
  EXPECT_EQ(
      d.TakeTranscript(),
      "#1<0 ExecutionStarted {}\n"
      "#2<0 TaskStateEntered A @1 {}\n"
      "#3<2 ExecutionFailed error=States.Runtime cause=An error occurred while executing the "
      "state 'A' (entered at the event id #2). The activity "
      "arn:aws:states:us-east-1:123456789012:activity:gone does not exist.\n"
      "  end FAILED error=States.Runtime cause=An error occurred while executing the state 'A' "
      "(entered at the event id #2). The activity "
      "arn:aws:states:us-east-1:123456789012:activity:gone does not exist.\n");
}

TEST(Advance, InvokeTakesFunctionAndPayloadFromItsParameters) {
  TestDriver d = Started(
      Machine(R"("A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":)"
              R"({"FunctionName":"pay:7","Payload":{"n.$":"$.n"}},"OutputPath":"$.Payload",)"
              R"("End":true})"),
      R"({"n":1})");
  EXPECT_EQ(d.task()->target->name, "pay");
  EXPECT_EQ(d.task()->target->qualifier, "7");
  EXPECT_EQ(d.TaskInput(), R"({"n":1})");
  d.Succeed(R"({ "paid": true })");
  EXPECT_EQ(d.Output(), R"({"paid":true})");
  EXPECT_NE(d.TextOf(d.events()[4].payload.ref)
                .find(R"({"ExecutedVersion":"7","Payload":{"paid":true},)"),
            std::string::npos);
}

TEST(Advance, InvokeWithoutAPayloadGivesTheFunctionAnEmptyObject) {
  const auto machine = [](std::string_view payload) {
    return Machine(fmt::format(R"("A":{{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",)"
                               R"("Parameters":{{"FunctionName":"f"{}}},"End":true}})",
                               payload));
  };
  EXPECT_EQ(Started(machine(""), "1").TaskInput(), "{}");
  EXPECT_EQ(Started(machine(R"(,"Payload":null)"), "1").TaskInput(), "{}");
  EXPECT_EQ(Started(machine(R"(,"Payload":"[1]")"), "1").TaskInput(), "[1]");
  EXPECT_EQ(Started(machine(R"(,"Payload.$":"$")"), "1").TaskInput(), "1");
}

TEST(Advance, InvokeWithoutAFunctionIsARuntimeError) {
  TestDriver d =
      Started(Machine(R"("A":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",)"
                      R"("Parameters":{"FunctionName.$":"$.f"},"End":true})"),
              R"({"f":null})");
  EXPECT_EQ(d.end().error.cause,
            "An error occurred while executing the state 'A' (entered at the event id #2). The "
            "Parameters '{\"FunctionName\":null}' "
            "could not be used to start the Task: [The value for the field 'FunctionName' must be "
            "a STRING]");
}

// The same execution with every text forgotten between signals and with all of them kept.
TEST(Advance, WhatIsInMemoryChangesNothing) {
  const std::string machine = Machine(fmt::format(
      R"("A":{{{},"Parameters":{{"id.$":"$$.Execution.Id","in.$":"$$.Execution.Input","x.$":"$.x"}},)"
      R"("ResultSelector":{{"r.$":"$.r"}},"ResultPath":"$.out","Next":"B"}},)"
      R"("B":{{"Type":"Wait","SecondsPath":"$.x","Next":"C"}},"C":{{{},"InputPath":"$.out","End":true}})",
      Function("f"), Function("g")));
  std::string transcripts[2];
  for (const bool forget : {false, true}) {
    TestDriver d = Started(machine, R"({"x": 3})", {.forget = forget});
    d.Succeed(R"({"r": 1})");
    d.FireNext();
    d.Succeed(R"({"r":1})");
    ASSERT_TRUE(d.ended());
    EXPECT_EQ(d.needs() > 0, forget);
    transcripts[forget ? 1 : 0] = d.TakeTranscript();
  }
  EXPECT_EQ(transcripts[0], transcripts[1]);
}

}  // namespace
}  // namespace asl
