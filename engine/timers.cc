// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/timers.h"

#include <algorithm>
#include <cassert>

namespace engine {

void Timers::Arm(const TimerKey& key, asl::EventId scheduled, uint64_t batch) {
  near_[key] = scheduled;
  if (key >= horizon_) unapplied_far_.emplace_back(batch, key);
}

void Timers::Cancel(const TimerKey& key) { near_.erase(key); }

// Once its row can be found by a scan, a far timer need not be in memory. While all of them fit
// (`complete_`) they stay, so a small partition never scans again; the first one dropped becomes
// the horizon.
void Timers::OnApplied(uint64_t batch) {
  while (!loading_ && !unapplied_far_.empty() && unapplied_far_.front().first <= batch) {
    const TimerKey key = unapplied_far_.front().second;
    unapplied_far_.pop_front();
    if (complete_ && near_.size() <= kRowsPerLoadMax) continue;
    if (complete_) {
      complete_ = false;
      horizon_ = key;
    }
    if (key >= horizon_) near_.erase(key);
  }
}

std::optional<TimerKey> Timers::WantsLoad(asl::Millis now) {
  if (loading_ || complete_ || horizon_.due > now + kWindowMs) return std::nullopt;
  loading_ = true;
  return horizon_;
}

void Timers::OnLoaded(const TimersLoaded& loaded) {
  assert(loading_);
  loading_ = false;
  for (const auto& [key, scheduled] : loaded.timers) near_.emplace(key, scheduled);
  if (loaded.next) {
    horizon_ = *loaded.next;
  } else {
    complete_ = true;
  }
}

std::optional<Timers::Due> Timers::TakeDue(asl::Millis now) {
  if (near_.empty()) return std::nullopt;
  auto first = near_.begin();
  if (first->first.due > now) return std::nullopt;
  if (!complete_ && first->first >= horizon_) return std::nullopt;
  const Due due{first->first, first->second};
  near_.erase(first);
  return due;
}

asl::Millis Timers::NextWake() const {
  asl::Millis wake = asl::kNever;
  if (!near_.empty() && (complete_ || near_.begin()->first < horizon_))
    wake = near_.begin()->first.due;
  if (!complete_ && !loading_) {
    const asl::Millis load{std::max<int64_t>(0, horizon_.due.value - kWindowMs)};
    wake = std::min(wake, load);
  }
  return wake;
}

}  // namespace engine
