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
#include "asl/json_ref.h"
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

// One argument of a function: another path, evaluated from the root, or JSON written in the path.
struct FunctionArgument {
  std::shared_ptr<const PathProgram> path;      // null: `json`
  std::shared_ptr<const PathProgram> elements;  // length(path) counts what this finds: path[*]
  std::optional<Json> json;                     // nullopt: what is written is not JSON
};

struct PathToken {
  enum class Kind : uint8_t { kNames, kIndexes, kSlice, kWildcard, kScan, kFilter, kFunction };
  Kind kind = Kind::kNames;
  std::vector<std::string> names;  // kNames; kFunction: its name
  char quote = '\'';               // kNames: as the path spelled it, for messages
  std::vector<int32_t> indexes;    // kIndexes
  std::optional<int32_t> from;     // kSlice
  std::optional<int32_t> to;
  std::shared_ptr<const FilterNode> filter;
  std::vector<FunctionArgument> arguments;  // kFunction
  bool upstream_definite = true;            // everything before this token is definite
};

struct PathProgram {
  std::string text;
  PathRoot root = PathRoot::kInput;
  std::string variable;
  bool from_item = false;        // starts with `@`: only inside filters and functions
  bool counts_elements = false;  // FunctionArgument::elements
  bool turned = false;           // `$..a.f()` that became `$.f($..a)`
  std::vector<PathToken> tokens;
  bool definite = true;
  bool reference = true;
  std::vector<ReferenceStep> steps;
};

enum class FilterOperator : uint8_t {
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
  kSize,
  kEmpty,
  kExists,
  kUnserved,  // never true: what it asks for cannot be written in a path
  kSubsetOf,  // from here on each item of one side meets each of the other
  kAnyOf,
  kNoneOf,
};

// One side of a test, as it is written.
struct FilterValue {
  enum class Kind : uint8_t { kUndefined, kNull, kBool, kNumber, kString, kJson, kPattern, kPath };
  Kind kind = Kind::kUndefined;
  bool boolean = false;
  std::string text;          // kNumber: its spelling; kString; kJson: as written
  std::optional<Json> json;  // kJson; nullopt: it is not JSON, which shows when it is evaluated
  std::shared_ptr<const re2::RE2> pattern;  // kPattern
  std::shared_ptr<const PathProgram> path;  // kPath
  bool should_exist = true;                 // kPath: not preceded by `!`
};

struct FilterNode {
  enum class Kind : uint8_t { kOr, kAnd, kNot, kTest };
  Kind kind = Kind::kTest;
  std::vector<FilterNode> children;  // kOr, kAnd, kNot
  bool exists = false;               // kTest: `left` stands alone, a path that is to find something
  FilterOperator op = FilterOperator::kUnserved;
  FilterValue left;   // kTest
  FilterValue right;  // kTest
};

bool IsLeaf(const PathProgram& path, size_t token);
bool IsDefinite(const PathProgram& path, size_t token);
// As Jayway prints them: the tokens of [begin, end) with the path's own quotes ("['a'][?]"), and the
// place in a document that the first `count` tokens lead to ("$['a'][0]").
std::string TokensText(const PathProgram& path, size_t begin, size_t end);
std::string PlaceText(const PathProgram& path, size_t count);

// compile.cc: `text` starts with `$` or, inside a filter, `@`. `nesting`: how many filters it
// stands in.
enum class PathPlace : uint8_t { kAlone, kArgument };  // an argument is read with less care
absl::StatusOr<PathProgram> CompileTokens(std::string_view text, int nesting,
                                          PathPlace place = PathPlace::kAlone);
// filter_compile.cc: `text` is "[?(…)]".
absl::StatusOr<FilterNode> CompileFilter(std::string_view text, int nesting);
// function_compile.cc: `text` begins behind a call's "("; `*end` is set behind its ")".
absl::StatusOr<std::vector<FunctionArgument>> CompileArguments(std::string_view text, int nesting,
                                                               size_t* end);
FunctionArgument PathArgument(PathProgram path);
void SetDefiniteness(PathProgram* path);

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

// What the ends of the budgets are called.
absl::Status TooManyVisits();
absl::Status TooManyBytes();

// Looking through `size` keys, items or bytes costs as much as visiting this many values.
inline size_t LookCost(size_t size) { return size / 16; }

// Jayway's REQUIRE_PROPERTIES, under which it evaluates a path that only asks whether something is
// there.
enum class MissingProperty : uint8_t { kPassedOver, kIsError };

// evaluate.cc. NotFound, ResourceExhausted as Evaluate. Where Jayway throws InvalidPathException:
// InvalidArgument, which a filter takes for "no". Where Java throws IndexOutOfBoundsException:
// OutOfRange, which a step into an array takes for "no match". Where it throws anything else:
// FailedPrecondition.
absl::StatusOr<PathValue> EvaluateTokens(const PathProgram& path, JsonRef from,
                                         MissingProperty missing, PathVisit* visit);
inline absl::StatusOr<PathValue> EvaluateTokens(const PathProgram& path, const Json& from,
                                                MissingProperty missing, PathVisit* visit) {
  return EvaluateTokens(path, JsonRef(from), missing, visit);
}
// filter.cc. InvalidArgument becomes false here.
absl::StatusOr<bool> Accepts(const FilterNode& filter, JsonRef item, PathVisit* visit);
// function.cc. InvalidArgument: no such function.
absl::StatusOr<Json> CallFunction(const PathToken& token, const Json& value, PathVisit* visit);

}  // namespace asl
