// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// JSONPath as AWS uses it: the dialect of the Jayway library. A Path is compiled once per
// definition, immutable, shared freely, any thread. A *definite* path names at most one value and
// it is an error when there is none; an *indefinite* one ([*], .., slices, unions, filters) yields
// an array of matches, perhaps empty. A *reference path* is a definite path of names and indexes
// only: it can also be written to (ResultPath).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/json.h"

namespace asl {

// What the path starts from: `$`, `$$` or `$name`.
enum class PathRoot : uint8_t { kInput, kContext, kVariable };

// One step of a reference path: a member's name, or an index (negative: from the end).
using ReferenceStep = std::variant<std::string, int64_t>;

struct PathProgram;  // path_program.h

class Path {
 public:
  // InvalidArgument with Jayway's reason when the text is no path.
  static absl::StatusOr<Path> Compile(std::string_view text);

  const std::string& text() const;  // as written
  PathRoot root() const;
  const std::string& variable() const;  // name without `$`; empty unless kVariable
  bool definite() const;
  bool is_root() const;       // `$`, `$$` or `$name` alone
  bool is_reference() const;  // see above; `$` itself is one
  // REQUIRES: is_reference().
  const std::vector<ReferenceStep>& reference_steps() const;

  const PathProgram& program() const { return *program_; }

 private:
  explicit Path(std::shared_ptr<const PathProgram> program) : program_(std::move(program)) {}
  std::shared_ptr<const PathProgram> program_;
};

// What a path found: one value, or (indefinite) a list of matches.
class PathValue {
 public:
  explicit PathValue(Json one) : found_(std::move(one)) {}
  explicit PathValue(std::vector<Json> matches) : found_(std::move(matches)) {}

  // The single value of a definite path: a slice of the document; null for a list.
  const Json* one() const { return std::get_if<Json>(&found_); }
  const std::vector<Json>* matches() const { return std::get_if<std::vector<Json>>(&found_); }
  // Either form as one value; a list becomes a new array.
  Json value() const;
  void AppendCompact(std::string* out) const;

 private:
  std::variant<Json, std::vector<Json>> found_;
};

// `root` is what path.root() stands for: the input, the Context Object or the variable's value.
// NotFound: no match; the message is Jayway's ("No results for path: $['x']", "Missing property in
// path $['no']"). ResourceExhausted: more than kPathVisitsMax values were looked at.
absl::StatusOr<PathValue> Evaluate(const Path& path, const Json& root);

// AWS's cause for a path field that finds nothing: "Invalid path '$.x' : No results for path:
// $['x']".
std::string InvalidPathText(const Path& path, const absl::Status& status);

}  // namespace asl
