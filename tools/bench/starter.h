// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Starts executions without waiting for them: one StartExecution call each, as a service that
// starts one workflow per request would, any number under way, one thread that gathers the replies.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "asld/v1/workflows.grpc.pb.h"

namespace bench {

class Starter {
 public:
  Starter(const std::shared_ptr<grpc::Channel>& channel, std::string state_machine,
          std::string input);
  ~Starter();  // Stop()

  // Asks for execution "b-<n>", n counting from 0. Any thread; never waits.
  void Start();

  // Waits for the replies of all that was asked and ends the thread; the first error, if any.
  // Idempotent.
  absl::Status Stop();

  uint64_t asked() const { return asked_; }
  // Microseconds from request to reply. REQUIRES: after Stop().
  std::vector<float>& latencies_us() { return latencies_us_; }
  // Everything of the executions' ARN before n. REQUIRES: after Stop().
  const std::string& arn_prefix() const { return arn_prefix_; }

 private:
  struct Call;
  void ReplyLoop();

  const std::string state_machine_;
  const std::string input_;
  std::unique_ptr<asld::v1::Workflows::Stub> stub_;
  grpc::CompletionQueue replies_;
  std::atomic<uint64_t> asked_{0};
  std::mutex stop_mutex_;
  bool stopped_ = false;
  std::thread thread_;
  std::vector<float> latencies_us_;  // the thread's, until Stop()
  std::string arn_prefix_;           // the thread's, until Stop()
  absl::Status status_;              // the thread's, until Stop()
};

}  // namespace bench
