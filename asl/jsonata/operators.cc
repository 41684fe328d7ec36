// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Infix operators on values: arithmetic, comparison, logic, inclusion, texts, ranges.
#include <cmath>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/evaluator.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

bool IsInteger(const Value& value) {
  return value.is_number() && std::isfinite(value.number) &&
         std::floor(value.number) == value.number;
}

bool IsOrdered(const Value& value) {
  return value.undefined() || value.is_number() || value.is_string();
}

}  // namespace

Value Evaluator::EvalBinary(const Node& node, const Value& context, Frame* frame) {
  const Value left = Eval(*node.left, context, frame);
  if (left.failed()) return left;
  if (node.op == Op::kAnd || node.op == Op::kOr) {
    const bool first = Truth(*this, left);
    if (failed()) return AtOperator(node, Value::Failed());
    if (first == (node.op == Op::kOr)) return Value::Bool(first);
    const Value right = Eval(*node.right, context, frame);
    if (right.failed()) return right;
    const bool second = Truth(*this, right);
    return failed() ? AtOperator(node, Value::Failed()) : Value::Bool(second);
  }
  const Value right = Eval(*node.right, context, frame);
  if (right.failed()) return right;
  switch (node.op) {
    case Op::kEqual:
    case Op::kNotEqual: {
      if (left.undefined() || right.undefined()) return Value::Bool(false);
      const bool equal = DeepEqual(*this, left, right);
      return failed() ? Value::Failed() : Value::Bool(equal == (node.op == Op::kEqual));
    }
    case Op::kLess:
    case Op::kLessEqual:
    case Op::kGreater:
    case Op::kGreaterEqual:
      return AtOperator(node, Compare(node, left, right));
    case Op::kIn:
      return Includes(left, right);
    case Op::kConcat:
      return AtOperator(node, Concatenate(node, left, right));
    case Op::kRange:
      return AtOperator(node, Range(left, right));
    default:
      return AtOperator(node, Arithmetic(node, left, right));
  }
}

// An operator that fails says where it stands.
Value Evaluator::AtOperator(const Node& node, Value failed_or_value) {
  if (!failed_or_value.failed()) return failed_or_value;
  failure_.position = static_cast<int>(node.position);
  failure_.token = OpText(node.op);
  return failed_or_value;
}

Value Evaluator::Arithmetic(const Node& node, const Value& left, const Value& right) {
  for (const Value* side : {&left, &right}) {
    if (side->undefined()) continue;
    if (!side->is_number()) return Fail(side == &left ? "T2001" : "T2002", *side);
    if (std::isinf(side->number)) return Fail("D1001", *side);
  }
  if (left.undefined() || right.undefined()) return {};
  switch (node.op) {
    case Op::kAdd:
      return Value::Number(left.number + right.number);
    case Op::kSubtract:
      return Value::Number(left.number - right.number);
    case Op::kMultiply:
      return Value::Number(left.number * right.number);
    case Op::kDivide:
      return Value::Number(left.number / right.number);
    default:
      return Value::Number(std::fmod(left.number, right.number));
  }
}

Value Evaluator::Compare(const Node& node, const Value& left, const Value& right) {
  if (!IsOrdered(left) || !IsOrdered(right)) {
    return Fail("T2010", IsOrdered(left) && !left.undefined() ? right : left);
  }
  if (left.undefined() || right.undefined()) return {};
  if (left.tag != right.tag) return Fail("T2009", left);
  std::partial_ordering order = std::partial_ordering::equivalent;
  if (left.is_number()) {
    order = left.number <=> right.number;
  } else {
    order = CompareTexts(left.text(), right.text());
  }
  switch (node.op) {
    case Op::kLess:
      return Value::Bool(order < 0);
    case Op::kLessEqual:
      return Value::Bool(order <= 0);
    case Op::kGreater:
      return Value::Bool(order > 0);
    default:
      return Value::Bool(order >= 0);
  }
}

// Arrays and objects are the same only when they are one: 1 in [[1]] is false, and so is
// {"a": 1} in [{"a": 1}].
Value Evaluator::Includes(const Value& left, const Value& right) {
  if (left.undefined() || right.undefined()) return Value::Bool(false);
  Items items(right);
  for (Value item; items.Next(&item);) {
    if (!Charge()) return Value::Failed();
    if (item.tag != left.tag) continue;
    const bool container = item.is_array() || item.is_object();
    const bool same = item.chars == left.chars && item.extent == left.extent;
    if (container ? same : DeepEqual(*this, item, left)) return Value::Bool(true);
  }
  return Value::Bool(false);
}

Value Evaluator::Concatenate(const Node&, const Value& left, const Value& right) {
  const Value a = left.is_string() || left.undefined() ? left : ToText(*this, left);
  if (a.failed()) return a;
  const Value b = right.is_string() || right.undefined() ? right : ToText(*this, right);
  if (b.failed()) return b;
  const size_t size = (a.undefined() ? 0 : a.extent) + size_t{b.undefined() ? 0 : b.extent};
  if (size > kResultBytesMax || !heap_.Fits(size)) {
    return Exceeded("Expression evaluation memory limit exceeded");
  }
  char* text = static_cast<char*>(heap_.Allocate(size));
  char* end = text;
  if (!a.undefined()) end = std::copy_n(a.chars, a.extent, end);
  if (!b.undefined()) end = std::copy_n(b.chars, b.extent, end);
  return Value::String({text, size});
}

Value Evaluator::Range(const Value& left, const Value& right) {
  if (!left.undefined() && !IsInteger(left)) return Fail("T2003", left);
  if (!right.undefined() && !IsInteger(right)) return Fail("T2004", right);
  if (left.undefined() || right.undefined() || left.number > right.number) return {};
  const double size = right.number - left.number + 1;
  if (size > kRangeItemsMax) return Fail("D2014", Value::Number(size));
  Array* range = heap_.NewSequence();
  range->size = static_cast<uint32_t>(size);
  range->first = left.number;
  return Value::OfArray(range);
}

}  // namespace asl::jsonata
