// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Over real sockets and a server that answers by a script; tests/sqs has servers of SQS.
#include "workers/sqs_service.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <future>

#include "fmt/format.h"
#include "workers/aws/http_client.h"
#include "workers/aws/test_server.h"

namespace workers {
namespace {

class SqsServiceTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    for (const char* name : {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS", "SQS_ENDPOINT",
                             "AWS_PROFILE", "AWS_SESSION_TOKEN"})
      unsetenv(name);
  }

  static TaskRequest Task(const aws::TestServer& server) {
    const std::string text =
        fmt::format(R"(....{{"QueueUrl":"{}/1/q","MessageBody":"b"}}..)", server.origin());
    return {.token = "t1",
            .queue = CallQueue("sqs", "sendMessage"),
            .text = std::make_shared<const std::string>(text),
            .offset = 4,
            .length = static_cast<uint32_t>(text.size() - 6)};
  }

  Answer Ask(TaskRequest task) {
    auto answered = std::make_shared<std::promise<Answer>>();
    http_->After(absl::ZeroDuration(), [&, answered, task = std::move(task)]() mutable {
      service_.Start(std::move(task),
                     [answered](Answer answer) { answered->set_value(std::move(answer)); });
    });
    return answered->get_future().get();
  }

  std::unique_ptr<aws::HttpClient> http_ = *aws::HttpClient::Start({});
  SqsService service_{http_.get(), "eu-south-2"};
};

TEST_F(SqsServiceTest, AMessageIsSentToItsQueuesHostAndTheAnswerIsShown) {
  aws::TestServer server([](const aws::HttpRequest&, int) {
    return aws::TestAnswer{.headers = {{"x-amzn-RequestId", "r-1"}},
                           .body = R"({"MessageId":"m","MD5OfMessageBody":"d"})"};
  });

  const Answer answer = Ask(Task(server));

  ASSERT_EQ(answer.kind, AnswerKind::kSuccess);
  EXPECT_EQ(*answer.output, R"({"MD5OfMessageBody":"d","MessageId":"m"})");
  ASSERT_NE(answer.http, nullptr);
  EXPECT_EQ(answer.http->status, 200);
  EXPECT_EQ(answer.http->request_id, "r-1");
  const aws::HttpRequest request = server.requests()[0];
  EXPECT_EQ(request.body,
            fmt::format(R"({{"QueueUrl":"{}/1/q","MessageBody":"b"}})", server.origin()));
  EXPECT_EQ(*aws::FindHeader(request.headers, "X-Amz-Target"), "AmazonSQS.SendMessage");
  EXPECT_NE(aws::FindHeader(request.headers, "Authorization")->find("/eu-south-2/sqs/aws4_request"),
            std::string::npos);
}

TEST_F(SqsServiceTest, ARefusalHasItsNameAndTheSdksWords) {
  aws::TestServer server([](const aws::HttpRequest&, int) {
    return aws::TestAnswer{
        .status = 400,
        .headers = {{"x-amzn-RequestId", "r-1"},
                    {"x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"}},
        .body = R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"No such queue."})"};
  });

  const Answer answer = Ask(Task(server));

  EXPECT_EQ(answer.error, "SQS.QueueDoesNotExistException");
  EXPECT_EQ(answer.cause,
            "No such queue. (Service: AmazonSQS; Status Code: 400; Error Code: "
            "AWS.SimpleQueueService.NonExistentQueue; Request ID: r-1; Proxy: null)");
}

TEST_F(SqsServiceTest, AMessageWhoseAnswerIsLostIsNotSentAgain) {
  aws::TestServer server([](const aws::HttpRequest&, int) {
    return aws::TestAnswer{.misbehave = aws::Misbehave::kResets};
  });

  const Answer answer = Ask(Task(server));

  EXPECT_EQ(answer.error, "SQS.SdkClientException");
  EXPECT_TRUE(answer.cause->starts_with("Unable to execute HTTP request: ")) << *answer.cause;
  EXPECT_EQ(server.requests().size(), 1u);
}

TEST_F(SqsServiceTest, ACancelledMessageIsNotHeardOfAgain) {
  aws::TestServer server([](const aws::HttpRequest&, int before) {
    return before == 0 ? aws::TestAnswer{.misbehave = aws::Misbehave::kHangs}
                       : aws::TestAnswer{.body = R"({"MessageId":"second"})"};
  });
  bool heard = false;
  http_->After(absl::ZeroDuration(),
               [&] { service_.Start(Task(server), [&heard](const Answer&) { heard = true; }); });
  server.AwaitRequests(1);
  http_->After(absl::ZeroDuration(), [&] { service_.Cancel("t1"); });

  EXPECT_EQ(*Ask(Task(server)).output, R"({"MessageId":"second"})");
  EXPECT_FALSE(heard);
}

}  // namespace
}  // namespace workers
