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

// One line per problem: "CODE: message at location"; what is not served yet at the end.
std::string Problems(std::string_view definition, MachineType type = MachineType::kStandard) {
  std::string text;
  const Compiled compiled = Compile(definition, type);
  bool refused = !compiled.not_served.empty();
  const auto add = [&text](const Problem& problem, std::string_view before) {
    text += fmt::format("{}{}: {}", before, problem.code, problem.message);
    if (!problem.location.empty()) text += " at " + problem.location;
    text += "\n";
  };
  for (const Problem& problem : compiled.problems) {
    const bool error = problem.severity == Severity::kError;
    refused = refused || error;
    add(problem, error ? "" : "warning ");
  }
  for (const Problem& problem : compiled.not_served) add(problem, "");
  EXPECT_EQ(compiled.program == nullptr, refused);
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
      "SCHEMA_VALIDATION_FAILED: 'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for "
      "whole state machine at /States/X\n");
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
     "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [Next, End] at "
     "/States/X\n"},
    {Only(R"("Type":"Pass")"),
     "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, "
     "End] at /States/X\n"},
    {Pass(R"("Result":{"a":["$.x"]})"),
     "warning PASS_RESULT_IS_STATIC: '$.x' in the field 'Result' looks like a path or an intrinsic "
     "function, but is a text; it would stand in the field 'Parameters' at /States/X/Result\n"},
    {Pass(R"_("Parameters":{"a":"States.UUID()","b":"$5"})_"),
     "warning NO_DOLLAR: The value of the field 'a' looks like a path or an intrinsic function, "
     "but "
     "is a text; the field would be 'a.$' at /States/X/Parameters\n"},
    {Pass(R"("ResultPath":"$$.a")"), "*/States/X/ResultPath"},
    {Pass(R"("InputPath":"nope")"), "*/States/X/InputPath"},
    {Pass(R"("InputPath":"$answer")"), ""},
    {Pass(R"("Assign":{"a":1})"), ""},
    {Pass(R"_("Parameters":{"a.$":"States.UUID()"})_"), ""},
    {Pass(R"_("Parameters":{"a.$":"States.UUID(1)"})_"),
     "SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a valid "
     "intrinsic function call at /States/X/Parameters\n"},
    {Pass(R"("Parameters":{"b":[{"a":1,"a.$":"$.x"}]})"),
     "SCHEMA_VALIDATION_FAILED: The fields 'a' and 'a.$' make the same key at "
     "/States/X/Parameters\n"},
    {Task(R"("TimeoutSeconds":0)"),
     "SCHEMA_VALIDATION_FAILED: Minimum value is 1 at /States/X/TimeoutSeconds\n"},
    {Task(R"("HeartbeatSeconds":100000000)"),
     "SCHEMA_VALIDATION_FAILED: Maximum value is 99999999 at /States/X/HeartbeatSeconds\n"},
    {Task(R"("TimeoutSecondsPath":"$$.Execution.Input.t")"),
     "SCHEMA_VALIDATION_FAILED: Value is not a Reference Path: the Context Object cannot be used "
     "here at /States/X/TimeoutSecondsPath\n"},
    {Task(R"("TimeoutSeconds":1.5)"),
     "SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /States/X/TimeoutSeconds\n"},
    {Task(R"("TimeoutSeconds":5,"TimeoutSecondsPath":"$.t")"),
     "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [TimeoutSeconds, "
     "TimeoutSecondsPath] at /States/X\n"},
    {Task(R"("TimeoutSeconds":5,"HeartbeatSeconds":5)"),
     "SCHEMA_VALIDATION_FAILED: 'HeartbeatSeconds' must be smaller than 'TimeoutSeconds' at "
     "/States/X/HeartbeatSeconds\n"},
    {Task(R"("Retry":[{"ErrorEquals":[]}])"),
     "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/X/Retry[0]/ErrorEquals\n"},
    {Task(R"("Retry":[{"Intervall":1}])"),
     "SCHEMA_VALIDATION_FAILED: These fields are required: [ErrorEquals] at /States/X/Retry[0]\n"
     "SCHEMA_VALIDATION_FAILED: Field 'Intervall' is not supported at /States/X/Retry[0]\n"},
    {Task(R"("Retry":[{"ErrorEquals":["States.ALL"]},{"ErrorEquals":["A"]}])"),
     "SCHEMA_VALIDATION_FAILED: States.ALL must appear alone and at end of list at "
     "/States/X/Retry[0]/ErrorEquals[0]\n"},
    {Task(R"("Retry":[{"ErrorEquals":["A","States.ALL"]}])"),
     "SCHEMA_VALIDATION_FAILED: States.ALL must appear alone and at end of list at "
     "/States/X/Retry[0]/ErrorEquals[1]\n"},
    {Task(R"("Retry":[{"ErrorEquals":["A"],"IntervalSeconds":0,"MaxAttempts":0}],"Catch":[])"), ""},
    {Task(
         R"("Retry":[{"ErrorEquals":["A"],"BackoffRate":0.5,"MaxAttempts":-1,"JitterStrategy":"SOME"}])"),
     "SCHEMA_VALIDATION_FAILED: Minimum value is 1.0 at /States/X/Retry[0]/BackoffRate\n"
     "SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /States/X/Retry[0]/MaxAttempts\n"
     "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [NONE, FULL] at "
     "/States/X/Retry[0]/JitterStrategy\n"},
    {Task(R"("Catch":[{"ErrorEquals":["A"],"Next":"Gone"}])"),
     "MISSING_TRANSITION_TARGET: Missing 'Next' target: Gone at /States/X/Catch[0]/Next\n"},
    {Only(R"("Type":"Task","End":true)"),
     "SCHEMA_VALIDATION_FAILED: These fields are required: [Resource] at /States/X\n"},
    {Only(R"("Type":"Task","End":true,"Resource":"pay")"),
     "SCHEMA_VALIDATION_FAILED: Value is not a valid resource ARN at /States/X/Resource\n"},
    {Only(
         R"("Type":"Task","End":true,"Resource":"arn:aws:states:::lambda:invoke","Parameters":{})"),
     "SCHEMA_VALIDATION_FAILED: The field 'FunctionName' is required but was missing at "
     "/States/X/Parameters\n"},
    {Only(R"("Type":"Map","End":true)"),
     "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: "
     "[ItemProcessor, Iterator] at /States/X\n"},
    {Only(R"("Type":"Wait","End":true)"),
     "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: "
     "[SecondsPath, Seconds, TimestampPath, Timestamp] at /States/X\n"},
    {Only(R"("Type":"Fail","Error":"a","ErrorPath":"$.b")"),
     "SCHEMA_VALIDATION_FAILED: There should only be one of the following fields: [Error, "
     "ErrorPath] at /States/X\n"},
    {Only(R"("Type":"Fail","Cause":"$.cause")"),
     "warning NO_PATH: The value of the field 'Cause' looks like a path, but is a text; a path "
     "would "
     "stand in the field 'CausePath' at /States/X/Cause\n"},
    {Only(R"_("Type":"Fail","CausePath":"States.UUID()","ErrorPath":"$.e")_"), ""},
    {Only(R"_("Type":"Fail","CausePath":"States.Nope()")_"),
     "SCHEMA_VALIDATION_FAILED: The value for the field 'CausePath' must be a valid JSONPath or a "
     "valid intrinsic function call at /States/X/CausePath\n"},
    {Only(R"_("Type":"Fail","ErrorPath":"States.MathAdd(1, 2)")_"),
     "SCHEMA_VALIDATION_FAILED: The intrinsic function in the field 'ErrorPath' must return a "
     "string at /States/X/ErrorPath\n"},
    {Only(R"_("Type":"Fail","ErrorPath":"$.a[*]")_"), "*must be a valid JSONPath"},
    {Only(R"_("Type":"Wait","SecondsPath":"States.MathAdd(1, 2)","End":true)_"),
     "*/States/X/SecondsPath"},
    {Only(R"("Type":"Succeed","End":true)"),
     "SCHEMA_VALIDATION_FAILED: Field 'End' is not supported at /States/X\n"},
    {Only(R"("Type":"Choice","Choices":[])"),
     "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States/X/Choices\n"},
    {R"({"StartAt":"X","States":{"X":{"Type":"Choice","Choices":[{"Variable":"$.a","IsNull":true}]},)"
     R"("E":{"Type":"Succeed"}}})",
     "SCHEMA_VALIDATION_FAILED: These fields are required: [Next] at /States/X/Choices[0]\n"},
    {Only(R"("End":true)"),
     "SCHEMA_VALIDATION_FAILED: These fields are required: [Type] at /States/X\n"},
    {R"({"StartAt":"X","States":{"X":1}})", "*Expected value of type [OBJECT] at /States/X\n"},
    {R"({"StartAt":"X","States":{}})",
     "SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States\n"},
    {R"({"StartAt":"X","States":[]})",
     "SCHEMA_VALIDATION_FAILED: Expected value of type [OBJECT] at /States\n"},
    {R"({"StartAt":"X","Version":"2.0","TimeoutSeconds":-1,"States":{"X":{"Type":"Succeed"}}})",
     "SCHEMA_VALIDATION_FAILED: Value should be one of the following: [1.0] at /Version\n"
     "SCHEMA_VALIDATION_FAILED: Minimum value is 0 at /TimeoutSeconds\n"},
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

