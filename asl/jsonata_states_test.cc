// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// States in JSONata and variables, beyond what recordings of AWS show: failures that meet Retry and
// Catch, scopes, limits, cost. The recorded ones run in tests/conformance.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "asl/limits.h"
#include "asl/test_driver.h"

namespace asl {
namespace {

constexpr std::string_view kFunction =
    R"("Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:f")";

TestDriver Started(std::string_view states, std::string input, std::string_view language) {
  const Compiled compiled = Compile(
      fmt::format(R"({{"StartAt":"A","QueryLanguage":"{}","States":{{{}}}}})", language, states));
  EXPECT_NE(compiled.program, nullptr) << RefusalText(compiled);
  TestDriver driver(compiled.program, {});
  driver.Start(std::move(input));
  return driver;
}

TestDriver Jsonata(std::string_view states, std::string input) {
  return Started(states, std::move(input), "JSONata");
}

TestDriver JsonPath(std::string_view states, std::string input) {
  return Started(states, std::move(input), "JSONPath");
}

std::string OutputOf(const TestDriver& driver) {
  EXPECT_TRUE(driver.ended());
  if (!driver.ended()) return "";
  if (driver.end().error.name) {
    return fmt::format("! {}: {}", *driver.end().error.name, driver.end().error.cause.value_or(""));
  }
  return driver.Output();
}

std::string Pass(std::string_view fields) {
  return fmt::format(R"("A":{{"Type":"Pass",{},"End":true}})", fields);
}

struct Row {
  std::string_view fields;
  std::string_view input;
  std::string_view output;
};

TEST(Jsonata, AFieldIsAnExpressionOrJsonWithExpressionsInIt) {
  const Row rows[] = {
      {R"("Output":"{% $states.input.a %}")", R"({"a": [1, 2.50]})", "[1,2.50]"},
      {R"("Output":"{%$states.input%}")", R"({"a" : 1})", R"({"a":1})"},
      {R"("Output":{"z":"{% 1+1 %}","a":["{% 'x' %}",{"b":null}]})", "{}",
       R"({"z":2,"a":["x",{"b":null}]})"},
      {R"("Output":" {% 1 %} ")", "{}", R"(" {% 1 %} ")"},
      {R"("Output":"{% null %}")", "{}", "null"},
      {R"("Output":"{% $states.context.State.Name %}")", "{}", R"("A")"},
      {R"("Output":"{% $states.context.Execution.Input.a %}")", R"({"a":7})", "7"},
      {R"("Output":"{% $exists($states.input.no) %}")", "{}", "false"},
      {R"("Comment":"no Output")", R"({"a" : 1})", R"({"a" : 1})"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(OutputOf(Jsonata(Pass(row.fields), std::string(row.input))), row.output)
        << row.fields;
  }
}

TEST(Jsonata, WhatPassesThroughIsStoredOnce) {
  const std::string large = fmt::format(R"({{"a":{{"b":"{}"}}}})", std::string(100'000, 'x'));
  TestDriver d = Jsonata(R"("A":{"Type":"Pass","Output":"{% $states.input.a %}","Next":"B"},)"
                         R"("B":{"Type":"Pass","Output":"{% $states.input %}","End":true})",
                         large);
  EXPECT_EQ(OutputOf(d).size(), 100'008u);
  EXPECT_LT(d.stored_bytes(), 101'000u);
}

TEST(Jsonata, AValueOfTheWrongTypeFailsTheEvaluation) {
  const Row rows[] = {
      {R"("A":{"Type":"Choice","Choices":[{"Condition":"{% 1 %}","Next":"B"}]},)"
       R"("B":{"Type":"Succeed"})",
       "",
       "The JSONata expression '1' specified for the field 'Choices[0]/Condition' returned an "
       "unexpected result type. Expected 'boolean', but was 'number' for value: 1"},
      {R"("A":{"Type":"Wait","Seconds":"{% 'x' %}","End":true})", "",
       "The JSONata expression ''x'' specified for the field 'Seconds' returned an unexpected "
       "result type. Expected 'number', but was 'string' for value: \"x\""},
      {R"("A":{"Type":"Wait","Seconds":"{% 1.5 %}","End":true})", "",
       "The value of the field 'Seconds' must be an integer between 0 and 99999999, but was: 1.5"},
      {R"("A":{"Type":"Fail","Cause":"{% [] %}"})", "",
       "The JSONata expression '[]' specified for the field 'Cause' returned an unexpected result "
       "type. Expected 'string', but was 'array' for value: []"},
  };
  for (const Row& row : rows) {
    TestDriver d = Jsonata(row.fields, "{}");
    EXPECT_EQ(OutputOf(d), fmt::format("! States.QueryEvaluationError: An error occurred while "
                                       "executing the state 'A' (entered at the event id #2). {}",
                                       row.output));
  }
}

TEST(Jsonata, AnEvaluationThatFailsMeetsRetryAndCatch) {
  TestDriver d = Jsonata(
      fmt::format(R"("A":{{{},"Arguments":"{{% $no %}}","End":true,)"
                  R"("Retry":[{{"ErrorEquals":["States.QueryEvaluationError"],"MaxAttempts":1}}],)"
                  R"("Catch":[{{"ErrorEquals":["States.ALL"],"Next":"B",)"
                  R"("Output":"{{% $states.errorOutput.Error %}}"}}]}},)"
                  R"("B":{{"Type":"Succeed"}})",
                  kFunction),
      "{}");
  ASSERT_TRUE(d.FireNext());
  EXPECT_EQ(OutputOf(d), R"("States.QueryEvaluationError")");
  const std::string why =
      " A at Arguments error=States.QueryEvaluationError cause=An error occurred while executing "
      "the state 'A' (entered at the event id #2). The JSONata expression '$no' specified for the "
      "field 'Arguments' returned nothing (undefined).\n";
  EXPECT_EQ(d.TakeTranscript(),
            "#1<0 ExecutionStarted {}\n#2<0 TaskStateEntered A @1 {}\n#3<0 EvaluationFailed" + why +
                "  arm delay in 1000ms\n#4<3 EvaluationFailed" + why +
                "#5<4 TaskStateExited A \"States.QueryEvaluationError\"\n"
                "#6<5 SucceedStateEntered B @5 \"States.QueryEvaluationError\"\n"
                "#7<6 SucceedStateExited B @5 \"States.QueryEvaluationError\"\n"
                "#8<7 ExecutionSucceeded @5 \"States.QueryEvaluationError\"\n"
                "  end SUCCEEDED\n");
}

TEST(Jsonata, ACatcherThatFailsIsNotCaughtByItsOwnState) {
  TestDriver d = Jsonata(
      R"("A":{"Type":"Parallel","End":true,"Branches":[{"StartAt":"B","States":{"B":{)" +
          std::string(kFunction) +
          R"(,"End":true,"Catch":[{"ErrorEquals":["States.ALL"],"Output":"{% $no %}","Next":"C"}]},)"
          R"("C":{"Type":"Succeed"}}}],)"
          R"("Catch":[{"ErrorEquals":["States.ALL"],"Next":"D"}]},"D":{"Type":"Pass",)"
          R"("Output":"{% $states.input.Error %}","End":true})",
      "{}");
  d.Fail("Boom", "why");
  EXPECT_EQ(OutputOf(d), R"("States.QueryEvaluationError")");
}

TEST(Jsonata, AnItemThatCannotBeSelectedEndsTheOtherIterations) {
  TestDriver d = Jsonata(
      fmt::format(R"("A":{{"Type":"Map","MaxConcurrency":2,)"
                  R"("ItemSelector":"{{% $states.context.Map.Item.Value = 3 ? $no : 1 %}}",)"
                  R"("ItemProcessor":{{"StartAt":"I","States":{{"I":{{{},"End":true}}}}}},)"
                  R"("Catch":[{{"ErrorEquals":["States.ALL"],"Next":"B"}}],"End":true}},)"
                  R"("B":{{"Type":"Pass","Output":"{{% $states.input.Error %}}","End":true}})",
                  kFunction),
      "[1,2,3]");
  ASSERT_EQ(d.tasks().size(), 2u);
  d.Succeed("1");
  EXPECT_EQ(OutputOf(d), R"("States.QueryEvaluationError")");
  EXPECT_TRUE(d.tasks().empty());
}

TEST(Jsonata, TimeAndChanceAreThoseOfTheStep) {
  TestDriver d = Jsonata(Pass(R"("Output":"{% [$millis(), $random()] %}")"), "{}");
  EXPECT_EQ(OutputOf(d), "[1700000000000,0.5]");
}

TEST(Variables, AssignAndOutputSeeThoseOfTheEntry) {
  for (const std::string_view language : {"JSONata", "JSONPath"}) {
    const bool path = language == "JSONPath";
    TestDriver d = Started(
        path ? R"("A":{"Type":"Pass","Assign":{"x":1,"y":2},"Next":"B"},)"
               R"("B":{"Type":"Pass","Assign":{"x.$":"$y","y.$":"$x"},)"
               R"("Parameters":{"x.$":"$x"},"Next":"C"},)"
               R"("C":{"Type":"Pass","Parameters":{"o.$":"$","x.$":"$x","y.$":"$y"},"End":true})"
             : R"("A":{"Type":"Pass","Assign":{"x":1,"y":2},"Next":"B"},)"
               R"("B":{"Type":"Pass","Assign":{"x":"{% $y %}","y":"{% $x %}"},)"
               R"("Output":{"x":"{% $x %}"},"Next":"C"},)"
               R"("C":{"Type":"Pass","Output":{"o":"{% $states.input %}","x":"{% $x %}",)"
               R"("y":"{% $y %}"},"End":true})",
        "{}", language);
    EXPECT_EQ(OutputOf(d), path ? R"({"x":2,"y":1,"o":{"x":1}})" : R"({"o":{"x":1},"x":2,"y":1})");
  }
}

TEST(Variables, AreSlicesOfWhatAssignedThem) {
  TestDriver d = JsonPath(R"("A":{"Type":"Pass","Assign":{"v.$":"$.a"},"Next":"B"},)"
                          R"("B":{"Type":"Pass","InputPath":"$v.b","End":true})",
                          R"({"a":{"b":"deep"}})");
  EXPECT_EQ(OutputOf(d), R"("deep")");
  EXPECT_EQ(d.TakeTranscript(),
            "#1<0 ExecutionStarted {\"a\":{\"b\":\"deep\"}}\n"
            "#2<0 PassStateEntered A @1 {\"a\":{\"b\":\"deep\"}}\n"
            "#3<2 PassStateExited A @1 {\"a\":{\"b\":\"deep\"}} assigned={\"v\":{\"b\":\"deep\"}}\n"
            "#4<3 PassStateEntered B @1 {\"a\":{\"b\":\"deep\"}}\n"
            "#5<4 PassStateExited B @3 \"deep\"\n"
            "#6<5 ExecutionSucceeded @3 \"deep\"\n"
            "  end SUCCEEDED\n");
}

TEST(Variables, OfABranchAreItsOwn) {
  TestDriver d = Jsonata(
      R"("A":{"Type":"Pass","Assign":{"outer":1},"Next":"M"},)"
      R"("M":{"Type":"Map","Items":[10,20],"Next":"Z","ItemProcessor":{"StartAt":"I","States":{)"
      R"("I":{"Type":"Wait","Seconds":1,"Assign":{"own":"{% $outer + $states.input %}"},"Next":"J"},)"
      R"("J":{"Type":"Pass","Output":"{% $own %}","End":true}}}},)"
      R"("Z":{"Type":"Pass","Output":["{% $states.input %}","{% $exists($own) %}"],"End":true})",
      "{}");
  while (d.FireNext()) {
  }
  EXPECT_EQ(OutputOf(d), "[[11,21],false]");
}

TEST(Variables, OfACatcherComeFromTheError) {
  TestDriver d = JsonPath(
      fmt::format(R"("A":{{{},"End":true,"Assign":{{"e":"no error"}},)"
                  R"("Catch":[{{"ErrorEquals":["States.ALL"],"Assign":{{"e.$":"$.Error"}},)"
                  R"("ResultPath":null,"Next":"B"}}]}},)"
                  R"("B":{{"Type":"Pass","Parameters":{{"e.$":"$e","in.$":"$"}},"End":true}})",
                  kFunction),
      R"({"i":1})");
  d.Fail("Boom", "why");
  EXPECT_EQ(OutputOf(d), R"({"e":"Boom","in":{"i":1}})");
}

TEST(Variables, StandWhereverAPathMay) {
  const std::string assign =
      R"("A":{"Type":"Pass","Assign":{"n":3,"s":"x","list":[1,2],"t":"2023-11-14T22:13:21Z"},)"
      R"("Next":"B"},"T":{"Type":"Pass","Result":"yes","End":true},)";
  const std::string_view states[] = {
      R"("B":{"Type":"Choice","Choices":[{"Variable":"$n","NumericEqualsPath":"$n","Next":"T"}]})",
      R"("B":{"Type":"Choice","Choices":[{"Variable":"$no","IsPresent":false,"Next":"T"}]})",
      R"("B":{"Type":"Wait","SecondsPath":"$n","Next":"T"})",
      R"("B":{"Type":"Wait","TimestampPath":"$t","Next":"T"})",
      R"("B":{"Type":"Map","ItemsPath":"$list","MaxConcurrencyPath":"$n","Next":"T",)"
      R"_("ItemSelector":{"v.$":"States.Format('{}{}',$s,$$.Map.Item.Value)"},)_"
      R"("ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","OutputPath":"$s","End":true}}}})",
  };
  for (const std::string_view state : states) {
    TestDriver d = JsonPath(assign + std::string(state), "{}");
    while (d.FireNext()) {
    }
    EXPECT_EQ(OutputOf(d), R"("yes")") << state;
  }
}

TEST(Variables, ThatAreNotThereAreErrors) {
  EXPECT_EQ(
      OutputOf(
          JsonPath(R"("A":{"Type":"Pass","Parameters":{"a.$":"$no.b"},"End":true})", R"({"i":1})")),
      "! States.Runtime: An error occurred while executing the state 'A' (entered at the event "
      "id #2). The JSONPath '$no.b' specified for the field 'a.$' could not be found in the "
      "input '{\"i\":1}'");
  EXPECT_EQ(
      OutputOf(JsonPath(R"("A":{"Type":"Pass","InputPath":"$no","End":true})", "{}")),
      "! States.Runtime: An error occurred while executing the state 'A' (entered at the event "
      "id #2). Invalid path '$no' : There is no variable 'no'");
}

TEST(Variables, TakeOnlySoManyBytes) {
  const std::string text(262'000, 'x');
  const std::string one = fmt::format(R"({{"a":"{}"}})", text);
  std::string states;
  for (int i = 0; i < 41; ++i) {
    states += fmt::format(R"("{}":{{"Type":"Pass","Assign":{{"v{}.$":"$.a"}},{}}}{})",
                          i == 0 ? "A" : fmt::format("S{}", i), i,
                          i == 40 ? R"("End":true)" : fmt::format(R"("Next":"S{}")", i + 1),
                          i == 40 ? "" : ",");
  }
  EXPECT_TRUE(OutputOf(JsonPath(states, one)).starts_with("! States.DataLimitExceeded"));
  const std::string twice = R"("A":{"Type":"Pass","Assign":{"v.$":"$.a","w.$":"$.a"},"End":true})";
  EXPECT_TRUE(OutputOf(JsonPath(twice, one)).starts_with("! States.DataLimitExceeded"));
}

}  // namespace
}  // namespace asl
