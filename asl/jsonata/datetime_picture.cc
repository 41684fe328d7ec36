// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Reading a picture, and writing a time by it. parse_datetime.cc reads a time by it.
#include "asl/jsonata/datetime_picture.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "asl/jsonata/datetime_names.h"
#include "asl/jsonata/number_text.h"

namespace asl::jsonata {
namespace {

using Names = DateTimePart::Names;

// What a component without a modifier means; empty: there is no such component.
std::string_view DefaultModifier(char component) {
  switch (component) {
    case 'F':
    case 'P':
    case 'C':
    case 'E':
      return "n";
    case 'm':
    case 's':
      return "01";
    case 'Z':
    case 'z':
      return "01:01";
    default:
      return std::string_view("YMDdWwXxHhf").find(component) != std::string_view::npos ? "1" : "";
  }
}

std::optional<int> ReadWidth(std::string_view text) {
  int width = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), width);
  if (error != std::errc() || width < 0) return std::nullopt;
  return std::min(width, 100);
}

std::string WithoutSpace(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != ' ' && (c < '\t' || c > '\r')) out += c;
  }
  return out;
}

// Year, month and day have a definite width when they are given a greatest one, or their picture
// has two digits or more: so many digits are read, and of the year only so many are shown.
void SetDateWidth(DateTimePart* part) {
  if (std::string_view("YMD").find(part->component) == std::string_view::npos) return;
  IntegerPicture& integer = *part->integer;
  int digits = integer.mandatory_digits + integer.optional_digits;
  if (part->width_max) digits = integer.mandatory_digits = *part->width_max;
  if (digits < 2 && !part->width_max) return;
  integer.parse_width = digits;
  if (part->component == 'Y') part->year_digits = digits;
}

bool Refuse(std::string_view code, std::string_view value, Error* error) {
  error->code = code;
  error->value = value;
  return false;
}

// Between the brackets: component, modifier, perhaps a comma and widths.
bool ReadMarker(const std::string& marker, DateTimePart* part, Error* error) {
  part->component = marker.empty() ? '\0' : marker[0];
  std::string modifier = marker.empty() ? "" : marker.substr(1);
  std::optional<int> width_min;
  if (const size_t comma = modifier.rfind(','); comma != std::string::npos) {
    const std::string widths = modifier.substr(comma + 1);
    const size_t dash = widths.find('-');
    width_min = ReadWidth(widths.substr(0, dash));
    if (dash != std::string::npos) part->width_max = ReadWidth(widths.substr(dash + 1));
    modifier.resize(comma);
  }
  bool ordinal = false;
  if (modifier.size() > 1 && std::string_view("atco").find(modifier.back()) != std::string::npos) {
    ordinal = modifier.back() == 'o';
    part->traditional = modifier.back() == 't';
    modifier.pop_back();
  }
  const std::string_view usual = DefaultModifier(part->component);
  if (usual.empty()) return Refuse("D3132", marker.substr(0, 1), error);
  if (modifier.empty()) modifier = usual;
  std::string_view code;
  if (modifier[0] == 'n') {
    part->names = Names::kLower;
  } else if (modifier[0] == 'N') {
    part->names = modifier.substr(1, 1) == "n" ? Names::kTitle : Names::kUpper;
  } else if (std::string_view("YMDdFWwXxHhmsf").find(part->component) != std::string::npos) {
    part->integer = IntegerPicture::Read(modifier + (ordinal ? ";o" : ""), &code);
    if (!part->integer) return Refuse(code, "", error);
    int& digits = part->integer->mandatory_digits;
    const bool decimal = part->integer->form == IntegerPicture::Form::kDecimal;
    if (width_min && decimal) digits = std::max(digits, *width_min);
    SetDateWidth(part);
  }
  if (part->component == 'Z' || part->component == 'z') {
    part->integer = IntegerPicture::Read(modifier, &code);
    if (!part->integer) return Refuse(code, "", error);
  }
  return true;
}

std::string Named(std::string_view name, const DateTimePart& part) {
  std::string out(name);
  for (char& c : out) {
    if (part.names == Names::kUpper) c = static_cast<char>(std::toupper(c));
    if (part.names == Names::kLower) c = static_cast<char>(std::tolower(c));
  }
  if (part.width_max && out.size() > static_cast<size_t>(*part.width_max)) {
    out.resize(static_cast<size_t>(*part.width_max));
  }
  return out;
}

