// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/choice.h"

#include <fmt/format.h>
#include <string.h>  // memmem, which <cstring> need not have

#include <compare>

#include "asl/choice_program.h"
#include "asl/dataflow.h"
#include "asl/decimal.h"
#include "asl/java_text.h"

namespace asl {
namespace {

using Kind = ConditionProgram::Kind;

// The value as an operand of that type; nullopt: it is of another type, which makes every
// comparison false.
std::optional<Operand> AsOperand(const Json& value, OperandType type) {
  Operand operand{.type = type};
  switch (type) {
    case OperandType::kString:
      if (!value.is_string()) return std::nullopt;
      operand.text = std::string(value.as_string());
      return operand;
    case OperandType::kNumeric:
      if (!value.is_number()) return std::nullopt;
      operand.text = std::string(value.number_text());
      return operand;
    case OperandType::kBoolean:
      if (!value.is_bool()) return std::nullopt;
      operand.boolean = value.as_bool();
      return operand;
    case OperandType::kTimestamp: {
      std::optional<Instant> instant =
          value.is_string() ? ParseInstant(value.as_string()) : std::nullopt;
      if (!instant) return std::nullopt;
      operand.instant = *instant;
      return operand;
    }
  }
  return std::nullopt;
}

std::strong_ordering Order(const Operand& a, const Operand& b) {
  switch (a.type) {
    case OperandType::kString:
      return CompareUtf16(a.text, b.text);
    case OperandType::kNumeric:
      return CompareNumbers(a.text, b.text);
    case OperandType::kBoolean:
      return a.boolean <=> b.boolean;
    case OperandType::kTimestamp:
      return a.instant <=> b.instant;
  }
  return std::strong_ordering::equal;
}

bool Holds(Comparison comparison, std::strong_ordering order) {
  switch (comparison) {
    case Comparison::kEquals:
      return order == 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kLessEquals:
      return order <= 0;
    case Comparison::kGreaterEquals:
      return order >= 0;
    case Comparison::kMatches:
    case Comparison::kIsNull:
    case Comparison::kIsPresent:
    case Comparison::kIsNumeric:
    case Comparison::kIsString:
    case Comparison::kIsBoolean:
    case Comparison::kIsTimestamp:
      break;
  }
  return false;
}

// The first and the last piece are anchored; those between are taken at their first occurrence,
// which leaves the most for the rest, so no search ever has to be undone. glibc's memmem searches
// for long pieces in linear time (Two-Way); std::string's find does not, and both texts are the
// users'.
bool Matches(const Pattern& pattern, std::string_view text) {
  const std::string& first = pattern.pieces.front();
  const std::string& last = pattern.pieces.back();
  if (pattern.pieces.size() == 1) return text == first;
  if (!text.starts_with(first)) return false;
  text.remove_prefix(first.size());
  for (size_t i = 1; i + 1 < pattern.pieces.size(); ++i) {
    const std::string& piece = pattern.pieces[i];
    const void* found = memmem(text.data(), text.size(), piece.data(), piece.size());
    if (found == nullptr) return false;
    const auto at = static_cast<size_t>(static_cast<const char*>(found) - text.data());
    text.remove_prefix(at + piece.size());
  }
  return text.ends_with(last);
}

// Is…: what type the value has.
bool Is(Comparison comparison, const Json& value) {
  switch (comparison) {
    case Comparison::kIsNull:
      return value.is_null();
    case Comparison::kIsPresent:
      return true;
    case Comparison::kIsNumeric:
      return value.is_number();
    case Comparison::kIsString:
      return value.is_string();
    case Comparison::kIsBoolean:
      return value.is_bool();
    case Comparison::kIsTimestamp:
      return value.is_string() && ParseInstant(value.as_string()).has_value();
    case Comparison::kEquals:
    case Comparison::kLess:
    case Comparison::kGreater:
    case Comparison::kLessEquals:
    case Comparison::kGreaterEquals:
    case Comparison::kMatches:
      break;
  }
  return false;
}

class Evaluator {
 public:
  Evaluator(const Lazy& input, ContextObject& context) : input_(input), context_(context) {}

  // Recursion is bounded by the definition's depth limit.
  OrError<bool> Decide(const ConditionProgram& condition) {
    if (condition.kind == Kind::kTest) return Test(condition);
    const bool until = condition.kind == Kind::kOr;  // the answer that ends an Or or an And early
    for (const ConditionProgram& child : condition.children) {
      OrError<bool> answer = Decide(child);
      if (!answer.ok()) return answer;
      if (condition.kind == Kind::kNot) return !*answer;
      if (*answer == until) return until;
    }
    return !until;
  }

 private:
  static Error MissingValue(const Path& path, const absl::Status& status) {
    if (!absl::IsNotFound(status)) return RuntimeError(InvalidPathText(path, status));
    return RuntimeError(fmt::format(
        "Invalid path '{}': The choice state's condition path references an invalid value.",
        path.text()));
  }

  OrError<bool> Test(const ConditionProgram& test) {
    OrError<absl::StatusOr<PathValue>> found = Find(*test.variable, input_, context_);
    if (!found.ok()) return found.error();
    const absl::StatusOr<PathValue>& value = *found;
    if (!value.ok()) {
      const bool asks =
          test.comparison == Comparison::kIsPresent && absl::IsNotFound(value.status());
      return asks ? OrError<bool>(!test.operand.boolean)
                  : MissingValue(*test.variable, value.status());
    }
    return Compare(test, value->value());
  }

  OrError<bool> Compare(const ConditionProgram& test, const Json& value) {
    if (test.comparison >= Comparison::kIsNull)
      return Is(test.comparison, value) == test.operand.boolean;
    if (test.comparison == Comparison::kMatches) {
      if (test.pattern.open_escape) {
        return RuntimeError(
            fmt::format("The StringMatches pattern '{}' has a backslash that escapes nothing",
                        test.operand.text));
      }
      return value.is_string() && Matches(test.pattern, value.as_string());
    }
    std::optional<Operand> left = AsOperand(value, test.operand.type);
    if (!test.operand_path) return left && Holds(test.comparison, Order(*left, test.operand));
    OrError<absl::StatusOr<PathValue>> found = Find(*test.operand_path, input_, context_);
    if (!found.ok()) return found.error();
    if (!found->ok()) return MissingValue(*test.operand_path, found->status());
    std::optional<Operand> right = AsOperand((*found)->value(), test.operand.type);
    return left && right && Holds(test.comparison, Order(*left, *right));
  }

  const Lazy& input_;
  ContextObject& context_;
};

}  // namespace

OrError<bool> Condition::Evaluate(const Lazy& input, ContextObject& context) const {
  return Evaluator(input, context).Decide(*program_);
}

}  // namespace asl
