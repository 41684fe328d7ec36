// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The closed loop behind most figures: `open` executions of a chain of Tasks are kept running; when
// the last task of one reaches the worker, another is started. Steps are counted when their task
// reaches the worker, so the count does not jump with whole workflows. Shaped like skeleton_client,
// so that the two can be compared.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace grpc {
class Channel;
}

namespace bench {

struct ChainOptions {
  std::string state_machine;
  std::string function;  // that its Tasks name
  int steps = 10;        // Tasks per execution, states "S0" … "S9"
  int open = 1;
  std::string input;
  std::string result;       // of every Task
  double seconds = 10;      // end after this long …
  uint64_t executions = 0;  // … or, unless 0, after so many executions
};

struct ChainReport {
  double seconds = 0;        // measured
  uint64_t steps = 0;        // within them
  double client_cpu_us = 0;  // of this process, within them
  uint64_t executions = 0;   // started in all, and ended when this is returned
  std::string arn_prefix;    // execution n is arn_prefix + n
  float step_p50_us = 0;     // from one task's arrival to the next one's
  float step_p99_us = 0;
  float start_p50_us = 0;  // StartExecution, request to reply
  float start_p99_us = 0;
};

// Runs the load, then lets every execution end. An error when the engine refused something or
// anything is missing.
absl::StatusOr<ChainReport> RunChain(const std::shared_ptr<grpc::Channel>& channel,
                                     const ChainOptions& options);

// `p` in [0, 1]; sorts. 0 when there is nothing.
float Percentile(std::vector<float>& values, double p);

}  // namespace bench
