// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The policy of one Task (or Map), as lines "actions on resources".
#include "tools/aslctl/deploy/policy.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aslctl {
namespace {

Policy PolicyOf(const std::string& state) {
  Machine machine;
  machine.settings.name = "order";
  machine.place = {.region = "eu-west-1", .account = "123456789012"};
  machine.file =
      DefinitionFile::FromText("order.asl.json", R"({"StartAt":"A","States":{"A":)" + state + "}}");
  return MakePolicy(machine);
}

std::string Joined(const nlohmann::ordered_json& texts) {
  if (texts.is_string()) return texts;
  std::string out;
  for (const std::string text : texts) out += (out.empty() ? "" : " ") + text;
  return out;
}

std::string Lines(const std::string& state) {
  std::string lines;
  const Policy policy = PolicyOf(state);
  for (const auto& statement : policy.document["Statement"]) {
    lines +=
        fmt::format("{} on {}{}\n", Joined(statement["Action"]), Joined(statement["Resource"]),
                    statement.contains("Condition") ? " if " + statement["Condition"].dump() : "");
  }
  for (const std::string& note : policy.notes) lines += "note " + note + "\n";
  return lines;
}

std::string Task(const std::string& resource, const std::string& parameters) {
  return Lines(fmt::format(R"({{"Type":"Task","Resource":"{}","Parameters":{},"End":true}})",
                           resource, parameters));
}

TEST(Policy, AFunctionIsInvokedUnderTheNameThatTheTaskGives) {
  EXPECT_EQ(Task("arn:aws:lambda:eu-west-1:123456789012:function:pay:live", "{}"),
            "lambda:InvokeFunction on arn:aws:lambda:eu-west-1:123456789012:function:pay:live\n");
  EXPECT_EQ(Task("arn:aws:states:::lambda:invoke", R"({"FunctionName":"pay"})"),
            "lambda:InvokeFunction on arn:aws:lambda:eu-west-1:123456789012:function:pay\n");
  EXPECT_EQ(Task("arn:aws:states:::lambda:invoke", R"({"FunctionName":"pay","Qualifier":"7"})"),
            "lambda:InvokeFunction on arn:aws:lambda:eu-west-1:123456789012:function:pay:7\n");
  EXPECT_EQ(Task("arn:aws:states:::lambda:invoke", R"({"FunctionName.$":"$.f"})"),
            "lambda:InvokeFunction on *\nnote A: FunctionName is decided while it runs: *\n");
}

TEST(Policy, QueuesTopicsTablesAndBusesAreNamed) {
  EXPECT_EQ(Task("arn:aws:states:::sqs:sendMessage",
                 R"({"QueueUrl":"https://sqs.us-east-1.amazonaws.com/210987654321/q.fifo"})"),
            "sqs:SendMessage on arn:aws:sqs:us-east-1:210987654321:q.fifo\n");
  EXPECT_EQ(Task("arn:aws:states:::sns:publish", R"({"TopicArn":"arn:aws:sns:r:1:t"})"),
            "sns:Publish on arn:aws:sns:r:1:t\n");
  EXPECT_EQ(Task("arn:aws:states:::dynamodb:putItem", R"({"TableName":"orders"})"),
            "dynamodb:PutItem on arn:aws:dynamodb:eu-west-1:123456789012:table/orders\n");
  EXPECT_EQ(Task("arn:aws:states:::events:putEvents", R"({"Entries":[{},{"EventBusName":"b"}]})"),
            "events:PutEvents on arn:aws:events:eu-west-1:123456789012:event-bus/b "
            "arn:aws:events:eu-west-1:123456789012:event-bus/default\n");
}

TEST(Policy, AJobThatIsWaitedForIsWatchedThroughARule) {
  const std::string machine = R"({"StateMachineArn":"arn:aws:states:r:1:stateMachine:child:2"})";
  EXPECT_EQ(Task("arn:aws:states:::states:startExecution", machine),
            "states:StartExecution on arn:aws:states:r:1:stateMachine:child:2\n");
  EXPECT_EQ(
      Task("arn:aws:states:::states:startExecution.sync:2", machine),
      "states:StartExecution on arn:aws:states:r:1:stateMachine:child:2\n"
      "states:DescribeExecution states:StopExecution on arn:aws:states:r:1:execution:child:*\n"
      "events:DescribeRule events:PutRule events:PutTargets on "
      "arn:aws:events:eu-west-1:123456789012:rule/"
      "StepFunctionsGetEventsForStepFunctionsExecutionRule\n");
  EXPECT_EQ(Task("arn:aws:states:::batch:submitJob.sync", "{}"),
            "batch:SubmitJob on *\nbatch:DescribeJobs batch:TerminateJob on *\n"
            "events:DescribeRule events:PutRule events:PutTargets on "
            "arn:aws:events:eu-west-1:123456789012:rule/StepFunctionsGetEventsForBatchJobsRule\n");
  EXPECT_EQ(Task("arn:aws:states:::glue:startJobRun.sync", R"({"JobName":"j"})"),
            "glue:StartJobRun on arn:aws:glue:eu-west-1:123456789012:job/j\n"
            "glue:BatchStopJobRun glue:GetJobRun glue:GetJobRuns on "
            "arn:aws:glue:eu-west-1:123456789012:job/j\n");
}

TEST(Policy, ATaskOfEcsPassesItsRolesOnToNobodyElse) {
  const std::string lines = Task("arn:aws:states:::ecs:runTask.sync", R"({"TaskDefinition":"t"})");
  EXPECT_NE(lines.find("ecs:RunTask on "
                       "arn:aws:ecs:eu-west-1:123456789012:task-definition/t:*\n"),
            lines.npos)
      << lines;
  EXPECT_NE(lines.find("iam:PassRole on * if {\"StringEquals\":{\"iam:PassedToService\":"
                       "\"ecs-tasks.amazonaws.com\"}}"),
            lines.npos)
      << lines;
  EXPECT_NE(lines.find("rule/StepFunctionsGetEventsForECSTaskRule\n"), lines.npos) << lines;
}

TEST(Policy, TheSdksActionsHaveIamsNames) {
  EXPECT_EQ(Task("arn:aws:states:::aws-sdk:s3:listObjectsV2", R"({"Bucket":"b"})"),
            "s3:ListBucket on arn:aws:s3:::b\n");
  EXPECT_EQ(Task("arn:aws:states:::aws-sdk:s3:getObject", R"({"Bucket":"b","Key.$":"$.k"})"),
            "s3:GetObject on arn:aws:s3:::b/*\n");
  EXPECT_EQ(Task("arn:aws:states:::aws-sdk:dynamodb:query", R"({"TableName":"orders"})"),
            "dynamodb:Query on arn:aws:dynamodb:eu-west-1:123456789012:table/orders\n");
  EXPECT_EQ(Task("arn:aws:states:::aws-sdk:sfn:describeExecution", "{}"),
            "states:DescribeExecution on *\n"
            "note A: states:DescribeExecution is allowed everywhere: narrow it down where the "
            "service can\n");
  EXPECT_EQ(Task("arn:aws:states:::aws-sdk:cloudwatchlogs:putLogEvents", "{}").substr(0, 22),
            "logs:PutLogEvents on *");
}

TEST(Policy, ADistributedMapStartsItselfAndReadsAndWrites) {
  EXPECT_EQ(Lines(R"({"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},
                   "StartAt":"I","States":{"I":{"Type":"Pass","End":true}}},"End":true,
                   "ItemReader":{"Resource":"arn:aws:states:::s3:getObject",
                                 "Parameters":{"Bucket":"b","Key":"in.csv"}},
                   "ResultWriter":{"Resource":"arn:aws:states:::s3:putObject",
                                   "Parameters":{"Bucket":"b","Prefix":"out"}}})"),
            "states:StartExecution on arn:aws:states:eu-west-1:123456789012:stateMachine:order\n"
            "states:DescribeExecution states:StopExecution on "
            "arn:aws:states:eu-west-1:123456789012:execution:order:*\n"
            "states:RedriveExecution on "
            "arn:aws:states:eu-west-1:123456789012:execution:order/*:*\n"
            "s3:GetObject on arn:aws:s3:::b/in.csv\n"
            "s3:AbortMultipartUpload s3:GetObject s3:ListMultipartUploadParts s3:PutObject on "
            "arn:aws:s3:::b/out/*\n");
}

TEST(Policy, StatesThatCallNobodyNeedNothing) {
  EXPECT_EQ(Lines(R"({"Type":"Pass","End":true})"), "");
  EXPECT_EQ(Task("arn:aws:states:eu-west-1:123456789012:activity:a", "{}"), "");
}

TEST(Policy, AnotherRoleIsAssumed) {
  EXPECT_EQ(Lines(R"({"Type":"Task","Resource":"arn:aws:states:::aws-sdk:s3:listBuckets",
                   "Credentials":{"RoleArn":"arn:aws:iam::1:role/r"},"End":true})"),
            "sts:AssumeRole on arn:aws:iam::1:role/r\n"
            "note A: what it calls must be allowed to the role of its Credentials\n");
}

}  // namespace
}  // namespace aslctl
