// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Tokens → matches, depth first, as Jayway walks. Recursion goes one level per token or per level
// of the document, both limited; the number of values looked at has a budget of its own, because
// `$..*..*` grows with a power.
#include <fmt/format.h>

#include <algorithm>

#include "asl/json_ref.h"
#include "asl/path/path_program.h"

namespace asl {
namespace {

using Kind = PathToken::Kind;

class Walker {
 public:
  Walker(const PathProgram& path, MissingProperty missing, PathVisit* visit)
      : path_(path), missing_(missing), visit_(visit) {}

  absl::StatusOr<PathValue> Run(JsonRef from) {
    if (path_.tokens.empty()) {
      results_.push_back(from.Own());
    } else if (!Evaluate(0, from)) {
      return status_;
    }
    if (!path_.definite) return PathValue(std::move(results_));
    if (results_.empty()) {
      return NoResults((path_.from_item ? "@" : "$") + TokensText(path_, 0, path_.tokens.size()));
    }
    // More than one only where a function's answer is followed by further steps.
    return PathValue(std::move(results_.back()));
  }

 private:
  static absl::Status NoResults(std::string_view path) {
    return absl::NotFoundError(fmt::format("No results for path: {}", path));
  }

  bool Fail(absl::Status status) {
    status_ = std::move(status);
    return false;
  }

  bool Spend(size_t count = 1) { return visit_->Spend(count) || Fail(TooManyVisits()); }

  // The value that token `at` has picked: a result, or the next token's start.
  bool Take(size_t at, JsonRef value) {
    if (!Spend()) return false;
    if (!IsLeaf(path_, at)) return Evaluate(at + 1, value);
    // In a deep document the matches of `$..*` contain each other, a thousand times over.
    return Add(value);
  }

  bool Add(JsonRef value) {
    result_bytes_ += value.span().size();
    if (result_bytes_ > kPathBytesMax) return Fail(TooManyBytes());
    results_.push_back(value.Own());
    return true;
  }

