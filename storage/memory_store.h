// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The memory twin of RocksStore: same tables, same answers, and what was written is kept apart from
// what was synced, so that a crash can lose the difference. For tests and the simulation, which may
// drive Write and Sync by hand instead of through a Committer. The faults it can show:
//
//   must be survived      Crash(keep): any prefix of the unsynced writes survives, the rest is gone
//   must stop the process a Write or Sync that fails (afterwards Crash says what of it reached the
//   disk) must be noticed       a read that returns wrong bytes
//
// Threads: as store.h says; Crash and set_faults while nobody else calls anything.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "storage/own_rows.h"
#include "storage/store.h"
#include "storage/versioned_tables.h"

namespace storage {

class MemoryStore : public Store {
 public:
  // Each may be empty. `nth` counts the calls of its kind from 1; a status that is not OK is
  // returned, and nothing is written or synced by that call.
  struct Faults {
    std::function<absl::Status(uint64_t nth)> write;
    std::function<absl::Status(uint64_t nth)> sync;
    VersionedTables::ReadHook read;
  };

  explicit MemoryStore(const std::vector<TableSpec>& tables);

  void set_faults(Faults faults);

  absl::StatusOr<std::optional<std::string>> Get(TableTag table,
                                                 std::string_view key) const override;
  std::unique_ptr<Cursor> Scan(TableTag table, std::string_view begin, std::string_view end,
                               Direction direction) const override;
  absl::Status Write(std::span<const Batch> batches) override;
  absl::Status Sync() override;
  View Snapshot() override;
  absl::StatusOr<uint64_t> AppliedNumber(uint32_t partition) const override;
  uint64_t written_seq() const override { return numbers_.seq(); }

  uint64_t synced_seq() const { return synced_seq_; }
  uint64_t unsynced_writes() const { return numbers_.seq() - synced_seq_; }

  // Loses the unsynced writes but the first `keep`, which count as synced from then on.
  // REQUIRES: keep <= unsynced_writes(); no View and no Cursor is held.
  void Crash(uint64_t keep);

 private:
  Faults faults_;
  uint64_t writes_ = 0, syncs_ = 0;
  mutable VersionedTables tables_;  // one version per write: version and seq are the same number
  AppliedNumbers numbers_;
  std::atomic<uint64_t> synced_seq_ = 0;
};

}  // namespace storage
