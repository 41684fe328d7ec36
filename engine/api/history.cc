// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/api/requests.h"
#include "engine/tables.h"

namespace engine::api {

// A page token is of one direction through one execution, and says where the next page starts.
absl::StatusOr<HistoryAnswer> GetExecutionHistory(Engine& engine, const HistoryRequest& request) {
  absl::StatusOr<size_t> count = CheckMaxResults(request.max_results);
  if (!count.ok()) return count.status();
  const storage::View view = engine.durable_view();
  absl::StatusOr<ExecutionNumber> number =
      FindExecution(*view, engine.scope(), engine.partitions(), request.execution_arn);
  if (!number.ok()) return number.status();
  const std::string history =
      (request.reverse ? "history backward " : "history ") + U64(ToInt(*number));
  const absl::StatusOr<std::string> position = engine.page_tokens().Open(history, request.token);
  if (!position.ok()) return position.status();
  asl::EventId from = asl::EventId::kNone;
  if (!position->empty()) from = asl::EventId{static_cast<int64_t>(*ReadU64(*position))};
  absl::StatusOr<HistoryPage> page =
      ReadPage(*view, engine.registry(), *number, from, *count,
               request.reverse ? storage::Direction::kBackward : storage::Direction::kForward);
  if (!page.ok()) return page.status();
  HistoryAnswer answer{.events = std::move(page->events)};
  if (page->version != 0) {
    answer.version_arn = VersionArn(engine.scope(), page->machine, page->version);
  }
  if (!page->alias.empty()) {
    answer.alias_arn = QualifiedArn(engine.scope(), page->machine, page->alias);
  }
  if (page->next != asl::EventId::kNone) {
    answer.next_token =
        engine.page_tokens().Seal(history, U64(static_cast<uint64_t>(asl::ToInt(page->next))));
  }
  return answer;
}

}  // namespace engine::api
