// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A number is ±0.d1d2d3… · 10^magnitude with d1 ≠ 0, so two of them compare by sign, then
// magnitude, then digits.
#include "asl/decimal.h"

#include <algorithm>
#include <cctype>

namespace asl {
namespace {

// Exponents are cut off here: beyond it spellings such as 1e99999999999999999999 would not fit.
constexpr int64_t kExponentMax = 1'000'000'000'000;

struct Decimal {
  bool negative = false;
  std::string_view
      digits;  // from the first digit that is not 0; may contain the point; empty: zero
  int64_t magnitude = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int64_t ReadExponent(std::string_view text) {
  bool negative = text.starts_with('-');
  int64_t value = 0;
  for (char c : text) {
    if (IsDigit(c)) value = std::min(value * 10 + (c - '0'), kExponentMax);
  }
  return negative ? -value : value;
}

Decimal Read(std::string_view text) {
  Decimal out;
  if (text.starts_with('-')) {
    out.negative = true;
    text.remove_prefix(1);
  }
  int64_t exponent = 0;
  if (size_t e = text.find_first_of("eE"); e != std::string_view::npos) {
    exponent = ReadExponent(text.substr(e + 1));
    text = text.substr(0, e);
  }
  size_t point = std::min(text.find('.'), text.size());
  size_t first = text.find_first_not_of("0.");
  if (first == std::string_view::npos) return Decimal{};
  out.digits = text.substr(first);
  int64_t before_point = static_cast<int64_t>(point) - static_cast<int64_t>(first);
  out.magnitude = exponent + (first < point ? before_point : before_point + 1);
  return out;
}

// Walks the digits, skipping the point; endless zeros after the last.
class Digits {
 public:
  explicit Digits(std::string_view text) : text_(text) {}
  bool done() const { return at_ >= text_.size(); }
  char Next() {
    if (!done() && text_[at_] == '.') ++at_;
    return done() ? '0' : text_[at_++];
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

std::strong_ordering CompareAbsolute(const Decimal& a, const Decimal& b) {
  if (a.digits.empty() || b.digits.empty()) return !a.digits.empty() <=> !b.digits.empty();
  if (a.magnitude != b.magnitude) return a.magnitude <=> b.magnitude;
  Digits x(a.digits);
  Digits y(b.digits);
  while (!x.done() || !y.done()) {
    if (std::strong_ordering order = x.Next() <=> y.Next(); order != 0) return order;
  }
  return std::strong_ordering::equal;
}

}  // namespace

std::strong_ordering CompareNumbers(std::string_view a, std::string_view b) {
  Decimal x = Read(a);
  Decimal y = Read(b);
  if (x.negative != y.negative) return y.negative <=> x.negative;
  return x.negative ? CompareAbsolute(y, x) : CompareAbsolute(x, y);
}

std::string CanonicalNumber(std::string_view number) {
  const Decimal decimal = Read(number);
  if (decimal.digits.empty()) return "0";
  std::string text = decimal.negative ? "-" : "";
  for (Digits digits(decimal.digits); !digits.done();) text += digits.Next();
  text.erase(text.find_last_not_of('0') + 1);
  return text + "e" + std::to_string(decimal.magnitude);
}

std::string JavaDecimalText(std::string_view number) {
  size_t mantissa_end = std::min(number.find_first_of("eE"), number.size());
  std::string digits;
  int64_t scale = 0;  // digits · 10^-scale
  bool fraction = false;
  for (char c : number.substr(0, mantissa_end)) {
    if (IsDigit(c)) digits += c;
    if (IsDigit(c) && fraction) ++scale;
    fraction = fraction || c == '.';
  }
  if (mantissa_end < number.size()) scale -= ReadExponent(number.substr(mantissa_end + 1));
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  std::string sign = number.starts_with('-') && digits != "0" ? "-" : "";
  auto count = static_cast<int64_t>(digits.size());
  int64_t exponent = count - 1 - scale;  // of the first digit
  if (scale == 0) return sign + digits;
  if (scale > 0 && exponent >= -6) {  // BigDecimal.toString's own rule
    if (scale >= count) digits.insert(0, static_cast<size_t>(scale - count + 1), '0');
    return sign + digits.insert(digits.size() - static_cast<size_t>(scale), ".");
  }
  if (count > 1) digits.insert(1, ".");
  return sign + digits + "E" + (exponent < 0 ? "" : "+") + std::to_string(exponent);
}

}  // namespace asl
