// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Client, HTTP and signatures together, over real sockets, against a server that checks every
// signature and fails in every way it knows.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

#include "fmt/format.h"
#include "workers/aws/http_client.h"
#include "workers/aws/lambda.h"
#include "workers/aws/sigv4_verify.h"
#include "workers/aws/temporary_folder.h"
#include "workers/aws/test_server.h"

namespace workers::aws {
namespace {

class ToxicTest : public testing::Test {
 protected:
  void Serve(TestServer::Handler handler) {
    server_ = std::make_unique<TestServer>(
        [this, handler = std::move(handler)](const HttpRequest& request, int before) {
          const auto verdict = verifier_.Verify(request, MachineTimeAndChance().now());
          if (const auto* refusal = std::get_if<AuthRefusal>(&verdict))
            return TestAnswer{.status = 403,
                              .headers = {{"x-amzn-ErrorType", std::string(refusal->code)}},
                              .body = fmt::format(R"({{"message":"{}"}})", refusal->message)};
          return handler(request, before);
        });
    // Pauses are the shortest: what is shown does not depend on them.
    TimeAndChance chance = MachineTimeAndChance();
    chance.draw = [] { return 0; };
    client_ =
        std::make_unique<Client>(Client::Options{.settings = *LoadSettings(folder_.variables()),
                                                 .region = "eu-west-1",
                                                 .endpoint = *ParseEndpoint(server_->origin()),
                                                 .credentials = key_},
                                 http_.get(), chance);
  }

  // How often each outcome came about over `count` invocations at once.
  std::map<std::string, int> InvokeMany(int count, Repeat repeat) {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, int> outcomes;
    int ended = 0;
    for (int i = 0; i < count; ++i) {
      Invoke(*client_, {.function = fmt::format("f{}", i), .payload = "1", .repeat = repeat},
             [&](const InvokeResult& result) {
               const auto* failure = std::get_if<InvokeFailure>(&result);
               const std::lock_guard lock(mutex);
               ++outcomes[failure == nullptr ? "success" : failure->error];
               ++ended;
               changed.notify_all();
             });
    }
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ended == count; });
    return outcomes;
  }

  // How often each function was asked to run.
  std::map<std::string, int> Runs() const {
    std::map<std::string, int> runs;
    for (const HttpRequest& request : server_->requests()) ++runs[request.path];
    return runs;
  }

  const Credentials key_{"AKID", Secret("secret"), Secret("token"), {}};
  const SigV4Verifier verifier_{{"eu-west-1", "lambda"}, {key_}};
  TemporaryFolder folder_;
  std::unique_ptr<HttpClient> http_ = *HttpClient::Start({.connections_max = 50});
  std::unique_ptr<TestServer> server_;
  std::unique_ptr<Client> client_;
};

constexpr Misbehave kFaults[] = {Misbehave::kNot, Misbehave::kCloses, Misbehave::kResets,
                                 Misbehave::kTruncates, Misbehave::kTalksNonsense};

TEST_F(ToxicTest, EveryInvocationEndsAndNoneIsReceivedTwice) {
  Serve([](const HttpRequest&, int before) {
    return TestAnswer{.body = "2", .misbehave = kFaults[before % 5]};
  });
  const std::map<std::string, int> outcomes = InvokeMany(500, Repeat::kWhenNotReceived);
  EXPECT_EQ(outcomes,
            (std::map<std::string, int>{{"success", 100}, {"Lambda.SdkClientException", 400}}));
  EXPECT_EQ(Runs().size(), 500u);
  for (const auto& [path, times] : Runs()) EXPECT_EQ(times, 1) << path;
}

TEST_F(ToxicTest, WhatMayRunTwiceSucceedsThroughFaults) {
  std::mutex mutex;
  std::map<std::string, int> tries;
  Serve([&](const HttpRequest& request, int) {
    const std::lock_guard lock(mutex);
    const int earlier = tries[request.path]++;
    const size_t which = std::hash<std::string>()(request.path);
    if (earlier < 2 && which % 10 == 0)
      return TestAnswer{.body = "2", .misbehave = kFaults[1 + which / 10 % 4]};
    if (earlier < 2 && which % 10 == 1)
      return TestAnswer{.status = 429,
                        .headers = {{"x-amzn-ErrorType", "TooManyRequestsException"}}};
    return TestAnswer{.body = "2"};
  });
  // Few enough faults for the quota: 10 of it for each that has them.
  EXPECT_EQ(InvokeMany(200, Repeat::kAlways), (std::map<std::string, int>{{"success", 200}}));
}

TEST_F(ToxicTest, AThrottleIsTriedAgainAndThenShown) {
  Serve([](const HttpRequest&, int) {
    return TestAnswer{.status = 429,
                      .headers = {{"x-amzn-ErrorType", "TooManyRequestsException"}},
                      .body = R"({"Reason":"ReservedFunctionConcurrentInvocationLimitExceeded"})"};
  });
  EXPECT_EQ(InvokeMany(1, Repeat::kWhenNotReceived),
            (std::map<std::string, int>{{"Lambda.TooManyRequestsException", 1}}));
  EXPECT_EQ(server_->requests().size(), 3u);
}

TEST_F(ToxicTest, CancellingAnInvocationEndsIt) {
  Serve([](const HttpRequest&, int) { return TestAnswer{.misbehave = Misbehave::kHangs}; });
  std::promise<InvokeFailure::Kind> ended;
  const uint64_t id = Invoke(*client_, {.function = "f"}, [&](const InvokeResult& result) {
    ended.set_value(std::get<InvokeFailure>(result).kind);
  });
  server_->AwaitRequests(1);
  client_->Cancel(id);
  EXPECT_EQ(ended.get_future().get(), InvokeFailure::Kind::kCancelled);
}

TEST_F(ToxicTest, ClosingInTheMiddleTellsEverybody) {
  Serve([](const HttpRequest&, int) { return TestAnswer{.misbehave = Misbehave::kHangs}; });
  std::atomic<int> ended = 0;
  for (int i = 0; i < 200; ++i)
    Invoke(*client_, {.function = "f"}, [&](const InvokeResult&) { ++ended; });
  server_->AwaitRequests(50);
  client_.reset();
  EXPECT_EQ(ended, 200);
}

}  // namespace
}  // namespace workers::aws
