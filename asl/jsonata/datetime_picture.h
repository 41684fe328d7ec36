// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Pictures of dates and times (XPath functions 3.1, section 9.8.4): literals and components such as
// [Y0001] or [MNn,3-3], with JSONata's X and x, the year and the month that the week belongs to.
// Used by $fromMillis, $toMillis and $now. Pure values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/jsonata/error.h"
#include "asl/jsonata/integer_picture.h"

namespace asl::jsonata {

struct DateTimePart {
  enum class Names { kNone, kLower, kUpper, kTitle };
  char component = 0;  // 0: a literal
  std::string literal;
  Names names = Names::kNone;
  bool traditional = false;  // the modifier t
  std::optional<IntegerPicture> integer;
  std::optional<int> width_max;
  int year_digits = -1;  // of Y: its last digits only; -1: all
};

struct DateTimePicture {
  std::vector<DateTimePart> parts;

  // D3131, D3132, D3135 in `error`.
  static std::optional<DateTimePicture> Read(std::string_view text, Error* error);
};

// Milliseconds that dates are known for: the years -32,000 to 32,000.
inline constexpr double kMillisMax = 9.46e14;

// D3130, D3133, D3134 in `error`. REQUIRES: |millis| <= kMillisMax.
std::string FormatDateTime(double millis, const DateTimePicture& picture, int offset_minutes,
                           Error* error);

// The time that `text` shows; what it leaves out above its first component is taken from `now_ms`.
// nullopt without an error: the text does not fit the picture. D3133, D3136 in `error`.
std::optional<double> ParseDateTime(std::string_view text, const DateTimePicture& picture,
                                    int64_t now_ms, Error* error);

// ISO 8601 as ECMAScript reads it, from a year alone to milliseconds and a zone (none: UTC).
std::optional<double> ParseIsoDateTime(std::string_view text);

// calendar.cc. One component of a time in UTC as a number: Y M D d F W w X x H h P m s f (P: 0 is
// before noon).
int64_t ComponentOf(int64_t millis, char component);
// As Date.UTC(): month from 0; what is too large runs over into the next.
double MillisOf(double year, double month, double day, double hour, double minute, double second,
                double milli);

}  // namespace asl::jsonata
