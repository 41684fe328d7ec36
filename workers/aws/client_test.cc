// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "fmt/format.h"
#include "workers/aws/fake_transport.h"
#include "workers/aws/temporary_folder.h"

namespace workers::aws {
namespace {

constexpr std::string_view kKinds[] = {"service",   "no answer", "timeout",
                                       "too large", "not made",  "cancelled"};

HttpResponse Ok() { return {200, {}, "{}"}; }
HttpResponse Fault() { return {500, {}, R"({"__type":"InternalFailure","message":"oops"})"}; }
HttpResponse Throttle() { return {400, {}, R"({"__type":"ThrottlingException"})"}; }
HttpFailure Broken() { return {HttpFailureKind::kBroken, true, "Connection reset"}; }
HttpResponse ContainerKey(const std::string& id) {
  return {200, {}, R"({"AccessKeyId":")" + id + R"(","SecretAccessKey":"s","Token":"t"})"};
}

class ClientTest : public testing::Test {
 protected:
  void Open(std::function<void(Client::Options&)> edit = [](Client::Options&) {}) {
    Client::Options options{.settings = *LoadSettings(folder_.variables()),
                            .region = "eu-west-1",
                            .credentials = Credentials{"AKID", Secret("s"), {}, {}}};
    edit(options);
    client_ = std::make_unique<Client>(
        std::move(options), &transport_,
        TimeAndChance{[] { return absl::FromUnixSeconds(1792411200); }, [] { return 0.5; },
                      [] { return std::string("uuid"); }});
  }
  void OpenWithContainer() {
    folder_.Set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/keys");
    Open([](Client::Options& options) { options.credentials.reset(); });
  }
  void TearDown() override { Close(); }
  // The test's thread plays the transport's, so another one closes.
  void Close() {
    if (client_ == nullptr) return;
    std::atomic<bool> closed = false;
    std::thread closing([&] {
      client_.reset();
      closed = true;
      transport_.After(absl::ZeroDuration(), [] {});
    });
    transport_.RunUntil([&] { return closed.load(); });
    closing.join();
  }

  // "200 after 2", or "service InternalFailure, received, after 3: oops" in ended_.
  uint64_t Start(ApiCall call = JsonCall(kSqs, "ListQueues", "{}")) {
    return client_->Start(std::move(call), [this](ApiResult result) {
      ended_ +=
          result.ok()
              ? fmt::format("{} after {};", result.response.status, result.attempts)
              : fmt::format("{} {}{}after {}: {};", kKinds[static_cast<size_t>(result.error->kind)],
                            result.error->code,
                            result.error->received ? ", received, " : " not received, ",
                            result.attempts, result.error->message);
    });
  }
  std::string TakeEnded() { return std::exchange(ended_, ""); }

  // Makes a call, gives one answer after the other and notes the pauses before each next attempt:
  // "500ms 1000ms 200 after 3;".
  std::string Play(std::vector<HttpResult> answers, Repeat repeat = Repeat::kAlways) {
    ApiCall call = JsonCall(kSqs, "ListQueues", "{}");
    call.repeat = repeat;
    std::string text;
    size_t number = transport_.sent();
    Start(std::move(call));
    for (HttpResult& answer : answers) {
      transport_.AwaitSent(++number);
      transport_.Answer(number, std::move(answer));
      if (!ended_.empty()) break;
      const int64_t pause_ms = transport_.NextTaskMs();
      text += fmt::format("{}ms ", pause_ms);
      transport_.Advance(absl::Milliseconds(pause_ms));
    }
    return text + TakeEnded();
  }

