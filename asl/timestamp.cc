// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Days ↔ dates by the proleptic Gregorian calendar come from absl's civil time; only the
// punctuation is ours, because absl's RFC 3339 parser is laxer than AWS (blanks, lower case,
// missing seconds).
#include "asl/timestamp.h"

#include <fmt/format.h>

#include "absl/time/civil_time.h"

namespace asl {
namespace {

constexpr int64_t kDaySeconds = 86'400;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool Take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  // Exactly `digits` digits, at most `max`.
  bool Number(size_t digits, int max, int* value) {
    if (text_.size() < digits) return false;
    *value = 0;
    for (char c : text_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      *value = *value * 10 + (c - '0');
    }
    text_.remove_prefix(digits);
    return *value <= max;
  }

  // 1 … 9 digits.
  bool Fraction(int32_t* nanos) {
    size_t digits = 0;
    *nanos = 0;
    for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits) {
      if (digits == 9) return false;
      *nanos = *nanos * 10 + (text_[digits] - '0');
    }
    text_.remove_prefix(digits);
    for (size_t i = digits; i < 9; ++i) *nanos *= 10;
    return digits > 0;
  }

  // "Z", "+hh:mm" or "-hh:mm", and then the end.
  bool Offset(int64_t* seconds) {
    *seconds = 0;
    if (Take('Z')) return text_.empty();
    const int sign = Take('+') ? 1 : Take('-') ? -1 : 0;
    int hours = 0;
    int minutes = 0;
    if (sign == 0 || !Number(2, 18, &hours) || !Take(':') || !Number(2, 59, &minutes)) return false;
    *seconds = sign * (hours * 3'600 + minutes * 60);
    return text_.empty();
  }

 private:
  std::string_view text_;
};

}  // namespace

std::optional<Instant> ParseInstant(std::string_view text) {
  Reader reader(text);
  int year = 0;
  int month = 0;
  int day = 0;
  bool ok = reader.Number(4, 9999, &year) && reader.Take('-') && reader.Number(2, 12, &month) &&
            reader.Take('-') && reader.Number(2, 31, &day) && reader.Take('T');
  int hour = 0;
  int minute = 0;
  int second = 0;
  ok = ok && reader.Number(2, 23, &hour) && reader.Take(':') && reader.Number(2, 59, &minute) &&
       reader.Take(':') && reader.Number(2, 59, &second);
  if (!ok) return std::nullopt;
  Instant instant;
  if (reader.Take('.') && !reader.Fraction(&instant.nanos)) return std::nullopt;
  int64_t offset = 0;
  if (!reader.Offset(&offset)) return std::nullopt;
  const absl::CivilDay date(year, month, day);
  if (date.month() != month || date.day() != day)
    return std::nullopt;  // absl carries 30 February over
  instant.seconds =
      (date - absl::CivilDay()) * kDaySeconds + hour * 3'600 + minute * 60 + second - offset;
  return instant;
}

std::optional<Millis> ParseTimestamp(std::string_view text) {
  std::optional<Instant> instant = ParseInstant(text);
  if (!instant) return std::nullopt;
  return Millis{instant->seconds * 1'000 + instant->nanos / 1'000'000};
}

std::string FormatTimestamp(Millis time) {
  const int64_t millis = ((time.value % 1'000) + 1'000) % 1'000;
  const absl::CivilSecond second = absl::CivilSecond() + (time.value - millis) / 1'000;
  std::string fraction = millis == 0 ? "" : fmt::format(".{:03}", millis);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", second.year(), second.month(),
                     second.day(), second.hour(), second.minute(), second.second(), fraction);
}

}  // namespace asl
