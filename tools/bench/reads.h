// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How long reads take: of lists, of histories, and of an engine that has just been started.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace grpc {
class Channel;
}

namespace bench {

// Microseconds of first pages, the median of each machine, asked for by turns.
absl::StatusOr<std::vector<float>> TimeFirstPages(const std::shared_ptr<grpc::Channel>& channel,
                                                  const std::vector<std::string>& state_machines,
                                                  const std::string& status_filter, int calls);

// Executions of the state machine that have this status.
absl::StatusOr<uint64_t> CountExecutions(const std::shared_ptr<grpc::Channel>& channel,
                                         const std::string& state_machine,
                                         const std::string& status_filter);

// Waits for the engine; then it has described an execution, and started another.
struct FirstAnswers {
  double described = 0;  // seconds of the monotonic clock, as Python's time.monotonic
  double started = 0;
};
absl::StatusOr<FirstAnswers> WaitForFirstAnswers(const std::shared_ptr<grpc::Channel>& channel,
                                                 const std::string& execution_arn,
                                                 const std::string& state_machine);

// Microseconds of reading the first `events` events, `page` a call. What lies below `directory` is
// dropped from the page cache after the connection stands.
struct ColdRead {
  double us = 0;
  int events = 0;
};
absl::StatusOr<ColdRead> TimeColdHistory(const std::shared_ptr<grpc::Channel>& channel,
                                         const std::string& execution_arn, int events, int page,
                                         const std::string& directory);

}  // namespace bench
