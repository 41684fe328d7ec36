// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include <array>

#include "engine/api/requests.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine::api {
namespace {

constexpr std::array kStatuses = {asl::ExecutionStatus::kRunning, asl::ExecutionStatus::kSucceeded,
                                  asl::ExecutionStatus::kFailed, asl::ExecutionStatus::kTimedOut,
                                  asl::ExecutionStatus::kAborted};

// 0 stands for all.
absl::StatusOr<uint8_t> CheckStatusFilter(const std::string& filter) {
  if (filter.empty()) return uint8_t{0};
  for (asl::ExecutionStatus status : kStatuses) {
    if (filter == asl::StatusName(status)) return static_cast<uint8_t>(status);
  }
  return absl::InvalidArgumentError(
      fmt::format("1 validation error detected: Value '{}' at 'statusFilter' failed to satisfy "
                  "constraint: Member must satisfy enum value set: [RUNNING, SUCCEEDED, FAILED, "
                  "TIMED_OUT, ABORTED]",
                  filter));
}

// What a page token belongs to.
std::string ListOf(const ListScope& scope, uint8_t filter) {
  std::string bytes = "executions ";
  storage::AppendU32(scope.machine, &bytes);
  storage::AppendU8(filter, &bytes);
  if (scope.version != 0) storage::AppendU32(scope.version, &bytes);
  if (!scope.alias.empty()) storage::AppendTerminated(scope.alias, &bytes);
  return bytes;
}

}  // namespace

// A page token says which execution was looked at last.
absl::StatusOr<ListExecutionsAnswer> ListExecutions(Engine& engine,
                                                    const ListExecutionsRequest& request) {
  absl::StatusOr<size_t> count = CheckMaxResults(request.max_results);
  if (!count.ok()) return count.status();
  absl::StatusOr<uint8_t> filter = CheckStatusFilter(request.status);
  if (!filter.ok()) return filter.status();
  absl::StatusOr<Target> target = FindTarget(engine, request.state_machine);
  if (!target.ok()) return target.status();
  ListScope scope{.partitions = engine.partitions(), .machine = target->machine->number};
  if (*filter != 0) scope.status = static_cast<asl::ExecutionStatus>(*filter);
  if (target->version) scope.version = target->version->number;
  if (target->alias) scope.alias = target->alias->name;
  const std::string list = ListOf(scope, *filter);
  const absl::StatusOr<std::string> position = engine.page_tokens().Open(list, request.token);
  if (!position.ok()) return position.status();
  auto after = ExecutionNumber::kNone;
  if (!position->empty()) after = ExecutionNumber{*ReadU64(*position)};
  absl::StatusOr<ExecutionPage> page =
      ReadExecutionPage(*engine.durable_view(), scope, after, *count);
  if (!page.ok()) return page.status();
  ListExecutionsAnswer answer{.machine = target->machine->machine,
                              .executions = std::move(page->executions)};
  if (page->more) {
    answer.next_token = engine.page_tokens().Seal(list, U64(ToInt(page->last)));
  }
  return answer;
}

}  // namespace engine::api
