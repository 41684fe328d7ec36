// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/aws_gate.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/time/time.h"
#include "workers/aws/sigv4.h"

namespace engine {
namespace {

class ManualClock : public Clock {
 public:
  asl::Millis Now() override { return {}; }
  int64_t MonotonicMicros() override { return now_us; }
  int64_t now_us = 0;
};

class AwsGateTest : public testing::Test {
 protected:
  AwsGateTest() {
    file_ = (std::filesystem::temp_directory_path() / "asld-gate-XXXXXX").string();
    const int made = mkstemp(file_.data());
    EXPECT_GE(made, 0);
    close(made);
  }
  ~AwsGateTest() override { std::filesystem::remove(file_); }

  std::unique_ptr<AwsGate> OpenWith(const std::string& credentials) {
    std::ofstream(file_) << credentials;
    auto gate = AwsGate::Open({.credentials_file = file_, .region = "us-east-1"});
    status_ = gate.status();
    return gate.ok() ? *std::move(gate) : nullptr;
  }

  static HttpRequest Signed(const std::string& id, const std::string& secret) {
    workers::aws::HttpRequest request{
        .headers = {{"Host", "127.0.0.1:8083"}, {"X-Amz-Target", "AWSStepFunctions.X"}},
        .body = "{}"};
    workers::aws::Sign({.access_key_id = id, .secret_access_key = workers::aws::Secret(secret)},
                       {"us-east-1", "states"}, absl::FromUnixMillis(SystemClock().Now().value),
                       &request);
    HttpRequest sent{.method = "POST", .path = "/", .body = "{}"};
    for (const auto& header : request.headers) {
      sent.headers.emplace_back(header.name, header.value);
    }
    return sent;
  }

  std::string file_;
  absl::Status status_;
};

TEST_F(AwsGateTest, OnlyWhoSignsWithAKeyOfTheFileIsLetIn) {
  const auto gate = OpenWith(
      "[a]\naws_access_key_id = A\naws_secret_access_key = s\n"
      "[b]\naws_access_key_id = B\naws_secret_access_key = t\n");
  ASSERT_NE(gate, nullptr) << status_;
  EXPECT_EQ(gate->CheckCaller(Signed("A", "s")), std::nullopt);
  EXPECT_EQ(gate->CheckCaller(Signed("B", "t")), std::nullopt);
  const auto code = [&](const HttpRequest& request) { return gate->CheckCaller(request)->type; };
  EXPECT_EQ(code(Signed("A", "wrong")), "InvalidSignatureException");
  EXPECT_EQ(code(Signed("C", "s")), "UnrecognizedClientException");
  EXPECT_EQ(code({.method = "POST", .path = "/"}), "MissingAuthenticationTokenException");
  HttpRequest changed = Signed("A", "s");
  changed.body = "{ }";
  EXPECT_EQ(code(changed), "InvalidSignatureException");
}

TEST_F(AwsGateTest, WithoutAFileNobodyIsAsked) {
  const auto gate = AwsGate::Open({});
  ASSERT_TRUE(gate.ok());
  EXPECT_EQ((*gate)->CheckCaller({.method = "POST", .path = "/"}), std::nullopt);
}

TEST_F(AwsGateTest, AFileThatLetsNobodyInIsRefusedAndNoSecretIsShown) {
  EXPECT_EQ(OpenWith("[a]\nregion = x\n"), nullptr);
  EXPECT_NE(status_.message().find("nobody could call"), std::string::npos) << status_;
  EXPECT_EQ(OpenWith("[a]\naws_secret_access_key = hidden\n"), nullptr);
  EXPECT_EQ(status_.ToString().find("hidden"), std::string::npos) << status_;
  EXPECT_FALSE(AwsGate::Open({.credentials_file = "/none"}).ok());
}

TEST_F(AwsGateTest, OneCallTooManyIsThrottledUntilAnotherEnds) {
  const auto gate = AwsGate::Open({.calls_max = 1});
  ASSERT_TRUE(gate.ok());
  EXPECT_EQ((*gate)->Enter(), std::nullopt);
  EXPECT_EQ((*gate)->Enter()->type, "ThrottlingException");
  (*gate)->Leave();
  EXPECT_EQ((*gate)->Enter(), std::nullopt);
}

TEST(TokenBuckets, ABucketGivesItsBurstAndThenWhatIsRefilled) {
  ManualClock clock;
  TokenBuckets buckets({{"StartExecution", {.burst = 2, .per_second = 10}}}, &clock);
  EXPECT_TRUE(buckets.Take("StartExecution"));
  EXPECT_TRUE(buckets.Take("StartExecution"));
  EXPECT_FALSE(buckets.Take("StartExecution"));
  EXPECT_TRUE(buckets.Take("DescribeExecution"));
  clock.now_us += 100'000;
  EXPECT_TRUE(buckets.Take("StartExecution"));
  EXPECT_FALSE(buckets.Take("StartExecution"));
  clock.now_us += 3'600'000'000;  // no more than the burst is saved up
  EXPECT_TRUE(buckets.Take("StartExecution"));
  EXPECT_TRUE(buckets.Take("StartExecution"));
  EXPECT_FALSE(buckets.Take("StartExecution"));
}

TEST(TokenBuckets, RatesAreAwsOnesOrOnesOwn) {
  EXPECT_TRUE(ParseBucketRates({"off"})->empty());
  EXPECT_TRUE(ParseBucketRates({})->empty());
  const auto rates = ParseBucketRates({"StartExecution=5/0.5", "aws"});
  ASSERT_TRUE(rates.ok()) << rates.status();
  EXPECT_EQ(rates->at("StartExecution").per_second, 0.5);
  EXPECT_EQ(rates->at("SendTaskSuccess").burst, 3'000);
  for (const char* wrong : {"on", "StartExecution", "StartExecution=1", "StartExecution=0/1",
                            "StartExecution=1/-1", "Nonsense=1/1", "StartExecution=x/1"}) {
    EXPECT_FALSE(ParseBucketRates({wrong}).ok()) << wrong;
  }
}

}  // namespace
}  // namespace engine
