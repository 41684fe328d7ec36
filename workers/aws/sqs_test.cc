// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/sqs.h"

#include <gtest/gtest.h>

#include "fmt/format.h"

namespace workers::aws {
namespace {

constexpr char kUrl[] = "https://sqs.eu-west-1.amazonaws.com/1/orders";

ApiResult Answer(std::string body) { return {.response = {200, {}, std::move(body)}}; }

std::string Show(const BatchResult& batch) {
  std::string text = batch.error ? "error: " + batch.error->message : "";
  for (const BatchFailure& failure : batch.failures)
    text += fmt::format("{} {} {}{};", failure.index, failure.code, failure.message,
                        failure.sender_fault ? " sender" : "");
  return text;
}

TEST(Sqs, ACallGoesToTheHostOfTheQueuesUrl) {
  const auto origin = [](std::string_view url) { return SqsCall("X", url, "{}").request.origin; };
  EXPECT_EQ(origin(kUrl), "https://sqs.eu-west-1.amazonaws.com");
  EXPECT_EQ(origin("http://localhost:4566/1/q"), "http://localhost:4566");
  EXPECT_EQ(origin(""), "");
  EXPECT_EQ(origin("no-such-queue"), "https://no-such-queue");
  EXPECT_EQ(origin("user:password@host/x"), "https://user%3Apassword%40host");
  const ApiCall call = SqsCall("X", kUrl, "{}");
  EXPECT_EQ(*FindHeader(call.request.headers, "X-Amz-Target"), "AmazonSQS.X");
  EXPECT_EQ(*FindHeader(call.request.headers, "x-amzn-query-mode"), "true");
}

TEST(Sqs, AReceiveWaitsLongerThanItsPoll) {
  const ApiCall call = ReceiveCall({.queue_url = kUrl,
                                    .messages_max = 3,
                                    .wait = absl::Seconds(20),
                                    .visibility = absl::Minutes(2),
                                    .attempt_id = "a"});
  EXPECT_EQ(
      call.request.body,
      R"({"QueueUrl":"https://sqs.eu-west-1.amazonaws.com/1/orders","MaxNumberOfMessages":3,)"
      R"("WaitTimeSeconds":20,"MessageSystemAttributeNames":["All"],"AttributeNames":["All"],)"
      R"("MessageAttributeNames":["All"],"VisibilityTimeout":120,"ReceiveRequestAttemptId":"a"})");
  EXPECT_GT(call.request.timeout, absl::Seconds(30));
  EXPECT_LT(call.request.timeout, absl::Minutes(1));
}

TEST(Sqs, ReceivedMessagesAreReadWithTheirAttributes) {
  const Received received = ReadReceived(Answer(
      R"({"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"{\"n\": 1}\n",
          "Attributes":{"ApproximateReceiveCount":"2","MessageGroupId":"g"},
          "MessageAttributes":{"b":{"DataType":"String","StringValue":"é"},"a":{}}},
          {"MessageId":"n"},7]})"));
  ASSERT_EQ(received.messages.size(), 2u);
  const SqsMessage& message = received.messages[0];
  EXPECT_EQ(message.id + message.receipt_handle + message.body, "mr{\"n\": 1}\n");
  EXPECT_EQ(message.attributes.at("ApproximateReceiveCount"), "2");
  EXPECT_EQ(message.attributes.at("MessageGroupId"), "g");
  EXPECT_EQ(message.message_attributes, R"({"b":{"DataType":"String","StringValue":"é"},"a":{}})");
  EXPECT_EQ(received.messages[1].message_attributes, "{}");
}

TEST(Sqs, NoMessagesIsNoErrorAndAnAnswerThatIsNoJsonIs) {
  EXPECT_TRUE(ReadReceived(Answer("{}")).messages.empty());
  EXPECT_FALSE(ReadReceived(Answer("{}")).error);
  const Received received = ReadReceived(Answer("<html>"));
  EXPECT_EQ(received.error->message, "the answer is no JSON object");
  EXPECT_TRUE(received.error->received);
  EXPECT_EQ(ReadReceived({.error = ApiError{.message = "down"}}).error->message, "down");
}

TEST(Sqs, ABatchNamesItsEntriesByTheirPlace) {
  EXPECT_EQ(DeleteCall("u", {"r1", "r\"2"}).request.body,
            R"({"QueueUrl":"u","Entries":[{"Id":"0","ReceiptHandle":"r1"},)"
            R"({"Id":"1","ReceiptHandle":"r\"2"}]})");
  EXPECT_EQ(
      ChangeVisibilityCall("u", {{"r", absl::Minutes(1)}}).request.body,
      R"({"QueueUrl":"u","Entries":[{"Id":"0","ReceiptHandle":"r","VisibilityTimeout":60}]})");
}

