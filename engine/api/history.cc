// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/api/requests.h"
#include "engine/tables.h"

namespace engine::api {

// A page token is the id where the next page starts and the direction it belongs to: it outlives a
// restart.
absl::StatusOr<HistoryAnswer> GetExecutionHistory(Engine& engine, const HistoryRequest& request) {
  absl::StatusOr<size_t> count = CheckMaxResults(request.max_results);
  if (!count.ok()) return count.status();
  absl::StatusOr<std::string> position = DecodePageToken(request.token);
  if (!position.ok()) return position.status();
  const char direction = request.reverse ? 'r' : 'f';
  asl::EventId from = asl::EventId::kNone;
  if (!position->empty()) {
    const std::optional<uint64_t> id = ReadU64(std::string_view(*position).substr(1));
    if (position->front() != direction || !id || *id == 0) {
      return absl::InvalidArgumentError("Invalid Token: 'Invalid token'");
    }
    from = asl::EventId{static_cast<int64_t>(*id)};
  }
  const storage::View view = engine.durable_view();
  absl::StatusOr<ExecutionNumber> number =
      FindExecution(*view, engine.scope(), engine.partitions(), request.execution_arn);
  if (!number.ok()) return number.status();
  absl::StatusOr<HistoryPage> page =
      ReadPage(*view, engine.registry(), *number, from, *count,
               request.reverse ? storage::Direction::kBackward : storage::Direction::kForward);
  if (!page.ok()) return page.status();
  HistoryAnswer answer{.events = std::move(page->events)};
  if (page->next != asl::EventId::kNone) {
    answer.next_token =
        EncodePageToken(direction + U64(static_cast<uint64_t>(asl::ToInt(page->next))));
  }
  return answer;
}

}  // namespace engine::api
