// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The endpoint over a real engine, without sockets. What real SDKs make of it is in tests/clients.
#include "engine/aws_json.h"

#include <gtest/gtest.h>

#include "engine/aws_test.h"
#include "fmt/format.h"

namespace engine {
namespace {

TEST_F(AwsJsonTest, AnAnswerHasAwsTypeAndARequestId) {
  const HttpResponse response = Call("AWSStepFunctions.ListStateMachines", "{}");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "application/x-amz-json-1.0");
  EXPECT_EQ(response.body, R"({"stateMachines":[]})");
  ASSERT_EQ(response.headers.size(), 1u);
  EXPECT_EQ(response.headers[0].first, "x-amzn-RequestId");
  EXPECT_EQ(response.headers[0].second.size(), 36u);
}

TEST_F(AwsJsonTest, AnErrorIsNamedInTheBodyWithItsNamespaceAndInTheHeaderWithout) {
  const HttpResponse response = Call("AWSStepFunctions.DescribeStateMachine",
                                     fmt::format(R"({{"stateMachineArn":"{}"}})", kMachine));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(response.body,
            fmt::format(R"({{"__type":"com.amazonaws.swf.service.v2.model#)"
                        R"(StateMachineDoesNotExist","message":"State Machine Does Not Exist: )"
                        R"('{}'"}})",
                        kMachine));
  EXPECT_EQ(response.headers.back(), std::make_pair(std::string("x-amzn-ErrorType"),
                                                    std::string("StateMachineDoesNotExist")));
}

TEST_F(AwsJsonTest, WhatIsNoOperationIsToldFromWhatIsNotThereYet) {
  const auto type = [this](const std::string& target) {
    return Member(Call(target, "{}").body, "__type");
  };
  EXPECT_EQ(type(""), "UnknownOperationException");
  EXPECT_EQ(type("AWSStepFunctions.Nonsense"), "UnknownOperationException");
  EXPECT_EQ(type("AmazonSQS.SendMessage"), "UnknownOperationException");
  EXPECT_EQ(type("AWSStepFunctions.RedriveExecution"), "UnsupportedOperationException");
  EXPECT_EQ(
      Ask("TestState", "{}"),
      R"(400 {"__type":"UnsupportedOperationException","message":"TestState is not supported )"
      R"(yet by asld, which has to have running a state by itself first"})");
}

TEST_F(AwsJsonTest, WithoutAnEngineACallIsToBeTriedAgain) {
  aws_.Show(nullptr);
  EXPECT_EQ(Ask("ListStateMachines", "{}"),
            R"(503 {"__type":"ServiceUnavailable","message":"asld is starting or stopping"})");
}

TEST_F(AwsJsonTest, AStateMachineIsNamedByItsArnOnly) {
  Create();
  EXPECT_EQ(Member(Ask("DescribeStateMachine", R"({"stateMachineArn":"m"})").substr(4), "message"),
            "Invalid Arn: 'Invalid ARN prefix: m'");
  EXPECT_EQ(
      Member(
          Ask("StartExecution", fmt::format(R"({{"stateMachineArn":"{}:1"}})", kMachine)).substr(4),
          "message"),
      fmt::format("State Machine Does Not Exist: '{}:1'", kMachine));
}

TEST_F(AwsJsonTest, ARevisionHasAnIdOnceTheStateMachineWasUpdated) {
  Create();
  const std::string arn = fmt::format(R"({{"stateMachineArn":"{}"}})", kMachine);
  const std::string fresh = Ask("DescribeStateMachine", arn);
  EXPECT_EQ(Member(fresh, "revisionId"), "");
  EXPECT_EQ(Member(fresh, "encryptionConfiguration"), R"({"type":"AWS_OWNED_KEY"})");
  const auto update = [&](const std::string& more) {
    return Ask("UpdateStateMachine",
               fmt::format(R"({{"stateMachineArn":"{}"{}}})", kMachine, more));
  };
  EXPECT_EQ(Member(update(R"(,"roleArn":"r")"), "revisionId"), "");
  const std::string id = Member(update(R"(,"roleArn":"r2")"), "revisionId");
  EXPECT_NE(id, "");
  Reopen();
  EXPECT_EQ(Member(Ask("DescribeStateMachine", arn), "revisionId"), id);
  EXPECT_EQ(Member(update(R"(,"loggingConfiguration":{"level":"OFF"})"), "revisionId"), id);
  EXPECT_EQ(Member(update("").substr(4), "__type"),
            "com.amazonaws.swf.service.v2.model#MissingRequiredParameter");
}

