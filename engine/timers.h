// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A partition's timers: rows in due order, of which those due before a horizon are also in memory.
// Arming and cancelling write rows; a timer loaded twice or cancelled meanwhile does no harm,
// because the interpreter ignores a signal that no longer fits. Owned by the partition, its thread
// only.
//
// What memory must never miss: every armed timer due before the horizon. Rows are brought by range
// scans of the store, which do not see batches that are not applied yet, so a timer stays in memory
// until its batch is applied whatever its due time, and while a scan is under way nothing is
// dropped.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "engine/command.h"
#include "engine/tables.h"

namespace engine {

class Timers {
 public:
  static constexpr int64_t kWindowMs = 60'000;  // how far ahead of the clock the horizon is kept
  static constexpr size_t kRowsPerLoadMax = 10'000;

  // Rows up to here are in memory; the scan goes on from here.
  const TimerKey& horizon() const { return horizon_; }

  // The row is written by the caller, in batch `batch`.
  void Arm(const TimerKey& key, asl::EventId scheduled, uint64_t batch);
  void Cancel(const TimerKey& key);
  void OnApplied(uint64_t batch);

  // Where the next scan should start, when one is wanted and none is under way; marks it as under
  // way.
  std::optional<TimerKey> WantsLoad(asl::Millis now);
  void OnLoaded(const TimersLoaded& loaded);

  struct Due {
    TimerKey key;
    asl::EventId scheduled;
  };
  // Takes out the earliest timer due at `now`, in due order. Overdue rows come first even when a
  // scan has to bring them: nothing beyond the horizon is given out.
  std::optional<Due> TakeDue(asl::Millis now);

  // When TakeDue or WantsLoad may have something next; kNever when nothing is armed.
  asl::Millis NextWake() const;
  // Due time of the first timer in memory; kNever when none is there.
  asl::Millis NextDue() const { return near_.empty() ? asl::kNever : near_.begin()->first.due; }
  size_t size() const { return near_.size(); }

 private:
  std::map<TimerKey, asl::EventId> near_;
  std::deque<std::pair<uint64_t, TimerKey>> unapplied_far_;  // batch, beyond the horizon when armed
  TimerKey horizon_{};                                       // everything below is in memory
  bool complete_ = false;  // the last scan reached the end: all rows are below the horizon
  bool loading_ = false;
};

}  // namespace engine
