// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Reading executions from the durable view. Never enters a partition's loop; a view shows only what
// is durable, and everything that was acknowledged. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/history_event.h"
#include "engine/ids.h"
#include "engine/records.h"
#include "engine/registry.h"
#include "storage/store.h"

namespace engine {

struct PendingTask {
  std::string state_name;
  std::string queue;
  uint32_t attempt = 1;
  std::string instance;  // empty: no worker has it
};

struct ExecutionDescription {
  ExecutionNumber number = ExecutionNumber::kNone;
  ExecutionRow row;
  RevisionPtr revision;
  std::string input;
  std::optional<std::string> output;
  asl::Error error;
  std::vector<PendingTask> pending;
  bool parked = false;  // the process crashed repeatedly while working on it
};

// NotFound with AWS's text when there is none.
absl::StatusOr<ExecutionNumber> FindExecution(const storage::Reader& view, const ArnScope& scope,
                                              uint32_t partitions, const std::string& arn);
absl::StatusOr<ExecutionRow> ReadStatus(const storage::Reader& view, ExecutionNumber number);
// The revision that an execution's row names.
absl::StatusOr<RevisionPtr> RevisionOf(const storage::Reader& view, const Registry& registry,
                                       ExecutionNumber number, const ExecutionRow& row);
absl::StatusOr<ExecutionDescription> Describe(const storage::Reader& view, const Registry& registry,
                                              ExecutionNumber number);

struct HistoryPage {
  std::string machine;                      // its name
  uint32_t version = 0;                     // that the execution began with; 0: none
  std::string alias = {};                   // that led to the version
  std::vector<asl::HistoryEvent> events;    // payloads loaded
  asl::EventId next = asl::EventId::kNone;  // where the next page starts; kNone: this was the last
};
// Up to `count` events from `from` on, upwards or downwards; cut at about 1 MiB of payloads, the
// first always taken. `from` kNone: from the first, or the last when reverse.
absl::StatusOr<HistoryPage> ReadPage(const storage::Reader& view, const Registry& registry,
                                     ExecutionNumber number, asl::EventId from, size_t count,
                                     storage::Direction direction);

}  // namespace engine
