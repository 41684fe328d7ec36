// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/java_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "asl/decimal.h"

namespace asl {
namespace {

bool IsContinuation(char c) { return (c & 0xC0) == 0x80; }

// REQUIRES: valid UTF-8. Calls `each` with every UTF-16 code unit.
template <class Each>
void ForEachUnit(std::string_view text, Each each) {
  for (size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    uint32_t c = length == 1 ? lead : lead & (0x7FU >> length);
    for (size_t k = 1; k < length && i + k < text.size(); ++k) c = (c << 6) | (text[i + k] & 0x3FU);
    i += length;
    if (c < 0x10000) {
      each(static_cast<uint16_t>(c));
    } else {
      each(static_cast<uint16_t>(0xD800 + ((c - 0x10000) >> 10)));
      each(static_cast<uint16_t>(0xDC00 + ((c - 0x10000) & 0x3FF)));
    }
  }
}

// UTF-8 bytes sort as code points do. UTF-16 differs only in that surrogates (lead bytes F0 and up)
// sort below U+E000 … U+FFFF (lead bytes EE, EF).
int Rank(char c) {
  auto byte = static_cast<unsigned char>(c);
  return byte == 0xEE || byte == 0xEF ? byte + 0x20 : byte;
}

}  // namespace

std::strong_ordering CompareUtf16(std::string_view a, std::string_view b) {
  size_t common = std::min(a.size(), b.size());
  for (size_t i = 0; i < common; ++i) {
    if (a[i] != b[i]) return Rank(a[i]) <=> Rank(b[i]);
  }
  return a.size() <=> b.size();
}

size_t Utf16Length(std::string_view text) {
  size_t units = 0;
  for (char c : text) {
    units += IsContinuation(c) ? 0 : static_cast<unsigned char>(c) >= 0xF0 ? 2 : 1;
  }
  return units;
}

uint32_t JavaHash(std::string_view text) {
  uint32_t hash = 0;
  ForEachUnit(text, [&hash](uint16_t unit) { hash = 31 * hash + unit; });
  return hash;
}

std::vector<size_t> HashMapOrder(const std::vector<std::string>& keys) {
  size_t buckets = 16;
  while (keys.size() * 4 > buckets * 3) buckets *= 2;
  std::vector<size_t> bucket_of(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    uint32_t hash = JavaHash(keys[i]);
    bucket_of[i] = (hash ^ (hash >> 16)) & (buckets - 1);
  }
  std::vector<size_t> order(keys.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t i, size_t j) { return bucket_of[i] < bucket_of[j]; });
  return order;
}

std::string JavaNumberText(std::string_view number) {
  if (number == "-0") return "0";
  if (number.find_first_of(".eE") == std::string_view::npos) return std::string(number);
  constexpr size_t kDoubleMax = 18;
  if (number.size() > kDoubleMax) return JavaDecimalText(number);
  double value = 0;
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc()) return JavaDecimalText(number);
  // Double.toString's own rule. Otherwise "d.dddE±n", the digits being the fewest that will do.
  if (value == 0 || (std::abs(value) >= 1e-3 && std::abs(value) < 1e7)) {
    std::string text = fmt::format("{}", value);
    return text.find('.') == std::string::npos ? text + ".0" : text;
  }
  std::array<char, 32> buffer;
  const auto written = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                     std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<size_t>(written.ptr - buffer.data()));
  const std::string_view digits = text.substr(0, text.find('e'));
  const int exponent = std::atoi(std::string(text.substr(digits.size() + 1)).c_str());
  return fmt::format("{}{}E{}", digits, digits.find('.') == std::string_view::npos ? ".0" : "",
                     exponent);
}

// Recursion is bounded by the parser's depth limit.
void AppendJavaText(const Json& value, std::string* out) {
  std::string_view separator;
  if (value.is_string()) {
    *out += value.as_string();
  } else if (value.is_array()) {
    *out += '[';
    for (const Json item : value.items()) {
      *out += separator;
      separator = ", ";
      AppendJavaText(item, out);
    }
    *out += ']';
  } else if (value.is_object()) {
    *out += '{';
    for (const JsonMember member : value.members()) {
      *out += separator;
      separator = ", ";
      *out += member.key;
      *out += '=';
      AppendJavaText(member.value, out);
    }
    *out += '}';
  } else {
    value.AppendCompact(out);
  }
}

}  // namespace asl
