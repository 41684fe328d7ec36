// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/service_call.h"

#include <gtest/gtest.h>

#include "asl/arn.h"
#include "asl/test_driver.h"

namespace asl {
namespace {

TaskTarget SendMessage() { return *ParseResource("arn:aws:states:::sqs:sendMessage").target; }

Json Parsed(std::string text) { return *ParseJson(std::move(text)).value; }

std::string Request(std::string parameters) {
  return ServiceRequest(SendMessage(), Parsed(std::move(parameters)));
}

TEST(ServiceCall, AMessageBodyIsSentAsText) {
  EXPECT_EQ(Request(R"({"QueueUrl":"u","MessageBody":"as it is"})"),
            R"({"QueueUrl":"u","MessageBody":"as it is"})");
  EXPECT_EQ(Request(R"({"QueueUrl":"u","MessageBody":{ "b" : [1.0, "é"], "a":null }})"),
            R"({"QueueUrl":"u","MessageBody":"{\"b\":[1.0,\"é\"],\"a\":null}"})");
  EXPECT_EQ(Request(R"({"QueueUrl":"u","MessageBody":7})"),
            R"({"QueueUrl":"u","MessageBody":"7"})");
}

TEST(ServiceCall, EveryParameterOfAMessageGoesAlong) {
  const std::string all =
      R"({"DelaySeconds":5,"MessageAttributes":{"a":{"DataType":"String","StringValue":"x"}},)"
      R"("MessageBody":"b","MessageDeduplicationId":"d","MessageGroupId":"g","QueueUrl":"u"})";
  EXPECT_FALSE(CheckServiceCall(SendMessage(), Parsed(all)));
  EXPECT_EQ(Request(all), all);
}

// Recorded: AWS asks SQS, which then misses the parameter.
TEST(ServiceCall, NullIsNotSent) {
  const std::string parameters = R"({"QueueUrl":"u","MessageBody":null})";
  EXPECT_FALSE(CheckServiceCall(SendMessage(), Parsed(parameters)));
  EXPECT_EQ(Request(parameters), R"({"QueueUrl":"u"})");
}

TEST(ServiceCall, WhatCannotBeAskedIsRefusedBefore) {
  struct Row {
    const char* parameters;
    const char* why;
  };
  const Row rows[] = {
      {R"({"QueueUrl":"u"})", "The field 'MessageBody' is required but was missing"},
      {R"({"MessageBody":"b"})", "The field 'QueueUrl' is required but was missing"},
      {R"({"QueueUrl":7,"MessageBody":"b"})",
       "The value for the field 'QueueUrl' must be a STRING"},
      {R"({"QueueUrl":"u","MessageBody":"b","DelaySeconds":"5"})",
       "The value for the field 'DelaySeconds' must be an INTEGER"},
      {R"({"QueueUrl":"u","MessageBody":"b","MessageAttributes":[]})",
       "The value for the field 'MessageAttributes' must be an OBJECT"},
      {R"({"QueueUrl":"u","MessageBody":"b","Body":"b"})",
       "The field 'Body' is not supported by Step Functions"},
      {"[]", "The field 'MessageBody' is required but was missing"},
  };
  for (const Row& row : rows) {
    const std::optional<Error> error = CheckServiceCall(SendMessage(), Parsed(row.parameters));
    ASSERT_TRUE(error) << row.parameters;
    EXPECT_EQ(error->name, "States.Runtime");
    EXPECT_NE(error->cause->find(row.why), std::string::npos) << *error->cause;
  }
}

TEST(ServiceCall, TheResultHasTheAnswersMembersAndTheSdks) {
  const HttpAnswer http{.headers = {{"Content-Length", "2"}}, .request_id = "r-1"};
  EXPECT_EQ(
      ServiceResult(http, Parsed(R"({"SequenceNumber":"18","MessageId":"m","MD5":"x"})")),
      R"({"MD5":"x","MessageId":"m","SdkHttpMetadata":{"AllHttpHeaders":{"Content-Length":["2"]},)"
      R"("HttpHeaders":{"Content-Length":"2"},"HttpStatusCode":200},)"
      R"("SdkResponseMetadata":{"RequestId":"r-1"},"SequenceNumber":"18"})");
}

// --- A Task's life

TestDriver Started(std::string_view pattern, std::string_view more = "") {
  const std::string definition =
      R"({"StartAt":"Send","States":{"Send":{"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage)" +
      std::string(pattern) + R"(","Parameters":{"QueueUrl":"u","MessageBody":{"n.$":"$.n"}})" +
      std::string(more) + "}}}";
  TestDriver driver(Compile(definition).program, {});
  driver.Start(R"({"n":1})");
  return driver;
}

