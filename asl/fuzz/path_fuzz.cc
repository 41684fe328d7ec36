// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A path, a line end, a document: any path compiles or is refused with a reason, and any compiled
// path answers.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "asl/json.h"
#include "asl/path/path.h"

namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  size_t line_end = std::min(text.find('\n'), text.size());
  absl::StatusOr<asl::Path> path = asl::Path::Compile(text.substr(0, line_end));
  if (!path.ok()) {
    Require(absl::IsInvalidArgument(path.status()) && !path.status().message().empty());
    return 0;
  }
  asl::JsonParse document = asl::ParseJson(text.substr(std::min(line_end + 1, size)));
  absl::StatusOr<asl::PathValue> found = asl::Evaluate(*path, document.value.value_or(asl::Json()));
  if (found.ok()) {
    Require((found->one() != nullptr) == path->definite());
    std::string printed;
    found->AppendCompact(&printed);
    Require(printed == found->value().Compact());
  }
  return 0;
}
