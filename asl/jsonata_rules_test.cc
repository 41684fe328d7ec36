// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// JSONata and variables as AWS validates them: fields beside the problems they have. Rows marked (*)
// are answers of AWS that public reports quote.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "asl/definition.h"

namespace asl {
namespace {

// "CODE: message at location" of each error, in lines.
std::string Errors(const std::string& definition) {
  std::string text;
  for (const Problem& problem : Compile(definition).problems) {
    if (problem.severity != Severity::kError) continue;
    if (!text.empty()) text += "\n";
    text += fmt::format("{}: {} at {}", problem.code, problem.message, problem.location);
  }
  return text;
}

std::string Machine(std::string_view states) {
  return fmt::format(R"({{"QueryLanguage":"JSONata","StartAt":"E","States":{{{}}}}})", states);
}

std::string Pass(std::string_view fields) {
  return Machine(fmt::format(R"("E":{{"Type":"Pass",{},"End":true}})", fields));
}

// The value {"v": EXPRESSION} of a Pass' Output.
std::string Output(std::string_view expression) {
  return Pass(fmt::format(R"("Output":{{"v":"{{% {} %}}"}})", expression));
}

std::string Task(std::string_view fields) {
  return Machine(fmt::format(
      R"("E":{{"Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:listBuckets","Arguments":{{}},)"
      R"("Next":"D"{}}},"D":{{"Type":"Succeed"}})",
      fields));
}

std::string Map(std::string_view fields) {
  return Machine(fmt::format(
      R"("E":{{"Type":"Map","ItemProcessor":{{"StartAt":"I","States":{{"I":{{"Type":"Pass","End":true}}}}}},)"
      R"({},"End":true}})",
      fields));
}

constexpr std::string_view kPhone =
    "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at ";

struct ExpressionRow {
  std::string_view expression;
  std::string_view problem;  // without its location; empty: none
};

TEST(JsonataRules, AnExpressionMustParseAndReadWhatExists) {
  constexpr ExpressionRow kRows[] = {
      // (*)
      {"a[1,2)", "INVALID_JSONATA_EXPRESSION: Expected \"]\", got \",\""},
      {"'unterminated",
       "INVALID_JSONATA_EXPRESSION: String literal must be terminated by a matching quote"},
      {"1 +", "INVALID_JSONATA_EXPRESSION: Unexpected end of expression"},
      {"{'a':}", "INVALID_JSONATA_EXPRESSION: The symbol \"}\" cannot be used as a unary operator"},
      {"$x :=", "INVALID_JSONATA_EXPRESSION: Unexpected end of expression"},
      {"$match('a', /abc", "INVALID_JSONATA_EXPRESSION: No terminating / in regular expression"},
      {"phone %.other",
       "INVALID_JSONATA_EXPRESSION: The symbol \".\" cannot be used as a unary operator"},
      {"", "INVALID_JSONATA_EXPRESSION: Unexpected end of expression"},
      {"$$", "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported."},
      {"$.phone",
       "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$' at the top level is not supported."},
      {"$states.errorOutput",
       "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist."},
      {"$states.input.phone", ""},
      {"$states.input.items[phone > 3]", ""},
      {"$map($states.input.a, function($x){ $x.phone })", ""},
      {"$phone", ""},  // assigned nowhere
      // Ours.
      {"$states.result", "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist."},
      {"$states.context.State.Name & $states.input.a^(b){c: d}.e", ""},
      {"$states.input ~> |a|{'b': c}|", ""},
      {"($states := {'result': 1}; $states.result)", ""},
      {"$filter([1], function($v){ phone = $v })",
       "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported."},
      {"{'a': [1, -phone]}",
       "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported."},
      {"``", "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '' at the top level is not supported."},
  };
  for (const ExpressionRow& row : kRows) {
    const std::string expected =
        row.problem.empty() ? "" : fmt::format("{} at /States/E/Output/v", row.problem);
    EXPECT_EQ(Errors(Output(row.expression)), expected) << row.expression;
  }
}

TEST(JsonataRules, EachNameOfOneFieldIsToldOnce) {
  EXPECT_EQ(Errors(Output("aaa + bbb + aaa")),
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'aaa' at the top level is not supported. "
            "at /States/E/Output/v\n"
            "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'bbb' at the top level is not supported. "
            "at /States/E/Output/v");
}

struct FieldRow {
  std::string definition;
  std::string_view location;  // of the reference to 'phone'; empty: the field holds no expression
};

TEST(JsonataRules, EveryFieldThatTakesAnExpressionIsLookedInto) {
  const FieldRow rows[] = {
      {Pass(R"("Output":"{% phone %}")"), "/States/E/Output"},
      {Pass(R"("Output":{"a":{"b":["{% phone %}"]}})"), "/States/E/Output/a/b[0]"},
      {Pass(R"("Output":{"ItemProcessor":{"Iterator":"{% phone %}"}})"),
       "/States/E/Output/ItemProcessor/Iterator"},
      {Pass(R"("Assign":{"v":"{% phone %}"})"), "/States/E/Assign/v"},
      {Pass(R"("Assign":{"Next":"{% phone %}"})"), "/States/E/Assign/Next"},
      {Machine(R"("E":{"Type":"Choice","Choices":[{"Condition":"{% phone = 1 %}","Next":"D"}]},)"
               R"("D":{"Type":"Succeed"})"),
       "/States/E/Choices[0]/Condition"},
      {Machine(R"("E":{"Type":"Wait","Seconds":"{% phone %}","End":true})"), "/States/E/Seconds"},
      {Machine(R"("E":{"Type":"Wait","Timestamp":"{% phone %}","End":true})"),
       "/States/E/Timestamp"},
      {Machine(R"("E":{"Type":"Fail","Cause":"{% phone %}"})"), "/States/E/Cause"},
      {Machine(R"("E":{"Type":"Fail","Error":"{% phone %}"})"), "/States/E/Error"},
      {Machine(R"("E":{"Type":"Succeed","Output":"{% phone %}"})"), "/States/E/Output"},
      {Task(R"(,"TimeoutSeconds":"{% phone %}")"), "/States/E/TimeoutSeconds"},
      {Task(R"(,"HeartbeatSeconds":"{% phone %}")"), "/States/E/HeartbeatSeconds"},
      {Task(R"(,"Credentials":{"RoleArn":"{% phone %}"})"), "/States/E/Credentials/RoleArn"},
      {Task(R"(,"Catch":[{"ErrorEquals":["A"],"Output":{"v":"{% phone %}"},"Next":"D"}])"),
       "/States/E/Catch[0]/Output/v"},
      {Task(R"(,"Catch":[{"ErrorEquals":["A"],"Assign":{"v":"{% phone %}"},"Next":"D"}])"),
       "/States/E/Catch[0]/Assign/v"},
      {Map(R"("Items":"{% phone %}")"), "/States/E/Items"},
      {Map(R"("Items":[1,"{% phone %}"])"), "/States/E/Items[1]"},
      {Map(R"("ItemSelector":{"Next":"{% phone %}"})"), "/States/E/ItemSelector/Next"},
      {Map(R"("MaxConcurrency":"{% phone %}")"), "/States/E/MaxConcurrency"},
      {Map(R"("ToleratedFailureCount":"{% phone %}")"), "/States/E/ToleratedFailureCount"},
      {Map(R"("ItemBatcher":{"BatchInput":{"Comment":"{% phone %}"},"MaxItemsPerBatch":1})"),
       "/States/E/ItemBatcher/BatchInput/Comment"},
      {Map(R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Arguments":"{% phone %}"})"),
       "/States/E/ItemReader/Arguments"},
      {Map(R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Arguments":{},)"
           R"("ReaderConfig":{"InputType":"JSON","MaxItems":"{% phone %}"}})"),
       "/States/E/ItemReader/ReaderConfig/MaxItems"},
      {Map(R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Arguments":{},"ReaderConfig":)"
           R"({"InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["{% phone %}"]}})"),
       ""},
      {Pass(R"("Comment":"{% phone %}")"), ""},
      {Task(R"(,"Retry":[{"ErrorEquals":["{% phone %}"]}])"), ""},
      {Pass(R"("Output":" {% phone %} ")"), ""},  // recorded: blanks outside make it a text
      {R"({"StartAt":"E","States":{"E":{"Type":"Pass","Parameters":{"v":"{% phone %}"},"End":true}}})",
       ""},
  };
  for (const FieldRow& row : rows) {
    const std::string expected =
        row.location.empty() ? "" : fmt::format("{}{}", kPhone, row.location);
    EXPECT_EQ(Errors(row.definition), expected) << row.definition;
  }
}

