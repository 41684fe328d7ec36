// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/memory_store.h"

#include <cassert>
#include <utility>

namespace storage {

MemoryStore::MemoryStore(const std::vector<TableSpec>& tables) : tables_(tables) {}

void MemoryStore::set_faults(Faults faults) {
  faults_ = std::move(faults);
  tables_.set_read_hook(faults_.read);
}

absl::StatusOr<std::optional<std::string>> MemoryStore::Get(TableTag table,
                                                            std::string_view key) const {
  return tables_.Pin()->Get(table, key);
}

std::unique_ptr<Cursor> MemoryStore::Scan(TableTag table, std::string_view begin,
                                          std::string_view end, Direction direction) const {
  return tables_.Pin()->Scan(table, begin, end, direction);
}

absl::Status MemoryStore::Write(std::span<const Batch> batches) {
  ++writes_;
  if (faults_.write) {
    if (absl::Status s = faults_.write(writes_); !s.ok()) return s;
  }
  absl::Status s = tables_.Apply([&](BatchVisitor& v) { return numbers_.Stage(batches, v); });
  if (!s.ok()) return s;
  numbers_.Advance();
  assert(tables_.version() == numbers_.seq());
  return absl::OkStatus();
}

absl::Status MemoryStore::Sync() {
  const uint64_t seq = numbers_.seq();
  ++syncs_;
  if (faults_.sync) {
    if (absl::Status s = faults_.sync(syncs_); !s.ok()) return s;
  }
  tables_.Settle(seq);
  synced_seq_ = seq;
  return absl::OkStatus();
}

View MemoryStore::Snapshot() { return tables_.Pin(); }

absl::StatusOr<uint64_t> MemoryStore::AppliedNumber(uint32_t partition) const {
  return numbers_.number(partition);
}

void MemoryStore::Crash(uint64_t keep) {
  assert(keep <= unsynced_writes());
  const uint64_t seq = synced_seq_ + keep;
  tables_.Rollback(seq);
  tables_.Settle(seq);
  synced_seq_ = seq;
  [[maybe_unused]] const absl::Status loaded = numbers_.Load(*tables_.Pin());
  assert(loaded.ok() && numbers_.seq() == seq);
}

}  // namespace storage
