// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Tokens → matches, depth first, as Jayway walks. Recursion goes one level per token or per level
// of the document, both limited; the number of values looked at has a budget of its own, because
// `$..*..*` grows with a power.
#include <fmt/format.h>

#include <algorithm>

#include "asl/json_document.h"
#include "asl/path/path_program.h"

namespace asl {
namespace {

using Kind = PathToken::Kind;

class Walker {
 public:
  Walker(const PathProgram& path, MissingProperty missing, PathVisit* visit)
      : path_(path), missing_(missing), visit_(visit), scan_index_(path.tokens.size(), kNoIndex) {}

  absl::StatusOr<PathValue> Run(const Json& from) {
    if (path_.tokens.empty()) {
      results_.push_back(from);
    } else if (!Evaluate(0, from)) {
      return status_;
    }
    if (!path_.definite) return PathValue(std::move(results_));
    if (results_.empty()) return NoResults(path_.tokens.size());
    return PathValue(std::move(results_.front()));
  }

 private:
  absl::Status NoResults(size_t tokens) const {
    return absl::NotFoundError(fmt::format("No results for path: {}", PathText(path_, tokens)));
  }

  bool Fail(absl::Status status) {
    status_ = std::move(status);
    return false;
  }

  bool Spend(size_t count = 1) { return visit_->Spend(count) || Fail(TooManyVisits()); }

  // The value that token `at` has picked: a result, or the next token's start.
  bool Take(size_t at, const Json& value) {
    if (!Spend()) return false;
    if (!IsLeaf(path_, at)) return Evaluate(at + 1, value);
    // In a deep document the matches of `$..*` contain each other, a thousand times over.
    result_bytes_ += value.span().size();
    if (result_bytes_ > kPathBytesMax) {
      return Fail(absl::ResourceExhaustedError(
          fmt::format("The path finds more than {} bytes", kPathBytesMax)));
    }
    results_.push_back(value);
    return true;
  }

  bool Evaluate(size_t at, const Json& value) {
    switch (path_.tokens[at].kind) {
      case Kind::kNames:
        return Names(at, value);
      case Kind::kIndexes:
        return Indexes(at, value);
      case Kind::kSlice:
        return Slice(at, value);
      case Kind::kWildcard:
        return Wildcard(at, value);
      case Kind::kScan:
        return Scan(at + 1, value);
      case Kind::kFilter:
        return Filter(at, value);
      case Kind::kFunction:
        return Function(at, value);
    }
    return true;
  }

  bool Names(size_t at, const Json& value) {
    const PathToken& token = path_.tokens[at];
    if (!value.is_object()) {
      if (!token.upstream_definite) return true;
      return Fail(absl::NotFoundError(
          fmt::format("Expected to find an object with property {} in path {} but found '{}'.",
                      PathText(path_, at + 1).substr(PathText(path_, at).size()),
                      PathText(path_, at), JsonTypeName(value.type()))));
    }
    if (token.names.size() > 1 && IsLeaf(path_, at)) return Merge(at, value);
    for (const std::string& name : token.names) {
      if (!Name(at, name, value)) return false;
    }
    return true;
  }

  bool Name(size_t at, const std::string& name, const Json& value) {
    if (!Spend(LookCost(value.size()))) return false;
    std::optional<Json> member = value.Find(name);
    if (member) return ScanPassesOver(at) || Take(at, *member);
    bool definite = path_.tokens[at].upstream_definite && IsDefinite(path_, at);
    if (IsLeaf(path_, at)) {
      return missing_ == MissingProperty::kPassedOver || Fail(NoResults(at + 1));
    }
    if (!definite && missing_ == MissingProperty::kPassedOver) return true;
    return Fail(
        absl::NotFoundError(fmt::format("Missing property in path {}", PathText(path_, at + 1))));
  }

  // ['a','b'] at the end of a path: one new object with those of the members that exist.
  bool Merge(size_t at, const Json& value) {
    JsonWriter merged;
    merged.BeginObject();
    for (const std::string& name : path_.tokens[at].names) {
      if (std::optional<Json> member = value.Find(name)) {
        merged.Key(name).Value(*member);
      } else if (missing_ == MissingProperty::kIsError) {
        return Fail(absl::NotFoundError(
            fmt::format("Missing property in path {}", PathText(path_, at + 1))));
      }
    }
    return Take(at, ParseBuiltJson(merged.EndObject().Take()));
  }

  // False and no error: there is nothing to do.
  bool IsArray(size_t at, const Json& value) {
    if (value.is_array()) return true;
    if (!path_.tokens[at].upstream_definite) return false;
    std::string message =
        value.is_null()
            ? fmt::format("The path {} is null", PathText(path_, at))
            : fmt::format("Filter: {} can only be applied to arrays. Current context is: {}",
                          PathText(path_, at + 1).substr(PathText(path_, at).size()),
                          value.Compact());
    return Fail(absl::NotFoundError(message));
  }

  bool Indexes(size_t at, const Json& value) {
    if (!IsArray(at, value)) return status_.ok();
    for (int32_t index : path_.tokens[at].indexes) {
      if (!Index(at, index, value)) return false;
    }
    return true;
  }

  // Negative: from the end. Out of range: no match.
  bool Index(size_t at, int64_t index, const Json& array) {
    if (index < 0) index += static_cast<int64_t>(array.size());
    if (index < 0) return true;
    if (!Spend(LookCost(std::min(static_cast<size_t>(index), array.size())))) return false;
    std::optional<Json> item = array.At(static_cast<size_t>(index));
    return !item || Take(at, *item);
  }

