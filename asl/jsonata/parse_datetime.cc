// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Reading a time by a picture. The picture becomes one regular expression with a group for each
// part; what the groups hold must name a date (year, month, day; or year and day of the year)
// and a time without a gap: what is missing above the first component comes from now, what is
// missing below the last is zero.
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "asl/jsonata/datetime_names.h"
#include "asl/jsonata/datetime_picture.h"
#include "asl/jsonata/limits.h"
#include "asl/jsonata/regex.h"

namespace asl::jsonata {
namespace {

// What was read, by component. A name that does not exist is as if it were not there.
using Components = std::map<char, double>;

std::string Quoted(std::string_view literal) {
  std::string out;
  for (char c : literal) {
    if (std::string_view(".*+?^${}()|[]\\/").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

bool IsZone(const DateTimePart& part) { return part.component == 'Z' || part.component == 'z'; }

std::string ZonePattern(const DateTimePart& part) {
  std::string pattern = part.component == 'z' ? "GMT" : "";
  pattern += "[-+][0-9]+";
  if (part.integer->regular > 0) {
    const char32_t separator = part.integer->separators[0].character;
    pattern += Quoted(std::string(1, static_cast<char>(separator))) + "[0-9]+";
  }
  return pattern;
}

int ReadInt(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Minutes east of Greenwich. The sign is that of the hours.
double ReadZone(std::string_view text, const DateTimePart& part) {
  if (part.component == 'z') text.remove_prefix(3);
  const bool negative = text.starts_with('-');
  size_t hour_end = text.size();
  size_t minute_begin = text.size();
  if (part.integer->regular > 0) {
    hour_end = text.find_first_not_of("0123456789", 1);
    minute_begin = hour_end + 1;
  } else if (text.size() > 3) {
    hour_end = minute_begin = 3;
  }
  const int hours = ReadInt(text.substr(0, hour_end));
  const int minutes = minute_begin < text.size() ? ReadInt(text.substr(minute_begin)) : 0;
  return hours * 60 + (negative ? -minutes : minutes);
}

std::optional<double> ReadName(std::string_view text, const DateTimePart& part) {
  if (part.component == 'P') {
    if (text == "am" || text == "AM") return 0;
    if (text == "pm" || text == "PM") return 1;
    return std::nullopt;
  }
  for (int64_t value = 1; value <= 12; ++value) {
    std::string_view name = NameOf(part.component, value);
    if (part.width_max.value_or(0) > 0) name = name.substr(0, static_cast<size_t>(*part.width_max));
    if (!name.empty() && name == text) return static_cast<double>(value);
  }
  return std::nullopt;
}

std::optional<double> ReadPart(std::string_view text, const DateTimePart& part) {
  if (IsZone(part)) return ReadZone(text, part);
  if (!part.integer) return ReadName(text, part);
  const double value = ParseInteger(text, *part.integer);
  return std::isnan(value) ? std::nullopt : std::optional<double>(value);
}

bool Refuse(std::string_view code, std::string_view value, Error* error) {
  error->code = code;
  error->value = value;
  return false;
}

// The regular expression for the whole; false with an error for a part that cannot be read.
bool MakePattern(const DateTimePicture& picture, std::string* pattern, Error* error) {
  *pattern = "^";
  for (const DateTimePart& part : picture.parts) {
    *pattern += '(';
    if (part.component == 0) {
      *pattern += Quoted(part.literal);
    } else if (IsZone(part)) {
      *pattern += ZonePattern(part);
    } else if (part.integer) {
      if (part.integer->form == IntegerPicture::Form::kSequence) {
        return Refuse("D3130", part.integer->token, error);
      }
      *pattern += PatternOf(*part.integer);
    } else if (std::string_view("MxFP").find(part.component) != std::string_view::npos) {
      *pattern += "[a-z]+";
    } else {
      return Refuse("D3133", std::string_view(&part.component, 1), error);
    }
    *pattern += ')';
  }
  *pattern += '$';
  return true;
}

// Which components make up the time, most significant first; empty: weeks, which are not read.
// Components that are zero count as not given.
std::string_view ComponentsFor(const Components& read) {
  const auto given = [&](std::string_view any, std::string_view none) {
    bool found = false;
    for (const auto& [component, value] : read) {
      if (value == 0) continue;
      if (none.find(component) != std::string_view::npos) return false;
      found = found || any.find(component) != std::string_view::npos;
    }
    return found;
  };
  const bool by_month = given("YMD", "XxWwd");
  const bool by_day = !by_month && given("Yd", "XMxWwD");
  if (given("Xxw", "YMWdD") || given("XW", "YMxwdD")) return "";
  const bool by_half = !given("Hmsf", "Ph") && given("Phmsf", "H");
  if (by_day) return by_half ? "YDPhmsf" : "YDHmsf";
  return by_half ? "YMDPhmsf" : "YMDHmsf";
}

// Fills in what the text leaves out; false when there is a gap.
bool Complete(std::string_view components, int64_t now_ms, Components* read) {
  bool started = false;
  bool ended = false;
  for (char component : components) {
    if (read->contains(component)) {
      if (ended) return false;
      started = true;
    } else if (started) {
      (*read)[component] = component == 'M' || component == 'D' ? 1 : 0;
      ended = true;
    } else {
      (*read)[component] = static_cast<double>(ComponentOf(now_ms, component));
    }
  }
  return true;
}

double ToMillis(Components* read) {
  Components& c = *read;
  double month = std::max(0.0, c['M'] - 1);
  double day = c['D'];
  if (c.contains('d') && c['d'] != 0) {
    month = 0;
    day = c['d'];
  }
  double hour = c['H'];
  if (c.contains('h')) hour = (c['h'] == 12 ? 0 : c['h']) + (c['P'] == 1 ? 12 : 0);
  const double zone = c.contains('Z') ? c['Z'] : c['z'];
  return MillisOf(c['Y'], month, day, hour, c['m'], c['s'], c['f']) - zone * 60'000;
}

// Two digits at `at`.
bool TwoDigits(std::string_view text, size_t at, int* value) {
  if (at + 2 > text.size()) return false;
  *value = 0;
  for (char c : text.substr(at, 2)) {
    if (c < '0' || c > '9') return false;
    *value = *value * 10 + (c - '0');
  }
  return true;
}

}  // namespace

std::optional<double> ParseDateTime(std::string_view text, const DateTimePicture& picture,
                                    int64_t now_ms, Error* error) {
  std::string pattern;
  std::string problem;
  if (!MakePattern(picture, &pattern, error)) return std::nullopt;
  const std::shared_ptr<const Regex> regex = Regex::Compile(pattern, "i", &problem);
  std::vector<Span> groups;
  if (regex == nullptr ||
      regex->Match(text, 0, kRegexMatchesMax / 10, &groups) != Matching::kMatch) {
    return std::nullopt;
  }
  Components read;
  for (size_t i = 0; i < picture.parts.size(); ++i) {
    const DateTimePart& part = picture.parts[i];
    if (part.component == 0) continue;
    const Span& span = groups[i + 1];
    const auto value = ReadPart(text.substr(span.begin, span.end - span.begin), part);
    if (value) read[part.component] = *value;
  }
  if (read.empty()) return std::nullopt;
  const std::string_view components = ComponentsFor(read);
  if (components.empty() || !Complete(components, now_ms, &read)) {
    Refuse("D3136", "", error);
    return std::nullopt;
  }
  return ToMillis(&read);
}

// YYYY, -MM, -DD, Thh:mm:ss, .fff, and a zone: Z, +hh:mm or +hhmm.
std::optional<double> ParseIsoDateTime(std::string_view text) {
  int century = 0;
  int year = 0;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  double milli = 0;
  size_t at = 4;
  if (!TwoDigits(text, 0, &century) || !TwoDigits(text, 2, &year)) return std::nullopt;
  if (at < text.size() && text[at] == '-' && TwoDigits(text, at + 1, &month)) at += 3;
  if (at < text.size() && text[at] == '-' && TwoDigits(text, at + 1, &day)) at += 3;
  if (at + 9 <= text.size() && text[at] == 'T' && text[at + 3] == ':' && text[at + 6] == ':' &&
      TwoDigits(text, at + 1, &hour) && TwoDigits(text, at + 4, &minute) &&
      TwoDigits(text, at + 7, &second)) {
    at += 9;
  }
  if (at + 1 < text.size() && text[at] == '.') {
    double unit = 100;
    size_t end = at + 1;
    for (; end < text.size() && text[end] >= '0' && text[end] <= '9'; ++end, unit /= 10) {
      if (unit >= 1) milli += (text[end] - '0') * unit;
    }
    if (end == at + 1) return std::nullopt;
    at = end;
  }
  int zone_hours = 0;
  int zone_minutes = 0;
  int sign = 1;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    sign = text[at] == '-' ? -1 : 1;
    if (!TwoDigits(text, at + 1, &zone_hours)) return std::nullopt;
    at += 3 + (at + 3 < text.size() && text[at + 3] == ':' ? 1 : 0);
    if (!TwoDigits(text, at, &zone_minutes)) return std::nullopt;
    at += 2;
  } else if (at < text.size() && text[at] == 'Z') {
    ++at;
  }
  const bool in_range = month >= 1 && month <= 12 && day >= 1 && day <= 31 && minute < 60 &&
                        second < 60 && (hour < 24 || (hour == 24 && minute + second == 0));
  if (at != text.size() || !in_range) return std::nullopt;
  const double full_year = century * 100 + year;
  const double months = full_year <= 99 ? month - 1 + full_year * 12 : month - 1;
  const double millis = full_year <= 99
                            ? MillisOf(-1, months + 12, day, hour, minute, second, milli)
                            : MillisOf(full_year, months, day, hour, minute, second, milli);
  return millis - sign * (zone_hours * 60 + zone_minutes) * 60'000;
}

}  // namespace asl::jsonata