constexpr std::string_view kSchemaFailed = "SCHEMA_VALIDATION_FAILED: ";

struct ResourceRow {
  std::string_view fields;  // after the Type and End of a Task
  std::string_view standard;
  std::string_view express;
};

const ResourceRow kResourceRows[] = {
    {R"("Resource":"pay")", "Value is not a valid resource ARN at /States/X/Resource\n", "same"},
    {R"("Resource":"arn:aws:states:::lambda:invoke.sync")",
     "The resource provided arn:aws:states:::lambda:invoke.sync is not recognized. The value is "
     "not "
     "a valid resource ARN, or the resource is not available in this region. at "
     "/States/X/Resource\n",
     "same"},
    {R"("Resource":"arn:aws:states:::lambda:invoke")",
     "Parameters field is required for resource ARN: arn:aws:states:::lambda:invoke at "
     "/States/X/Resource\n",
     "same"},
    {R"("Resource":"arn:aws:states:::aws-sdk:neptune:describeDBClusters")",
     "Parameters field is required for resource ARN: "
     "arn:aws:states:::aws-sdk:neptune:describeDBClusters at /States/X/Resource\n"
     "NOT_SUPPORTED_YET: The service integration 'aws-sdk:neptune:describeDBClusters' is not "
     "supported yet at /States/X/Resource\n",
     "same"},
    {R"("Resource":"arn:aws:states:::dynamodb:putItem","Parameters":{"TableName.$":"$.t"})",
     "The field 'Item' is required but was missing at /States/X/Parameters\n"
     "NOT_SUPPORTED_YET: The service integration 'dynamodb:putItem' is not supported yet at "
     "/States/X/Resource\n",
     "same"},
    {R"("Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","Parameters":{"QueueUrl":"q",)"
     R"("MessageBody":"m"})",
     "",
     "Express state machine does not support '.waitForTaskToken' service integration  at "
     "/States/X/Resource\n"},
    {R"("Resource":"arn:aws:states:us-east-1:123456789012:activity:check")", "",
     "Express state machine does not support Activity ARN at /States/X/Resource\n"},
    {R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f","Credentials":{"Role":"r"})",
     "The field 'RoleArn' is required but was missing at /States/X/Credentials\n", "same"},
    {R"("Resource":"arn:aws:lambda:us-east-1:123456789012:function:f",)"
     R"("Credentials":{"RoleArn.$":"$.role"})",
     "", "same"},
    {R"("Resource":"arn:aws:states:us-east-1:123456789012:activity:check",)"
     R"("Credentials":{"RoleArn":"r"})",
     "The field 'Credentials' is not supported for activities at /States/X/Credentials\n",
     "*Activity ARN"},
};

