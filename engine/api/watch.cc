// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/api/requests.h"
#include "fmt/format.h"

namespace engine::api {
namespace {

constexpr size_t kArnsMax = 1'000;

absl::Status CheckWatch(const WatchRequest& request) {
  const int said = (request.execution_arns.empty() ? 0 : 1) +
                   (request.state_machine.empty() ? 0 : 1) + (request.all ? 1 : 0);
  if (said != 1) {
    return absl::InvalidArgumentError(
        "say what to watch in one way: execution_arns, state_machine or all");
  }
  if (request.execution_arns.size() > kArnsMax) {
    return absl::InvalidArgumentError(fmt::format("{} executions in one call; at most {} are taken",
                                                  request.execution_arns.size(), kArnsMax));
  }
  if (request.from_event < 0) {
    return absl::InvalidArgumentError(
        fmt::format("from_event must be an event's id, not {}", request.from_event));
  }
  if (request.from_event > 0 && (!request.events || request.execution_arns.size() != 1)) {
    return absl::InvalidArgumentError(
        "from_event goes with include_events and one execution: ids count per execution");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WatchOptions> ResolveWatch(Engine& engine, const WatchRequest& request) {
  if (absl::Status s = CheckWatch(request); !s.ok()) return s;
  WatchOptions options{.events = request.events};
  if (request.from_event > 0) options.from = asl::EventId{request.from_event};
  if (!request.state_machine.empty()) {
    absl::StatusOr<RevisionPtr> revision = DescribeStateMachine(engine, request.state_machine);
    if (!revision.ok()) return revision.status();
    options.machine = (*revision)->machine;
  }
  const storage::View view = engine.durable_view();
  for (const std::string& arn : request.execution_arns) {
    absl::StatusOr<ExecutionNumber> number =
        FindExecution(*view, engine.scope(), engine.partitions(), arn);
    if (!number.ok()) return number.status();
    options.executions.push_back(*number);
  }
  return options;
}

}  // namespace engine::api
