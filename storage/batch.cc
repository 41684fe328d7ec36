// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The grammar of the bytes is drawn in batch.h.
#include "storage/batch.h"

#include <fmt/format.h>

#include <cassert>
#include <limits>

#include "storage/varint.h"

namespace storage {
namespace {

constexpr uint8_t kVersion = 1;

// The upper two bits of an operation's first byte; the others are its table.
constexpr uint8_t kPut = 0x00;
constexpr uint8_t kDelete = 0x40;
constexpr uint8_t kDeleteRange = 0x80;
constexpr uint8_t kOperationBits = 0xc0;

absl::Status Malformed(size_t offset, std::string_view what) {
  return absl::DataLossError(fmt::format("batch: malformed at offset {}: {}", offset, what));
}

absl::Status VisitOne(VarintReader& reader, size_t offset, BatchVisitor& visitor) {
  const uint8_t first = reader.Octet();
  const uint8_t operation = first & kOperationBits;
  const TableTag table = first & kTableTagMax;
  if (operation == kOperationBits) {
    return Malformed(offset, fmt::format("unknown operation {:#x}", first));
  }
  const std::string_view key = reader.Bytes();
  if (!reader.ok()) return Malformed(offset, "key cut short");
  if (operation == kDelete) {
    visitor.Delete(table, key);
    return absl::OkStatus();
  }
  const std::string_view value = reader.Bytes();
  if (!reader.ok()) return Malformed(offset, "value cut short");
  if (operation == kPut) {
    visitor.Put(table, key, value);
  } else {
    visitor.DeleteRange(table, key, value);
  }
  return absl::OkStatus();
}

}  // namespace

Batch::Batch(const BatchHeader& header) : header_(header) {
  bytes_.push_back(static_cast<char>(kVersion));
  AppendVarint(header.partition, &bytes_);
  AppendVarint(header.epoch, &bytes_);
  AppendVarint(header.number, &bytes_);
  header_bytes_ = bytes_.size();
}

void Batch::Begin(uint8_t operation, TableTag table) {
  assert(table != 0 && table <= kTableTagMax);
  bytes_.push_back(static_cast<char>(operation | table));
  ++operations_;
}

void Batch::Put(TableTag table, std::string_view key, std::string_view value) {
  Begin(kPut, table);
  AppendBytes(key, &bytes_);
  AppendBytes(value, &bytes_);
}

void Batch::Delete(TableTag table, std::string_view key) {
  Begin(kDelete, table);
  AppendBytes(key, &bytes_);
}

void Batch::DeleteRange(TableTag table, std::string_view begin, std::string_view end) {
  assert(begin <= end);
  Begin(kDeleteRange, table);
  AppendBytes(begin, &bytes_);
  AppendBytes(end, &bytes_);
}

Batch::Mark Batch::mark() const { return {.bytes = bytes_.size(), .operations = operations_}; }

void Batch::Rewind(const Mark& mark) {
  assert(mark.bytes >= header_bytes_ && mark.bytes <= bytes_.size());
  assert(mark.operations <= operations_);
  bytes_.resize(mark.bytes);
  operations_ = mark.operations;
}

absl::Status Batch::Visit(std::string_view bytes, BatchHeader* header, BatchVisitor& visitor) {
  VarintReader reader(bytes);
  const uint8_t version = reader.Octet();
  if (reader.ok() && version != kVersion) {
    return Malformed(0, fmt::format("version {}, this program reads {}", version, kVersion));
  }
  const uint64_t partition = reader.Number();
  header->epoch = reader.Number();
  header->number = reader.Number();
  if (!reader.ok()) return Malformed(0, "header cut short");
  if (partition > std::numeric_limits<uint32_t>::max()) return Malformed(0, "no such partition");
  header->partition = static_cast<uint32_t>(partition);
  while (!reader.AtEnd()) {
    const size_t offset = bytes.size() - reader.left();
    if (absl::Status s = VisitOne(reader, offset, visitor); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace storage
