// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A filter's tree against one item. Where Jayway throws InvalidPathException in the middle of a
// test (a list expected, a path that does not apply), the item is not accepted; so errors are
// absorbed in Accepts.
#include <re2/re2.h>

#include <algorithm>

#include "asl/decimal.h"
#include "asl/java_text.h"
#include "asl/path/path_program.h"
#include "asl/path/permissive_json.h"

namespace asl {
namespace {

using Kind = FilterValue::Kind;

FilterValue FromJson(const Json& json) {
  switch (json.type()) {
    case JsonType::kNull:
      return {.kind = Kind::kNull};
    case JsonType::kBool:
      return {.kind = Kind::kBool, .boolean = json.as_bool()};
    case JsonType::kNumber:
      return {.kind = Kind::kNumber, .text = std::string(json.number_text())};
    case JsonType::kString:
      return {.kind = Kind::kString, .text = std::string(json.as_string())};
    case JsonType::kArray:
    case JsonType::kObject:
      break;
  }
  return {.kind = Kind::kJson, .json = json};
}

bool IsInteger(const Json& number) {
  return number.number_text().find_first_of(".eE") == std::string_view::npos;
}

// Java's equals on parsed documents: 1 and 1.0 are objects of different classes.
bool SameJson(const Json& a, const Json& b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (a.is_number()) return IsInteger(a) == IsInteger(b) && a == b;
  if (a.is_array()) {
    auto other = b.items();
    auto it = other.begin();
    for (Json item : a.items()) {
      if (!SameJson(item, *it)) return false;
      ++it;
    }
    return true;
  }
  if (!a.is_object()) return a == b;
  if (!(a == b))
    return false;  // a cheap first look, so that the search below runs only on equal keys
  for (const JsonMember& member : a.members()) {
    std::optional<Json> other = b.Find(member.key);
    if (!other || !SameJson(member.value, *other)) return false;
  }
  return true;
}

bool IsArray(const FilterValue& value) {
  return value.kind == Kind::kJson && (value.list || value.json.is_array());
}

size_t Count(const FilterValue& value) {
  return value.list ? value.list->size() : value.json.size();
}

std::vector<Json> Items(const FilterValue& array) {
  if (array.list) return *array.list;
  std::vector<Json> items;
  for (Json item : array.json.items()) items.push_back(item);
  return items;
}

bool SameDocument(const FilterValue& a, const FilterValue& b) {
  if (!a.list && !b.list) return SameJson(a.json, b.json);
  if (!IsArray(a) || !IsArray(b) || Count(a) != Count(b)) return false;
  const std::vector<Json> x = Items(a);
  const std::vector<Json> y = Items(b);
  return std::equal(x.begin(), x.end(), y.begin(), SameJson);
}

bool Equal(const FilterValue& a, const FilterValue& b) {
  if (a.kind == Kind::kNumber && (b.kind == Kind::kNumber || b.kind == Kind::kString)) {
    return IsDecimal(b.text) && CompareNumbers(a.text, b.text) == 0;
  }
  if (a.kind == Kind::kString && b.kind == Kind::kNumber) return a.text == JavaDecimalText(b.text);
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.boolean == b.boolean;
    case Kind::kString:
      return a.text == b.text;
    case Kind::kJson:
      // Jayway compares the text of a literal on the left with a document: never equal.
      return !a.literal && SameDocument(a, b);
    case Kind::kNumber:
    case Kind::kUndefined:
    case Kind::kPattern:
    case Kind::kPath:
      break;
  }
  return false;
}

bool Ordered(FilterOperator op, const FilterValue& a, const FilterValue& b) {
  if (a.kind != b.kind || (a.kind != Kind::kNumber && a.kind != Kind::kString)) return false;
  std::strong_ordering order =
      a.kind == Kind::kNumber ? CompareNumbers(a.text, b.text) : CompareUtf16(a.text, b.text);
  switch (op) {
    case FilterOperator::kLess:
      return order < 0;
    case FilterOperator::kLessEqual:
      return order <= 0;
    case FilterOperator::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

bool Contains(const FilterValue& array, const FilterValue& value) {
  for (const Json& item : Items(array)) {
    if (Equal(value, FromJson(item))) return true;
  }
  return false;
}

bool Sets(FilterOperator op, const FilterValue& left, const FilterValue& right) {
  if (!IsArray(left) || !IsArray(right)) return false;
  const FilterValue& in = op == FilterOperator::kAll ? left : right;
  const std::vector<Json> items = Items(op == FilterOperator::kAll ? right : left);
  size_t contained = 0;
  for (const Json& item : items) contained += Contains(in, FromJson(item)) ? 1 : 0;
  if (op == FilterOperator::kAnyOf) return contained > 0;
  if (op == FilterOperator::kNoneOf) return contained == 0;
  return contained == items.size();
}

bool HasSize(const FilterValue& left, const FilterValue& right) {
  if (right.kind != Kind::kNumber) return false;
  std::string size;
  if (left.kind == Kind::kString) {
    size = std::to_string(Utf16Length(left.text));
  } else if (IsArray(left)) {
    size = std::to_string(Count(left));
  } else {
    return false;
  }
  return CompareNumbers(size, right.text) == 0;
}

bool IsEmpty(const FilterValue& left, const FilterValue& right) {
  if (right.kind != Kind::kBool) return false;
  if (left.kind == Kind::kString) return left.text.empty() == right.boolean;
  return left.kind == Kind::kJson && (Count(left) == 0) == right.boolean;
}

// A pattern matches the whole text. What is neither text nor number nor boolean counts as empty
// text.
bool MatchesText(const re2::RE2& pattern, const FilterValue& value) {
  std::string text = value.kind == Kind::kBool ? (value.boolean ? "true" : "false") : value.text;
  return re2::RE2::FullMatch(text, pattern);
}

bool Matches(const FilterValue& left, const FilterValue& right) {
  if ((left.kind == Kind::kPattern) == (right.kind == Kind::kPattern)) return false;
  const re2::RE2& pattern = left.kind == Kind::kPattern ? *left.pattern : *right.pattern;
  const FilterValue& value = left.kind == Kind::kPattern ? right : left;
  if (!IsArray(value)) return MatchesText(pattern, value);
  for (const Json& item : Items(value)) {
    if (MatchesText(pattern, FromJson(item))) return true;
  }
  return false;
}

bool IsIn(const FilterValue& left, const FilterValue& right) {
  return IsArray(right) && Contains(right, left);
}

bool Compare(FilterOperator op, const FilterValue& left, const FilterValue& right) {
  switch (op) {
    case FilterOperator::kEqual:
      return Equal(left, right);
    case FilterOperator::kNotEqual:
      return !Equal(left, right);
    case FilterOperator::kSameTypeEqual:
      return left.kind == right.kind && Equal(left, right);
    case FilterOperator::kSameTypeNotEqual:
      return left.kind != right.kind || !Equal(left, right);
    case FilterOperator::kLess:
    case FilterOperator::kLessEqual:
    case FilterOperator::kGreater:
    case FilterOperator::kGreaterEqual:
      return Ordered(op, left, right);
    case FilterOperator::kMatches:
      return Matches(left, right);
    case FilterOperator::kIn:
      return IsIn(left, right);
    case FilterOperator::kNotIn:
      return (right.kind == Kind::kJson || right.kind == Kind::kUndefined) && !IsIn(left, right);
    case FilterOperator::kContains:
      if (left.kind == Kind::kString && right.kind == Kind::kString) {
        return left.text.find(right.text) != std::string::npos;
      }
      return IsIn(right, left);
    case FilterOperator::kAll:
    case FilterOperator::kSubsetOf:
    case FilterOperator::kAnyOf:
    case FilterOperator::kNoneOf:
      return Sets(op, left, right);
    case FilterOperator::kSize:
      return HasSize(left, right);
    case FilterOperator::kEmpty:
      return IsEmpty(left, right);
    case FilterOperator::kExists:  // decided by Test
    case FilterOperator::kUnserved:
      break;
  }
  return false;
}

// What copying or comparing this value may take, in visits.
size_t Cost(const FilterValue& value) {
  if (value.list) return value.list->size();
  return LookCost(value.kind == Kind::kJson ? value.json.span().size() : value.text.size());
}

// A side's value for this item; a path that finds nothing is undefined.
absl::StatusOr<FilterValue> Resolve(const FilterValue& side, const Json& item, PathVisit* visit) {
  if (side.kind != Kind::kPath) return side;
  const Json& from = side.path->from_item ? item : *visit->root;
  absl::StatusOr<PathValue> found =
      EvaluateTokens(*side.path, from, MissingProperty::kPassedOver, visit);
  if (found.ok() && found->one() != nullptr) return FromJson(*found->one());
  if (found.ok()) return FilterValue{.kind = Kind::kJson, .list = *found->matches()};
  if (absl::IsNotFound(found.status())) return FilterValue{};
  return found.status();
}

absl::StatusOr<bool> Test(const FilterNode& test, const Json& item, PathVisit* visit) {
  if (test.op == FilterOperator::kExists) {
    // As Jayway: a path that only asks for existence starts from the item, even with `$`.
    absl::StatusOr<PathValue> found =
        EvaluateTokens(*test.left.path, item, MissingProperty::kIsError, visit);
    if (!found.ok() && !absl::IsNotFound(found.status())) return found.status();
    return found.ok() == test.left.should_exist;
  }
  absl::StatusOr<FilterValue> left = Resolve(test.left, item, visit);
  if (!left.ok()) return left.status();
  absl::StatusOr<FilterValue> right = Resolve(test.right, item, visit);
  if (!right.ok()) return right.status();
  bool each_with_each = test.op >= FilterOperator::kAll && test.op != FilterOperator::kSize;
  size_t cost = Cost(*left) + Cost(*right);
  if (each_with_each && IsArray(*left) && IsArray(*right)) cost += Count(*left) * Count(*right);
  if (!visit->Spend(cost)) return TooManyVisits();
  return Compare(test.op, *left, *right);
}

absl::StatusOr<bool> Decide(const FilterNode& node, const Json& item, PathVisit* visit) {
  if (node.kind == FilterNode::Kind::kTest) return Test(node, item, visit);
  bool until = node.kind == FilterNode::Kind::kOr;  // the answer that ends an Or or an And early
  for (const FilterNode& child : node.children) {
    absl::StatusOr<bool> answer = Decide(child, item, visit);
    if (!answer.ok()) return answer;
    if (node.kind == FilterNode::Kind::kNot) return !*answer;
    if (*answer == until) return until;
  }
  return !until;
}

}  // namespace

absl::StatusOr<bool> Accepts(const FilterNode& filter, const Json& item, PathVisit* visit) {
  absl::StatusOr<bool> answer = Decide(filter, item, visit);
  if (!answer.ok() && absl::IsInvalidArgument(answer.status())) return false;
  return answer;
}

}  // namespace asl
