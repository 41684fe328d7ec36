// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Functions on numbers.
#include <algorithm>
#include <cmath>

#include "asl/jsonata/builtin.h"
#include "asl/jsonata/number_text.h"

namespace asl::jsonata {
namespace {

// Applies `step` to every number of an array; false when the steps are used up.
template <class Step>
bool ForEachNumber(Evaluator& e, const Value& array, Step step) {
  if (!e.Charge(static_cast<int64_t>(SizeOf(array) / 4))) return false;
  Items items(array);
  for (Value item; items.Next(&item);) {
    if (item.is_number()) step(item.number);
  }
  return true;
}

template <class Better>
Value Extreme(Evaluator& e, const Call& c, Better better) {
  if (c[0].undefined() || SizeOf(c[0]) == 0) return {};
  double best = std::nan("");
  const auto step = [&](double number) {
    if (std::isnan(best) || better(number, best)) best = number;
  };
  return ForEachNumber(e, c[0], step) ? Value::Number(best) : Value::Failed();
}

}  // namespace

Value Sum(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  double total = 0;
  const auto step = [&](double number) { total += number; };
  return ForEachNumber(e, c[0], step) ? Value::Number(total) : Value::Failed();
}

Value Max(Evaluator& e, const Call& c) {
  return Extreme(e, c, [](double a, double b) { return a > b; });
}

Value Min(Evaluator& e, const Call& c) {
  return Extreme(e, c, [](double a, double b) { return a < b; });
}

Value Average(Evaluator& e, const Call& c) {
  const size_t size = SizeOf(c[0]);
  if (size == 0) return {};
  const Value sum = Sum(e, c);
  return sum.failed() ? sum : Value::Number(sum.number / static_cast<double>(size));
}

Value ToNumber(Evaluator& e, const Call& c) {
  const Value& value = c[0];
  if (value.undefined() || value.is_number()) return value;
  if (value.is_bool()) return Value::Number(value.truth ? 1 : 0);
  const double number = ReadNumber(value.text());
  return std::isnan(number) ? e.Fail("D3030", value, 1) : Value::Number(number);
}

Value Abs(Evaluator&, const Call& c) {
  return c[0].undefined() ? Value() : Value::Number(std::abs(c[0].number));
}

Value Floor(Evaluator&, const Call& c) {
  return c[0].undefined() ? Value() : Value::Number(std::floor(c[0].number));
}

Value Ceil(Evaluator&, const Call& c) {
  return c[0].undefined() ? Value() : Value::Number(std::ceil(c[0].number));
}

Value Round(Evaluator&, const Call& c) {
  if (c[0].undefined()) return {};
  const double digits = c.has(1) ? std::clamp(c[1].number, -400.0, 400.0) : 0;
  return Value::Number(RoundHalfEven(c[0].number, static_cast<int>(digits)));
}

Value Sqrt(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  if (c[0].number < 0) return e.Fail("D3060", c[0], 1);
  return Value::Number(std::sqrt(c[0].number));
}

Value Power(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  const double base = c[0].number;
  const double exponent = c.has(1) ? c[1].number : std::nan("");
  const double power = exponent == 2 ? base * base : std::pow(base, exponent);  // exactly rounded
  return std::isfinite(power) ? Value::Number(power) : e.Fail("D3061", c[0], 1);
}

Value FormatBase(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  const double base = c.has(1) ? RoundHalfEven(c[1].number, 0) : 10;
  if (!(base >= 2 && base <= 36)) return e.Fail("D3100", Value::Number(base));
  if (!std::isfinite(c[0].number)) return e.Fail("D1001", c[0]);
  return e.Text(ToBase(RoundHalfEven(c[0].number, 0), static_cast<int>(base)));
}

}  // namespace asl::jsonata