TEST_F(AwsJsonTest, ASettingThatWouldBeForgottenIsRefused) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("type":"EXPRESS")", "UnsupportedOperationException"},
      {R"("versionDescription":"v")", "com.amazon.coral.validate#ValidationException"},
      {R"("encryptionConfiguration":{"type":"CUSTOMER_MANAGED_KMS_KEY"})",
       "UnsupportedOperationException"},
      {R"("loggingConfiguration":{"level":"ALL"})",
       "com.amazonaws.swf.service.v2.model#InvalidLoggingConfiguration"},
      {R"("loggingConfiguration":{"level":"ALL","destinations":[{}]})",
       "com.amazonaws.swf.service.v2.model#InvalidLoggingConfiguration"},
  };
  for (const auto& [setting, type] : cases) {
    EXPECT_EQ(Member(Create(fmt::format(",{}", setting)).substr(4), "__type"), type) << setting;
  }
  EXPECT_NE(Member(Create(R"(,"type":"STANDARD","publish":false,"tags":[],)"
                          R"("loggingConfiguration":{"level":"OFF","destinations":[]},)"
                          R"("tracingConfiguration":{"enabled":false})"),
                   "stateMachineArn"),
            "");
}

TEST_F(AwsJsonTest, ADefinitionIsValidatedAsAwsDoes) {
  EXPECT_EQ(Ask("ValidateStateMachineDefinition", R"({"definition":""})"),
            R"({"result":"FAIL","diagnostics":[{"severity":"ERROR","code":)"
            R"("SCHEMA_VALIDATION_FAILED","message":"Definition must be a valid JSON object"}],)"
            R"("truncated":false})");
  EXPECT_EQ(Ask("ValidateStateMachineDefinition",
                R"({"definition":"{\"Version\":\"2\"}","maxResults":1,"severity":"WARNING"})"),
            R"({"result":"FAIL","diagnostics":[{"severity":"ERROR","code":)"
            R"("SCHEMA_VALIDATION_FAILED","message":"These fields are required: )"
            R"([States, StartAt]","location":"/"}],"truncated":true})");
  EXPECT_EQ(Ask("ValidateStateMachineDefinition",
                fmt::format(R"({{"definition":"{}","type":"EXPRESS"}})", kPass)),
            R"({"result":"OK","diagnostics":[],"truncated":false})");
  EXPECT_EQ(Member(Ask("ValidateStateMachineDefinition",
                       R"({"definition":"{}","severity":"INFO","maxResults":101})")
                       .substr(4),
                   "message"),
            "2 validation errors detected: Value 'INFO' at 'severity' failed to satisfy "
            "constraint: Member must satisfy enum value set: [ERROR, WARNING]; Value '101' at "
            "'maxResults' failed to satisfy constraint: Member must have value less than or equal "
            "to 100");
}

TEST_F(AwsJsonTest, ListsOfWhatCannotBeHereAreEmptyAndMetadataIsWithoutData) {
  Create();
  const std::string arn = Member(
      Ask("StartExecution", fmt::format(R"({{"stateMachineArn":"{}","name":"e"}})", kMachine)),
      "executionArn");
  for (const char* filter :
       {R"("statusFilter":"PENDING_REDRIVE")", R"("redriveFilter":"REDRIVEN")"}) {
    EXPECT_EQ(
        Ask("ListExecutions", fmt::format(R"({{"stateMachineArn":"{}",{}}})", kMachine, filter)),
        R"({"executions":[]})");
  }
  const std::string about =
      Ask("DescribeExecution",
          fmt::format(R"({{"executionArn":"{}","includedData":"METADATA_ONLY"}})", arn));
  EXPECT_EQ(Member(about, "input"), "");
  EXPECT_EQ(Member(about, "inputDetails"), R"({"included":false})");
  const std::string machine =
      Ask("DescribeStateMachineForExecution", fmt::format(R"({{"executionArn":"{}"}})", arn));
  EXPECT_EQ(
      Member(machine, "updateDate"),
      Member(Ask("DescribeStateMachine", fmt::format(R"({{"stateMachineArn":"{}"}})", kMachine)),
             "creationDate"));
}

}  // namespace
}  // namespace engine
