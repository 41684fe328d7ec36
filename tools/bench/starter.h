// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Starts executions without waiting for them: one StartExecution call each, as a service that
// starts one workflow per request would, any number under way, one thread that gathers the replies.
#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace grpc {
class Channel;
}

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

  uint64_t asked() const;  // any thread
  // Microseconds from request to reply. REQUIRES: after Stop().
  std::vector<float>& latencies_us();
  // Everything of the executions' ARN before n. REQUIRES: after Stop().
  const std::string& arn_prefix() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bench