TEST(Sqs, ABatchSaysWhichEntriesFailedAlsoByNotMentioningThem) {
  const std::string body =
      R"({"Successful":[{"Id":"1"},{"Id":"9"}],"Failed":[{"Id":"0","Code":"ReceiptHandleIsInvalid",)"
      R"("Message":"m","SenderFault":true}]})";
  EXPECT_EQ(Show(ReadBatchResult(Answer(body), 2)), "0 ReceiptHandleIsInvalid m sender;");
  EXPECT_EQ(Show(ReadBatchResult(Answer(body), 3)),
            "0 ReceiptHandleIsInvalid m sender;2  the answer does not mention it;");
  EXPECT_EQ(Show(ReadBatchResult(Answer(R"({"Successful":"all"})"), 1)),
            "0  the answer does not mention it;");
  EXPECT_EQ(Show(ReadBatchResult({.error = ApiError{.message = "down"}}, 2)), "error: down");
}

TEST(Sqs, AQueueIsFoundByItsName) {
  EXPECT_EQ(QueueUrlCall("orders").request.body, R"({"QueueName":"orders"})");
  EXPECT_EQ(ReadQueueUrl(Answer(R"({"QueueUrl":"u"})")).url, "u");
  EXPECT_EQ(ReadQueueAttributes(Answer(R"({"Attributes":{"FifoQueue":"true"}})"))
                .attributes.at("FifoQueue"),
            "true");
}

TEST(Sqs, AMessageIsNotSentTwice) {
  EXPECT_EQ(SendMessageCall("{}").repeat, Repeat::kWhenNotReceived);
}

TEST(Sqs, AMessageGoesWhereItsQueueUrlSays) {
  const ApiCall call = SendMessageCall(R"({"QueueUrl":"http://localhost:4566/1/q","A":1})");
  EXPECT_EQ(call.request.origin, "http://localhost:4566");
  EXPECT_EQ(call.request.body, R"({"QueueUrl":"http://localhost:4566/1/q","A":1})");
  EXPECT_EQ(*FindHeader(call.request.headers, "X-Amz-Target"), "AmazonSQS.SendMessage");
}

TEST(Sqs, AQueuesUrlOnAwsNamesItsRegion) {
  const auto region = [](std::string_view url) {
    return QueueRegion(fmt::format(R"({{"QueueUrl":"{}"}})", url));
  };
  EXPECT_EQ(region(kUrl), "eu-west-1");
  EXPECT_EQ(region("https://sqs.cn-north-1.amazonaws.com.cn/1/q"), "cn-north-1");
  EXPECT_EQ(region("https://sqs-fips.us-east-2.api.aws/1/q"), "us-east-2");
  EXPECT_EQ(region("https://us-west-2.queue.amazonaws.com/1/q"), "us-west-2");
  EXPECT_EQ(region("https://queue.amazonaws.com/1/q"), "");
  EXPECT_EQ(region("http://sqs.eu-west-1.example.org/1/q"), "");
  EXPECT_EQ(region("http://localhost:4566/1/q"), "");
  EXPECT_EQ(region(""), "");
}

TEST(Sqs, OfASentMessageTheModelsMembersAreRead) {
  const Sent sent = ReadSent(Answer(R"({"MessageId":"m","Extra":1,"MD5OfMessageBody":"b"})"));
  EXPECT_EQ(sent.answer, R"({"MD5OfMessageBody":"b","MessageId":"m"})");
  EXPECT_EQ(sent.http.status, 200);
  const Sent broken = ReadSent(Answer("<html>"));
  EXPECT_EQ(SqsErrorName(*broken.error), "SQS.SdkClientException");
  EXPECT_TRUE(broken.error->received);
}

TEST(Sqs, AnErrorInAStateMachineIsNamedAfterTheModel) {
  EXPECT_EQ(SqsErrorName(
                {.code = "AWS.SimpleQueueService.NonExistentQueue", .type = "QueueDoesNotExist"}),
            "SQS.QueueDoesNotExistException");
  EXPECT_EQ(SqsErrorName({.code = "MissingParameter", .type = "MissingRequiredParameterException"}),
            "SQS.AmazonSQSException");
  EXPECT_EQ(SqsErrorName({.kind = ApiError::Kind::kNoAnswer}), "SQS.SdkClientException");
}

}  // namespace
}  // namespace workers::aws
