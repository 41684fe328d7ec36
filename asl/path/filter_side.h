// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One side of a filter's test for one item, and what the operators say of two. Private to filter*.cc;
// lives no longer than the test.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/json_ref.h"
#include "asl/path/path_program.h"

namespace asl {

// A value as Jayway compares it.
class FilterOperand {
 public:
  using Kind = FilterValue::Kind;

  FilterOperand() = default;  // undefined: a path that found nothing
  // REQUIRES: `literal` lives longer, and is no path.
  explicit FilterOperand(const FilterValue* literal);
  explicit FilterOperand(JsonRef json);  // of a document that lives longer
  explicit FilterOperand(PathValue found);
  // An item of a list. Jayway reads its text again: quotes around it go, escapes are resolved, what
  // looks like a path equals nothing, what looks like JSON is JSON. FailedPrecondition: the item is
  // an array or object, which it cannot compare.
  static absl::StatusOr<FilterOperand> Item(JsonRef json);

  Kind kind() const { return kind_; }
  bool boolean() const { return boolean_; }                         // kBool
  std::string_view text() const { return read_ ? *read_ : text_; }  // kString, kNumber
  std::string NumberText() const;  // kNumber, as BigDecimal prints it
  const re2::RE2& pattern() const { return *literal_->pattern; }  // kPattern

  // kJson.
  bool is_array() const;
  bool is_object() const { return kind_ == Kind::kJson && json_.is_object(); }
  bool is_literal() const { return literal_ != nullptr || as_text_; }  // written, not found
  bool is_broken() const { return literal_ != nullptr && kind_ == Kind::kJson && !literal_->json; }
  size_t size() const { return matches() != nullptr ? matches()->size() : json_.size(); }
  JsonRef json() const { return json_; }
  const std::vector<Json>* matches() const { return found_ ? found_->matches() : nullptr; }
  // is_array(): calls `each` (StatusOr<FilterOperand> → bool, false ends) for every item.
  template <class Each>
  void ForEachItem(Each each) const {
    if (matches() != nullptr) {
      for (const Json& item : *matches()) {
        if (!each(Item(JsonRef(item)))) return;
      }
    }
    for (const JsonRef item : json_.items()) {
      if (!each(Item(item))) return;
    }
  }

  // What copying or comparing it may take, in visits.
  size_t Cost() const;

 private:
  Kind kind_ = Kind::kUndefined;
  bool boolean_ = false;
  bool as_text_ = false;             // JSON that is a string in a list
  std::string_view text_;            // kNumber, kString; JSON that is not found but written
  std::optional<std::string> read_;  // instead of text_, where escapes were resolved
  JsonRef json_;                     // what it was read from; kJson: the value, unless it is a list
  std::optional<PathValue> found_;   // by a path: a list, or the document that json_ is of
  const FilterValue* literal_ = nullptr;
};

// filter_compare.cc. InvalidArgument: the operator does not apply, so the item is not accepted;
// FailedPrecondition: where Jayway throws, so the path fails.
absl::StatusOr<bool> CompareOperands(FilterOperator op, const FilterOperand& left,
                                     const FilterOperand& right);

}  // namespace asl