  bool Slice(size_t at, const Json& value) {
    if (!IsArray(at, value)) return status_.ok();
    const PathToken& token = path_.tokens[at];
    auto length = static_cast<int64_t>(value.size());
    int64_t from = token.from.value_or(0);
    int64_t to = token.to.value_or(static_cast<int32_t>(length));
    if (from < 0 && !token.to) from = std::max<int64_t>(0, from + length);
    if (to < 0 && !token.from) to += length;
    to = std::min(to, length);
    for (int64_t i = from; i < to && i < 0;
         ++i) {  // [-2:1] begins at the end and goes on at the front
      if (!Index(at, i, value)) return false;
    }
    int64_t i = 0;
    for (Json item : value.items()) {
      if (i >= to) break;
      if (i++ >= from && !Take(at, item)) return false;
    }
    return true;
  }

  bool Wildcard(size_t at, const Json& value) {
    for (const JsonMember& member : value.members()) {
      if (!Take(at, member.value)) return false;
    }
    for (Json item : value.items()) {
      if (Take(at, item)) continue;
      // An item that the rest of the path does not fit is passed over.
      if (!absl::IsNotFound(status_) || missing_ == MissingProperty::kIsError) return false;
      status_ = absl::OkStatus();
    }
    return true;
  }

  bool Filter(size_t at, const Json& value) {
    if (value.is_object()) {
      std::optional<bool> accepted = Accept(at, value);
      return accepted && (!*accepted || Take(at, value));
    }
    if (!value.is_array()) {
      if (!path_.tokens[at].upstream_definite) return true;
      return Fail(absl::InvalidArgumentError(
          fmt::format("Filter: [?] can not be applied to primitives. Current context is: {}",
                      value.Compact())));
    }
    for (Json item : value.items()) {
      std::optional<bool> accepted = Accept(at, item);
      if (!accepted || (*accepted && !Take(at, item))) return false;
    }
    return true;
  }

  // nullopt: the budget is spent.
  std::optional<bool> Accept(size_t at, const Json& item) {
    if (!Spend()) return std::nullopt;
    absl::StatusOr<bool> accepted = Accepts(*path_.tokens[at].filter, item, visit_);
    if (accepted.ok()) return *accepted;
    status_ = accepted.status();
    return std::nullopt;
  }

  bool Function(size_t at, const Json& value) {
    absl::StatusOr<Json> result = CallFunction(path_.tokens[at], value, visit_);
    if (!result.ok()) return Fail(result.status());
    results_.push_back(*result);
    return IsLeaf(path_, at) || Evaluate(at + 1, *result);
  }

  // `..`: token `at` is tried on every value below and including this one.
  bool Scan(size_t at, const Json& value) {
    if (!Spend()) return false;
    if (value.is_object()) {
      std::optional<bool> wanted = ScanWants(at, value);
      if (!wanted || (*wanted && !Evaluate(at, value))) return false;
    } else if (value.is_array() && !ScanArray(at, value)) {
      return false;
    }
    for (const JsonMember& member : value.members()) {
      if (!Scan(at, member.value)) return false;
    }
    for (Json item : value.items()) {
      if (!Scan(at, item)) return false;
    }
    return true;
  }

  bool ScanArray(size_t at, const Json& array) {
    std::optional<bool> wanted = ScanWants(at, array);
    if (!wanted || !*wanted) return wanted.has_value();
    if (IsLeaf(path_, at)) return Evaluate(at, array);
    // As Jayway: when more follows, an array's own token is skipped and the rest is tried on each
    // item.
    scan_index_.resize(path_.tokens.size(), kNoIndex);
    int64_t index = 0;
    for (Json item : array.items()) {
      scan_index_[at + 1] = index++;
      if (!Evaluate(at + 1, item)) return false;
    }
    return true;
  }

  // … and makes up for the skipped token only where a name ends the path: it counts in items whose
  // index the token spells. (`$..[2].a` finds the a of every third item; `$..[*].a` nothing below
  // arrays.)
  bool ScanPassesOver(size_t at) const {
    if (scan_index_.empty() || !IsLeaf(path_, at) || scan_index_[at] == kNoIndex) return false;
    const PathToken& before = path_.tokens[at - 1];
    return before.kind != Kind::kIndexes || before.indexes.size() != 1 ||
           before.indexes[0] != scan_index_[at];
  }

  std::optional<bool> ScanWants(size_t at, const Json& value) {
    const PathToken& token = path_.tokens[at];
    switch (token.kind) {
      case Kind::kNames:
        if (!value.is_object()) return false;
        if (missing_ == MissingProperty::kIsError || !IsDefinite(path_, at)) return true;
        if (!Spend(LookCost(value.size() * token.names.size()))) return std::nullopt;
        for (const std::string& name : token.names) {
          if (!value.Find(name)) return false;
        }
        return true;
      case Kind::kIndexes:
      case Kind::kSlice:
        return value.is_array();
      case Kind::kWildcard:
        return true;
      case Kind::kFilter:
        return Accept(at, value);
      case Kind::kScan:
      case Kind::kFunction:
        return false;
    }
    return false;
  }

  const PathProgram& path_;
  MissingProperty missing_;
  PathVisit* visit_;
  static constexpr int64_t kNoIndex = -1;
  std::vector<int64_t>
      scan_index_;  // per token: the item that a scan last tried it on; empty: none
  std::vector<Json> results_;
  size_t result_bytes_ = 0;
  absl::Status status_;
};

}  // namespace

absl::Status TooManyVisits() {
  return absl::ResourceExhaustedError(
      fmt::format("The path looks at more than {} values", kPathVisitsMax));
}

absl::StatusOr<PathValue> EvaluateTokens(const PathProgram& path, const Json& from,
                                         MissingProperty missing, PathVisit* visit) {
  return Walker(path, missing, visit).Run(from);
}

}  // namespace asl
