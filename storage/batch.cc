// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The grammar of the bytes is drawn in batch.h. Numbers of the header are fixed-width so that a
// reader of a log can tell partition and number without parsing the operations.
#include "storage/batch.h"

#include <fmt/format.h>

#include <cassert>
#include <limits>

#include "storage/key.h"

namespace storage {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kHeaderBytes = 1 + 4 + 8 + 8;

constexpr uint8_t kPut = 0x01;
constexpr uint8_t kDelete = 0x02;
constexpr uint8_t kDeleteRange = 0x03;

void AppendBytes(std::string_view value, std::string* out) {
  assert(value.size() <= std::numeric_limits<uint32_t>::max());
  auto length = static_cast<uint32_t>(value.size());
  while (length >= 0x80) {
    out->push_back(static_cast<char>(length | 0x80));
    length >>= 7;
  }
  out->push_back(static_cast<char>(length));
  out->append(value);
}

// Takes bytes off the front of a batch; after the first failure it stays failed.
class Decoder {
 public:
  Decoder(std::string_view bytes, size_t position) : bytes_(bytes), position_(position) {}

  bool AtEnd() const { return position_ == bytes_.size(); }
  size_t position() const { return position_; }

  bool Byte(uint8_t* out) {
    if (AtEnd()) return false;
    *out = static_cast<uint8_t>(bytes_[position_++]);
    return true;
  }

  bool Bytes(std::string_view* out) {
    uint64_t length = 0;
    for (int shift = 0;; shift += 7) {
      uint8_t octet = 0;
      if (shift > 28 || !Byte(&octet)) return false;
      length |= static_cast<uint64_t>(octet & 0x7f) << shift;
      if ((octet & 0x80) == 0) break;
    }
    if (length > bytes_.size() - position_) return false;
    *out = bytes_.substr(position_, length);
    position_ += length;
    return true;
  }

 private:
  const std::string_view bytes_;
  size_t position_;
};

absl::Status Malformed(size_t offset, std::string_view what) {
  return absl::DataLossError(fmt::format("batch: malformed at offset {}: {}", offset, what));
}

absl::Status VisitOne(Decoder& decoder, BatchVisitor& visitor) {
  const size_t offset = decoder.position();
  uint8_t operation = 0, table = 0;
  std::string_view first, second;
  if (!decoder.Byte(&operation) || !decoder.Byte(&table)) return Malformed(offset, "cut short");
  if (operation < kPut || operation > kDeleteRange) {
    return Malformed(offset, fmt::format("unknown operation {}", operation));
  }
  if (!decoder.Bytes(&first)) return Malformed(offset, "key cut short");
  if (operation == kDelete) {
    visitor.Delete(table, first);
    return absl::OkStatus();
  }
  if (!decoder.Bytes(&second)) return Malformed(offset, "value cut short");
  if (operation == kPut) {
    visitor.Put(table, first, second);
  } else {
    visitor.DeleteRange(table, first, second);
  }
  return absl::OkStatus();
}

}  // namespace

Batch::Batch(const BatchHeader& header) : header_(header) {
  AppendU8(kVersion, &bytes_);
  AppendU32(header.partition, &bytes_);
  AppendU64(header.epoch, &bytes_);
  AppendU64(header.number, &bytes_);
  assert(bytes_.size() == kHeaderBytes);
}

void Batch::Put(TableTag table, std::string_view key, std::string_view value) {
  assert(table != 0);
  bytes_.push_back(static_cast<char>(kPut));
  bytes_.push_back(static_cast<char>(table));
  AppendBytes(key, &bytes_);
  AppendBytes(value, &bytes_);
  ++operations_;
}

void Batch::Delete(TableTag table, std::string_view key) {
  assert(table != 0);
  bytes_.push_back(static_cast<char>(kDelete));
  bytes_.push_back(static_cast<char>(table));
  AppendBytes(key, &bytes_);
  ++operations_;
}

void Batch::DeleteRange(TableTag table, std::string_view begin, std::string_view end) {
  assert(table != 0);
  assert(begin <= end);
  bytes_.push_back(static_cast<char>(kDeleteRange));
  bytes_.push_back(static_cast<char>(table));
  AppendBytes(begin, &bytes_);
  AppendBytes(end, &bytes_);
  ++operations_;
}

Batch::Mark Batch::mark() const { return {.bytes = bytes_.size(), .operations = operations_}; }

void Batch::Rewind(const Mark& mark) {
  assert(mark.bytes >= kHeaderBytes && mark.bytes <= bytes_.size());
  assert(mark.operations <= operations_);
  bytes_.resize(mark.bytes);
  operations_ = mark.operations;
}

absl::Status Batch::Visit(std::string_view bytes, BatchHeader* header, BatchVisitor& visitor) {
  KeyReader reader(bytes.substr(0, kHeaderBytes));
  const uint8_t version = reader.U8();
  header->partition = reader.U32();
  header->epoch = reader.U64();
  header->number = reader.U64();
  if (!reader.ok()) return Malformed(0, "header cut short");
  if (version != kVersion) {
    return Malformed(0, fmt::format("version {}, this program reads {}", version, kVersion));
  }
  Decoder decoder(bytes, kHeaderBytes);
  while (!decoder.AtEnd()) {
    if (absl::Status s = VisitOne(decoder, visitor); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace storage
