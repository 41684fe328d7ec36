// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/merged_scans.h"

namespace engine {

void MergedScans::Add(std::unique_ptr<storage::Cursor> rows) {
  scans_.push_back(std::move(rows));
  Push(scans_.size() - 1);
}

ExecutionNumber MergedScans::Take() {
  if (heads_.empty() || !status_.ok()) return ExecutionNumber::kNone;
  const Head head = heads_.top();
  heads_.pop();
  scans_[head.scan]->Next();
  Push(head.scan);
  return head.number;
}

void MergedScans::Push(size_t scan) {
  const storage::Cursor& rows = *scans_[scan];
  if (!rows.Valid()) return status_.Update(rows.status());
  const std::optional<ExecutionNumber> number = number_of_(rows.key());
  if (!number) return status_.Update(absl::DataLossError("a key of an execution is malformed"));
  const uint64_t rank = order_ == Order::kNewestFirst ? ToInt(*number) : ~ToInt(*number);
  heads_.push({.rank = rank, .scan = scan, .number = *number});
}

}  // namespace engine
