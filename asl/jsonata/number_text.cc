// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/number_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

namespace asl::jsonata {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A positive number as 0.DIGITS times ten to the `point`, with the fewest digits.
struct Decimal {
  char digits[32];
  int size = 0;
  int point = 0;
};

Decimal Shortest(double number) {
  char text[40];
  const auto result =
      std::to_chars(text, text + sizeof(text), number, std::chars_format::scientific);
  Decimal decimal;
  const char* at = text;
  for (; *at != 'e'; ++at) {
    if (*at != '.') decimal.digits[decimal.size++] = *at;
  }
  if (*++at == '+') ++at;
  std::from_chars(at, result.ptr, decimal.point);
  ++decimal.point;
  return decimal;
}

double ReadDouble(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

// The number times ten to the `shift`, by its decimal text.
double Shift(double number, int shift) {
  if (number == 0 || !std::isfinite(number)) return number;
  const Decimal decimal = Shortest(std::abs(number));
  const std::string text = "0." + std::string(decimal.digits, static_cast<size_t>(decimal.size)) +
                           "e" + std::to_string(decimal.point + shift);
  return std::copysign(ReadDouble(text), number);
}

}  // namespace

void AppendNumber(double number, std::string* out) {
  if (std::isnan(number)) {
    *out += "NaN";
    return;
  }
  if (number < 0) *out += '-';
  number = std::abs(number);
  if (std::isinf(number)) {
    *out += "Infinity";
    return;
  }
  if (number < 1e15 && std::floor(number) == number) {  // most are small integers
    char text[24];
    const auto end = std::to_chars(text, text + sizeof(text), static_cast<int64_t>(number)).ptr;
    out->append(text, end);
    return;
  }
  const Decimal d = Shortest(number);
  const std::string_view digits(d.digits, static_cast<size_t>(d.size));
  if (d.point > 21 || d.point <= -6) {
    *out += digits[0];
    if (d.size > 1) (*out += '.') += digits.substr(1);
    *out += d.point > 0 ? "e+" : "e-";
    *out += std::to_string(std::abs(d.point - 1));
  } else if (d.point >= d.size) {
    *out += digits;
    out->append(static_cast<size_t>(d.point - d.size), '0');
  } else if (d.point > 0) {
    *out += digits.substr(0, static_cast<size_t>(d.point));
    (*out += '.') += digits.substr(static_cast<size_t>(d.point));
  } else {
    *out += "0.";
    out->append(static_cast<size_t>(-d.point), '0');
    *out += digits;
  }
}

double RoundTo15Digits(double number) {
  if (number == 0 || !std::isfinite(number)) return number;
  const Decimal shortest = Shortest(std::abs(number));
  if (shortest.size <= 15) return number;
  char text[64];
  std::snprintf(text, sizeof(text), "%.14e", number);
  if (shortest.size == 16 && shortest.digits[15] == '5') {
    // Perhaps an exact tie, which printf takes to the even digit: look at more digits.
    char exact[64];
    std::snprintf(exact, sizeof(exact), "%.40e", std::abs(number));
    const bool tie = std::all_of(exact + 17, exact + 42, [](char c) { return c == '0'; });
    const double above = std::nextafter(std::abs(number), kInfinity);
    if (tie) std::snprintf(text, sizeof(text), "%.14e", std::copysign(above, number));
  }
  return std::strtod(text, nullptr);
}

double RoundHalfEven(double number, int digits) {
  const double shifted = Shift(number, digits);
  double rounded = std::floor(shifted + 0.5);
  if (std::abs(shifted) >= 4503599627370496.0 || !std::isfinite(shifted)) rounded = shifted;
  const double difference = rounded - shifted;
  if (std::abs(difference) == 0.5 && std::fmod(std::abs(rounded), 2) == 1) rounded -= 1;
  const double result = Shift(rounded, -digits);
  return result == 0 ? 0 : result;  // never -0
}

std::string ToFixed(double number, int digits) {
  char text[512];
  const int size = std::snprintf(text, sizeof(text), "%.*f", digits, number);
  return std::string(text, static_cast<size_t>(std::min<int>(size, sizeof(text) - 1)));
}

std::string ToBase(double number, int base) {
  if (base == 10) {
    std::string text;
    AppendNumber(number, &text);
    return text;
  }
  constexpr char kDigits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
  const bool negative = number < 0;
  double whole = std::abs(number);
  std::string reversed;
  do {
    reversed += kDigits[static_cast<size_t>(std::fmod(whole, base))];
    whole = std::floor(whole / base);
  } while (whole > 0);
  if (negative) reversed += '-';
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

double ReadNumber(std::string_view text) {
  if (text.size() > 2 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    double number = 0;
    for (size_t i = 2; base != 0 && i < text.size(); ++i) {
      const char c = static_cast<char>(text[i] | 0x20);
      const int digit = text[i] >= '0' && text[i] <= '9' ? text[i] - '0'
                        : c >= 'a' && c <= 'f'           ? c - 'a' + 10
                                                         : 99;
      if (digit >= base) return kNaN;
      number = number * base + digit;
    }
    if (base != 0) return number;
  }
  const auto digits_from = [&](size_t at) {
    size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    return end;
  };
  size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  size_t end = digits_from(at);
  if (end == at) return kNaN;
  if (end < text.size() && text[end] == '.') {
    at = end + 1;
    end = digits_from(at);
    if (end == at) return kNaN;
  }
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    at = end + 1;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    end = digits_from(at);
    if (end == at) return kNaN;
  }
  const double number = end == text.size() ? ReadDouble(std::string(text)) : kNaN;
  return std::isfinite(number) ? number : kNaN;
}

}  // namespace asl::jsonata
