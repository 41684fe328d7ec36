// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Two threads and one mutex, never held while the store works. The writer takes everything queued
// as one Write; the syncer takes everything written as one Sync, and waits for a write that is
// under way. Each wakes the other only when it may be asleep.
//
// `failed` is looked at again after every call of the store, so that nothing is announced once it
// is set. A call that is already under way on the other thread cannot be recalled: its result is
// dropped, and the store must bear it (see freezing_file_system.h).
#include "storage/commit.h"

#include <algorithm>
#include <cassert>
#include <condition_variable>
#include <iterator>
#include <mutex>
#include <thread>
#include <utility>

namespace storage {
namespace {

// Of several batches: larger Writes were no faster (2.0 µs of CPU per put of 300 bytes from here
// up), and the next sync would wait longer for them. A batch alone may be larger.
constexpr size_t kWriteBytesMax = 256 << 10;

// Writes that a sync waits for while there are more to come. Four made fewer syncs and, at 1,024
// open executions, a twelfth fewer steps.
constexpr size_t kWritesPerSyncMax = 2;

// Raises the notice of each partition; partitions per call are few, so a scan beats a map.
void Merge(std::span<const CommitNotice> news, std::vector<CommitNotice>& into) {
  for (const CommitNotice& notice : news) {
    const auto same = std::find_if(into.begin(), into.end(), [&](const CommitNotice& n) {
      return n.partition == notice.partition;
    });
    if (same == into.end()) {
      into.push_back(notice);
    } else {
      same->number = notice.number;
    }
  }
}

}  // namespace

struct Committer::State {
  State(Store* s, CommitListener* l, SyncMode m)
      : store(s),
        listener(l),
        mode(m),
        durable_seq(s->written_seq()),
        durable_view(s->Snapshot()) {}

  void RunWriter();
  void RunSyncer();
  bool WaitForQueued(std::vector<Batch>& batches);
  bool WriteAndAnnounce(std::span<const Batch> batches, bool last);
  bool WaitForWritten(std::vector<CommitNotice>& notices);
  bool PublishAndAnnounce(std::span<const CommitNotice> notices, View view, uint64_t seq);
  // A write that is under way is worth waiting for: its callers would wait for two syncs otherwise.
  // Not for ever, though. REQUIRES: mutex held.
  bool WorthASync() const {
    return writes_to_sync > 0 && (!writing || writes_to_sync >= kWritesPerSyncMax);
  }
  bool HasFailed() const;
  void Fail(const absl::Status& status);

  Store* const store;
  CommitListener* const listener;
  const SyncMode mode;

  std::mutex announcing;  // held during calls of the listener, so that they do not overlap; taken
                          // before `mutex`

  mutable std::mutex mutex;  // guards what follows
  std::condition_variable queue_filled, write_done;
  std::vector<Batch> queue;           // handed in, not yet taken by the writer
  std::vector<CommitNotice> to_sync;  // written, not yet taken by the syncer
  size_t writes_to_sync = 0;          // how many Writes that is
  bool writer_asleep = false, syncer_asleep = false;
  bool writing = false;       // the writer has batches that it has not written yet
  bool stopping = false;      // no Submit after it
  bool writer_ended = false;  // nothing is added to to_sync after it
  bool failed = false;
  uint64_t durable_seq;
  View durable_view;
  Counters counters;

