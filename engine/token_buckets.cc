// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/token_buckets.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "engine/aws_operations.h"
#include "fmt/format.h"

namespace engine {
namespace {

struct Quota {
  const char* operation;
  BucketRate rate;
};
// Developer guide, "Service quotas", "Quotas related to API action throttling": Standard workflows in
// the largest regions. An operation that the page does not name has what its like has there.
constexpr Quota kOfAws[] = {
    {"CreateActivity", {100, 1}},
    {"CreateStateMachine", {100, 1}},
    {"CreateStateMachineAlias", {100, 1}},
    {"DeleteActivity", {100, 1}},
    {"DeleteStateMachine", {100, 1}},
    {"DeleteStateMachineAlias", {100, 1}},
    {"DeleteStateMachineVersion", {100, 1}},
    {"DescribeActivity", {200, 1}},
    {"DescribeExecution", {300, 15}},
    {"DescribeStateMachine", {200, 20}},
    {"DescribeStateMachineAlias", {200, 1}},
    {"DescribeStateMachineForExecution", {200, 1}},
    {"GetActivityTask", {3'000, 500}},
    {"GetExecutionHistory", {400, 20}},
    {"ListActivities", {100, 10}},
    {"ListExecutions", {200, 5}},
    {"ListStateMachineAliases", {100, 1}},
    {"ListStateMachineVersions", {100, 1}},
    {"ListStateMachines", {100, 5}},
    {"ListTagsForResource", {100, 1}},
    {"PublishStateMachineVersion", {100, 1}},
    {"SendTaskFailure", {3'000, 500}},
    {"SendTaskHeartbeat", {3'000, 500}},
    {"SendTaskSuccess", {3'000, 500}},
    {"StartExecution", {1'300, 300}},
    {"StopExecution", {1'000, 200}},
    {"TagResource", {200, 1}},
    {"UntagResource", {200, 1}},
    {"UpdateStateMachine", {100, 1}},
    {"UpdateStateMachineAlias", {100, 1}},
    {"ValidateStateMachineDefinition", {100, 1}},
};

absl::Status Malformed(const std::string& item) {
  return absl::InvalidArgumentError(
      fmt::format("throttle: '{}' must be off, aws, or OPERATION=BURST/PER_SECOND, for example "
                  "StartExecution=1300/300",
                  item));
}

absl::Status ParseOne(const std::string& item, BucketRates* rates) {
  const size_t equals = item.find('=');
  const size_t slash = item.find('/', equals == std::string::npos ? 0 : equals);
  if (equals == std::string::npos || slash == std::string::npos) return Malformed(item);
  const std::string operation = item.substr(0, equals);
  BucketRate rate;
  if (!absl::SimpleAtod(item.substr(equals + 1, slash - equals - 1), &rate.burst) ||
      !absl::SimpleAtod(item.substr(slash + 1), &rate.per_second) || !(rate.burst >= 1) ||
      !(rate.per_second > 0)) {
    return Malformed(item);
  }
  if (FindAwsOperation(operation) == nullptr) {
    return absl::InvalidArgumentError(
        fmt::format("throttle: '{}' is no operation of AWS Step Functions", operation));
  }
  (*rates)[operation] = rate;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BucketRates> ParseBucketRates(const std::vector<std::string>& items) {
  BucketRates rates;
  if (items.size() == 1 && items[0] == "off") return rates;
  for (const std::string& item : items) {
    if (item != "aws") continue;
    for (const Quota& quota : kOfAws) rates[quota.operation] = quota.rate;
  }
  for (const std::string& item : items) {
    if (item == "aws") continue;
    if (absl::Status s = ParseOne(item, &rates); !s.ok()) return s;
  }
  return rates;
}

TokenBuckets::TokenBuckets(const BucketRates& rates, Clock* clock) : clock_(clock) {
  const int64_t now = clock->MonotonicMicros();
  for (const auto& [operation, rate] : rates) {
    buckets_.emplace(operation, Bucket{.rate = rate, .tokens = rate.burst, .filled_us = now});
  }
}

bool TokenBuckets::Take(std::string_view operation) {
  if (buckets_.empty()) return true;  // which buckets there are never changes
  std::lock_guard lock(mutex_);
  auto it = buckets_.find(operation);
  if (it == buckets_.end()) return true;
  Bucket& bucket = it->second;
  const int64_t now = clock_->MonotonicMicros();
  const double seconds = static_cast<double>(now - bucket.filled_us) / 1e6;
  bucket.tokens = std::min(bucket.rate.burst, bucket.tokens + seconds * bucket.rate.per_second);
  bucket.filled_us = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

}  // namespace engine
