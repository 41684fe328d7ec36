// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/history_sweep.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/merged_scans.h"
#include "engine/tables.h"
#include "storage/key.h"

namespace engine {
namespace {

// Kept executions passed per portion: with ten microseconds for the look into the gap before each,
// a portion takes 10 ms.
constexpr int kKeptPerPortionMax = 1'000;

std::optional<ExecutionNumber> NumberOf(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  const ExecutionNumber number{reader.U64()};
  if (!reader.ok()) return std::nullopt;
  return number;
}

// The executions that are kept, over all partitions.
MergedScans Kept(const storage::Reader& view, uint32_t partitions, ExecutionNumber from,
                 ExecutionNumber until) {
  MergedScans kept(MergedScans::Order::kOldestFirst, NumberOf);
  for (PartitionId partition = 0; partition < partitions; ++partition) {
    std::string begin = PartitionPrefix(partition), end = begin;
    storage::AppendU64(ToInt(from), &begin);
    storage::AppendU64(ToInt(until), &end);
    kept.Add(view.Scan(kExecutions, begin, end));
  }
  return kept;
}

absl::StatusOr<bool> HasHistory(const storage::Reader& view, ExecutionNumber begin,
                                ExecutionNumber end) {
  auto rows = view.Scan(kHistory, HistoryBound(begin), HistoryBound(end));
  if (!rows->Valid() && !rows->status().ok()) return rows->status();
  return rows->Valid();
}

}  // namespace

HistorySweep::HistorySweep(int64_t retention_ms, DropFiles drop_files)
    : retention_ms_(std::max<int64_t>(1, retention_ms)), drop_files_(std::move(drop_files)) {}

absl::StatusOr<bool> HistorySweep::Sweep(const SweepSurroundings& surroundings) {
  const auto clocks = surroundings.barrier();
  if (!clocks) return false;
  if (!under_way_) {
    if (!due_ && clocks->retired == retired_) return false;
    due_ = false;
    under_way_ = true;
    retired_ = clocks->retired;
    position_ = ExecutionNumber::kNone;
  }
  // Whoever was retired had ended, and so started, by what the latest clock lets go; and executions
  // that start from now on have no lower number than the earliest clock gives.
  const asl::Millis retired_before = clocks->latest + (1 - retention_ms_);
  const asl::Millis settled_before = clocks->earliest;
  if (settled_before < retired_before) due_ = true;
  const ExecutionNumber limit =
      MakeExecutionNumber(std::max(asl::Millis{}, std::min(settled_before, retired_before)), 0, 0);
  std::vector<std::pair<ExecutionNumber, ExecutionNumber>> ranges;
  // After the barrier: everything below the limit is in this view, and nothing is added there.
  const storage::View view = surroundings.durable_view();
  MergedScans kept = Kept(*view, surroundings.partitions, position_, limit);
  for (int passed = 0; under_way_ && passed < kKeptPerPortionMax; ++passed) {
    const ExecutionNumber next = kept.Take();
    if (!kept.status().ok()) return kept.status();
    const ExecutionNumber end = next == ExecutionNumber::kNone ? limit : next;
    if (position_ < end) {
      const absl::StatusOr<bool> garbage = HasHistory(*view, position_, end);
      if (!garbage.ok()) return garbage.status();
      if (*garbage) ranges.emplace_back(position_, end);
    }
    under_way_ = next != ExecutionNumber::kNone;
    position_ = ExecutionNumber{ToInt(end) + 1};
  }
  if (ranges.empty()) return under_way_;
  surroundings.post(0, SweepHistory{ranges});
  if (!surroundings.barrier()) return false;  // durable now
  for (const auto& [begin, end] : ranges) {
    absl::Status s = drop_files_(HistoryBound(begin), HistoryBound(end));
    if (!s.ok()) return s;
  }
  return under_way_;
}

}  // namespace engine
