// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/choice.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asl/dataflow.h"

namespace asl {
namespace {

// "true", "false", or "! " and the error's cause or the problems (the list of all operators cut).
std::string Decide(std::string rule, std::string input) {
  Condition::Compiled compiled = Condition::Compile(*ParseJson(std::move(rule)).value);
  std::string problems = "!";
  for (const ConditionProblem& p : compiled.problems)
    problems += fmt::format(" {} {};", p.location, p.message);
  for (size_t all; (all = problems.find("[StringEquals,")) != std::string::npos;) {
    problems.replace(all, problems.find(']', all) + 1 - all, "[…]");
  }
  if (!compiled.value) return problems;
  ContextObject context([](bool) { return std::string(R"({"State":{"Name":"S"}})"); });
  OrError<bool> answer = compiled.value->Evaluate(Lazy::FromText(std::move(input)), context);
  return answer.ok() ? fmt::format("{}", *answer) : "! " + *answer.error().cause;
}

// The rule {"Variable":"$.v", operator} on {"v":value,"w":other}.
std::string DecideOn(std::string_view op, std::string_view value, std::string_view other = "null") {
  return Decide(fmt::format(R"({{"Variable":"$.v",{},"Next":"N"}})", op),
                fmt::format(R"({{"v":{},"w":{}}})", value, other));
}

struct Case {
  std::string op;
  std::string value;
  std::string expected;
  std::string other = "null";
};

TEST(Condition, ComparesValuesOfOneType) {
  const Case cases[] = {
      {R"("StringEquals":"a")", R"("a")", "true"},
      {R"("StringEquals":"a")", R"("A")", "false"},
      {R"("StringLessThan":"b")", R"("a")", "true"},
      {R"("StringLessThan":"b")", R"("b")", "false"},
      {R"("StringLessThanEquals":"b")", R"("b")", "true"},
      {R"("StringGreaterThan":"B")", R"("a")", "true"},
      {R"("StringGreaterThanEquals":"c")", R"("b")", "false"},
      {R"("StringLessThan":"ａ")", R"("😀")", "true"},
      {R"("NumericEquals":1)", "1.0", "true"},
      {R"("NumericEquals":1e2)", "100", "true"},
      {R"("NumericLessThan":0.3)", "0.1", "true"},
      {R"("NumericGreaterThan":-1)", "-2", "false"},
      {R"("NumericLessThanEquals":9007199254740992)", "9007199254740993", "false"},
      {R"("NumericGreaterThanEquals":1)", "1", "true"},
      {R"("BooleanEquals":false)", "false", "true"},
      {R"("BooleanEquals":false)", "true", "false"},
      {R"("TimestampEquals":"2024-01-01T00:00:00Z")", R"("2024-01-01T01:00:00.0+01:00")", "true"},
      {R"("TimestampLessThan":"2024-01-01T00:00:00.002Z")", R"("2024-01-01T00:00:00.001Z")",
       "true"},
      {R"("TimestampGreaterThan":"2024-01-01T00:00:00Z")", R"("2023-01-01T00:00:00Z")", "false"},
      {R"("TimestampLessThanEquals":"2024-01-01T00:00:00Z")", R"("2024-01-01T00:00:00Z")", "true"},
      {R"("TimestampGreaterThanEquals":"2024-01-01T00:00:00Z")", R"("2024-01-01T00:00:00Z")",
       "true"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(DecideOn(c.op, c.value), c.expected) << c.op << " " << c.value;
}

TEST(Condition, IsFalseForValuesOfDifferentTypes) {
  const Case cases[] = {
      {R"("NumericEquals":42)", R"("42")", "false"},
      {R"("StringEquals":"42")", "42", "false"},
      {R"("StringEquals":"null")", "null", "false"},
      {R"("BooleanEquals":true)", R"("true")", "false"},
      {R"("StringLessThan":"z")", "[]", "false"},
      {R"("TimestampEquals":"2024-01-01T00:00:00Z")", R"("2024-01-01")", "false"},
      {R"("StringMatches":"*")", "5", "false"},
      {R"("NumericEqualsPath":"$.w")", "5", "false", R"("5")"},
      {R"("TimestampEqualsPath":"$.w")", R"("2024-01-01T00:00:00Z")", "false", R"("x")"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(DecideOn(c.op, c.value, c.other), c.expected) << c.op << " " << c.value;
}

TEST(Condition, ComparesWithTheValueAtAPath) {
  const Case cases[] = {
      {R"("StringEqualsPath":"$.w")", R"("a")", "true", R"("a")"},
      {R"("NumericLessThanPath":"$.w")", "1", "true", "2"},
      {R"("BooleanEqualsPath":"$.w")", "true", "false", "false"},
      {R"("TimestampGreaterThanEqualsPath":"$.w")", R"("2024-01-01T00:00:00Z")", "true",
       R"("2024-01-01T00:00:00Z")"},
      {R"("StringEqualsPath":"$$.State.Name")", R"("S")", "true"},
      {R"("StringEqualsPath":"$.no")", R"("S")",
       "! Invalid path '$.no': The choice state's condition path references an invalid value."},
  };
  for (const Case& c : cases) EXPECT_EQ(DecideOn(c.op, c.value, c.other), c.expected) << c.op;
}

// Every comparison of the language, written in the rule and at a path: its answers for a variable
// below, equal to and above the operand.
TEST(Condition, OrdersValuesByEachOperatorInBothForms) {
  struct Order {
    std::string suffix;
    std::string answers;
  };
  struct Type {
    std::string name;
    std::string below, operand, above;
  };
  const Order orders[] = {{"Equals", "false true false"},
                          {"LessThan", "true false false"},
                          {"LessThanEquals", "true true false"},
                          {"GreaterThan", "false false true"},
                          {"GreaterThanEquals", "false true true"}};
  const Type types[] = {{"String", R"("a")", R"("b")", R"("ba")"},
                        {"Numeric", "-1e1", "2.0", "1e400"},
                        {"Timestamp", R"("2024-01-01T00:00:00Z")", R"("2024-01-01T00:00:00.5Z")",
                         R"("2024-01-01T00:00:01+00:00")"}};
  for (const Type& type : types) {
    for (const Order& order : orders) {
      const std::string op = type.name + order.suffix;
      const auto answers = [&](const std::string& test) {
        return DecideOn(test, type.below, type.operand) + " " +
               DecideOn(test, type.operand, type.operand) + " " +
               DecideOn(test, type.above, type.operand);
      };
      EXPECT_EQ(answers(fmt::format(R"("{}":{})", op, type.operand)), order.answers) << op;
      EXPECT_EQ(answers(fmt::format(R"("{}Path":"$.w")", op)), order.answers) << op << "Path";
    }
  }
  EXPECT_EQ(DecideOn(R"("BooleanEquals":true)", "true"), "true");
  EXPECT_EQ(DecideOn(R"("BooleanEqualsPath":"$.w")", "false", "false"), "true");
  EXPECT_EQ(DecideOn(R"("BooleanEqualsPath":"$.w")", "false", "true"), "false");
}

TEST(Condition, TellsTypesApart) {
  const Case cases[] = {
      {R"("IsNull":true)", "null", "true"},
      {R"("IsNull":true)", "0", "false"},
      {R"("IsNull":false)", "0", "true"},
      {R"("IsPresent":true)", "null", "true"},
      {R"("IsPresent":false)", "0", "false"},
      {R"("IsNumeric":true)", "1e5", "true"},
      {R"("IsNumeric":true)", R"("1")", "false"},
      {R"("IsString":false)", "null", "true"},
      {R"("IsString":true)", R"("")", "true"},
      {R"("IsBoolean":true)", "false", "true"},
      {R"("IsBoolean":false)", "{}", "true"},
      {R"("IsTimestamp":true)", R"("2024-01-01T00:00:00Z")", "true"},
      {R"("IsTimestamp":true)", R"("2024-01-01")", "false"},
      {R"("IsTimestamp":false)", "5", "true"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(DecideOn(c.op, c.value), c.expected) << c.op << " " << c.value;
}

TEST(Condition, MatchesPatterns) {
  const Case cases[] = {
      {R"("StringMatches":"log-*.txt")", R"("log-1.txt")", "true"},
      {R"("StringMatches":"log-*.txt")", R"("log-.txt.txt")", "true"},
      {R"("StringMatches":"log-*.txt")", R"("log.txt")", "false"},
      {R"("StringMatches":"a*a")", R"("a")", "false"},
      {R"("StringMatches":"*")", R"("")", "true"},
      {R"("StringMatches":"**b*")", R"("abc")", "true"},
      {R"("StringMatches":"a*b*c")", R"("a-c-b-c")", "true"},
      {R"("StringMatches":"a*b*c")", R"("a-c")", "false"},
      {R"("StringMatches":"a.c")", R"("abc")", "false"},
      {R"("StringMatches":"a\\*c")", R"("abc")", "false"},
      {R"("StringMatches":"a\\*c")", R"("a*c")", "true"},
      {R"("StringMatches":"a\\\\*")", R"("a\\bc")", "true"},
      {R"("StringMatches":"a\\")", R"("a")",
       R"(! The StringMatches pattern 'a\' has a backslash that escapes nothing)"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(DecideOn(c.op, c.value), c.expected) << c.op << " " << c.value;
}

// A matcher that backtracks would not come back from the first; one that compares a long piece at
// each place of the text would take 10^10 steps for the second.
TEST(Condition, MatchesAdversarialPatternsInLinearTime) {
  const std::string text(200'000, 'a');
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "*a";
  EXPECT_EQ(DecideOn(fmt::format(R"("StringMatches":"{}*b")", many), "\"" + text + "\""), "false");
  EXPECT_EQ(DecideOn(fmt::format(R"("StringMatches":"*{}b*")", text.substr(0, 100'000)),
                     "\"" + text + "\""),
            "false");
}

TEST(Condition, CombinesConditions) {
  const std::string t = R"({"Variable":"$.v","IsPresent":true})";
  const std::string f = R"({"Variable":"$.v","IsPresent":false})";
  const std::string bad = R"({"Variable":"$.no","IsNull":true})";
  struct RuleCase {
    std::string rule, expected;
  };
  const RuleCase cases[] = {
      {fmt::format(R"({{"And":[{},{}]}})", t, t), "true"},
      {fmt::format(R"({{"And":[{},{}],"Next":"N"}})", t, f), "false"},
      {fmt::format(R"({{"Or":[{},{}]}})", f, t), "true"},
      {fmt::format(R"({{"Or":[{},{}]}})", f, f), "false"},
      {fmt::format(R"({{"Not":{}}})", f), "true"},
      {fmt::format(R"({{"Not":{{"And":[{},{{"Or":[{},{}]}}]}}}})", t, f, t), "false"},
      {fmt::format(R"({{"And":[{},{}]}})", f, bad), "false"},
      {fmt::format(R"({{"Or":[{},{}]}})", t, bad), "true"},
      {fmt::format(R"({{"And":[{},{}]}})", t, bad),
       "! Invalid path '$.no': The choice state's condition path references an invalid value."},
  };
  for (const RuleCase& c : cases) EXPECT_EQ(Decide(c.rule, R"({"v":1})"), c.expected) << c.rule;
}

TEST(Condition, OnlyIsPresentToleratesAMissingVariable) {
  EXPECT_EQ(Decide(R"({"Variable":"$.no.x","IsPresent":true})", "{}"), "false");
  EXPECT_EQ(Decide(R"({"Variable":"$.no.x","IsPresent":false})", "{}"), "true");
  EXPECT_EQ(
      Decide(R"({"Variable":"$.no","StringEquals":"x"})", "{}"),
      "! Invalid path '$.no': The choice state's condition path references an invalid value.");
}

TEST(Condition, ReportsEveryProblemOfARule) {
  struct RuleCase {
    std::string rule, expected;
  };
  const RuleCase cases[] = {
      {"5", "!  Expected value of type [OBJECT];"},
      {R"({"Next":"N"})",
       "!  The object must have only one of the following fields, [And, Or, Not, Variable, "
       "Condition];"},
      {R"({"Variable":"$.v","Not":{"Variable":"$.v","IsNull":true}})",
       "!  The object must have only one of the following fields, [And, Or, Not, Variable, "
       "Condition];"},
      {R"({"Variable":"$.v","IsNull":true,"IsString":true})",
       "!  There should only be one of the following fields: […];"},
      {R"({"Variable":"$.v"})",
       "!  This object should have only one of the following fields: […];"},
      {R"({"Condition":"{% true %}"})",
       "!  The QueryLanguage is set to 'JSONPath', but field 'Condition' is only supported for the "
       "'JSONata' QueryLanguage;  The object must have only one of the following fields, [And, Or, "
       "Not, Variable, Condition];"},
      {R"({"Variable":5,"NumericEquals":"1"})",
       "! /Variable Expected value of type [STRING]; /NumericEquals Expected value of type "
       "[NUMBER];"},
      {R"({"Variable":"x","TimestampEquals":"now"})",
       "! /Variable Value is not a Reference Path: Reference path didn't start with '$'; "
       "/TimestampEquals String does not match RFC3339 timestamp;"},
      {R"({"And":[]})", "! /And Value cannot be empty;"},
      {R"({"And":[{"Variable":"$.v","StringEqual":"x"}]})",
       "! /And[0] Field 'StringEqual' is not supported; /And[0] This object should have only one "
       "of the following fields: […];"},
      {R"({"Not":{"Variable":"$.v","IsNull":true,"Next":"N"}})",
       "! /Not Field 'Next' is not supported;"},
      {R"({"Variable":"$.v","BooleanEqualsPath":true})",
       "! /BooleanEqualsPath Expected value of type [STRING];"},
      {R"({"Variable":"$.v","IsNullPath":"$.x"})",
       "!  Field 'IsNullPath' is not supported;  This object should have only one of the "
       "following fields: […];"},
  };
  for (const RuleCase& c : cases) EXPECT_EQ(Decide(c.rule, "{}"), c.expected) << c.rule;
}

}  // namespace
}  // namespace asl