// The row's texts have no code where it is AWS's usual one.
std::string Coded(std::string_view text) {
  const bool bare = !text.empty() && !text.starts_with("NOT_SUPPORTED_YET");
  return fmt::format("{}{}", bare ? kSchemaFailed : "", text);
}

TEST(Compile, ResourcesAreCheckedForTheTypeOfTheMachine) {
  for (const ResourceRow& row : kResourceRows) {
    const std::string definition = Only(fmt::format(R"("Type":"Task","End":true,{})", row.fields));
    EXPECT_EQ(Problems(definition), Coded(row.standard)) << definition;
    const std::string express = Problems(definition, MachineType::kExpress);
    if (row.express.starts_with('*')) {
      EXPECT_NE(express.find(row.express.substr(1)), std::string::npos) << express;
    } else {
      EXPECT_EQ(express, Coded(row.express == "same" ? row.standard : row.express)) << definition;
    }
  }
}

// A Map with these fields, whose ItemProcessor has this ProcessorConfig.
std::string Map(std::string_view fields, std::string_view config) {
  return Only(fmt::format(R"("Type":"Map","End":true,{}"ItemProcessor":{{"ProcessorConfig":{},)"
                          R"("StartAt":"I","States":{{"I":{{"Type":"Pass","End":true}}}}}})",
                          fields, config));
}

