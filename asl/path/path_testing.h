// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a path finds in a document, as one line of text; for the tables of the tests of this folder.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "asl/json.h"
#include "asl/path/path.h"

namespace asl {

struct PathCase {
  std::string path;
  std::string document;
  std::string expected;
};

// Compact JSON, or "! " and the error's message.
inline std::string Find(std::string_view path_text, std::string document) {
  absl::StatusOr<Path> path = Path::Compile(path_text);
  if (!path.ok()) return fmt::format("! {}", std::string(path.status().message()));
  absl::StatusOr<PathValue> found = Evaluate(*path, *ParseJson(std::move(document)).value);
  if (!found.ok()) return fmt::format("! {}", std::string(found.status().message()));
  return found->value().Compact();
}

// The same with the errors shortened: "! refused" when the path does not compile, "! fails" when it
// cannot be evaluated.
inline std::string FindOrFail(std::string_view path_text, std::string document) {
  if (!Path::Compile(path_text).ok()) return "! refused";
  std::string found = Find(path_text, std::move(document));
  return found.starts_with("! ") ? "! fails" : found;
}

}  // namespace asl
