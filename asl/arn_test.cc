// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/arn.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace asl {
namespace {

// "lambda pay", "lambda pay:7", "invoke", "activity check", "later: …" or "no".
std::string Read(std::string_view text) {
  const Resource resource = ParseResource(text);
  if (!resource.target) return resource.not_served.empty() ? "no" : "later: " + resource.not_served;
  const TaskTarget& target = *resource.target;
  const std::string name =
      target.qualifier.empty() ? target.name : target.name + ":" + target.qualifier;
  switch (target.kind) {
    case TaskKind::kLambdaFunction:
      return "lambda " + name;
    case TaskKind::kLambdaInvoke:
      return "invoke" + name;
    case TaskKind::kActivity:
      return "activity " + name;
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
      {"arn:aws:states:::lambda:invoke.waitForTaskToken",
       "later: the '.waitForTaskToken' service integration pattern"},
      {"arn:aws:states:::states:startExecution.sync:2",
       "later: the '.sync' service integration pattern"},
      {"arn:aws:states:us-east-1:123456789012:lambda:invoke", "invoke"},
      {"arn:aws:states:us-east-1:123456789012:aws-sdk:s3:getObject",
       "later: the service integration 'aws-sdk:s3:getObject'"},
      {"arn:aws:states:::sqs:sendMessage", "later: the service integration 'sqs:sendMessage'"},
      {"", "no"},
      {"pay", "no"},
      {"arn:aws:lambda", "no"},
      {"arn:aws:lambda:us-east-1:123456789012:function:", "no"},
      {"arn:aws:lambda:us-east-1:123456789012:function:pay:", "no"},
      {"arn:aws:lambda:us-east-1:123456789012:function:pay:7:8", "no"},
      {"arn:aws:lambda:us-east-1:123456789012:layer:pay", "no"},
      {"arn:aws:states:us-east-1:123456789012:activity:", "no"},
      {"arn:aws:states:us-east-1:123456789012:stateMachine:x", "no"},
      {"arn:aws:s3:::bucket", "no"},
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
