// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The operations of AWS Step Functions as AWS's JSON protocol has them: of each its members and the
// function of engine/api behind it, or why it is not served. For aws_json.cc only. Nothing about an
// execution is decided here. Any thread; answers come on an engine thread or at once.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/aws_request.h"

namespace engine {

class Engine;

// The body of the answer. Called once.
using AwsReply = std::function<void(absl::StatusOr<std::string>)>;

// For an operation that waits: it hears when the caller has gone, and whether the answer was sent.
struct AwsWait {
  // Called once, but not after `gone` was. `sent` may be null.
  std::function<void(absl::StatusOr<std::string>, std::function<void(bool)> sent)> reply;
  std::function<void(std::function<void()> gone)> when_gone;  // null: nothing can be heard
};

struct AwsOperation {
  std::string_view name;
  std::span<const AwsMember> members;
  // One of the two; or neither, and what asld has to have first.
  void (*run)(Engine& engine, const AwsRequest& request, AwsReply reply) = nullptr;
  void (*wait)(Engine& engine, const AwsRequest& request, const AwsWait& wait) = nullptr;
  std::string_view missing = {};
  bool starts = false;  // new work, which is refused while the engine is behind
  bool slow = false;  // reads the store, or compiles: not on the thread that all connections share
};

// nullptr: AWS has no such operation.
const AwsOperation* FindAwsOperation(std::string_view name);

// aws_activities.cc, aws_executions.cc, aws_machines.cc, aws_versions.cc
std::span<const AwsOperation> AwsActivityOperations();
std::span<const AwsOperation> AwsExecutionOperations();
std::span<const AwsOperation> AwsMachineOperations();
std::span<const AwsOperation> AwsVersionOperations();

}  // namespace engine
