// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The Committer is the one place where a batch becomes durable. One for all partitions, with two
// threads:
//
//   loops ──Submit──▶ writer: Write without sync, in order ──▶ OnApplied
//                        │
//                        ▼
//                     syncer: loop { Snapshot, Sync, publish the view } ──▶ OnDurable
//
// While one sync runs, the writer goes on; the next sync covers all that was written meanwhile, so
// one sync serves many transitions. Only after OnDurable(n) may the effects of batch n leave the
// process.
//
// Any status but OK from the store: `failed` is set before anything else is called, nothing more is
// written, synced or announced, and OnFailed is called once with what the last durable commit was.
// The listener ends the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "storage/batch.h"
#include "storage/store.h"

namespace storage {

// "Everything of this partition up to and including this number."
struct CommitNotice {
  uint32_t partition;
  uint64_t number;
};

// Called on the committer's threads; must be quick and must not call back. The engine posts the
// notices to the loops. Applied and durable come in any order relative to each other.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  virtual void OnApplied(std::span<const CommitNotice> notices) = 0;
  virtual void OnDurable(std::span<const CommitNotice> notices) = 0;
  virtual void OnFailed(const absl::Status& status, uint64_t last_durable_seq) = 0;
};

enum class SyncMode : uint8_t {
  kPipelined,  // the product
  kNone,       // measuring the durability tax only: "durable" right after Write
};

class Committer {
 public:
  // Starts the threads. `store` and `listener` must outlive this.
  Committer(Store* store, CommitListener* listener, SyncMode mode = SyncMode::kPipelined);
  ~Committer();  // Stop()

  // Hands over batches of any partitions, in commit order of each. Never blocks; any thread, one
  // caller per partition.
  void Submit(std::vector<Batch> batches);

  // What is durable, as one consistent view: published when a sync returned, before OnDurable.
  // Never null. Any thread.
  View durable_view() const;

  // Writes and syncs what was submitted, then ends the threads. Idempotent.
  void Stop();

  struct Counters {
    uint64_t writes = 0;  // Store::Write calls
    uint64_t syncs = 0;
    uint64_t batches = 0;
    uint64_t bytes = 0;  // of batches handed to the store
    // Newest ones, store-wide, since the store was created.
    uint64_t written_seq = 0;
    uint64_t durable_seq = 0;
  };
  Counters counters() const;  // any thread

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace storage
