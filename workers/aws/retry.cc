// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/retry.h"

#include <algorithm>
#include <array>
#include <string>

#include "absl/strings/numbers.h"

namespace workers::aws {
namespace {

constexpr int kRetryCost = 5;
constexpr int kTimeoutCost = 10;
constexpr int kUnretriedReturn = 1;
constexpr absl::Duration kAskedPauseMoreMax = absl::Seconds(5);

constexpr std::array<std::string_view, 14> kThrottlingCodes = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException"};
constexpr std::array<std::string_view, 5> kTransientCodes = {
    "ExpiredToken", "ExpiredTokenException",  // the next attempt has other credentials
    "IDPCommunicationError", "RequestTimeout", "RequestTimeoutException"};

template <size_t count>
bool Contains(const std::array<std::string_view, count>& codes, std::string_view code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

RetryReason WhyRetryAnswer(int status, std::string_view code, Repeat repeat) {
  if (status < 300) return RetryReason::kNone;
  if (Contains(kThrottlingCodes, code) || status == 429) return RetryReason::kThrottled;
  const bool refused = code == "ExpiredToken" || code == "ExpiredTokenException";
  if (repeat == Repeat::kWhenNotReceived && !refused) return RetryReason::kNone;
  const bool transient = Contains(kTransientCodes, code) || status == 500 || status == 502 ||
                         status == 503 || status == 504;
  return transient ? RetryReason::kTransient : RetryReason::kNone;
}

}  // namespace

RetryReason WhyRetry(const HttpResult& result, std::string_view code, Repeat repeat) {
  if (const auto* response = std::get_if<HttpResponse>(&result))
    return WhyRetryAnswer(response->status, code, repeat);
  const auto& failure = std::get<HttpFailure>(result);
  if (repeat == Repeat::kWhenNotReceived && failure.sent) return RetryReason::kNone;
  switch (failure.kind) {
    case HttpFailureKind::kNotConnected:
    case HttpFailureKind::kBroken:
      return RetryReason::kTransient;
    case HttpFailureKind::kTimeout:
      return RetryReason::kTimeout;
    case HttpFailureKind::kTooLarge:
    case HttpFailureKind::kCancelled:
      break;
  }
  return RetryReason::kNone;
}

absl::Duration RetryPause(int next, double draw, const HttpResult& failed) {
  absl::Duration bound = absl::Seconds(1);
  for (int attempt = 2; attempt < next && bound < kPauseMax; ++attempt) bound *= 2;
  const absl::Duration pause = draw * std::min(bound, kPauseMax);
  const auto* response = std::get_if<HttpResponse>(&failed);
  const std::string* asked =
      response == nullptr ? nullptr : FindHeader(response->headers, "x-amz-retry-after");
  uint32_t asked_ms = 0;
  if (asked == nullptr || !absl::SimpleAtoi(*asked, &asked_ms)) return pause;
  return std::clamp(absl::Milliseconds(asked_ms), pause, pause + kAskedPauseMoreMax);
}

std::optional<int> RetryQuota::Take(RetryReason reason) {
  const int cost = reason == RetryReason::kTimeout ? kTimeoutCost : kRetryCost;
  if (left_ < cost) return std::nullopt;
  left_ -= cost;
  return cost;
}

void RetryQuota::Return(int taken) {
  left_ = std::min(kCapacity, left_ + (taken == 0 ? kUnretriedReturn : taken));
}

}  // namespace workers::aws