TEST(JsonataRules, ResultsAndErrorsAreReadWhereTheyAre) {
  EXPECT_EQ(
      Errors(Task(R"(,"Output":"{% $states.result %}","Assign":{"a":"{% $states.result %}"})")),
      "");
  EXPECT_EQ(Errors(Map(R"("Output":"{% $count($states.result) %}")")), "");
  EXPECT_EQ(Errors(Task(R"(,"Catch":[{"ErrorEquals":["A"],"Output":"{% $states.errorOutput %}",)"
                        R"("Assign":{"a":"{% $states.errorOutput.Cause %}"},"Next":"D"}])")),
            "");
  EXPECT_EQ(Errors(Task(R"(,"TimeoutSeconds":"{% $states.result %}")")),
            "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. at "
            "/States/E/TimeoutSeconds");
  EXPECT_EQ(Errors(Task(R"(,"Catch":[{"ErrorEquals":["A"],"Output":"{% $states.result %}",)"
                        R"("Next":"D"}])")),
            "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist. at "
            "/States/E/Catch[0]/Output");
}

struct DefinitionRow {
  std::string definition;
  std::string_view errors;
};

void ExpectErrors(std::initializer_list<DefinitionRow> rows) {
  for (const DefinitionRow& row : rows) EXPECT_EQ(Errors(row.definition), row.errors);
}

