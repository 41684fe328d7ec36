// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/partitioned_store.h"

#include <cassert>

namespace storage {
namespace {

void ApplyOne(const Batch& batch, VersionedTables& tables, AppliedNumbers& numbers) {
  [[maybe_unused]] const absl::Status applied =
      tables.Apply([&](BatchVisitor& v) { return numbers.Stage(std::span(&batch, 1), v); });
  assert(applied.ok());
  numbers.Advance();
  tables.Settle(tables.version());
}

}  // namespace

PartitionedStore::PartitionedStore(const std::vector<TableSpec>& tables)
    : applied_(std::make_unique<VersionedTables>(tables)),
      durable_(std::make_unique<VersionedTables>(tables)) {}

absl::StatusOr<std::optional<std::string>> PartitionedStore::Get(TableTag table,
                                                                 std::string_view key) const {
  return applied_->Pin()->Get(table, key);
}

std::unique_ptr<Cursor> PartitionedStore::Scan(TableTag table, std::string_view begin,
                                               std::string_view end, Direction direction) const {
  return applied_->Pin()->Scan(table, begin, end, direction);
}

absl::Status PartitionedStore::Write(std::span<const Batch> batches) {
  for (const Batch& batch : batches) {
    logs_[batch.header().partition].batches.push_back(batch);
  }
  ++written_seq_;
  return absl::OkStatus();
}

absl::Status PartitionedStore::Sync() {
  for (const uint32_t partition : undurable()) {
    while (undurable(partition) > 0) Persist(partition);
  }
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> PartitionedStore::AppliedNumber(uint32_t partition) const {
  return applied_numbers_.number(partition);
}

std::vector<uint32_t> PartitionedStore::unapplied() const {
  std::vector<uint32_t> partitions;
  for (const auto& [partition, log] : logs_) {
    if (log.applied < log.batches.size()) partitions.push_back(partition);
  }
  return partitions;
}

std::vector<uint32_t> PartitionedStore::undurable() const {
  std::vector<uint32_t> partitions;
  for (const auto& [partition, log] : logs_) {
    if (log.durable < log.batches.size()) partitions.push_back(partition);
  }
  return partitions;
}

size_t PartitionedStore::undurable(uint32_t partition) const {
  const auto log = logs_.find(partition);
  return log == logs_.end() ? 0 : log->second.batches.size() - log->second.durable;
}

CommitNotice PartitionedStore::Apply(uint32_t partition) {
  Log& log = logs_[partition];
  assert(log.applied < log.batches.size());
  const Batch& batch = log.batches[log.applied++];
  ApplyOne(batch, *applied_, applied_numbers_);
  const CommitNotice notice{.partition = partition, .number = batch.header().number};
  TrimFront(log);
  return notice;
}

CommitNotice PartitionedStore::Persist(uint32_t partition) {
  Log& log = logs_[partition];
  assert(log.durable < log.batches.size());
  const Batch& batch = log.batches[log.durable++];
  ApplyOne(batch, *durable_, durable_numbers_);
  const CommitNotice notice{.partition = partition, .number = batch.header().number};
  TrimFront(log);
  return notice;
}

void PartitionedStore::Crash(const std::map<uint32_t, size_t>& keep) {
  for (const auto& [partition, count] : keep) {
    assert(count <= undurable(partition));
    for (size_t i = 0; i < count; ++i) Persist(partition);
  }
  logs_.clear();
  applied_ = durable_->Clone();
  [[maybe_unused]] const absl::Status loaded = applied_numbers_.Load(*applied_->Pin());
  assert(loaded.ok());
}

void PartitionedStore::TrimFront(Log& log) {
  while (log.applied > 0 && log.durable > 0) {
    log.batches.pop_front();
    --log.applied;
    --log.durable;
  }
}

}  // namespace storage
