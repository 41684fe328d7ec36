// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "asl/definition.h"
#include "asl/limits.h"

namespace asl {
namespace {

// One line per problem: "CODE: message at location".
std::string Problems(std::string_view definition) {
  std::string text;
  const Compiled compiled = Compile(definition);
  EXPECT_EQ(compiled.program == nullptr, !compiled.problems.empty());
  for (const Problem& problem : compiled.problems) {
    text += fmt::format("{}: {}", problem.code, problem.message);
    if (!problem.location.empty()) text += " at " + problem.location;
    text += "\n";
  }
  return text;
}

// A machine of one state X with these fields.
std::string Only(std::string_view fields) {
  return fmt::format(R"({{"StartAt":"X","States":{{"X":{{{}}}}}}})", fields);
}

constexpr std::string_view kPay =
    R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:pay")";

std::string Task(std::string_view fields) {
  return Only(fmt::format(R"("Type":"Task","End":true,{},{})", kPay, fields));
}

std::string Pass(std::string_view fields) {
  return Only(fmt::format(R"("Type":"Pass","End":true,{})", fields));
}

TEST(Compile, TextsThatAwsWasRecordedWith) {
  EXPECT_EQ(Problems("{}"),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /\n");
  EXPECT_EQ(Problems(R"({"StartAt":"X"})"),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /\n");
  EXPECT_EQ(Problems(R"({"States":{"S":{"Type":"Pass","End":true}}})"),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [StartAt] at /\n");
  EXPECT_EQ(Problems(" "), "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object\n");
  EXPECT_EQ(Problems(""), "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object\n");
  EXPECT_EQ(Problems("not a definition"),
            "INVALID_JSON_DESCRIPTION: Unrecognized token 'not': was expecting (JSON String, "
            "Number, Array, Object or "
            "token 'null', 'true' or 'false')\n"
            " at [Source: (String)\"not a definition\"; line: 1, column: 4] at [Source: "
            "(String)\"not a definition\"; "
            "line: 1, column: 4]\n");
  EXPECT_EQ(
      Problems(Only(R"("Type":"Wait","Timestamp":"2016-13-05T21:29:29Z","End":true)")),
      "SCHEMA_VALIDATION_FAILED: String does not match RFC3339 timestamp at /States/X/Timestamp\n");
  EXPECT_EQ(
      Problems(
          R"({"StartAt":"X","QueryLanguage":"JSONata","States":{"X":{"Type":"Pass","End":true,)"
          R"("QueryLanguage":"JSONPath"}}})"),
      "NOT_SUPPORTED_YET: The query language 'JSONata' is not supported yet at /QueryLanguage\n"
      "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for "
      "whole state "
      "machine at /States/X\n");
  EXPECT_EQ(Problems(Only(R"("Type":"Nope","End":true)")),
            "SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, "
            "Wait, Pass, Succeed, "
            "Fail, Choice, Parallel, Map] at /States/X/Type\n");
  EXPECT_EQ(Problems(Pass(R"("Parameters":{"a.$":"no path"})")),
            "SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a "
            "valid intrinsic "
            "function call at /States/X/Parameters\n");
}

struct FieldRow {
  std::string definition;
  std::string_view problems;  // with a star in front: a part of them
};

const FieldRow kFieldRows[] = {
    {Pass(R"("Catch":[])"),
     "SCHEMA_VALIDATION_FAILED: Field 'Catch' is not supported at /States/X\n"},
    {Pass(R"("Output":1)"),
     "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONPath', but field 'Output' is "
     "only supported for the "
     "'JSONata' QueryLanguage at /States/X\n"},
    {Pass(R"("Comment":7)"),
     "SCHEMA_VALIDATION_FAILED: Expected value of type [STRING] at /States/X/Comment\n"},
    {Pass(R"("Next":"X")"),
     "SCHEMA_VALIDATION_FAILED: Exactly one of these fields is allowed: [Next, End] at "
     "/States/X\n"},
    {Only(R"("Type":"Pass")"),
     "SCHEMA_VALIDATION_FAILED: Exactly one of these fields is allowed: [Next, End] at "
     "/States/X\n"
     "MISSING_END_STATE: Workflow has no terminal state\n"},
    {Pass(R"("ResultPath":"$$.a")"), "*/States/X/ResultPath"},
    {Pass(R"("InputPath":"nope")"), "*/States/X/InputPath"},
    {Pass(R"("InputPath":"$answer")"),
     "NOT_SUPPORTED_YET: Variables are not supported yet at /States/X/InputPath\n"},
    {Pass(R"("Assign":{"a":1})"),
     "NOT_SUPPORTED_YET: The field 'Assign' is not supported yet at /States/X/Assign\n"},
    {Pass(R"_("Parameters":{"a.$":"States.UUID()"})_"), "*NOT_SUPPORTED_YET"},
    {Pass(R"("Parameters":{"b":[{"a":1,"a.$":"$.x"}]})"),
     "SCHEMA_VALIDATION_FAILED: The fields 'a' and 'a.$' make the same key at "
     "/States/X/Parameters\n"},
    {Task(R"("TimeoutSeconds":0)"),
     "SCHEMA_VALIDATION_FAILED: Value must be between 1 and 99999999 at "
     "/States/X/TimeoutSeconds\n"},
    {Task(R"("TimeoutSeconds":1.5)"),
     "SCHEMA_VALIDATION_FAILED: Expected value of type [INTEGER] at /States/X/TimeoutSeconds\n"},
    {Task(R"("TimeoutSeconds":5,"TimeoutSecondsPath":"$.t")"),
     "SCHEMA_VALIDATION_FAILED: Only one of these fields is allowed: [TimeoutSeconds, "
     "TimeoutSecondsPath] at "
     "/States/X\n"},
    {Task(R"("TimeoutSeconds":5,"HeartbeatSeconds":5)"),
     "SCHEMA_VALIDATION_FAILED: 'HeartbeatSeconds' must be smaller than 'TimeoutSeconds' at "
     "/States/X/HeartbeatSeconds\n"},
    {Task(R"("Retry":[{"ErrorEquals":[]}])"),
     "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/X/Retry[0]/ErrorEquals\n"},
    {Task(R"("Retry":[{"Intervall":1}])"),
     "SCHEMA_VALIDATION_FAILED: These fields are required: [ErrorEquals] at /States/X/Retry[0]\n"
     "SCHEMA_VALIDATION_FAILED: Field 'Intervall' is not supported at /States/X/Retry[0]\n"},
    {Task(R"("Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["A"]}])"),
     "SCHEMA_VALIDATION_FAILED: 'States.ALL' is allowed in the last element only at "
     "/States/X/Retry[0]/ErrorEquals\n"},
    {Task(R"("Retry":[{"ErrorEquals":["A","States.ALL"]}])"),
     "SCHEMA_VALIDATION_FAILED: 'States.ALL' must be alone in 'ErrorEquals' at "
     "/States/X/Retry[0]/ErrorEquals\n"},
    {Task(
         R"("Retry":[{"ErrorEquals":["A"],"BackoffRate":0.5,"MaxAttempts":-1,"JitterStrategy":"SOME"}])"),
     "SCHEMA_VALIDATION_FAILED: Value must be at least 1.0 at /States/X/Retry[0]/BackoffRate\n"
     "SCHEMA_VALIDATION_FAILED: Value must be between 0 and 99999999 at "
     "/States/X/Retry[0]/MaxAttempts\n"
     "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [NONE, FULL] at "
     "/States/X/Retry[0]/JitterStrategy\n"},
    {Task(R"("Catch":[{"ErrorEquals":["A"],"Next":"Gone"}])"),
     "MISSING_TRANSITION_TARGET: Missing 'Next' target: Gone at /States/X/Catch[0]/Next\n"},
    {Only(R"("Type":"Task","End":true)"),
     "SCHEMA_VALIDATION_FAILED: These fields are required: [Resource] at /States/X\n"},
    {Only(R"("Type":"Task","End":true,"Resource":"pay")"),
     "SCHEMA_VALIDATION_FAILED: Value is not a valid resource ARN at /States/X/Resource\n"},
    {Only(
         R"("Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken")"),
     "NOT_SUPPORTED_YET: Not supported yet: the '.waitForTaskToken' service integration pattern "
     "at "
     "/States/X/Resource\n"},
    {Only(
         R"("Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke","Parameters":{})"),
     "SCHEMA_VALIDATION_FAILED: The field 'FunctionName' is required but was missing at "
     "/States/X/Parameters\n"},
    {Only(R"("Type":"Map","End":true)"),
     "NOT_SUPPORTED_YET: States of type 'Map' are not supported yet at /States/X/Type\n"},
    {Only(R"("Type":"Wait","End":true)"),
     "SCHEMA_VALIDATION_FAILED: Exactly one of these fields is allowed: [Seconds, SecondsPath, "
     "Timestamp, "
     "TimestampPath] at /States/X\n"},
    {Only(R"("Type":"Fail","Error":"a","ErrorPath":"$.b")"),
     "SCHEMA_VALIDATION_FAILED: Only one of these fields is allowed: [Error, ErrorPath] at "
     "/States/X\n"},
    {Only(R"_("Type":"Fail","CausePath":"States.UUID()")_"),
     "NOT_SUPPORTED_YET: Intrinsic functions are not supported yet at /States/X/CausePath\n"},
    {Only(R"("Type":"Succeed","End":true)"),
     "SCHEMA_VALIDATION_FAILED: Field 'End' is not supported at /States/X\n"},
    {Only(R"("Type":"Choice","Choices":[])"),
     "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/X/Choices\n"
     "MISSING_END_STATE: Workflow has no terminal state\n"},
    {R"({"StartAt":"X","States":{"X":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true}]},)"
     R"("E":{"Type":"Succeed"}}})",
     "SCHEMA_VALIDATION_FAILED: These fields are required: [Next] at /States/X/Choices[0]\n"
     "MISSING_TRANSITION_TARGET: State \"E\" is not reachable. at /States/E\n"},
    {Only(R"("End":true)"),
     "SCHEMA_VALIDATION_FAILED: These fields are required: [Type] at /States/X\n"},
    {R"({"StartAt":"X","States":{"X":1}})", "*Expected value of type [OBJECT] at /States/X\n"},
    {R"({"StartAt":"X","States":{}})",
     "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States\n"},
    {R"({"StartAt":"X","States":[]})",
     "SCHEMA_VALIDATION_FAILED: Expected value of type [OBJECT] at /States\n"},
    {R"({"StartAt":"X","Version":"2.0","TimeoutSeconds":-1,"States":{"X":{"Type":"Succeed"}}})",
     "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [1.0] at /Version\n"
     "SCHEMA_VALIDATION_FAILED: Value must be between 1 and 99999999 at /TimeoutSeconds\n"},
    {"[]", "SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object\n"},
};
TEST(Compile, EachRuleSpeaksOfItsField) {
  for (const FieldRow& row : kFieldRows) {
    const std::string found = Problems(row.definition);
    if (row.problems.starts_with('*')) {
      EXPECT_NE(found.find(row.problems.substr(1)), std::string::npos) << row.definition << "\n"
                                                                       << found;
    } else {
      EXPECT_EQ(found, row.problems) << row.definition;
    }
  }
}

TEST(Compile, TransitionsAreCheckedAsAwsDoes) {
  struct Row {
    std::string_view definition;
    std::string_view problems;
  };
  const Row rows[] = {
      {R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"NOPE"}}})",
       "MISSING_TRANSITION_TARGET: Missing 'Next' target: NOPE at /States/A/Next\n"
       "MISSING_END_STATE: Workflow has no terminal state\n"},
      {R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}})",
       "MISSING_END_STATE: Workflow has no terminal state\n"},
      {R"({"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"},)"
       R"("C":{"Type":"Succeed"}}})",
       "MISSING_TRANSITION_TARGET: State \"C\" is not reachable. at /States/C\n"},
      {R"({"StartAt":"Z","States":{"A":{"Type":"Succeed"}}})",
       "MISSING_TRANSITION_TARGET: Missing 'Next' target: Z at /StartAt\n"},
      {R"({"StartAt":"A","States":{"A":{"Type":"Choice","Default":"B","Choices":[{"Variable":"$","IsNull":true,)"
       R"("Next":"C"}]},"E":{"Type":"Fail"}}})",
       "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Default\n"
       "MISSING_TRANSITION_TARGET: Missing 'Next' target: C at /States/A/Choices[0]/Next\n"
       "MISSING_TRANSITION_TARGET: State \"E\" is not reachable. at /States/E\n"},
  };
  for (const Row& row : rows) EXPECT_EQ(Problems(row.definition), row.problems) << row.definition;
}

