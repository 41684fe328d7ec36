// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/listing.h"

#include <algorithm>
#include <utility>

#include "engine/merged_scans.h"
#include "engine/reads.h"
#include "engine/tables.h"
#include "storage/key.h"

namespace engine {
namespace {

constexpr asl::ExecutionStatus kStatuses[] = {
    asl::ExecutionStatus::kRunning, asl::ExecutionStatus::kSucceeded, asl::ExecutionStatus::kFailed,
    asl::ExecutionStatus::kTimedOut, asl::ExecutionStatus::kAborted};

MergedScans NewestFirst(const storage::Reader& view, const ListScope& scope,
                        ExecutionNumber after) {
  MergedScans merged(MergedScans::Order::kNewestFirst, DecodeListingKey);
  for (PartitionId partition = 0; partition < scope.partitions; ++partition) {
    for (asl::ExecutionStatus status : kStatuses) {
      if (scope.status && *scope.status != status) continue;
      const std::string prefix = ListingPrefix(partition, scope.machine, status);
      std::string begin = prefix;
      if (after != ExecutionNumber::kNone) {
        storage::AppendDescendingU64(ToInt(after) - 1, &begin);
      }
      merged.Add(view.Scan(kListing, begin, storage::PrefixEnd(prefix)));
    }
  }
  return merged;
}

bool IsIn(const ListScope& scope, const ExecutionRow& row) {
  return (scope.version == 0 || row.version == scope.version) &&
         (scope.alias.empty() || row.alias == scope.alias);
}

}  // namespace

absl::StatusOr<ExecutionPage> ReadExecutionPage(const storage::Reader& view, const ListScope& scope,
                                                ExecutionNumber after, size_t count) {
  MergedScans executions = NewestFirst(view, scope, after);
  ExecutionPage page;
  for (size_t looked_at = 0;; ++looked_at) {
    const ExecutionNumber number = executions.Take();
    if (!executions.status().ok()) return executions.status();
    if (number == ExecutionNumber::kNone) return page;
    if (page.executions.size() == count || looked_at == std::max(count, kLookedAtMax)) {
      page.more = true;
      return page;
    }
    page.last = number;
    absl::StatusOr<ExecutionRow> row = ReadStatus(view, number);
    if (absl::IsNotFound(row.status())) {
      return absl::DataLossError("a row of table 'listing' names an execution that is missing");
    }
    if (!row.ok()) return row.status();
    if (!IsIn(scope, *row)) continue;
    page.executions.push_back({number, *std::move(row)});
  }
}

}  // namespace engine