struct MapRow {
  std::string_view fields;
  std::string_view config;
  std::string_view problem;  // AWS's; "": none
};

constexpr std::string_view kDistributed = R"({"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"})";

const MapRow kMapRows[] = {
    {"", kDistributed, ""},
    {"", R"({"Mode":"DISTRIBUTED"})",
     "These fields are required: [ExecutionType] at /States/X/ItemProcessor/ProcessorConfig"},
    {"", R"({"Mode":"INLINE","ExecutionType":"STANDARD"})",
     "Field 'ExecutionType' is not supported at /States/X/ItemProcessor/ProcessorConfig"},
    {"", R"({"Mode":"BOTH"})",
     "Value should be one of the following: [INLINE, DISTRIBUTED] at "
     "/States/X/ItemProcessor/ProcessorConfig/Mode"},
    {R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","Parameters":{"Bucket":"b","Key.$":"$.k"},)"
     R"("ReaderConfig":{"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW","MaxItemsPath":"$.n"}},)",
     kDistributed, ""},
    {R"("ItemReader":{"Resource":"arn:aws:states:::s3:deleteObject"},)", kDistributed,
     "The field 'Resource' does not match any of the allowed values at "
     "/States/X/ItemReader/Resource"},
    {R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"CSV"}},)",
     kDistributed,
     "The field 'CSVHeaderLocation' is required but was missing at "
     "/States/X/ItemReader/ReaderConfig"},
    {R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"JSON",)"
     R"("CSVHeaderLocation":"GIVEN","CSVHeaders":[]}},)",
     kDistributed,
     "Field 'CSVHeaderLocation' is not supported at /States/X/ItemReader/ReaderConfig\n"
     "SCHEMA_VALIDATION_FAILED: Field 'CSVHeaders' is not supported at "
     "/States/X/ItemReader/ReaderConfig"},
    {R"("ItemReader":{"Resource":"arn:aws:states:::s3:getObject","ReaderConfig":{"InputType":"CSV",)"
     R"("CSVHeaderLocation":"GIVEN","MaxItems":1,"MaxItemsPath":"$.n"}},)",
     kDistributed,
     "There should only be one of the following fields: [MaxItems, MaxItemsPath] at "
     "/States/X/ItemReader/ReaderConfig\n"
     "SCHEMA_VALIDATION_FAILED: These fields are required: [CSVHeaders] at "
     "/States/X/ItemReader/ReaderConfig"},
    {R"("ItemBatcher":{"MaxItemsPerBatch":-1,"BatchInput":{"a.$":"no path"}},)", kDistributed,
     "Minimum value is 0 at /States/X/ItemBatcher/MaxItemsPerBatch\n"
     "SCHEMA_VALIDATION_FAILED: The value for the field 'a.$' must be a valid JSONPath or a valid "
     "intrinsic function call at /States/X/ItemBatcher/BatchInput"},
    {R"("ResultWriter":{"Resource":"arn:aws:states:::s3:putObject","Parameters":{"Bucket":"b"},)"
     R"("WriterConfig":{"Transformation":"COMPACT"}},)",
     kDistributed,
     "These fields are required: [OutputType] at /States/X/ResultWriter/WriterConfig"},
    {R"("ToleratedFailurePercentage":100.5,)", kDistributed,
     "Maximum value is 100.0 at /States/X/ToleratedFailurePercentage"},
    {R"("ToleratedFailureCount":1,"ToleratedFailureCountPath":"$.n",)", kDistributed,
     "There should only be one of the following fields: [ToleratedFailureCount, "
     "ToleratedFailureCountPath] at /States/X"},
    {R"("MaxConcurrency":9223372036854775808,)", R"({"Mode":"INLINE"})", ""},
    {R"("ItemsPath":"$.a[*]",)", R"({"Mode":"INLINE"})",
     "Value is not a Reference Path: it may name more than one value at /States/X/ItemsPath"},
    {R"("ItemsPath":"$$.Execution.Input.a",)", R"({"Mode":"INLINE"})", ""},
};