  std::thread writer, syncer;
};

// Returns false when there is nothing more to write, ever.
bool Committer::State::WaitForQueued(std::vector<Batch>& batches) {
  batches.clear();
  std::unique_lock lock(mutex);
  while (queue.empty() && !stopping && !failed) {
    writer_asleep = true;
    queue_filled.wait(lock);
  }
  writer_asleep = false;
  batches.swap(queue);
  writing = !batches.empty();
  return !batches.empty() && !failed;
}

bool Committer::State::WriteAndAnnounce(std::span<const Batch> batches, bool last) {
  if (absl::Status s = store->Write(batches); !s.ok()) {
    Fail(s);
    return false;
  }
  std::vector<CommitNotice> notices;
  uint64_t bytes = 0;
  for (const Batch& batch : batches) {
    const CommitNotice notice{.partition = batch.header().partition,
                              .number = batch.header().number};
    Merge(std::span(&notice, 1), notices);
    bytes += batch.bytes().size();
  }
  bool wake = false;
  {
    std::lock_guard lock(mutex);
    ++counters.writes;
    counters.batches += batches.size();
    counters.bytes += bytes;
    writing = !last || !queue.empty();
    if (mode == SyncMode::kPipelined) {
      Merge(notices, to_sync);
      ++writes_to_sync;
      wake = WorthASync() && std::exchange(syncer_asleep, false);
    }
  }
  if (wake)
    write_done.notify_one();  // before the announcement: the sync is what a caller waits for
  {
    std::lock_guard lock(announcing);
    if (HasFailed()) return false;
    listener->OnApplied(notices);
  }
  if (mode == SyncMode::kPipelined) return true;
  return PublishAndAnnounce(notices, store->Snapshot(), store->written_seq());
}

void Committer::State::RunWriter() {
  std::vector<Batch> batches;
  bool healthy = true;
  while (healthy && WaitForQueued(batches)) {
    const std::span<const Batch> all(batches);
    for (size_t begin = 0; healthy && begin < all.size();) {
      size_t end = begin;
      for (size_t bytes = 0; end < all.size() && bytes < kWriteBytesMax; ++end) {
        bytes += all[end].bytes().size();
      }
      healthy = WriteAndAnnounce(all.subspan(begin, end - begin), end == all.size());
      begin = end;
    }
  }
  {
    std::lock_guard lock(mutex);
    writer_ended = true;
  }
  write_done.notify_one();
}

// Returns false when there is nothing more to sync, ever.
bool Committer::State::WaitForWritten(std::vector<CommitNotice>& notices) {
  notices.clear();
  std::unique_lock lock(mutex);
  while (!WorthASync() && !writer_ended && !failed) {
    syncer_asleep = true;
    write_done.wait(lock);
  }
  syncer_asleep = false;
  writes_to_sync = 0;
  notices.swap(to_sync);
  return !notices.empty() && !failed;
}

void Committer::State::RunSyncer() {
  std::vector<CommitNotice> notices;
  while (WaitForWritten(notices)) {
    // The notices' writes have returned; the snapshot and the sync may hold more, never less.
    const uint64_t seq = store->written_seq();
    View view = store->Snapshot();
    if (absl::Status s = store->Sync(); !s.ok()) {
      Fail(s);
      return;
    }
    if (!PublishAndAnnounce(notices, std::move(view), seq)) return;
  }
}

bool Committer::State::PublishAndAnnounce(std::span<const CommitNotice> notices, View view,
                                          uint64_t seq) {
  std::lock_guard announce(announcing);
  {
    std::lock_guard lock(mutex);
    if (failed) return false;
    if (mode == SyncMode::kPipelined) ++counters.syncs;
    durable_seq = seq;
    durable_view.swap(view);  // the old one is dropped after the lock
  }
  listener->OnDurable(notices);
  return true;
}

bool Committer::State::HasFailed() const {
  std::lock_guard lock(mutex);
  return failed;
}

void Committer::State::Fail(const absl::Status& status) {
  uint64_t seq = 0;
  {
    std::lock_guard lock(mutex);
    if (std::exchange(failed, true)) return;
    seq = durable_seq;
  }
  queue_filled.notify_one();
  write_done.notify_one();
  std::lock_guard lock(announcing);
  listener->OnFailed(status, seq);
}

Committer::Committer(Store* store, CommitListener* listener, SyncMode mode)
    : state_(std::make_unique<State>(store, listener, mode)) {
  state_->writer = std::thread([state = state_.get()] { state->RunWriter(); });
  if (mode == SyncMode::kPipelined) {
    state_->syncer = std::thread([state = state_.get()] { state->RunSyncer(); });
  }
}

Committer::~Committer() { Stop(); }

void Committer::Submit(std::vector<Batch> batches) {
  if (batches.empty()) return;
  bool wake = false;
  {
    std::lock_guard lock(state_->mutex);
    assert(!state_->stopping);
    if (state_->queue.empty()) {
      state_->queue = std::move(batches);
    } else {
      std::move(batches.begin(), batches.end(), std::back_inserter(state_->queue));
    }
    wake = std::exchange(state_->writer_asleep, false);
  }
  if (wake) state_->queue_filled.notify_one();
}

View Committer::durable_view() const {
  std::lock_guard lock(state_->mutex);
  return state_->durable_view;
}

void Committer::Stop() {
  {
    std::lock_guard lock(state_->mutex);
    state_->stopping = true;
    state_->writer_asleep = false;
  }
  state_->queue_filled.notify_one();
  if (state_->writer.joinable()) state_->writer.join();
  if (state_->syncer.joinable()) state_->syncer.join();
}

Committer::Counters Committer::counters() const {
  std::lock_guard lock(state_->mutex);
  Counters counters = state_->counters;
  counters.durable_seq = state_->durable_seq;
  counters.written_seq = state_->store->written_seq();
  return counters;
}

}  // namespace storage