std::string FormatZone(const DateTimePart& part, int offset_minutes, Error* error) {
  const IntegerPicture& picture = *part.integer;
  const int hours = offset_minutes / 60;
  const int minutes = offset_minutes % 60;
  const int digits = picture.mandatory_digits;
  std::string text;
  if (offset_minutes == 0 && part.traditional) return "Z";
  if (picture.regular > 0 || digits == 3 || digits == 4) {
    text = FormatInteger(hours * 100 + minutes, picture);
  } else if (digits == 1 || digits == 2) {
    text = FormatInteger(hours, picture);
    if (minutes != 0) {
      const std::string rest = std::to_string(std::abs(minutes));
      text += ":" + std::string(2 - rest.size(), '0') + rest;
    }
  } else {
    Refuse("D3134", std::to_string(digits), error);
    return "";
  }
  if (offset_minutes >= 0) text = "+" + text;
  return part.component == 'z' ? "GMT" + text : text;
}

std::string FormatPart(int64_t local, const DateTimePart& part, int offset_minutes, Error* error) {
  switch (part.component) {
    case 'Z':
    case 'z':
      return FormatZone(part, offset_minutes, error);
    case 'C':
    case 'E':
      return "ISO";
    case 'P': {
      const std::string_view half = ComponentOf(local, 'P') == 0 ? "am" : "pm";
      return part.names == Names::kUpper ? Named(half, part) : std::string(half);
    }
    default:
      break;
  }
  int64_t value = ComponentOf(local, part.component);
  if (part.names != Names::kNone) {
    const std::string_view name = NameOf(part.component, value);
    if (name.empty()) {
      Refuse("D3133", std::string_view(&part.component, 1), error);
      return "";
    }
    return Named(name, part);
  }
  if (part.year_digits >= 0 && part.year_digits < 18) {
    value %= static_cast<int64_t>(std::pow(10, part.year_digits));
  }
  if (part.integer->form == IntegerPicture::Form::kSequence) {
    Refuse("D3130", part.integer->token, error);
    return "";
  }
  return FormatInteger(static_cast<double>(value), *part.integer);
}

}  // namespace

std::string_view NameOf(char component, int64_t value) {
  constexpr std::array<std::string_view, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  constexpr std::array<std::string_view, 7> kDays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                     "Friday", "Saturday", "Sunday"};
  const size_t index = static_cast<size_t>(value - 1);
  if (component == 'M' || component == 'x') return index < kMonths.size() ? kMonths[index] : "";
  if (component == 'F') return index < kDays.size() ? kDays[index] : "";
  return "";
}

std::optional<DateTimePicture> DateTimePicture::Read(std::string_view text, Error* error) {
  DateTimePicture picture;
  std::string literal;
  const auto end_literal = [&] {
    if (!literal.empty()) picture.parts.push_back({.literal = literal});
    literal.clear();
  };
  for (size_t at = 0; at < text.size(); ++at) {
    const std::string_view two = text.substr(at, 2);
    if (text[at] != '[' || two == "[[") {
      literal += text[at];
      at += two == "[[" || two == "]]" ? 1 : 0;  // doubled brackets stand for one
      continue;
    }
    end_literal();
    const size_t end = text.find(']', at);
    if (end == std::string_view::npos) {
      Refuse("D3135", "", error);
      return std::nullopt;
    }
    DateTimePart part;
    if (!ReadMarker(WithoutSpace(text.substr(at + 1, end - at - 1)), &part, error)) {
      return std::nullopt;
    }
    // A number directly before a number ends where its picture does.
    const bool number = part.integer && part.component != 'Z' && part.component != 'z';
    if (number && !picture.parts.empty() && picture.parts.back().integer) {
      IntegerPicture& before = *picture.parts.back().integer;
      before.parse_width = before.mandatory_digits;
    }
    picture.parts.push_back(std::move(part));
    at = end;
  }
  end_literal();
  return picture;
}

std::string FormatDateTime(double millis, const DateTimePicture& picture, int offset_minutes,
                           Error* error) {
  const auto local = static_cast<int64_t>(std::floor(millis)) + int64_t{offset_minutes} * 60'000;
  std::string out;
  for (const DateTimePart& part : picture.parts) {
    out += part.component == 0 ? part.literal : FormatPart(local, part, offset_minutes, error);
  }
  return out;
}

}  // namespace asl::jsonata
