// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What stored rows are made of: a version byte, then protobuf, or, for the two rows of every
// transition (history and frame), numbers of as few bytes as they need. For *records.cc only;
// nothing else sees the bytes of rows.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "asl/payload.h"
#include "asld/stored/records.pb.h"
#include "storage/varint.h"

namespace engine {

inline constexpr char kRowVersion = 1;

template <typename Message>
std::string EncodeRow(const Message& message) {
  std::string bytes;
  bytes.reserve(1 + message.ByteSizeLong());
  bytes.push_back(kRowVersion);
  message.AppendToString(&bytes);
  return bytes;
}

template <typename Message>
bool DecodeRow(std::string_view bytes, Message& message) {
  return !bytes.empty() && bytes[0] == kRowVersion &&
         message.ParseFromArray(bytes.data() + 1, static_cast<int>(bytes.size() - 1));
}

inline absl::Status MalformedRow(const char* table) {
  return absl::DataLossError(std::string("a row of table '") + table +
                             "' is malformed or of a version this binary does not know");
}

inline void WriteRef(const asl::PayloadRef& ref, asld::stored::v1::Ref& row) {
  row.set_event(static_cast<uint32_t>(asl::ToInt(ref.event)));
  row.set_field(static_cast<uint32_t>(ref.field));
  row.set_offset(ref.offset);
  row.set_length(ref.length);
}

inline asl::PayloadRef ReadRef(const asld::stored::v1::Ref& row) {
  return {.event = asl::EventId{row.event()},
          .field = static_cast<asl::PayloadField>(row.field()),
          .offset = row.offset(),
          .length = row.length()};
}

// ref := event:varint length:varint (offset * 4 + field % 4):varint
// A text that is somewhere has a field, so that 0 is free for kAssigned.
inline void AppendRef(const asl::PayloadRef& ref, std::string* row) {
  storage::AppendVarint(static_cast<uint64_t>(asl::ToInt(ref.event)), row);
  storage::AppendVarint(ref.length, row);
  storage::AppendVarint(uint64_t{ref.offset} << 2 | (static_cast<uint64_t>(ref.field) & 3), row);
}

inline asl::PayloadRef TakeRef(storage::VarintReader& row) {
  asl::PayloadRef ref;
  ref.event = asl::EventId{static_cast<int64_t>(row.Number())};
  ref.length = static_cast<uint32_t>(row.Number());
  const uint64_t place = row.Number();
  ref.offset = static_cast<uint32_t>(place >> 2);
  const bool assigned = (place & 3) == 0 && ref.event != asl::EventId::kNone;
  ref.field = assigned ? asl::PayloadField::kAssigned : static_cast<asl::PayloadField>(place & 3);
  return ref;
}

}  // namespace engine