  bool Evaluate(size_t at, JsonRef value) {
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

  bool Names(size_t at, JsonRef value) {
    const PathToken& token = path_.tokens[at];
    if (!value.is_object()) {
      if (!token.upstream_definite) return true;
      return Fail(absl::NotFoundError(fmt::format(
          "Expected to find an object with property {} in path {} but found '{}'.",
          TokensText(path_, at, at + 1), PlaceText(path_, at), JsonTypeName(value.type()))));
    }
    if (token.names.size() > 1 && IsLeaf(path_, at)) return Merge(at, value);
    for (const std::string& name : token.names) {
      if (!Name(at, name, value)) return false;
    }
    return true;
  }

  bool Name(size_t at, const std::string& name, JsonRef value) {
    if (!Spend(LookCost(value.size()))) return false;
    const JsonRef member = value.Find(name);
    if (member) return ScanPassesOver(at) || Take(at, member);
    bool definite = path_.tokens[at].upstream_definite && IsDefinite(path_, at);
    if (IsLeaf(path_, at)) {
      return missing_ == MissingProperty::kPassedOver || Fail(NoResults(PlaceText(path_, at + 1)));
    }
    if (!definite && missing_ == MissingProperty::kPassedOver) return true;
    return Fail(
        absl::NotFoundError(fmt::format("Missing property in path {}", PlaceText(path_, at + 1))));
  }

  // ['a','b'] at the end of a path: one new object with those of the members that exist.
  bool Merge(size_t at, JsonRef value) {
    JsonWriter merged;
    merged.BeginObject();
    for (const std::string& name : path_.tokens[at].names) {
      if (const JsonRef member = value.Find(name)) {
        merged.Key(name).Value(member.Own());
      } else if (missing_ == MissingProperty::kIsError) {
        return Fail(absl::NotFoundError(
            fmt::format("Missing property in path {}", PlaceText(path_, at + 1))));
      }
    }
    built_.push_back(ParseBuiltJson(merged.EndObject().Take()));
    return Take(at, JsonRef(built_.back()));
  }

  // False and no error: there is nothing to do.
  bool IsArray(size_t at, JsonRef value) {
    if (value.is_array()) return true;
    if (!path_.tokens[at].upstream_definite) return false;
    std::string message =
        value.is_null()
            ? fmt::format("The path {} is null", PlaceText(path_, at))
            : fmt::format("Filter: {} can only be applied to arrays. Current context is: {}",
                          TokensText(path_, at, path_.tokens.size()), value.Own().Compact());
    return Fail(absl::NotFoundError(message));
  }

  bool Indexes(size_t at, JsonRef value) {
    if (!IsArray(at, value)) return status_.ok();
    for (int32_t index : path_.tokens[at].indexes) {
      if (!Index(at, index, value)) return false;
    }
    return true;
  }

  // Negative: from the end. Out of range: no match.
  bool Index(size_t at, int64_t index, JsonRef array) {
    if (index < 0) index += static_cast<int64_t>(array.size());
    if (index < 0) return true;
    if (!Spend(LookCost(std::min(static_cast<size_t>(index), array.size())))) return false;
    const JsonRef item = array.At(static_cast<size_t>(index));
    return !item || TakeItem(at, item);
  }

  // An index out of range in a function further on counts as no match.
  bool TakeItem(size_t at, JsonRef item) {
    if (Take(at, item)) return true;
    if (!absl::IsOutOfRange(status_)) return false;
    status_ = absl::OkStatus();
    return true;
  }

  bool Slice(size_t at, JsonRef value) {
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
    for (const JsonRef item : value.items()) {
      if (i >= to) break;
      if (i++ >= from && !TakeItem(at, item)) return false;
    }
    return true;
  }

  bool Wildcard(size_t at, JsonRef value) {
    for (const JsonRef member : value.members()) {
      if (!ScanPassesOver(at) && !Take(at, member)) return false;
    }
    for (const JsonRef item : value.items()) {
      if (TakeItem(at, item)) continue;
      // An item that the rest of the path does not fit is passed over.
      if (!absl::IsNotFound(status_) || missing_ == MissingProperty::kIsError) return false;
      status_ = absl::OkStatus();
    }
    return true;
  }

  bool Filter(size_t at, JsonRef value) {
    if (value.is_object()) {
      std::optional<bool> accepted = Accept(at, value);
      return accepted && (!*accepted || Take(at, value));
    }
    if (!value.is_array()) {
      if (!path_.tokens[at].upstream_definite) return true;
      return Fail(absl::InvalidArgumentError(
          fmt::format("Filter: [?] can not be applied to primitives. Current context is: {}",
                      value.Own().Compact())));
    }
    for (const JsonRef item : value.items()) {
      std::optional<bool> accepted = Accept(at, item);
      if (!accepted || (*accepted && !TakeItem(at, item))) return false;
    }
    return true;
  }

  // nullopt: the budget is spent.
  std::optional<bool> Accept(size_t at, JsonRef item) {
    if (!Spend()) return std::nullopt;
    absl::StatusOr<bool> accepted = Accepts(*path_.tokens[at].filter, item, visit_);
    if (accepted.ok()) return *accepted;
    status_ = accepted.status();
    return std::nullopt;
  }

  bool Function(size_t at, JsonRef value) {
    absl::StatusOr<Json> result = CallFunction(path_.tokens[at], value.Own(), visit_);
    if (!result.ok()) return Fail(result.status());
    built_.push_back(*std::move(result));
    const JsonRef answer(built_.back());
    return Add(answer) && (IsLeaf(path_, at) || Evaluate(at + 1, answer));
  }

  // `..`: token `at` is tried on every value below and including this one.
  bool Scan(size_t at, JsonRef value) {
    if (at == path_.tokens.size()) {
      return Fail(
          absl::FailedPreconditionError("A function needs a step between '..' and its name"));
    }
    return !IsContainer(value) || ScanContainer(at, value);
  }

  static bool IsContainer(JsonRef value) { return value.is_object() || value.is_array(); }

  bool ScanContainer(size_t at, JsonRef value) {
    if (!Spend(1 + value.size())) return false;
    if (value.is_array() ? !ScanArray(at, value) : !ScanObject(at, value)) return false;
    for (const JsonRef member : value.members()) {
      if (IsContainer(member) && !ScanContainer(at, member)) return false;
    }
    for (const JsonRef item : value.items()) {
      if (IsContainer(item) && !ScanContainer(at, item)) return false;
    }
    return true;
  }

  bool ScanObject(size_t at, JsonRef object) {
    const PathToken& token = path_.tokens[at];
    if (token.kind == Kind::kNames && token.names.size() == 1) {
      const JsonRef member = object.Find(token.names[0]);
      return !member || ScanPassesOver(at) || Take(at, member);
    }
    std::optional<bool> wanted = ScanWants(at, object);
    return wanted && (!*wanted || Evaluate(at, object));
  }

  bool ScanArray(size_t at, JsonRef array) {
    std::optional<bool> wanted = ScanWants(at, array);
    if (!wanted || !*wanted) return wanted.has_value();
    if (IsLeaf(path_, at)) return Evaluate(at, array);
    // As Jayway: when more follows, an array's own token is skipped and the rest is tried on each
    // item.
    scan_index_.resize(path_.tokens.size(), kNoIndex);
    int64_t index = 0;
    for (const JsonRef item : array.items()) {
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
    if (path_.counts_elements) return true;
    const PathToken& before = path_.tokens[at - 1];
    return before.kind != Kind::kIndexes || before.indexes.size() != 1 ||
           before.indexes[0] != scan_index_[at];
  }

  std::optional<bool> ScanWants(size_t at, JsonRef value) {
    const PathToken& token = path_.tokens[at];
    switch (token.kind) {
      case Kind::kNames:
        if (!value.is_object()) return false;
        if (!IsDefinite(path_, at)) return true;
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
  std::vector<Json> built_;  // by functions and unions: keeps the documents that are walked on
  size_t result_bytes_ = 0;
  absl::Status status_;
};

}  // namespace

absl::Status TooManyVisits() {
  return absl::ResourceExhaustedError(
      fmt::format("The path looks at more than {} values", kPathVisitsMax));
}

absl::Status TooManyBytes() {
  return absl::ResourceExhaustedError(
      fmt::format("The path finds more than {} bytes", kPathBytesMax));
}

absl::StatusOr<PathValue> EvaluateTokens(const PathProgram& path, JsonRef from,
                                         MissingProperty missing, PathVisit* visit) {
  return Walker(path, missing, visit).Run(from);
}

}  // namespace asl
