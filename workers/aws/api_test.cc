// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/api.h"

#include <gtest/gtest.h>

#include "fmt/format.h"
#include "workers/aws/retry.h"

namespace workers::aws {
namespace {

// "code: message".
std::string Read(HttpHeaders headers, std::string body) {
  const ApiError error = ReadServiceError({400, std::move(headers), std::move(body)});
  return fmt::format("{}: {}", error.code, error.message);
}

TEST(Api, AnErrorsCodeAndMessageAreReadAsTheSdksDo) {
  EXPECT_EQ(Read({}, R"({"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"m"})"),
            "QueueDoesNotExist: m");
  EXPECT_EQ(Read({}, R"({"code":"AccessDenied","Message":"M"})"), "AccessDenied: M");
  EXPECT_EQ(Read({{"x-amzn-ErrorType", "ResourceNotFoundException:http://x/#y"}},
                 R"({"__type":"other","Type":"User"})"),
            "ResourceNotFoundException: ");
  EXPECT_EQ(Read({{"x-amzn-query-error", "MissingParameter;Sender"}},
                 R"({"__type":"com.amazonaws.sqs#MissingRequiredParameterException"})"),
            "MissingParameter: ");
  EXPECT_EQ(Read({}, "<html>Bad Gateway</html>"), ": ");
  EXPECT_EQ(Read({}, R"(["__type"])"), ": ");
  EXPECT_EQ(Read({}, R"({"__type":7,"message":{}})"), ": ");
}

TEST(Api, AnErrorIsShownInTheWordsOfTheSdkThatStepFunctionsUses) {
  const ApiError refused{.code = "ResourceNotFoundException",
                         .message = "Function not found: arn",
                         .status = 404,
                         .request_id = "r-1"};
  EXPECT_EQ(SdkText(refused, "AWSLambda"),
            "Function not found: arn (Service: AWSLambda; Status Code: 404; Error Code: "
            "ResourceNotFoundException; Request ID: r-1; Proxy: null)");
  EXPECT_EQ(
      SdkText({.status = 502}, "AWSLambda"),
      "null (Service: AWSLambda; Status Code: 502; Error Code: null; Request ID: null; Proxy: "
      "null)");
  EXPECT_EQ(SdkText({.kind = ApiError::Kind::kNoAnswer,
                     .message = "no-such-queue: Name or service not known"},
                    "AmazonSQS"),
            "Unable to execute HTTP request: no-such-queue: Name or service not known");
}

TEST(Retry, WhatPassesByItselfIsTriedAgain) {
  const auto why = [](int status, std::string_view code) {
    return WhyRetry(HttpResponse{status, {}, ""}, code, Repeat::kAlways);
  };
  EXPECT_EQ(why(200, ""), RetryReason::kNone);
  EXPECT_EQ(why(400, "ValidationException"), RetryReason::kNone);
  EXPECT_EQ(why(403, "AccessDeniedException"), RetryReason::kNone);
  EXPECT_EQ(why(501, ""), RetryReason::kNone);
  for (const int status : {500, 502, 503, 504})
    EXPECT_EQ(why(status, "Anything"), RetryReason::kTransient) << status;
  EXPECT_EQ(why(400, "RequestTimeout"), RetryReason::kTransient);
  EXPECT_EQ(why(400, "ThrottlingException"), RetryReason::kThrottled);
  EXPECT_EQ(why(400, "ProvisionedThroughputExceededException"), RetryReason::kThrottled);
  EXPECT_EQ(why(502, "EC2ThrottledException"), RetryReason::kThrottled);
  EXPECT_EQ(why(429, ""), RetryReason::kThrottled);

  const auto failed = [](HttpFailureKind kind) {
    return WhyRetry(HttpFailure{kind, true, ""}, "", Repeat::kAlways);
  };
  EXPECT_EQ(failed(HttpFailureKind::kNotConnected), RetryReason::kTransient);
  EXPECT_EQ(failed(HttpFailureKind::kBroken), RetryReason::kTransient);
  EXPECT_EQ(failed(HttpFailureKind::kTimeout), RetryReason::kTimeout);
  EXPECT_EQ(failed(HttpFailureKind::kTooLarge), RetryReason::kNone);
  EXPECT_EQ(failed(HttpFailureKind::kCancelled), RetryReason::kNone);
}

TEST(Retry, WhatMayHaveBeenActedOnIsNotTriedAgainWhereThatWouldBeTwice) {
  const auto answered = [](int status, std::string_view code) {
    return WhyRetry(HttpResponse{status, {}, ""}, code, Repeat::kWhenNotReceived);
  };
  EXPECT_EQ(answered(500, "ServiceException"), RetryReason::kNone);
  EXPECT_EQ(answered(504, ""), RetryReason::kNone);
  EXPECT_EQ(answered(429, "TooManyRequestsException"), RetryReason::kThrottled);
  EXPECT_EQ(answered(400, "ExpiredTokenException"), RetryReason::kTransient);

  const auto failed = [](HttpFailureKind kind, bool sent) {
    return WhyRetry(HttpFailure{kind, sent, ""}, "", Repeat::kWhenNotReceived);
  };
  EXPECT_EQ(failed(HttpFailureKind::kBroken, true), RetryReason::kNone);
  EXPECT_EQ(failed(HttpFailureKind::kTimeout, true), RetryReason::kNone);
  EXPECT_EQ(failed(HttpFailureKind::kTimeout, false), RetryReason::kTimeout);
  EXPECT_EQ(failed(HttpFailureKind::kNotConnected, false), RetryReason::kTransient);
}

TEST(Retry, PausesDoubleUpToTwentySecondsAndAreARandomPart) {
  const HttpResult failed = HttpFailure{};
  EXPECT_EQ(RetryPause(2, 0.5, failed), absl::Milliseconds(500));
  EXPECT_EQ(RetryPause(3, 0.5, failed), absl::Seconds(1));
  EXPECT_EQ(RetryPause(6, 0.5, failed), absl::Seconds(8));
  EXPECT_EQ(RetryPause(7, 0.5, failed), absl::Seconds(10));
  EXPECT_EQ(RetryPause(1000, 0.5, failed), absl::Seconds(10));
  EXPECT_EQ(RetryPause(2, 0, failed), absl::ZeroDuration());
}

TEST(Retry, APauseThatTheServiceAsksForIsKeptUpToFiveSecondsMore) {
  const auto pause = [](const std::string& asked) {
    return RetryPause(2, 0.5, HttpResponse{503, {{"X-Amz-Retry-After", asked}}, ""});
  };
  EXPECT_EQ(pause("1500"), absl::Milliseconds(1500));
  EXPECT_EQ(pause("100"), absl::Milliseconds(500));
  EXPECT_EQ(pause("60000"), absl::Milliseconds(5500));
  EXPECT_EQ(pause("-1"), absl::Milliseconds(500));
  EXPECT_EQ(pause("soon"), absl::Milliseconds(500));
  EXPECT_EQ(RetryPause(2, 0.5, HttpResponse{503, {{"Retry-After", "60"}}, ""}),
            absl::Milliseconds(500));
}

TEST(Retry, TheQuotaEndsRetriesWhileNothingSucceeds) {
  RetryQuota quota;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(quota.Take(RetryReason::kTransient), 5);
  for (int i = 0; i < 25; ++i) EXPECT_EQ(quota.Take(RetryReason::kTimeout), 10);
  EXPECT_EQ(quota.Take(RetryReason::kThrottled), std::nullopt);
  for (int i = 0; i < 4; ++i) quota.Return(0);
  EXPECT_EQ(quota.Take(RetryReason::kThrottled), std::nullopt);
  quota.Return(5);
  EXPECT_EQ(quota.Take(RetryReason::kThrottled), 5);
  for (int i = 0; i < 1000; ++i) quota.Return(10);
  EXPECT_EQ(quota.left(), RetryQuota::kCapacity);
}

}  // namespace
}  // namespace workers::aws
