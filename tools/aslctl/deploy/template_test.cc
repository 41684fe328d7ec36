// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// References of a template, resolved: a value in YAML beside the text that it becomes, or why not.
#include "tools/aslctl/deploy/template.h"

#include <gtest/gtest.h>

#include "tools/aslctl/deploy/yaml_tree.h"

namespace aslctl {
namespace {

constexpr char kTemplate[] = R"(
Parameters:
  Stage: {Type: String, Default: test}
  Secret: {Type: String}
Resources:
  Named: {Type: AWS::Lambda::Function, Properties: {FunctionName: !Sub 'pay-${Stage}'}}
  Unnamed: {Type: AWS::Serverless::Function}
  Jobs: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs}}
  News: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Orders: {Type: AWS::DynamoDB::Table, Properties: {TableName: orders}}
  Other: {Type: AWS::CloudFront::Distribution}
)";

std::string Resolved(const std::string& yaml, bool local = false) {
  const auto tree = ReadYamlTree(kTemplate);
  const auto value = ReadYamlTree("v: " + yaml);
  const TemplateValues::Given given = {{"Given", "g"}, {"Unnamed.Arn", "arn:given"}};
  const Place place{.region = "eu-west-1", .account = "123456789012", .local = local};
  const auto text = TemplateValues(*tree, given, place).Text((*value)["v"]);
  return text.ok() ? *text : "error: " + std::string(text.status().message());
}

TEST(Template, ResolvesWhatTheTextSays) {
  EXPECT_EQ(Resolved("plain"), "plain");
  EXPECT_EQ(Resolved("7"), "7");
  EXPECT_EQ(Resolved("!Ref Stage"), "test");
  EXPECT_EQ(Resolved("!Ref Given"), "g");
  EXPECT_EQ(Resolved("!Ref AWS::Region"), "eu-west-1");
  EXPECT_EQ(Resolved("!Ref Named"), "pay-test");
  EXPECT_EQ(Resolved("!GetAtt Named.Arn"),
            "arn:aws:lambda:eu-west-1:123456789012:function:pay-test");
  EXPECT_EQ(Resolved("!GetAtt Unnamed.Arn"), "arn:given");
  EXPECT_EQ(Resolved("!Ref Jobs"), "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs");
  EXPECT_EQ(Resolved("!Ref News"), "arn:aws:sns:eu-west-1:123456789012:news");
  EXPECT_EQ(Resolved("!Ref Orders"), "orders");
  EXPECT_EQ(Resolved("!Sub '${Stage}-${Named.Arn}-${!Kept}'"),
            "test-arn:aws:lambda:eu-west-1:123456789012:function:pay-test-${Kept}");
  EXPECT_EQ(Resolved("!Sub ['${x}', {x: !Ref Stage}]"), "test");
  EXPECT_EQ(Resolved("!Join ['/', [a, !Ref Stage]]"), "a/test");
}

TEST(Template, SaysWhatOnlyTheStackKnows) {
  EXPECT_EQ(Resolved("!Ref Secret"),
            "error: the value of Secret is not known here (a parameter without a default): give it "
            "with --set Secret=VALUE");
  EXPECT_EQ(
      Resolved("!Ref Unnamed"),
      "error: the value of Unnamed is not known here (the stack chooses the name of Unnamed): "
      "give it with --set Unnamed=VALUE");
  EXPECT_EQ(Resolved("!ImportValue x"),
            R"(error: {"Fn::ImportValue":"x"} is a stack's to work out)");
}

TEST(Template, OnAsldALogicalNameIsAName) {
  EXPECT_EQ(Resolved("!Ref Unnamed", /*local=*/true), "Unnamed");
}

}  // namespace
}  // namespace aslctl
