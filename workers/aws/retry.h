// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// When a call of AWS is made again, as the SDKs' standard mode decides it: which failures pass by
// themselves, how long to pause, and a quota that ends retries while most of them fail. Pure but for
// the quota, which is its owner's thread's.
// Source: AWS SDKs and Tools reference guide, "Retry behavior"; botocore where it is silent.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/time/time.h"
#include "workers/aws/api.h"
#include "workers/aws/http.h"

namespace workers::aws {

inline constexpr int kAttemptsMax = 3;
inline constexpr absl::Duration kPauseMax = absl::Seconds(20);

enum class RetryReason : uint8_t { kNone, kTransient, kTimeout, kThrottled };

// `code` is the service's, of an answer.
RetryReason WhyRetry(const HttpResult& result, std::string_view code, Repeat repeat);

// Before attempt `next`, from 2: a random part (`draw`, in [0, 1)) of 1, 2, 4 … seconds. What the
// service asks for in x-amz-retry-after (ms) is kept to, up to 5 s more than that.
absl::Duration RetryPause(int next, double draw, const HttpResult& failed);

class RetryQuota {
 public:
  static constexpr int kCapacity = 500;

  // What a retry for this reason takes out, or nullopt: none is left for it.
  std::optional<int> Take(RetryReason reason);
  // After a success: `taken` comes back, one when it needed no retry.
  void Return(int taken);
  int left() const { return left_; }

 private:
  int left_ = kCapacity;
};

}  // namespace workers::aws