TEST(Compile, MapsOfBothModesAreKnownInFull) {
  for (const MapRow& row : kMapRows) {
    std::string problems = Problems(Map(row.fields, row.config));
    problems = problems.substr(0, problems.find("NOT_SUPPORTED_YET"));
    EXPECT_EQ(problems,
              row.problem.empty() ? "" : fmt::format("{}{}\n", kSchemaFailed, row.problem))
        << row.fields << row.config;
  }
  EXPECT_EQ(Problems(Map("", kDistributed)),
            "NOT_SUPPORTED_YET: A Map in mode 'DISTRIBUTED' is not supported yet at "
            "/States/X/ItemProcessor/ProcessorConfig/Mode\n");
  EXPECT_EQ(Problems(Map("", kDistributed), MachineType::kExpress)
                .find("SCHEMA_VALIDATION_FAILED: The field 'Mode' with value 'DISTRIBUTED' is not "
                      "supported inside 'EXPRESS' state machines at "
                      "/States/X/ItemProcessor/ProcessorConfig/Mode\n"),
            0u);
}

TEST(Compile, LabelsAreShortAndPlainAndUnique) {
  const auto labelled = [](std::string_view label) {
    const std::string all = Problems(Map(fmt::format(R"("Label":"{}",)", label), kDistributed));
    return all.substr(0, all.find("NOT_SUPPORTED_YET"));
  };
  const std::string longest(40, 'x');
  EXPECT_EQ(labelled(longest), "");
  EXPECT_EQ(labelled(longest + "x"),
            "INVALID_LABEL_NAME: Invalid Label name: " + longest +
                "x exceeds the 40-character limit allowed by the service at /States/X/Label\n");
  for (const std::string_view bad : {"", "a b", "a?", "a`", "a\\u007f", "a\\u0085", "a\\\""}) {
    EXPECT_EQ(labelled(bad).find("INVALID_LABEL_NAME"), 0u) << bad;
  }
  const std::string map =
      R"("Type":"Map","Label":"l","End":true,"ItemProcessor":{"ProcessorConfig":)"
      R"({"Mode":"DISTRIBUTED","ExecutionType":"EXPRESS"},"StartAt":)";
  const std::string twice = fmt::format(
      R"({{"StartAt":"A","States":{{"A":{{{}"B","States":{{"B":{{{}"C","States":{{"C":{{"Type":"Pass",)"
      R"("End":true}}}}}}}}}}}}}}}}}})",
      map, map);
  EXPECT_NE(Problems(twice).find("DUPLICATE_LABEL_NAME: Duplicate Label name: l at "
                                 "/States/A/ItemProcessor/States/B/Label\n"),
            std::string::npos)
      << Problems(twice);
}

