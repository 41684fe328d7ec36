// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Any text compiles to an expression or is refused with a code and a message, at a place within it;
// what an expression reads stands within it too.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "asl/jsonata/jsonata.h"
#include "asl/jsonata/references.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto compiled = asl::jsonata::Compile(text);
  if (const auto* error = std::get_if<asl::jsonata::Error>(&compiled)) {
    Require(error->code.size() == 5 && !error->message.empty());
    Require(error->position <= static_cast<int>(size));
    return 0;
  }
  Require(std::get<0>(compiled)->text() == text);
  const asl::jsonata::References read = ReferencesOf(*std::get<0>(compiled));
  for (const auto* list : {&read.top_level, &read.states}) {
    for (const asl::jsonata::Reference& reference : *list) {
      Require(reference.position <= size);
    }
  }
  return 0;
}