TEST(JsonataRules, AMarkHasItsPartner) {
  constexpr std::string_view kHalf =
      "INVALID_JSONATA_EXPRESSION: An expression begins with '{%' and ends with '%}' at "
      "/States/E/Output";
  ExpectErrors({
      {Pass(R"("Output":"{% 10 %")"), kHalf},
      {Pass(R"("Output":"10 %}")"), kHalf},
      {Pass(R"("Output":"{%10%}")"), ""},
      {Pass(R"("Output":"{% \n10\t %}")"), ""},
      {Pass(R"("Comment":"{% half")"), ""},
  });
}

TEST(JsonataRules, ValuesOfItsOwnFieldsHaveTypes) {
  ExpectErrors({
      {Map(R"("Items":{"a":1})"), ""},
      {Map(R"("Items":"text")"),
       "SCHEMA_VALIDATION_FAILED: Expected value of type [ARRAY] at /States/E/Items"},
      {Machine(R"("E":{"Type":"Choice","Choices":[{"Condition":1,"Next":"D"}]},)"
               R"("D":{"Type":"Succeed"})"),
       "SCHEMA_VALIDATION_FAILED: Expected value of type [BOOLEAN] at "
       "/States/E/Choices[0]/Condition"},
      {Pass(R"("Assign":"{% {} %}")"),
       "SCHEMA_VALIDATION_FAILED: Expected value of type [OBJECT] at /States/E/Assign"},
      {Task(R"(,"TimeoutSeconds":"{% 5")"),
       "SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /States/E/TimeoutSeconds"},
  });
}

// (*) What a refused JSONPath state holds is not held against JSONPath.
TEST(JsonataRules, ADowngradeIsToldAlone) {
  constexpr std::string_view kDowngrade =
      "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for "
      "whole state machine at /States/E";
  ExpectErrors({
      {Pass(R"("QueryLanguage":"JSONPath","Output":{"v":"{% 1 %}"})"), kDowngrade},
      {Map(R"("QueryLanguage":"JSONPath","MaxConcurrency":-1)"),
       "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for "
       "whole state machine at /States/E\n"
       "SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /States/E/MaxConcurrency"},
  });
}

TEST(Variables, HaveNamesThatCanBeTheirs) {
  const std::string long_name(81, 'a');
  const auto path = [](std::string_view assign) {
    return fmt::format(
        R"({{"StartAt":"E","States":{{"E":{{"Type":"Pass","Assign":{},"End":true}}}}}})", assign);
  };
  ExpectErrors({
      {Pass(R"("Assign":{"states":1})"),
       "SCHEMA_VALIDATION_FAILED: Invalid variable name: states is reserved at /States/E/Assign"},
      {Pass(R"("Assign":{"":1})"),
       "SCHEMA_VALIDATION_FAILED: Invalid variable name:  cannot be empty at /States/E/Assign"},
      {Pass(R"("Assign":{"a.$":"$.a"})"),
       "SCHEMA_VALIDATION_FAILED: Invalid variable name: a.$ cannot end in .$ when the "
       "QueryLanguage is set to 'JSONata' at /States/E/Assign"},
      {path(R"({"states.$":"$.a"})"),
       "SCHEMA_VALIDATION_FAILED: Invalid variable name: states is reserved at /States/E/Assign"},
      {path(R"({"a.$":"$.a","b":{"c.$":"$b.c"},"d":"{% x"})"), ""},
      {path(R"({"a.$":"no path"})"),
       "SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a "
       "valid intrinsic function call at /States/E/Assign"},
  });
  EXPECT_EQ(Errors(Pass(fmt::format(R"("Assign":{{"{}":1}})", long_name))),
            fmt::format("SCHEMA_VALIDATION_FAILED: Invalid variable name: {} exceeds the "
                        "80-character limit allowed by the service at /States/E/Assign",
                        long_name));
}

// A Map between two Passes, each with an Assign of the name; the one of its iterations is `a`.
std::string MapBetween(std::string_view mode, std::string_view before, std::string_view own,
                       std::string_view after) {
  return Machine(fmt::format(
      R"("E":{{"Type":"Pass","Assign":{{"{}":1}},"Next":"M"}},)"
      R"("M":{{"Type":"Map","Assign":{{"{}":1}},"Next":"D","ItemProcessor":{{"ProcessorConfig":{},)"
      R"("StartAt":"I","States":{{"I":{{"Type":"Pass","Assign":{{"a":2}},"End":true}}}}}}}},)"
      R"("D":{{"Type":"Pass","Assign":{{"{}":1}},"End":true}})",
      before, own, mode, after));
}

TEST(Variables, OfAnOuterScopeAreNotAssignedWithin) {
  constexpr std::string_view kInline = R"({"Mode":"INLINE"})";
  ExpectErrors({
      {MapBetween(kInline, "a", "b", "c"),
       "DUPLICATE_VARIABLE_NAME: Duplicate Variable name: a is assigned in an outer scope too at "
       "/States/M/ItemProcessor/States/I/Assign/a"},
      // Recorded for a Parallel's Catcher: what is assigned afterwards is no such thing.
      {MapBetween(kInline, "b", "a", "a"), ""},
      // Executions of their own see nothing of what came before the Map.
      {MapBetween(R"({"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"})", "a", "b", "c"), ""},
  });
}

struct PlaceRow {
  std::string_view text;    // a JSON string, as written
  std::string_view before;  // what stands in it before the place
};

TEST(JsonataRules, ProblemsPointIntoTheExpression) {
  constexpr PlaceRow kRows[] = {
      {R"("{% 10 + * 2 %}")", R"("{% 10 + * )"},
      {R"("{% $sum($states.input.a %}")", R"("{% $sum($states.input.)"},  // the last token
      {R"("{% 'é𝄞' & phone %}")", R"("{% 'é𝄞' & )"},
      {R"("{% '\u00e9\ud834\udd1e\n\"' & phone %}")", R"("{% '\u00e9\ud834\udd1e\n\"' & )"},
      {R"("{%\n  $states.nothing %}")", R"("{%\n  $states.)"},
      {R"("{% %}")", R"("{% )"},
  };
  for (const PlaceRow& row : kRows) {
    const std::string definition = Pass(fmt::format(R"("Output":{})", row.text));
    const Compiled compiled = Compile(definition);
    ASSERT_FALSE(compiled.problems.empty()) << row.text;
    EXPECT_EQ(definition.substr(0, compiled.problems[0].offset),
              definition.substr(0, definition.find("\"Output\":") + 9) + std::string(row.before))
        << row.text;
  }
}

}  // namespace
}  // namespace asl
