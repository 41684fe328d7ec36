// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/watch_cursor.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <utility>

#include "fmt/format.h"

namespace engine {
namespace {

// One portion: what is read in one go and handed to the client.
constexpr size_t kUpdatesMax = 512;
constexpr size_t kUpdateBytesMax = 512u << 10;
// Pause after everything has been told once: at least this, so that changes come together, and so
// long that reading takes a tenth of the time. Behind that, the client's side costs about as much.
constexpr int64_t kPauseUsMin = 20'000;
constexpr int64_t kPauseUsMax = 1'000'000;
constexpr int64_t kPauseFactor = 9;

}  // namespace

Watch::Watch(WatchOptions options, WatchSink sink, uint32_t partitions)
    : options_(std::move(options)),
      sink_(std::move(sink)),
      named_(!options_.executions.empty()),
      scan_(named_ ? 0 : partitions) {
  for (ExecutionNumber execution : options_.executions) {
    const auto [it, added] =
        known_.emplace(ToInt(execution), Known{.next = options_.from, .unread = true});
    if (added) unread_.push_back(execution);
  }
}

Watch::Known* Watch::KnowOf(ExecutionNumber execution) {
  auto it = known_.find(ToInt(execution));
  if (it != known_.end()) return &it->second;
  if (named_) return nullptr;  // another's, or its end has been told
  if (known_.size() == kWatchedMax) {
    overflowed_ = true;
    return nullptr;
  }
  return &known_[ToInt(execution)];
}

void Watch::Note(const ExecutionChanged& change) {
  Known* known = KnowOf(change.execution);
  if (known == nullptr) return;
  known->end_heard = known->end_heard || change.ended;
  if (known->end_told) {
    if (known->end_heard) known_.erase(ToInt(change.execution));
    return;
  }
  if (std::exchange(known->unread, true)) return;
  unread_.push_back(change.execution);
}

absl::Status Watch::Scan(const storage::Reader& view) {
  absl::StatusOr<std::vector<ExecutionNumber>> running = scan_.Next(view, kUpdatesMax);
  if (!running.ok()) return running.status();
  for (ExecutionNumber execution : *running) {
    Known* known = KnowOf(execution);
    if (known == nullptr || known->next > asl::EventId{1} || known->end_told) continue;
    if (!std::exchange(known->unread, true)) round_.push_back(execution);
  }
  return absl::OkStatus();
}

absl::Status Watch::Tell(const storage::Reader& view, const Registry& registry,
                         ExecutionNumber execution, std::vector<WatchUpdate>& updates) {
  auto it = known_.find(ToInt(execution));
  assert(it != known_.end());
  Known& known = it->second;
  known.unread = false;
  absl::StatusOr<std::optional<WatchUpdate>> update =
      ReadUpdate(view, registry, execution,
                 {.machine = options_.machine, .events = options_.events, .from = known.next});
  if (!update.ok()) return update.status();
  if (!*update) {
    known_.erase(it);
    return absl::OkStatus();
  }
  const bool ended = (*update)->row.status != asl::ExecutionStatus::kRunning;
  if (!(*update)->events.empty()) known.next = (*update)->last_event + 1;
  if ((*update)->more) {
    known.unread = true;
    round_.push_front(execution);
  } else if (ended && (named_ || !options_.events || known.end_heard)) {
    known_.erase(it);
  } else if (ended) {
    known.end_told = true;
  } else if (!named_ && !options_.events) {
    known_.erase(it);
  }
  const bool news = !options_.events || ended || !(*update)->events.empty();
  if (news) updates.push_back(*std::move(*update));
  return absl::OkStatus();
}

bool Watch::End(const absl::Status& status) {
  sink_.end(status);
  return false;
}

bool Watch::Serve(const storage::Reader& view, const Registry& registry, Clock& clock) {
  if (overflowed_) {
    return End(absl::ResourceExhaustedError(fmt::format(
        "more than {} executions changed that this client has not read: read faster, or watch one "
        "state machine or single executions",
        kWatchedMax)));
  }
  const int64_t begin_us = clock.MonotonicMicros();
  std::vector<WatchUpdate> updates;
  if (round_.empty()) round_.swap(unread_);
  if (round_.empty() && !scan_.done()) {
    if (absl::Status s = Scan(view); !s.ok()) return End(s);
  }
  for (size_t bytes = 0;
       !round_.empty() && updates.size() < kUpdatesMax && bytes < kUpdateBytesMax;) {
    const ExecutionNumber execution = round_.front();
    round_.pop_front();
    const size_t told = updates.size();
    if (absl::Status s = Tell(view, registry, execution, updates); !s.ok()) return End(s);
    if (updates.size() > told) bytes += updates.back().bytes;
  }
  if (!updates.empty()) {
    delivered_ = true;
    sink_.deliver(std::move(updates));
  }
  const int64_t end_us = clock.MonotonicMicros();
  round_us_ += end_us - begin_us;
  due_us_ = end_us;
  if (round_.empty() && scan_.done()) {
    due_us_ += std::clamp(round_us_ * kPauseFactor, kPauseUsMin, kPauseUsMax);
    round_us_ = 0;
  }
  if (named_ && known_.empty()) return End(absl::OkStatus());
  return true;
}

}  // namespace engine