void Answer(TestDriver* driver) {
  driver->Offer(
      TaskSucceeded{.frame = driver->task()->frame,
                    .scheduled = driver->task()->scheduled,
                    .output = std::make_shared<const std::string>(R"({"MessageId":"m"})"),
                    .worker_name = "",
                    .http = std::make_shared<const HttpAnswer>(HttpAnswer{.request_id = "r"})});
}

constexpr char kResult[] =
    R"({"MessageId":"m","SdkHttpMetadata":{"AllHttpHeaders":{},"HttpHeaders":{},"HttpStatusCode":200},)"
    R"("SdkResponseMetadata":{"RequestId":"r"}})";

TEST(ServiceCall, ATaskEndsWithTheAnswer) {
  TestDriver driver = Started("");
  EXPECT_EQ(driver.TaskInput(), R"({"QueueUrl":"u","MessageBody":"{\"n\":1}"})");
  const HistoryEvent& scheduled = driver.events().back();
  EXPECT_EQ(scheduled.type, EventType::kTaskScheduled);
  EXPECT_EQ(scheduled.resource_type + ":" + scheduled.resource, "sqs:sendMessage");
  EXPECT_EQ(scheduled.region, "us-east-1");
  Answer(&driver);
  ASSERT_TRUE(driver.ended());
  EXPECT_EQ(driver.Output(), kResult);
}

TEST(ServiceCall, WithACallbackTheAnswerSubmitsItAndTheTokenEndsIt) {
  TestDriver driver = Started(".waitForTaskToken");
  EXPECT_EQ(driver.events().back().resource, "sendMessage.waitForTaskToken");
  Answer(&driver);
  EXPECT_EQ(driver.events().back().type, EventType::kTaskSubmitted);
  EXPECT_EQ(driver.TextOf(driver.events().back().payload.ref), kResult);
  EXPECT_FALSE(driver.ended());
  ASSERT_TRUE(driver.SucceedByToken("7"));
  EXPECT_EQ(driver.Output(), "7");
}

TEST(ServiceCall, AnErrorMeetsRetryAndCatch) {
  TestDriver driver =
      Started("", R"(,"Retry":[{"ErrorEquals":["SQS.SdkClientException"],"MaxAttempts":1}])");
  driver.Fail("SQS.SdkClientException", "gone");
  ASSERT_TRUE(driver.FireNext());
  ASSERT_NE(driver.task(), nullptr) << "a second attempt";
  Answer(&driver);
  EXPECT_EQ(driver.Output(), kResult);
}

TEST(ServiceCall, ParametersThatCannotBeSentEndTheStateBeforeItSchedules) {
  const auto compiled = Compile(
      R"({"StartAt":"Send","States":{"Send":{"Type":"Task","End":true,"Resource":"arn:aws:states:::sqs:sendMessage",)"
      R"("Parameters":{"QueueUrl.$":"$.n","MessageBody":"b"}}}})");
  TestDriver driver(compiled.program, {});
  driver.Start(R"({"n":1})");
  ASSERT_TRUE(driver.ended());
  EXPECT_EQ(driver.end().error.name, "States.Runtime");
  EXPECT_EQ(driver.task(), nullptr);
}

}  // namespace
}  // namespace asl
