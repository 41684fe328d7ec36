// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The frame around every stored message: one version byte, then protobuf. For records.cc and history_records.cc only;
// nothing else sees protobuf rows.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "asl/payload.h"
#include "asld/stored/records.pb.h"

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

}  // namespace engine
