// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/arn.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace asl {
namespace {

// "lambda pay", "lambda pay:7", "invoke", "activity check", "call sqs sendMessage", "later: SERVICE
// ACTION", "unknown" or "no ARN".
std::string Read(std::string_view text) {
  const Resource resource = ParseResource(text);
  if (resource.form == Resource::Form::kNoArn) return "no ARN";
  if (resource.form == Resource::Form::kUnknown) return "unknown";
  if (!resource.target) {
    return fmt::format("later: {} {}{}", resource.service, resource.action,
                       resource.pattern == kRequestResponse ? ""
                       : resource.pattern == kCallback      ? ", called back"
                                                            : ", a job");
  }
  const TaskTarget& target = *resource.target;
  const std::string name =
      target.qualifier.empty() ? target.name : target.name + ":" + target.qualifier;
  switch (target.kind) {
    case TaskKind::kLambdaFunction:
      return "lambda " + name;
    case TaskKind::kLambdaInvoke:
      return "invoke" + name + (target.callback ? ", called back" : "");
    case TaskKind::kActivity:
      return "activity " + name;
    case TaskKind::kService:
      return "call " + target.service + " " + name + (target.callback ? ", called back" : "");
  }
  return "?";
}

TEST(Arn, ResourcesAreToldApart) {
  struct Row {
    std::string_view text;
    std::string_view read;
  };
  const Row rows[] = {
      {"arn:aws:lambda:us-east-1:123456789012:function:pay", "lambda pay"},
      {"arn:aws:lambda:us-east-1:123456789012:function:pay:7", "lambda pay:7"},
      {"arn:aws:lambda:us-east-1:123456789012:function:pay:$LATEST", "lambda pay:$LATEST"},
      {"arn:aws-cn:lambda:cn-north-1:123456789012:function:pay", "lambda pay"},
      {"arn:aws-us-gov:states:::lambda:invoke", "invoke"},
      {"arn:aws:states:::lambda:invoke", "invoke"},
      {"arn:aws:states:us-east-1:123456789012:activity:check", "activity check"},
      {"arn:aws:states:::lambda:invoke.waitForTaskToken", "invoke, called back"},
      {"arn:aws:states:::sqs:sendMessage.waitForTaskToken", "call sqs sendMessage, called back"},
      {"arn:aws:states:::states:startExecution.sync", "later: states startExecution, a job"},
      {"arn:aws:states:::states:startExecution.sync:2", "later: states startExecution, a job"},
      {"arn:aws:states:us-east-1:123456789012:lambda:invoke", "invoke"},
      {"arn:aws:states:::aws-sdk:s3:getObject", "later: aws-sdk:s3 getObject"},
      {"arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken",
       "later: aws-sdk:dynamodb putItem, called back"},
      {"arn:aws:states:::sqs:sendMessage", "call sqs sendMessage"},
      {"arn:aws:states:::http:invoke", "later: http invoke"},
      {"arn:aws:states:::http:invoke.waitForTaskToken", "unknown"},
      {"arn:aws:states:::lambda:invoke.sync", "unknown"},
      {"arn:aws:states:::glue:startJobRun.sync:2", "unknown"},
      {"arn:aws:states:::dynamodb:putItem.waitForTaskToken", "unknown"},
      {"arn:aws:states:::dynamodb:scan", "unknown"},
      {"arn:aws:states:::aws-sdk:s3:GetObject", "unknown"},
      {"arn:aws:states:::aws-sdk:glue:startJobRun.sync", "unknown"},
      {"arn:aws:states:::nothing:atAll", "unknown"},
      {"", "no ARN"},
      {"pay", "no ARN"},
      {"arn:aws:lambda", "unknown"},
      {"arn:aws:lambda:us-east-1:123456789012:function:", "unknown"},
      {"arn:aws:lambda:us-east-1:123456789012:function:pay:", "unknown"},
      {"arn:aws:lambda:us-east-1:123456789012:function:pay:7:8", "unknown"},
      {"arn:aws:lambda:us-east-1:123456789012:layer:pay", "unknown"},
      {"arn:aws:states:us-east-1:123456789012:activity:", "unknown"},
      {"arn:aws:states:us-east-1:123456789012:stateMachine:x", "unknown"},
      {"arn:aws:s3:::bucket", "unknown"},
  };
  for (const Row& row : rows) EXPECT_EQ(Read(row.text), row.read) << row.text;
}

TEST(Arn, FunctionNamesComeInFourForms) {
  struct Row {
    std::string_view text;
    std::string_view name;
    std::string_view qualifier;
  };
  const Row rows[] = {
      {"pay", "pay", ""},
      {"pay:live", "pay", "live"},
      {"arn:aws:lambda:us-east-1:123456789012:function:pay:3", "pay", "3"},
      {"123456789012:function:pay", "pay", ""},
  };
  for (const Row& row : rows) {
    const std::optional<TaskTarget> target = ParseFunctionName(row.text);
    ASSERT_TRUE(target) << row.text;
    EXPECT_EQ(target->name, row.name) << row.text;
    EXPECT_EQ(target->qualifier, row.qualifier) << row.text;
    EXPECT_EQ(target->resource, row.text);
  }
  for (const std::string_view text : {"", ":", "pay:", "a:b:c", "arn:aws:s3:::bucket"}) {
    EXPECT_FALSE(ParseFunctionName(text)) << text;
  }
}

}  // namespace
}  // namespace asl
