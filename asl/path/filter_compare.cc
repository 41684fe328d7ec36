// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The operators of filters, one function each, with the library's own view of types: a number
// equals its text, documents equal by the classes of Java (1 is not 1.0 inside them), lists are
// sets of scalars.
#include <re2/re2.h>

#include <algorithm>
#include <cmath>

#include "asl/decimal.h"
#include "asl/java_text.h"
#include "asl/path/cursor.h"
#include "asl/path/filter_side.h"
#include "asl/path/permissive_json.h"

namespace asl {
namespace {

using Kind = FilterOperand::Kind;
using Operands = std::vector<FilterOperand>;

absl::Status NotApplicable(const char* why) { return absl::InvalidArgumentError(why); }

bool IsInteger(JsonRef number) {
  return number.number_text().find_first_of(".eE") == std::string_view::npos;
}

// Java's equals on parsed documents.
bool SameJson(JsonRef a, JsonRef b) {
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (a.is_number()) {
    return IsInteger(a) == IsInteger(b) && CompareNumbers(a.number_text(), b.number_text()) == 0;
  }
  if (a.is_array()) {
    auto other = b.items().begin();
    for (const JsonRef item : a.items()) {
      if (!SameJson(item, *other)) return false;
      ++other;
    }
    return true;
  }
  if (!a.is_object()) return a.Own() == b.Own();
  if (!(a.Own() == b.Own()))
    return false;  // a cheap first look, so that the search below runs only on equal keys
  const Json object = a.Own();
  for (const JsonMember& member : object.members()) {
    const JsonRef other = b.Find(member.key);
    if (!other || !SameJson(JsonRef(member.value), other)) return false;
  }
  return true;
}

std::vector<JsonRef> Elements(const FilterOperand& array) {
  std::vector<JsonRef> elements;
  if (array.matches() != nullptr) {
    for (const Json& element : *array.matches()) elements.emplace_back(element);
  }
  for (const JsonRef element : array.json().items()) elements.push_back(element);
  return elements;
}

bool SameDocument(const FilterOperand& a, const FilterOperand& b) {
  if (a.matches() == nullptr && b.matches() == nullptr) return SameJson(a.json(), b.json());
  if (!a.is_array() || !b.is_array() || a.size() != b.size()) return false;
  const std::vector<JsonRef> x = Elements(a);
  const std::vector<JsonRef> y = Elements(b);
  return std::equal(x.begin(), x.end(), y.begin(), SameJson);
}

// What a value is to a list: JSON that is written compares as text, and only with such.
bool EqualInList(const FilterOperand& a, const FilterOperand& b) {
  if (a.kind() == Kind::kNumber && (b.kind() == Kind::kNumber || b.kind() == Kind::kString)) {
    return IsDecimal(b.text()) && CompareNumbers(a.text(), b.text()) == 0;
  }
  if (a.kind() == Kind::kString && b.kind() == Kind::kNumber) return a.text() == b.NumberText();
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kNull:
      return true;
    case Kind::kBool:
      return a.boolean() == b.boolean();
    case Kind::kString:
      return a.text() == b.text();
    case Kind::kJson:
      if (a.is_literal() != b.is_literal()) return false;
      return a.is_literal() ? a.text() == b.text() : SameDocument(a, b);
    case Kind::kNumber:
    case Kind::kUndefined:
    case Kind::kPattern:
    case Kind::kPath:
      break;
  }
  return false;
}

bool Equal(const FilterOperand& a, const FilterOperand& b) {
  // Jayway compares the text of a literal on the left with a document: never equal.
  if (a.kind() == Kind::kJson && b.kind() == Kind::kJson) {
    return !a.is_literal() && SameDocument(a, b);
  }
  return EqualInList(a, b);
}

bool Ordered(FilterOperator op, const FilterOperand& a, const FilterOperand& b) {
  if (a.kind() != b.kind() || (a.kind() != Kind::kNumber && a.kind() != Kind::kString)) {
    return false;
  }
  std::strong_ordering order = a.kind() == Kind::kNumber ? CompareNumbers(a.text(), b.text())
                                                         : CompareUtf16(a.text(), b.text());
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

// A list's items, all of which must be scalars; nullopt: the value is JSON, but no array.
absl::StatusOr<std::optional<Operands>> List(const FilterOperand& value) {
  if (value.kind() != Kind::kJson) return NotApplicable("Expected value list node");
  std::optional<Operands> list;
  if (!value.is_array()) return list;
  absl::Status status;
  list.emplace();
  list->reserve(value.size());
  value.ForEachItem([&](absl::StatusOr<FilterOperand> item) {
    if (!item.ok()) {
      status = item.status();
      return false;
    }
    list->push_back(*std::move(item));
    return true;
  });
  if (!status.ok()) return status;
  return list;
}

absl::StatusOr<bool> Contains(const FilterOperand& array, const FilterOperand& value) {
  if (array.kind() != Kind::kJson) return NotApplicable("Expected value list node");
  if (!array.is_array()) return false;
  bool found = false;
  absl::Status status;
  // To the end, for an item that cannot be compared fails the test wherever it stands.
  array.ForEachItem([&](const absl::StatusOr<FilterOperand>& item) {
    if (!item.ok()) {
      status = item.status();
      return false;
    }
    found = found || EqualInList(value, *item);
    return true;
  });
  if (!status.ok()) return status;
  return found;
}

bool Has(const Operands& list, const FilterOperand& value) {
  return std::any_of(list.begin(), list.end(),
                     [&](const FilterOperand& item) { return EqualInList(value, item); });
}

absl::StatusOr<bool> Sets(FilterOperator op, const FilterOperand& left,
                          const FilterOperand& right) {
  absl::StatusOr<std::optional<Operands>> in = List(right);
  if (!in.ok()) return in.status();
  if (!*in) return false;
  absl::StatusOr<std::optional<Operands>> items = List(left);
  if (!items.ok()) return items.status();
  if (!*items) return false;
  size_t contained = 0;
  for (const FilterOperand& item : **items) contained += Has(**in, item) ? 1 : 0;
  if (op == FilterOperator::kAnyOf) return contained > 0;
  if (op == FilterOperator::kNoneOf) return contained == 0;
  return contained == (*items)->size();
}

// The size that is asked for loses its fraction.
bool HasSize(const FilterOperand& left, const FilterOperand& right) {
  if (right.kind() != Kind::kNumber) return false;
  const Json number = ParseJson(JavaDecimalText(right.text())).value.value_or(Json());
  if (!number.is_number()) return false;
  const double wanted = std::trunc(number.as_double());
  if (left.kind() == Kind::kString) return static_cast<double>(Utf16Length(left.text())) == wanted;
  if (left.is_array()) return static_cast<double>(left.size()) == wanted;
  return left.is_object() && wanted == -1;
}

absl::StatusOr<bool> IsEmpty(const FilterOperand& left, const FilterOperand& right) {
  // The library takes every container for a list.
  if (left.is_object()) return absl::FailedPreconditionError("An object has no 'empty'");
  if (left.kind() != Kind::kString && !left.is_array()) return false;
  if (right.kind() != Kind::kBool) return NotApplicable("Expected boolean node");
  return (left.is_array() ? left.size() == 0 : left.text().empty()) == right.boolean();
}

absl::StatusOr<bool> Exists(const FilterOperand& left, const FilterOperand& right) {
  if (left.kind() != Kind::kBool && right.kind() != Kind::kBool) {
    return absl::FailedPreconditionError("Failed to evaluate exists expression");
  }
  if (left.kind() != right.kind()) return NotApplicable("Expected boolean node");
  return left.boolean() == right.boolean();
}

// A pattern matches the whole text. What is neither text nor number nor boolean counts as empty
// text.
bool MatchesText(const re2::RE2& pattern, const FilterOperand& value) {
  switch (value.kind()) {
    case Kind::kBool:
      return re2::RE2::FullMatch(value.boolean() ? "true" : "false", pattern);
    case Kind::kNumber:
      return re2::RE2::FullMatch(value.NumberText(), pattern);
    case Kind::kString:
      return re2::RE2::FullMatch(re2::StringPiece(value.text().data(), value.text().size()),
                                 pattern);
    default:
      return re2::RE2::FullMatch("", pattern);
  }
}

absl::StatusOr<bool> Matches(const FilterOperand& left, const FilterOperand& right) {
  const bool first = left.kind() == Kind::kPattern;
  if (first == (right.kind() == Kind::kPattern)) return false;
  const re2::RE2& pattern = first ? left.pattern() : right.pattern();
  const FilterOperand& value = first ? right : left;
  if (!value.is_array()) return MatchesText(pattern, value);
  absl::StatusOr<std::optional<Operands>> items = List(value);
  if (!items.ok()) return items.status();
  return std::any_of((*items)->begin(), (*items)->end(),
                     [&](const FilterOperand& item) { return MatchesText(pattern, item); });
}

// A literal is parsed when an operator looks into it.
bool ReadsBroken(FilterOperator op, const FilterOperand& left, const FilterOperand& right) {
  switch (op) {
    case FilterOperator::kEqual:
    case FilterOperator::kNotEqual:
    case FilterOperator::kSameTypeEqual:
    case FilterOperator::kSameTypeNotEqual:
      return left.kind() == Kind::kJson && right.is_broken();
    case FilterOperator::kIn:
    case FilterOperator::kNotIn:
      return right.is_broken();
    case FilterOperator::kContains:
    case FilterOperator::kEmpty:
    case FilterOperator::kSize:
      return left.is_broken();
    case FilterOperator::kMatches:
    case FilterOperator::kSubsetOf:
    case FilterOperator::kAnyOf:
    case FilterOperator::kNoneOf:
      return left.is_broken() || right.is_broken();
    case FilterOperator::kLess:
    case FilterOperator::kLessEqual:
    case FilterOperator::kGreater:
    case FilterOperator::kGreaterEqual:
    case FilterOperator::kExists:
    case FilterOperator::kUnserved:
      break;
  }
  return false;
}

absl::StatusOr<bool> Not(absl::StatusOr<bool> answer) {
  if (answer.ok()) *answer = !*answer;
  return answer;
}

}  // namespace

absl::StatusOr<bool> CompareOperands(FilterOperator op, const FilterOperand& left,
                                     const FilterOperand& right) {
  if (ReadsBroken(op, left, right)) {
    return absl::FailedPreconditionError("What the filter compares with is not JSON");
  }
  switch (op) {
    case FilterOperator::kEqual:
      return Equal(left, right);
    case FilterOperator::kNotEqual:
      return !Equal(left, right);
    case FilterOperator::kSameTypeEqual:
      return left.kind() == right.kind() && Equal(left, right);
    case FilterOperator::kSameTypeNotEqual:
      return left.kind() != right.kind() || !Equal(left, right);
    case FilterOperator::kLess:
    case FilterOperator::kLessEqual:
    case FilterOperator::kGreater:
    case FilterOperator::kGreaterEqual:
      return Ordered(op, left, right);
    case FilterOperator::kMatches:
      return Matches(left, right);
    case FilterOperator::kIn:
      return Contains(right, left);
    case FilterOperator::kNotIn:
      return Not(Contains(right, left));
    case FilterOperator::kContains:
      if (left.kind() == Kind::kString && right.kind() == Kind::kString) {
        return left.text().find(right.text()) != std::string_view::npos;
      }
      return left.kind() == Kind::kJson ? Contains(left, right) : absl::StatusOr<bool>(false);
    case FilterOperator::kSubsetOf:
    case FilterOperator::kAnyOf:
    case FilterOperator::kNoneOf:
      return Sets(op, left, right);
    case FilterOperator::kSize:
      return HasSize(left, right);
    case FilterOperator::kEmpty:
      return IsEmpty(left, right);
    case FilterOperator::kExists:
      return Exists(left, right);
    case FilterOperator::kUnserved:
      break;
  }
  return NotApplicable("The operator takes what cannot be written in a path");
}

}  // namespace asl
