// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/watch.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "engine/watch_cursor.h"

namespace engine {
namespace {

// Changes may pile up while every watch is busy or pausing; above this they are sorted all the
// same, since what is told twice of an execution takes no room there.
constexpr size_t kChangesMax = 65'536;

}  // namespace

Watches::Watches(std::function<storage::View()> view, const Registry* registry, uint32_t partitions,
                 Clock* clock)
    : view_(std::move(view)),
      registry_(registry),
      partitions_(partitions),
      clock_(clock),
      thread_([this] { Work(); }) {}

Watches::~Watches() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

// Counted before the first view is taken: a change whose announcement found nobody watching is in
// that view, and all others are heard of.
Watches::Id Watches::Open(WatchOptions options, WatchSink sink) {
  auto watch = std::make_unique<Watch>(std::move(options), std::move(sink), partitions_);
  count_.fetch_add(1);
  Id id;
  {
    std::lock_guard lock(mutex_);
    id = next_++;
    mail_.opened.emplace_back(id, std::move(watch));
  }
  wake_.notify_one();
  return id;
}

void Watches::Taken(Id id) {
  {
    std::lock_guard lock(mutex_);
    mail_.taken.push_back(id);
  }
  wake_.notify_one();
}

void Watches::Close(Id id) {
  {
    std::lock_guard lock(mutex_);
    mail_.closed.push_back(id);
  }
  wake_.notify_one();
}

void Watches::Changed(std::vector<ExecutionChanged> changes) {
  bool wake;
  {
    std::lock_guard lock(mutex_);
    wake = std::exchange(wants_changes_, false);
    mail_.changes.insert(mail_.changes.end(), changes.begin(), changes.end());
    wake = wake || mail_.changes.size() >= kChangesMax;
  }
  if (wake) wake_.notify_one();
}

void Watches::Work() {
  Mail mail;
  while (WaitForMail(mail)) {
    Take(mail);
    const int64_t now_us = clock_->MonotonicMicros();
    for (auto it = watches_.begin(); it != watches_.end();) {
      Watch& watch = *it->second;
      const bool serve = watch.ready() && watch.due_us() <= now_us;
      if (serve && !watch.Serve(*view_(), *registry_, *clock_)) {
        it = watches_.erase(it);
        count_.fetch_sub(1);
      } else {
        ++it;
      }
    }
  }
}

// Until there is mail, or a watch is due. Changes are left to pile up unless a watch waits for
// nothing else. False: stop.
bool Watches::WaitForMail(Mail& mail) {
  const int64_t now_us = clock_->MonotonicMicros();
  std::optional<int64_t> due_us;
  bool wants_changes = false;
  for (const auto& [id, watch] : watches_) {
    if (watch->delivered()) continue;
    if (watch->has_unread() || watch->due_us() > now_us) {
      due_us = std::min(due_us.value_or(watch->due_us()), watch->due_us());
    } else {
      wants_changes = true;
    }
  }
  std::unique_lock lock(mutex_);
  wants_changes_ = wants_changes;
  const auto arrived = [this, wants_changes] {
    return stopping_ || !mail_.opened.empty() || !mail_.taken.empty() || !mail_.closed.empty() ||
           mail_.changes.size() >= (wants_changes ? 1 : kChangesMax);
  };
  if (due_us) {
    const int64_t sleep_us = std::max<int64_t>(*due_us - now_us, 0);
    wake_.wait_for(lock, std::chrono::microseconds(sleep_us), arrived);
  } else {
    wake_.wait(lock, arrived);
  }
  wants_changes_ = false;
  std::swap(mail, mail_);
  return !stopping_;
}

// Watches that were opened come first: what is said of a watch is said after it was opened.
void Watches::Take(Mail& mail) {
  for (auto& [id, watch] : mail.opened) watches_.emplace(id, std::move(watch));
  for (auto& [id, watch] : watches_) {
    for (const ExecutionChanged& change : mail.changes) watch->Note(change);
  }
  for (Id id : mail.taken) {
    if (auto it = watches_.find(id); it != watches_.end()) it->second->OnTaken();
  }
  for (Id id : mail.closed) count_.fetch_sub(watches_.erase(id));
  mail.opened.clear();
  mail.changes.clear();
  mail.taken.clear();
  mail.closed.clear();
}

}  // namespace engine
