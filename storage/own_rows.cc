// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/own_rows.h"

#include <cassert>

#include "storage/key.h"

namespace storage {
namespace {

constexpr std::string_view kNumberPrefix = "n";

}  // namespace

std::string NumberKey(uint32_t partition) {
  std::string key(kNumberPrefix);
  AppendU32(partition, &key);
  return key;
}

absl::StatusOr<uint64_t> ReadOwnNumber(const Reader& reader, std::string_view key) {
  auto row = reader.Get(kOwnTable, key);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return 0;
  KeyReader fields(**row);
  const uint64_t value = key == kFormatKey ? fields.U32() : fields.U64();
  if (absl::Status s = fields.Finish("store's own row"); !s.ok()) return s;
  return value;
}

absl::Status AppliedNumbers::Load(const Reader& reader) {
  auto seq = ReadOwnNumber(reader, kSeqKey);
  if (!seq.ok()) return seq.status();
  std::map<uint32_t, uint64_t> numbers;
  auto rows = reader.Scan(kOwnTable, kNumberPrefix, PrefixEnd(kNumberPrefix));
  for (; rows->Valid(); rows->Next()) {
    KeyReader key(rows->key().substr(kNumberPrefix.size()));
    KeyReader value(rows->value());
    const uint32_t partition = key.U32();
    numbers[partition] = value.U64();
    value.U64();  // the epoch
    if (absl::Status s = key.Finish("partition's row, key"); !s.ok()) return s;
    if (absl::Status s = value.Finish("partition's row, value"); !s.ok()) return s;
  }
  if (!rows->status().ok()) return rows->status();
  std::lock_guard lock(mutex_);
  seq_ = *seq;
  numbers_ = std::move(numbers);
  return absl::OkStatus();
}

absl::Status AppliedNumbers::Stage(std::span<const Batch> batches, BatchVisitor& visitor) {
  assert(!batches.empty());
  staged_.clear();
  for (const Batch& batch : batches) {
    BatchHeader header;
    if (absl::Status s = Batch::Visit(batch.bytes(), &header, visitor); !s.ok()) return s;
    auto [entry, first] = staged_.try_emplace(header.partition, header);
    [[maybe_unused]] const uint64_t before =
        first ? number(header.partition) : entry->second.number;
    assert(header.number == before + 1);
    entry->second = header;
  }
  std::string value;
  for (const auto& [partition, header] : staged_) {
    value.clear();
    AppendU64(header.number, &value);
    AppendU64(header.epoch, &value);
    visitor.Put(kOwnTable, NumberKey(partition), value);
  }
  value.clear();
  AppendU64(seq() + 1, &value);
  visitor.Put(kOwnTable, kSeqKey, value);
  return absl::OkStatus();
}

void AppliedNumbers::Advance() {
  std::lock_guard lock(mutex_);
  for (const auto& [partition, header] : staged_) numbers_[partition] = header.number;
  staged_.clear();
  ++seq_;
}

uint64_t AppliedNumbers::number(uint32_t partition) const {
  std::lock_guard lock(mutex_);
  const auto found = numbers_.find(partition);
  return found == numbers_.end() ? 0 : found->second;
}

uint64_t AppliedNumbers::seq() const {
  std::lock_guard lock(mutex_);
  return seq_;
}

}  // namespace storage