TEST(Compile, EveryProblemComesAtOnceWithItsPlaceInTheText) {
  const Compiled compiled = Compile(
      "{\n  \"StartAt\": \"X\",\n  \"States\": {\n    \"X\": {\"Type\": \"Pass\",\n      "
      "\"Extra\": 1,\n"
      "      \"ResultPath\": 7, \"Next\": \"Y\"},\n    \"ü\": {\"Type\": \"Succeed\", \"Bad\": "
      "1}\n  }\n}");
  std::string places;
  for (const Problem& p : compiled.problems)
    places += fmt::format("{}:{} {}\n", p.line, p.column, p.location);
  EXPECT_EQ(places,
            "5:7 /States/X\n"
            "6:21 /States/X/ResultPath\n"
            "6:32 /States/X/Next\n"
            "7:5 /States/ü\n"
            "7:30 /States/ü\n");
}

TEST(Compile, ARepeatedKeyIsRefused) {
  EXPECT_NE(
      Problems(R"({"StartAt":"X","StartAt":"X","States":{"X":{"Type":"Succeed"}}})")
          .find("INVALID_JSON_DESCRIPTION: Duplicate field \"StartAt\"\n at [Source: (String)"),
      std::string::npos);
  EXPECT_NE(Problems(R"({"StartAt":"X","States":{"X":{"Type":"Succeed"},"X":{"Type":"Fail"}}})")
                .find("Duplicate field \"X\""),
            std::string::npos);
}

