// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How often each operation of AWS's API may be called: a bucket of tokens that fills at a steady
// rate, as AWS throttles. Which numbers apply is one setting. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/clock.h"

namespace engine {

struct BucketRate {
  double burst = 0;       // calls that may come at once
  double per_second = 0;  // refilled
};
// By operation; one that is not there may be called as often as one likes.
using BucketRates = std::map<std::string, BucketRate, std::less<>>;

// "off"; or "aws" for AWS's numbers, and then or instead "OPERATION=BURST/PER_SECOND" for one's own.
absl::StatusOr<BucketRates> ParseBucketRates(const std::vector<std::string>& items);

class TokenBuckets {
 public:
  TokenBuckets(const BucketRates& rates, Clock* clock);

  // False: the bucket of this operation is empty. O(log n), no allocation.
  bool Take(std::string_view operation);

 private:
  struct Bucket {
    BucketRate rate;
    double tokens = 0;
    int64_t filled_us = 0;
  };
  Clock* const clock_;
  std::mutex mutex_;
  std::map<std::string, Bucket, std::less<>> buckets_;  // guarded by mutex_
};

}  // namespace engine
