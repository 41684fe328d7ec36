// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a source tells its queue, ten messages a call.
#include <algorithm>
#include <set>

#include "engine/sources/source.h"

namespace engine::sources {

using workers::aws::ApiResult;
using workers::aws::BatchFailure;
using workers::aws::BatchResult;
using workers::aws::kSqsBatchMax;

namespace {

// So long an entry waits for others. A burst of replies of the engine comes within less.
constexpr absl::Duration kGather = absl::Milliseconds(2);
constexpr absl::Duration kDeleteAgain = absl::Seconds(1);

template <typename T>
std::vector<T> TakeUpTo(std::vector<T>& all, size_t count) {
  const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
  std::vector<T> taken(std::make_move_iterator(all.begin()), std::make_move_iterator(end));
  all.erase(all.begin(), end);
  return taken;
}

}  // namespace

void Source::FlushSoon() {
  if (deletes_.size() >= kSqsBatchMax) SendDeletes(TakeUpTo(deletes_, kSqsBatchMax));
  if (returns_.size() >= kSqsBatchMax) SendReturns(TakeUpTo(returns_, kSqsBatchMax));
  if (flush_soon_ || (deletes_.empty() && returns_.empty())) return;
  flush_soon_ = true;
  Later(kGather, [this] { Flush(); });
}

void Source::Flush() {
  flush_soon_ = false;
  while (!deletes_.empty()) SendDeletes(TakeUpTo(deletes_, kSqsBatchMax));
  while (!returns_.empty()) SendReturns(TakeUpTo(returns_, kSqsBatchMax));
}

std::vector<std::string> Source::HandlesOf(std::vector<Entry>& entries) {
  std::vector<std::string> handles;
  std::erase_if(entries, [&](const Entry& entry) {
    const Held* const held = Find(entry.id, entry.delivery);
    if (held != nullptr) handles.push_back(held->handle);
    return held == nullptr;
  });
  return handles;
}

void Source::SendDeletes(std::vector<Entry> entries) {
  const std::vector<std::string> handles = HandlesOf(entries);
  if (handles.empty()) return;
  ++calls_;
  client_.Start(
      workers::aws::DeleteCall(queue_url_, handles),
      [self = weak_from_this(), entries = std::move(entries), handles](ApiResult result) {
        const std::shared_ptr<Source> source = self.lock();
        if (source == nullptr) return;
        --source->calls_;
        const BatchResult batch = workers::aws::ReadBatchResult(std::move(result), entries.size());
        std::map<size_t, bool> failed;  // by index: trying again does not help
        for (const BatchFailure& one : batch.failures) failed[one.index] = one.sender_fault;
        for (size_t i = 0; i < entries.size(); ++i) {
          const bool deleted = !batch.error && !failed.contains(i);
          source->OnDeleted(entries[i], handles[i], deleted, failed.contains(i) && failed[i]);
        }
        source->Receive();
        source->FinishStop();
      });
}

void Source::OnDeleted(const Entry& entry, const std::string& handle, bool deleted, bool for_good) {
  const Held* const held = Find(entry.id, entry.delivery);
  if (held == nullptr) return;
  if (deleted) {
    ++told_.counts.deleted;
    return Gone(entry.id);
  }
  const bool newer_handle = held->handle != handle;
  const bool over = (for_good && !newer_handle) || transport_.Now() >= held->deadline;
  if (over || stopping_) return Forget(entry.id);
  Later(kDeleteAgain, [this, entry] {
    if (Find(entry.id, entry.delivery) == nullptr) return;
    deletes_.push_back(entry);
    FlushSoon();
  });
}

std::vector<workers::aws::VisibilityChange> Source::ChangesOf(std::vector<Entry>& entries) {
  std::vector<std::string> handles = HandlesOf(entries);
  std::vector<workers::aws::VisibilityChange> changes;
  for (size_t i = 0; i < entries.size(); ++i)
    changes.push_back({std::move(handles[i]), entries[i].visibility});
  return changes;
}

// One that cannot be handed back becomes visible by itself when its time is over.
void Source::SendReturns(std::vector<Entry> entries) {
  const std::vector<workers::aws::VisibilityChange> changes = ChangesOf(entries);
  if (changes.empty()) return;
  ++calls_;
  client_.Start(workers::aws::ChangeVisibilityCall(queue_url_, changes),
                [self = weak_from_this(), entries = std::move(entries)](const ApiResult&) {
                  const std::shared_ptr<Source> source = self.lock();
                  if (source == nullptr) return;
                  --source->calls_;
                  for (const Entry& entry : entries) {
                    if (source->Find(entry.id, entry.delivery) != nullptr)
                      source->held_.erase(entry.id);
                  }
                  source->Receive();
                  source->FinishStop();
                });
}

// Messages in hand stay invisible. One whose time is over already is visible to others: of those
// that wait nothing was begun, so they are let go; the queue brings the others again, and then they
// have a new time.
void Source::ExtendVisibility() {
  const Time now = transport_.Now();
  const auto half = absl::ToChronoNanoseconds(options_.visibility / 2);
  std::vector<Entry> entries;
  std::vector<Id> over;
  for (auto& [id, held] : held_) {
    if (held.stage == Stage::kReturning || held.extending || held.deadline - now > half) continue;
    if (now < held.deadline) {
      held.extending = true;
      entries.push_back({id, held.delivery, options_.visibility});
    } else if (held.stage == Stage::kWaiting) {
      over.push_back(id);
    }
  }
  for (const Id& id : over) {
    if (held_.contains(id)) Forget(id);
  }
  while (!entries.empty()) SendExtensions(TakeUpTo(entries, kSqsBatchMax), now);
}

void Source::SendExtensions(std::vector<Entry> entries, Time asked_at) {
  const std::vector<workers::aws::VisibilityChange> changes = ChangesOf(entries);
  if (changes.empty()) return;
  ++calls_;
  workers::aws::ApiCall call = workers::aws::ChangeVisibilityCall(queue_url_, changes);
  call.time_max = options_.visibility / 2;  // later it is of no use
  client_.Start(std::move(call), [self = weak_from_this(), entries = std::move(entries),
                                  asked_at](ApiResult result) {
    const std::shared_ptr<Source> source = self.lock();
    if (source == nullptr) return;
    --source->calls_;
    source->OnExtended(entries, asked_at,
                       workers::aws::ReadBatchResult(std::move(result), entries.size()));
    source->FinishStop();
  });
}

void Source::OnExtended(const std::vector<Entry>& entries, Time asked_at,
                        const BatchResult& batch) {
  std::set<size_t> failed;
  for (const BatchFailure& one : batch.failures) failed.insert(one.index);
  for (size_t i = 0; i < entries.size(); ++i) {
    Held* const held = Find(entries[i].id, entries[i].delivery);
    if (held == nullptr) continue;
    held->extending = false;
    if (batch.error || failed.contains(i)) continue;
    held->deadline =
        std::max(held->deadline, asked_at + absl::ToChronoNanoseconds(entries[i].visibility));
  }
}

}  // namespace engine::sources
