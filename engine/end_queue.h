// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What is kept for a while after it ended, oldest end first: the front of a table whose keys are
// partition, end time and something more. Memory holds when the oldest row is due and where the
// next scan starts, nothing per row. A row is given out once, because no row is ever added behind
// the front: ends come in the order of the partition's clock, are kept for 1 ms at least, and a scan
// stops before the first one that is not applied yet. Owned by the partition, its thread only; rows
// are written and deleted by the caller.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "engine/command.h"
#include "engine/load_request.h"

namespace engine {

class EndQueue {
 public:
  static constexpr size_t kRowsPerLoadMax = 256;

  EndQueue(Table table, int64_t keep_ms);

  // A row with this end time is in that batch.
  void Added(asl::Millis ended, uint64_t batch);
  // A scan finds what was applied before it.
  void OnApplied(uint64_t batch);

  // The scan that is due, if one is and none is under way; marks it as under way.
  std::optional<LoadEnds> WantsLoad(asl::Millis now);
  void OnLoaded(const EndsLoaded& loaded);

  // When WantsLoad may have something; kNever when nothing is kept.
  asl::Millis NextWake() const;

 private:
  const Table table_;
  const int64_t keep_ms_;
  asl::Millis oldest_{};  // no applied row ended before; at a start nothing is known
  std::string front_;     // key after the last row that was given out; empty: none was
  bool loading_ = false;
  std::deque<std::pair<uint64_t, asl::Millis>> unapplied_;  // batch, end time; one per batch
};

}  // namespace engine
