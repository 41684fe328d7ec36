// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Any bytes as JSON: both parsers agree, and what is printed is parsed to the same value and
// printed the same again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "asl/json.h"

namespace {

// The process must end visibly, whatever the build does with assertions.
void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  asl::JsonParse parsed = asl::ParseJson(text);
  std::optional<asl::JsonError> error = asl::ValidateJson(text);
  Require(parsed.ok() == !error.has_value());
  if (!parsed.ok()) {
    Require(!parsed.error.message.empty() && parsed.error.offset <= size);
    return 0;
  }
  std::string compact = parsed.value->Compact();
  Require(!parsed.value->is_compact() || parsed.value->source() == compact);
  asl::JsonParse again = asl::ParseJson(compact);
  Require(again.ok() && again.duplicate_keys.empty() && again.value->is_compact());
  Require(*again.value == *parsed.value && again.value->Compact() == compact);
  return 0;
}
