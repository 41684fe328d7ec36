// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Lists of executions from the durable view. Every execution has one row in `listing`, under its
// state machine and status, newest first; a page merges one scan per partition and status, so it
// costs the same however many executions there are. Any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/ids.h"
#include "engine/records.h"
#include "storage/store.h"

namespace engine {

struct ListedExecution {
  ExecutionNumber number = ExecutionNumber::kNone;
  ExecutionRow row;
};

struct ExecutionPage {
  std::vector<ListedExecution> executions;        // newest start first
  bool more = false;                              // there may be others, older than `last`
  ExecutionNumber last = ExecutionNumber::kNone;  // the oldest one that was looked at
};

struct ListScope {
  uint32_t partitions = 0;
  uint32_t machine = 0;                        // its number
  std::optional<asl::ExecutionStatus> status;  // nullopt: all
  uint32_t version = 0;                        // only those that began with it; 0: all
  std::string alias = {};                      // only those that it led to a version; empty: all
};

// Executions of a version or alias have no index of their own: a page is those among so many of the
// state machine's, and may be empty while there are others.
inline constexpr size_t kLookedAtMax = 10'000;

// Up to `count` executions that are older than `after`; kNone: from the newest on.
absl::StatusOr<ExecutionPage> ReadExecutionPage(const storage::Reader& view, const ListScope& scope,
                                                ExecutionNumber after, size_t count);

}  // namespace engine
