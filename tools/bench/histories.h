// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What keeps a fast benchmark honest: after the load, random histories are read back and must be
// whole.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"

namespace grpc {
class Channel;
}

namespace bench {

// Reads `count` random histories of the executions arn_prefix + [0, executions). Each must have
// dense event ids from 1, begin with ExecutionStarted, end with ExecutionSucceeded, and hold
// `tasks` each of LambdaFunctionScheduled, -Started and -Succeeded. The error names the first that
// does not.
absl::Status CheckHistories(const std::shared_ptr<grpc::Channel>& channel,
                            const std::string& arn_prefix, uint64_t executions, int count,
                            int tasks);

}  // namespace bench