TEST(Compile, NamesOfStatesAreMeasuredInCharacters) {
  const auto named = [](const std::string& name) {
    return fmt::format(R"({{"StartAt":"{0}","States":{{"{0}":{{"Type":"Succeed"}}}}}})", name);
  };
  std::string umlauts;
  for (int i = 0; i < 80; ++i) umlauts += "ü";
  EXPECT_EQ(Problems(named(umlauts)), "");
  EXPECT_NE(Problems(named(umlauts + "x")).find("INVALID_STATE_NAME"), std::string::npos);
  EXPECT_NE(Problems(named("")).find("INVALID_STATE_NAME"), std::string::npos);
}

TEST(Compile, HostileTextsAreRefusedInTime) {
  EXPECT_NE(Problems(std::string(kDefinitionBytesMax + 1, ' ')).find("at most 1048576 bytes"),
            std::string::npos);
  const std::string deep =
      Pass("\"Result\":" + std::string(10'000, '[') + std::string(10'000, ']'));
  EXPECT_NE(Problems(deep).find("INVALID_JSON_DESCRIPTION"), std::string::npos);
  std::string many = R"({"StartAt":"X","States":{"X":{"Type":"Succeed")";
  while (many.size() < kDefinitionBytesMax - 100) many += fmt::format(",\"f{}\":0", many.size());
  EXPECT_EQ(Compile(many + "}}}").problems.size(), 1'000u);
  std::string loop = R"({"StartAt":"s0","States":{)";
  for (int i = 0; i < 15'000; ++i)
    loop += fmt::format(R"("s{}":{{"Type":"Pass","Next":"s{}"}},)", i, i + 1);
  EXPECT_EQ(Problems(loop + R"("s15000":{"Type":"Succeed"}}})"), "");
}

TEST(Compile, UnusualNumbersAndTextsInDataAreCarried) {
  EXPECT_EQ(Problems(Pass(R"("Result":[-0,1e400,123456789012345678901234567890])")), "");
  EXPECT_NE(Problems(Pass("\"Comment\":\"\xff\"")), "");
  EXPECT_NE(Problems(Pass(R"("Comment":"\ud800")")), "");
}

}  // namespace
}  // namespace asl
