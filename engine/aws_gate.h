// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Whether a call of AWS's API is let in, before its body is looked at: who signed it (when a
// credentials file says whose calls are taken), how often it comes, and how many are being worked
// on. Owned by main; any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/aws_request.h"
#include "engine/http_server.h"
#include "engine/token_buckets.h"

namespace engine {

AwsError Throttled();  // ThrottlingException, which SDKs try again

struct AwsGateOptions {
  std::string credentials_file;  // as AWS's tools keep them, all profiles; empty: nobody is asked
  std::string region;            // that signatures must name
  BucketRates rates;
  size_t calls_max = 4'096;  // begun and not answered; long polls do not count
};

class AwsGate {
 public:
  // Errors say what is wrong with the file; no key is shown.
  static absl::StatusOr<std::unique_ptr<AwsGate>> Open(const AwsGateOptions& options);
  ~AwsGate();

  // AWS's exception when the signature is missing or wrong.
  std::optional<AwsError> CheckCaller(const HttpRequest& request) const;
  // ThrottlingException, which SDKs try again.
  std::optional<AwsError> CheckRate(std::string_view operation);
  // A call begins, unless there are too many; it ends by Leave.
  std::optional<AwsError> Enter();
  void Leave();

 private:
  struct Callers;
  AwsGate(std::unique_ptr<Callers> callers, const AwsGateOptions& options);
  const std::unique_ptr<Callers> callers_;  // null: nobody is asked
  TokenBuckets buckets_;
  const size_t calls_max_;
  std::atomic<size_t> calls_ = 0;
};

}  // namespace engine