  TemporaryFolder folder_;
  FakeTransport transport_;
  std::string ended_;
  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, ACallGoesToItsEndpointSignedAndSaysWhichAttemptItIs) {
  Open([](Client::Options& options) { options.endpoint = *ParseEndpoint("http://here:1/base"); });
  Start();
  const HttpRequest request = transport_.AwaitSent(1);
  std::string text = fmt::format("{} {}{}\n", request.method, request.origin, request.path);
  for (const HttpHeader& header : request.headers)
    text += fmt::format("{}: {}\n", header.name, header.value);
  EXPECT_EQ(text.substr(0, text.find("Signature=")),
            "POST http://here:1/base/\n"
            "Content-Type: application/x-amz-json-1.0\n"
            "X-Amz-Target: AmazonSQS.ListQueues\n"
            "User-Agent: asld\n"
            "amz-sdk-invocation-id: uuid\n"
            "amz-sdk-request: attempt=1; max=3\n"
            "Host: here:1\n"
            "X-Amz-Date: 20261019T120000Z\n"
            "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20261019/eu-west-1/sqs/aws4_request, "
            "SignedHeaders=amz-sdk-invocation-id;amz-sdk-request;content-type;host;x-amz-date;"
            "x-amz-target, ");
  transport_.Answer(1, Ok());
  EXPECT_EQ(TakeEnded(), "200 after 1;");
}

TEST_F(ClientTest, AnOriginOfTheCallsOwnIsUsedUnlessAnEndpointIsConfigured) {
  Open();
  ApiCall call = JsonCall(kSqs, "ListQueues", "{}");
  call.request.origin = "https://queue.example.com";
  Start(call);
  EXPECT_EQ(transport_.AwaitSent(1).origin, "https://queue.example.com");
  Close();
  folder_.Set("AWS_ENDPOINT_URL_SQS", "http://local:4566");
  Open();
  Start(call);
  EXPECT_EQ(transport_.AwaitSent(2).origin, "http://local:4566");
}

TEST_F(ClientTest, WithoutSigningNoCredentialsAreAsked) {
  Open([](Client::Options& options) {
    options.credentials.reset();
    options.sign = false;
  });
  Start();
  EXPECT_EQ(FindHeader(transport_.AwaitSent(1).headers, "Authorization"), nullptr);
}

TEST_F(ClientTest, PassingFailuresAreTriedAgainUpToThreeAttempts) {
  Open();
  EXPECT_EQ(Play({Ok()}), "200 after 1;");
  EXPECT_EQ(Play({Fault(), Ok()}), "500ms 200 after 2;");
  EXPECT_EQ(Play({Broken(), Throttle(), Ok()}), "500ms 1000ms 200 after 3;");
  EXPECT_EQ(Play({Fault(), Fault(), Fault()}),
            "500ms 1000ms service InternalFailure, received, after 3: oops;");
  EXPECT_EQ(Play({HttpResponse{400, {}, R"({"__type":"a#ValidationException","message":"bad"})"}}),
            "service ValidationException, received, after 1: bad;");
}

TEST_F(ClientTest, TheNumberOfAttemptsIsTheSettings) {
  folder_.Set("AWS_MAX_ATTEMPTS", "1");
  Open();
  EXPECT_EQ(Play({Fault()}), "service InternalFailure, received, after 1: oops;");
}

TEST_F(ClientTest, ACallThatMustNotBeMadeTwiceIsTriedAgainOnlyIfItWasNotReceived) {
  Open();
  const HttpFailure not_connected{HttpFailureKind::kNotConnected, false, "refused"};
  EXPECT_EQ(Play({not_connected, Throttle(), Ok()}, Repeat::kWhenNotReceived),
            "500ms 1000ms 200 after 3;");
  EXPECT_EQ(Play({not_connected, not_connected, not_connected}, Repeat::kWhenNotReceived),
            "500ms 1000ms no answer  not received, after 3: refused;");
  EXPECT_EQ(Play({Broken()}, Repeat::kWhenNotReceived),
            "no answer , received, after 1: Connection reset;");
  EXPECT_EQ(Play({Fault()}, Repeat::kWhenNotReceived),
            "service InternalFailure, received, after 1: oops;");
}

TEST_F(ClientTest, WhatAnEarlierAttemptMayHaveDoneIsRemembered) {
  Open();
  const HttpFailure not_connected{HttpFailureKind::kNotConnected, false, "refused"};
  EXPECT_EQ(Play({Broken(), not_connected, not_connected}),
            "500ms 1000ms no answer , received, after 3: refused;");
}

TEST_F(ClientTest, NoAttemptBeginsAfterTheTimeOfTheCall) {
  Open();
  ApiCall call = JsonCall(kSqs, "ListQueues", "{}");
  call.time_max = absl::Seconds(10);
  Start(call);
  EXPECT_EQ(transport_.AwaitSent(1).timeout, absl::Seconds(10));
  transport_.Advance(absl::Seconds(9));
  transport_.Answer(1, Fault());
  transport_.Advance(absl::Milliseconds(500));
  EXPECT_EQ(transport_.AwaitSent(2).timeout, absl::Milliseconds(500));
  transport_.Advance(absl::Milliseconds(500));
  transport_.Answer(2, HttpFailure{HttpFailureKind::kTimeout, true, "Read timed out"});
  EXPECT_EQ(TakeEnded(), "timeout , received, after 2: Read timed out;");
}

TEST_F(ClientTest, WhileEverythingFailsTheQuotaEndsRetries) {
  Open();
  const std::string failed = "service InternalFailure, received, after 1: oops;";
  for (int i = 0; i < 50; ++i) EXPECT_NE(Play({Fault(), Fault(), Fault()}), failed);
  EXPECT_EQ(Play({Fault()}), failed);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Play({Ok()}), "200 after 1;");
  EXPECT_EQ(Play({Fault(), Ok()}), "500ms 200 after 2;");
  EXPECT_EQ(Play({Fault(), Ok()}), "500ms 200 after 2;");
}

TEST_F(ClientTest, CredentialsComeFromTheChainAndNewOnesWhenTheServiceSaysTheyHaveExpired) {
  OpenWithContainer();
  Start();
  EXPECT_EQ(transport_.AwaitSent(1).origin, "http://169.254.170.2");
  transport_.Answer(1, ContainerKey("FIRST"));
  EXPECT_TRUE(absl::StrContains(*FindHeader(transport_.AwaitSent(2).headers, "Authorization"),
                                "Credential=FIRST/"));
  transport_.Answer(2, HttpResponse{400, {}, R"({"__type":"ExpiredTokenException"})"});
  transport_.Advance(absl::Milliseconds(500));
  EXPECT_EQ(transport_.AwaitSent(3).path, "/keys");
  transport_.Answer(3, ContainerKey("SECOND"));
  EXPECT_TRUE(absl::StrContains(*FindHeader(transport_.AwaitSent(4).headers, "Authorization"),
                                "Credential=SECOND/"));
  transport_.Answer(4, Ok());
  EXPECT_EQ(TakeEnded(), "200 after 2;");
}

TEST_F(ClientTest, WithoutCredentialsOrARegionNothingIsSent) {
  folder_.Set("AWS_EC2_METADATA_DISABLED", "true");
  Open([](Client::Options& options) { options.credentials.reset(); });
  Start();
  transport_.RunUntil([this] { return !ended_.empty(); });
  EXPECT_TRUE(absl::StartsWith(
      TakeEnded(), "not made  not received, after 0: no credentials of AWS: none in the"));
  Close();
  Open([](Client::Options& options) { options.region.clear(); });
  Start();
  transport_.RunUntil([this] { return !ended_.empty(); });
  EXPECT_EQ(
      TakeEnded(),
      "not made  not received, after 0: no region: set AWS_REGION, or region in the profile;");
  EXPECT_EQ(transport_.sent(), 0u);
}

TEST_F(ClientTest, ACallCanBeCancelledWhereverItIs) {
  OpenWithContainer();
  const uint64_t waits_for_credentials = Start();
  transport_.AwaitSent(1);
  client_->Cancel(waits_for_credentials);
  transport_.RunDue();
  EXPECT_EQ(TakeEnded(), "cancelled  not received, after 0: the call was cancelled;");
  transport_.Answer(1, ContainerKey("KEY"));

  const uint64_t is_sent = Start();
  transport_.AwaitSent(2);
  client_->Cancel(is_sent);
  client_->Cancel(is_sent);
  transport_.RunDue();
  EXPECT_EQ(TakeEnded(), "cancelled , received, after 1: the call was cancelled;");
  EXPECT_EQ(transport_.cancelled(), "cancel 2 ");

  const uint64_t pauses = Start();
  transport_.AwaitSent(3);
  transport_.Answer(3, Fault());
  client_->Cancel(pauses);
  transport_.Advance(absl::Seconds(1));
  EXPECT_EQ(TakeEnded(), "cancelled , received, after 1: the call was cancelled;");
  EXPECT_EQ(transport_.sent(), 3u);
}

TEST_F(ClientTest, ClosingTellsThoseWhoWait) {
  Open();
  Start();
  transport_.AwaitSent(1);
  Start();
  transport_.AwaitSent(2);
  Close();
  EXPECT_EQ(TakeEnded(),
            "cancelled , received, after 1: the call was cancelled;"
            "cancelled , received, after 1: the call was cancelled;");
}

TEST_F(ClientTest, ClosingDoesNotWaitForACredentialSourceThatIsSilent) {
  OpenWithContainer();
  Start();
  transport_.AwaitSent(1);
  Close();
  EXPECT_EQ(TakeEnded(), "cancelled  not received, after 0: the call was cancelled;");
}

TEST_F(ClientTest, ARoleIsAssumedOnceAndSigns) {
  Open([](Client::Options& options) { options.role = "arn:aws:iam::2:role/other"; });
  Start();
  const HttpRequest asked = transport_.AwaitSent(1);
  EXPECT_EQ(asked.origin, "https://sts.eu-west-1.amazonaws.com");
  EXPECT_TRUE(absl::StrContains(asked.body, "RoleArn=arn%3Aaws%3Aiam%3A%3A2%3Arole%2Fother"))
      << asked.body;
  EXPECT_TRUE(absl::StrContains(*FindHeader(asked.headers, "Authorization"), "Credential=AKID/"));
  transport_.Answer(1, HttpResponse{200,
                                    {},
                                    "<R><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>t"
                                    "</SecretAccessKey><SessionToken>token</SessionToken>"
                                    "<Expiration>2030-01-01T00:00:00Z</Expiration></R>"});

  const HttpRequest sent = transport_.AwaitSent(2);
  EXPECT_TRUE(absl::StrContains(*FindHeader(sent.headers, "Authorization"), "Credential=ASIA/"));
  EXPECT_EQ(*FindHeader(sent.headers, "X-Amz-Security-Token"), "token");
  transport_.Answer(2, Ok());
  Start();
  EXPECT_FALSE(absl::StrContains(transport_.AwaitSent(3).origin, "sts"));
  transport_.Answer(3, Ok());
  EXPECT_EQ(TakeEnded(), "200 after 1;200 after 1;");
}

TEST_F(ClientTest, ARoleThatMayNotBeAssumedFailsTheCallInTheWordsOfSts) {
  Open([](Client::Options& options) { options.role = "arn:aws:iam::2:role/other"; });
  Start();
  transport_.AwaitSent(1);
  transport_.Answer(
      1, HttpResponse{403, {}, "<E><Code>AccessDenied</Code><Message>not for you</Message></E>"});
  transport_.RunUntil([&] { return !ended_.empty(); });
  EXPECT_EQ(TakeEnded(),
            "not made  not received, after 0: AssumeRole arn:aws:iam::2:role/other: AccessDenied: "
            "not for you;");
}

}  // namespace
}  // namespace workers::aws
