// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/end_queue.h"

#include <algorithm>
#include <cassert>

namespace engine {

EndQueue::EndQueue(Table table, int64_t keep_ms)
    : table_(table), keep_ms_(std::max<int64_t>(1, keep_ms)) {}

void EndQueue::Added(asl::Millis ended, uint64_t batch) {
  if (unapplied_.empty() || unapplied_.back().first != batch) unapplied_.emplace_back(batch, ended);
}

// A row that the scan under way finds, too, makes one scan more, which finds nothing.
void EndQueue::OnApplied(uint64_t batch) {
  for (; !unapplied_.empty() && unapplied_.front().first <= batch; unapplied_.pop_front()) {
    oldest_ = std::min(oldest_, unapplied_.front().second);
  }
}

std::optional<LoadEnds> EndQueue::WantsLoad(asl::Millis now) {
  if (loading_ || NextWake() > now) return std::nullopt;
  loading_ = true;
  oldest_ = asl::kNever;
  asl::Millis until = now + -keep_ms_;
  // A row that is applied after the scan must not come to lie behind the front.
  if (!unapplied_.empty()) until = std::min(until, unapplied_.front().second + -1);
  return LoadEnds{.table = table_, .from = front_, .until = until, .rows_max = kRowsPerLoadMax};
}

void EndQueue::OnLoaded(const EndsLoaded& loaded) {
  assert(loading_);
  loading_ = false;
  if (!loaded.rows.empty()) front_ = loaded.rows.back().key + '\0';
  if (loaded.next) oldest_ = std::min(oldest_, *loaded.next);
}

asl::Millis EndQueue::NextWake() const {
  if (loading_ || oldest_ == asl::kNever) return asl::kNever;
  if (!unapplied_.empty() && oldest_ >= unapplied_.front().second) return asl::kNever;
  return oldest_ + keep_ms_;
}

}  // namespace engine