// The fields of states in JSONata; their expressions are looked at elsewhere.
TEST(Compile, EachLanguageHasItsFields) {
  const auto machine = [](std::string_view fields) {
    const std::string all = Problems(fmt::format(
        R"({{"QueryLanguage":"JSONata","StartAt":"X","States":{{"X":{{{}}}}}}})", fields));
    return all.substr(0, all.find("NOT_SUPPORTED_YET"));
  };
  EXPECT_EQ(machine(R"("Type":"Pass","Output":"{% 1 %}","End":true)"), "");
  EXPECT_EQ(
      machine(R"("Type":"Pass","InputPath":"$.a","End":true)"),
      "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'InputPath' "
      "is only supported for the 'JSONPath' QueryLanguage at /States/X\n");
  EXPECT_EQ(machine(R"("Type":"Wait","Seconds":"{% $n %}","End":true)"), "");
  EXPECT_EQ(machine(R"("Type":"Wait","Seconds":" {% $n %}","End":true)"),
            "SCHEMA_VALIDATION_FAILED: Expected value of type Integer at /States/X/Seconds\n");
  EXPECT_EQ(machine(R"("Type":"Succeed","Output":{"a":["{% 1 %}"]})"), "");
  EXPECT_EQ(machine(R"("Type":"Choice","Choices":[{"Next":"X","Variable":"$.a","IsNull":true}])"),
            "SCHEMA_VALIDATION_FAILED: These fields are required: [Condition] at "
            "/States/X/Choices[0]\n"
            "SCHEMA_VALIDATION_FAILED: The QueryLanguage is set to 'JSONata', but field 'Variable' "
            "is only supported for the 'JSONPath' QueryLanguage at /States/X/Choices[0]\n"
            "SCHEMA_VALIDATION_FAILED: Field 'IsNull' is not supported at /States/X/Choices[0]\n");
  EXPECT_EQ(machine(R"("Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true)"),
            "SCHEMA_VALIDATION_FAILED: Arguments field is required for resource ARN: "
            "arn:aws:states:::lambda:invoke at /States/X/Resource\n");
  EXPECT_EQ(
      machine(R"("Type":"Map","Items":"{% $a %}","ItemProcessor":{"QueryLanguage":"JSONata",)"
              R"("StartAt":"I","States":{"I":{"Type":"Pass","Output":1,"End":true}}},"End":true)"),
      "SCHEMA_VALIDATION_FAILED: Field 'QueryLanguage' is not supported at "
      "/States/X/ItemProcessor\n");
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
       "MISSING_TRANSITION_TARGET: Missing 'Next' target: Z at /StartAt\n"
       "MISSING_TRANSITION_TARGET: State \"A\" is not reachable. at /States/A\n"},
      // Only the machine itself must have an end.
      {R"({"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"A","States":{)"
       R"("A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"A"}}}}}})",
       ""},
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
            "7:30 /States/ü\n"
            "6:32 /States/X/Next\n");
}

// Severities and counts of the answer: "EEW FAIL truncated".
std::string Answer(const std::string& definition, Severity least, size_t max_results) {
  const Diagnosis diagnosis = Diagnose(Compile(definition), least, max_results);
  std::string text;
  for (const Problem& problem : diagnosis.diagnostics) {
    text += problem.severity == Severity::kError ? 'E' : 'W';
  }
  return fmt::format("{} {}{}", text, diagnosis.ok ? "OK" : "FAIL",
                     diagnosis.truncated ? " truncated" : "");
}

TEST(Compile, ADiagnosisHasAsMuchAsWasAskedFor) {
  const std::string warned = Only(R"("Type":"Fail","Cause":"$.c","Error":"$.e")");
  const std::string wrong = Only(R"("Type":"Fail","Cause":"$.c","A":1,"B":2)");
  EXPECT_EQ(Answer(warned, Severity::kError, 100), " OK");
  EXPECT_EQ(Answer(warned, Severity::kWarning, 100), "WW OK");
  EXPECT_EQ(Answer(warned, Severity::kWarning, 1), "W OK truncated");
  EXPECT_EQ(Answer(wrong, Severity::kError, 2), "EE FAIL");
  EXPECT_EQ(Answer(wrong, Severity::kError, 1), "E FAIL truncated");
  EXPECT_EQ(Answer(wrong, Severity::kWarning, 2), "WE FAIL truncated");
  EXPECT_EQ(Answer(wrong, Severity::kWarning, 3), "WEE FAIL");
}

TEST(Compile, ARepeatedKeyIsRefused) {
  EXPECT_NE(Problems(R"({"StartAt":"X","StartAt":"X","States":{"X":{"Type":"Succeed"}}})")
                .find("INVALID_JSON_DESCRIPTION: Duplicate field 'StartAt'\n at [Source: (String)"),
            std::string::npos);
  EXPECT_NE(Problems(R"({"StartAt":"X","States":{"X":{"Type":"Succeed"},"X":{"Type":"Fail"}}})")
                .find("Duplicate field 'X'"),
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
