// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A memory store in which each partition's batches become applied and durable one by one, in the
// partition's order but in any order between partitions, and durable before applied or after it:
// what a replicated log per partition would do. The simulation drives it by hand, to show that the
// engine relies on nothing stronger:
//
//   store.Write(batches)     queues them: neither applied nor durable yet
//   store.Apply(p)           the oldest batch of p that is not applied shows in reads; notice for
//   OnApplied store.Persist(p)         the oldest batch of p that is not durable is; notice for
//   OnDurable store.durable_view()     what every Persist so far made durable: what clients may
//   read store.Crash(keep)        of each partition the durable batches survive, and `keep[p]` more
//
// REQUIRES: batches of different partitions touch different rows. Not synchronised: one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "storage/commit.h"
#include "storage/own_rows.h"
#include "storage/store.h"
#include "storage/versioned_tables.h"

namespace storage {

class PartitionedStore : public Store {
 public:
  explicit PartitionedStore(const std::vector<TableSpec>& tables);

  // Reads see what was applied.
  absl::StatusOr<std::optional<std::string>> Get(TableTag table,
                                                 std::string_view key) const override;
  std::unique_ptr<Cursor> Scan(TableTag table, std::string_view begin, std::string_view end,
                               Direction direction) const override;
  View Snapshot() override { return applied_->Pin(); }
  View durable_view() { return durable_->Pin(); }

  absl::Status Write(std::span<const Batch> batches) override;
  // Persists everything written, without applying it.
  absl::Status Sync() override;
  absl::StatusOr<uint64_t> AppliedNumber(uint32_t partition) const override;
  uint64_t written_seq() const override { return written_seq_; }

  // Partitions that have something to apply or to persist, in order.
  std::vector<uint32_t> unapplied() const;
  std::vector<uint32_t> undurable() const;
  // How many batches of the partition are not durable yet.
  size_t undurable(uint32_t partition) const;

  CommitNotice Apply(uint32_t partition);  // REQUIRES: the partition has an unapplied batch
  CommitNotice Persist(
      uint32_t partition);  // REQUIRES: the partition has a batch that is not durable

  // Starts again with what survived, all of it applied and durable. `keep` names for a partition
  // how many of its undurable batches survive besides the durable ones; absent means none.
  // REQUIRES: keep[p] <= undurable(p); no View and no Cursor is held.
  void Crash(const std::map<uint32_t, size_t>& keep);

 private:
  // A partition's log: batches that are not both applied and durable. Counts are from the log's
  // front.
  struct Log {
    std::deque<Batch> batches;
    size_t applied = 0;
    size_t durable = 0;
  };
  static void TrimFront(Log& log);

  // Two copies of the state: what the node has applied, and what the logs would bring back.
  std::unique_ptr<VersionedTables> applied_, durable_;
  AppliedNumbers applied_numbers_, durable_numbers_;
  std::map<uint32_t, Log> logs_;
  uint64_t written_seq_ = 0;
};

}  // namespace storage
