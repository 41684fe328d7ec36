// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A compiled path: its steps, and the conditions of its filters as trees. Built by compile.cc and
// filter_compile.cc, read by evaluate.cc and filter.cc; nobody else looks inside. Immutable once
// built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "asl/json.h"
#include "asl/path/path.h"

namespace re2 {
class RE2;
}

namespace asl {

inline constexpr size_t kPathTokensMax = 200;  // ours: bounds the recursion of evaluation
inline constexpr int kFilterNestingMax = 5;    // ours: filters inside filters, for the same reason
inline constexpr int kFilterDepthMax = 100;    // ours: parentheses and negations inside one filter
inline constexpr int64_t kPathVisitsMax =
    1'000'000;  // ours: values looked at in one evaluation, some 50 ms
inline constexpr size_t kPathBytesMax =
    4 << 20;  // ours: text of all matches; a payload may have 256 KiB

struct FilterNode;

struct PathToken {
  enum class Kind : uint8_t { kNames, kIndexes, kSlice, kWildcard, kScan, kFilter, kFunction };
  Kind kind = Kind::kNames;
  std::vector<std::string> names;  // kNames; kFunction: its name
  char quote = '\'';               // kNames: as the path spelled it, for messages
  std::vector<int32_t> indexes;    // kIndexes
  std::optional<int32_t> from;     // kSlice
  std::optional<int32_t> to;
  std::shared_ptr<const FilterNode> filter;
  std::shared_ptr<const PathProgram>
      argument;  // kFunction over another path; null: over the current value
  bool foreign_arguments =
      false;  // kFunction with arguments that States Language has no use for: not served
  bool upstream_definite = true;  // everything before this token is definite
};

struct PathProgram {
  std::string text;
  PathRoot root = PathRoot::kInput;
  std::string variable;
  bool from_item = false;  // starts with `@`: only inside filters
  std::vector<PathToken> tokens;
  bool definite = true;
  bool reference = true;
  std::vector<ReferenceStep> steps;
};

// "EXISTS" has no spelling: a path that stands alone.
enum class FilterOperator : uint8_t {
  kExists,
  kEqual,
  kNotEqual,
  kSameTypeEqual,
  kSameTypeNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kMatches,
  kIn,
  kNotIn,
  kContains,
  kAll,
  kSize,
  kEmpty,
  kSubsetOf,
  kAnyOf,
  kNoneOf,
  kUnserved,
};

// One side of a test.
struct FilterValue {
  enum class Kind : uint8_t { kUndefined, kNull, kBool, kNumber, kString, kJson, kPattern, kPath };
  Kind kind = Kind::kUndefined;
  bool boolean = false;
  std::string text;                       // kNumber: its spelling; kString
  Json json;                              // kJson: an array or object
  std::optional<std::vector<Json>> list;  // kJson: instead of `json`, what an indefinite path found
  bool literal = false;                   // kJson written in the path
  std::shared_ptr<const re2::RE2> pattern;  // kPattern
  std::shared_ptr<const PathProgram> path;  // kPath
  bool should_exist = true;                 // kPath: not preceded by `!`
};

struct FilterNode {
  enum class Kind : uint8_t { kOr, kAnd, kNot, kTest };
  Kind kind = Kind::kTest;
  std::vector<FilterNode> children;  // kOr, kAnd, kNot
  FilterOperator op = FilterOperator::kExists;
  FilterValue left;   // kTest
  FilterValue right;  // kTest
};

bool IsLeaf(const PathProgram& path, size_t token);
bool IsDefinite(const PathProgram& path, size_t token);
// "$['a'][0]": the first `count` tokens as Jayway prints them.
std::string PathText(const PathProgram& path, size_t count);

// compile.cc: `text` starts with `$` or, inside a filter, `@`. `nesting`: how many filters it
// stands in.
absl::StatusOr<PathProgram> CompileTokens(std::string_view text, int nesting);
// filter_compile.cc: `text` is "[?(…)]".
absl::StatusOr<FilterNode> CompileFilter(std::string_view text, int nesting);

// What one evaluation shares with those of its filters.
struct PathVisit {
  const Json* root;
  int64_t visits_left = kPathVisitsMax;

  // Takes `count` visits from the budget. False: it is spent.
  bool Spend(size_t count) {
    visits_left -= static_cast<int64_t>(count);
    return visits_left >= 0;
  }
};

// What the budget's end is called.
absl::Status TooManyVisits();

// Looking through `size` keys, items or bytes costs as much as visiting this many values.
inline size_t LookCost(size_t size) { return size / 16; }

// Jayway's REQUIRE_PROPERTIES, under which it evaluates a path that only asks whether something is
// there.
enum class MissingProperty : uint8_t { kPassedOver, kIsError };

// evaluate.cc. NotFound, ResourceExhausted as Evaluate; InvalidArgument where Jayway throws
// InvalidPathException.
absl::StatusOr<PathValue> EvaluateTokens(const PathProgram& path, const Json& from,
                                         MissingProperty missing, PathVisit* visit);
// filter.cc. Errors other than ResourceExhausted become false here.
absl::StatusOr<bool> Accepts(const FilterNode& filter, const Json& item, PathVisit* visit);
// function.cc. InvalidArgument: no such function, or nothing to aggregate.
absl::StatusOr<Json> CallFunction(const PathToken& token, const Json& value, PathVisit* visit);

}  // namespace asl
