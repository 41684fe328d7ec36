// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A picture has one sub-picture, or two (the second for negative numbers). Each is a prefix of
// passive characters, an active part (integer, fraction, exponent) and a suffix. The quirks are
// JSONata's: without a decimal separator the suffix counts as the fraction, and of several faults
// the last one looked for is reported.
#include "asl/jsonata/number_picture.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "asl/jsonata/number_text.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

using Text = std::u32string;
constexpr size_t kNone = Text::npos;
constexpr int kDigitsMax = 100;  // of a fraction: as many as toFixed takes

class Characters {
 public:
  explicit Characters(const NumberProperties& properties) : p_(properties) {}

  bool IsDigit(char32_t c) const { return c >= p_.zero_digit[0] && c <= p_.zero_digit[0] + 9; }
  bool IsOptional(char32_t c) const { return Text(1, c) == p_.digit; }
  bool IsActive(char32_t c) const {
    const Text one(1, c);
    return IsDigit(c) || IsOptional(c) || one == p_.decimal_separator ||
           one == p_.grouping_separator || one == p_.exponent_separator ||
           one == p_.pattern_separator;
  }
  // Those that begin and end the active part: an "e" may be part of a word.
  bool IsBoundary(char32_t c) const { return IsActive(c) && Text(1, c) != p_.exponent_separator; }

  int CountDigits(const Text& text) const {
    return static_cast<int>(
        std::count_if(text.begin(), text.end(), [&](char32_t c) { return IsDigit(c); }));
  }
  int CountOptional(const Text& text) const {
    return static_cast<int>(
        std::count_if(text.begin(), text.end(), [&](char32_t c) { return IsOptional(c); }));
  }

 private:
  const NumberProperties& p_;
};

struct Parts {
  Text whole;
  Text prefix;
  Text suffix;
  Text active;
  Text mantissa;
  Text integer;
  Text fraction;
  Text exponent;
  bool has_exponent = false;
};

Parts SplitParts(const Text& whole, const NumberProperties& p, const Characters& is) {
  Parts parts;
  parts.whole = whole;
  const auto boundary = [&](char32_t c) { return is.IsBoundary(c); };
  const auto first = std::find_if(whole.begin(), whole.end(), boundary);
  const auto last = std::find_if(whole.rbegin(), whole.rend(), boundary).base();
  parts.prefix = Text(whole.begin(), first);
  if (first != whole.end()) {
    parts.suffix = Text(last, whole.end());
    parts.active = Text(first, last);
  }
  parts.mantissa = parts.active;
  const size_t exponent = parts.active.find(p.exponent_separator);
  if (exponent != kNone) {
    parts.has_exponent = true;
    parts.mantissa = parts.active.substr(0, exponent);
    parts.exponent = parts.active.substr(exponent + 1);
  }
  const size_t point = parts.mantissa.find(p.decimal_separator);
  parts.integer = parts.mantissa.substr(0, point);
  parts.fraction = point == kNone ? parts.suffix : parts.mantissa.substr(point + 1);
  return parts;
}

bool Twice(const Text& text, const Text& what) { return text.find(what) != text.rfind(what); }

// The fault of a sub-picture, empty when there is none.
std::string_view FaultOf(const Parts& parts, const NumberProperties& p, const Characters& is) {
  std::string_view fault;
  const Text& whole = parts.whole;
  const auto has = [&](const Text& what) { return whole.find(what) != kNone; };
  if (Twice(whole, p.decimal_separator)) fault = "D3081";
  if (Twice(whole, p.percent)) fault = "D3082";
  if (Twice(whole, p.per_mille)) fault = "D3083";
  if (has(p.percent) && has(p.per_mille)) fault = "D3084";
  if (is.CountDigits(parts.mantissa) + is.CountOptional(parts.mantissa) == 0) fault = "D3085";
  const auto active = [&](char32_t c) { return is.IsActive(c); };
  if (!std::all_of(parts.active.begin(), parts.active.end(), active)) fault = "D3086";
  const size_t point = whole.find(p.decimal_separator);
  const auto is_group = [&](size_t at) {
    return at < whole.size() && Text(1, whole[at]) == p.grouping_separator;
  };
  if (point != kNone) {
    if ((point > 0 && is_group(point - 1)) || is_group(point + 1)) fault = "D3087";
  } else if (!parts.integer.empty() && Text(1, parts.integer.back()) == p.grouping_separator) {
    fault = "D3088";
  }
  if (has(p.grouping_separator + p.grouping_separator)) fault = "D3089";
  const size_t optional = parts.integer.find(p.digit);
  if (optional != kNone && is.CountDigits(parts.integer.substr(0, optional)) > 0) fault = "D3090";
  const size_t last_optional = parts.fraction.rfind(p.digit);
  if (last_optional != kNone && is.CountDigits(parts.fraction.substr(last_optional)) > 0) {
    fault = "D3091";
  }
  if (parts.has_exponent && !parts.exponent.empty() && (has(p.percent) || has(p.per_mille))) {
    fault = "D3092";
  }
  const bool digits_only =
      is.CountDigits(parts.exponent) == static_cast<int>(parts.exponent.size());
  if (parts.has_exponent && (parts.exponent.empty() || !digits_only)) fault = "D3093";
  return fault;
}

struct Layout {
  Text prefix;
  Text suffix;
  std::vector<int> integer_groups;   // digits right of each separator
  std::vector<int> fraction_groups;  // digits left of each separator
  int regular = 0;
  int integer_min = 0;
  int scaling = 0;  // digits before the point when there is an exponent
  int fraction_min = 0;
  int fraction_max = 0;
  int exponent_min = 0;
  bool has_point = false;
  double factor = 1;
};

// Digits to the right of each separator of `text` (to the left: of the fraction).
std::vector<int> GroupsOf(const Text& text, bool to_left, const NumberProperties& p,
                          const Characters& is) {
  std::vector<int> groups;
  for (size_t at = text.find(p.grouping_separator); at != kNone;
       at = text.find(p.grouping_separator, at + 1)) {
    const Text side = to_left ? text.substr(0, at) : text.substr(at);
    groups.push_back(is.CountDigits(side) + is.CountOptional(side));
  }
  return groups;
}

int RegularOf(const std::vector<int>& groups) {
  const int factor = std::accumulate(groups.begin(), groups.end(), 0, std::gcd<int, int>);
  for (size_t i = 1; i <= groups.size(); ++i) {
    if (std::find(groups.begin(), groups.end(), static_cast<int>(i) * factor) == groups.end()) {
      return 0;
    }
  }
  return factor;
}

Layout LayoutOf(const Parts& parts, const NumberProperties& p, const Characters& is) {
  Layout layout;
  layout.prefix = parts.prefix;
  layout.suffix = parts.suffix;
  layout.integer_groups = GroupsOf(parts.integer, false, p, is);
  layout.regular = RegularOf(layout.integer_groups);
  layout.fraction_groups = GroupsOf(parts.fraction, true, p, is);
  layout.integer_min = layout.scaling = is.CountDigits(parts.integer);
  layout.fraction_min = is.CountDigits(parts.fraction);
  layout.fraction_max = layout.fraction_min + is.CountOptional(parts.fraction);
  if (layout.integer_min == 0 && layout.fraction_max == 0) {
    if (parts.has_exponent) {
      layout.fraction_min = layout.fraction_max = 1;
    } else {
      layout.integer_min = 1;
    }
  }
  const bool optional = parts.integer.find(p.digit) != kNone;
  if (parts.has_exponent && layout.integer_min == 0 && optional) layout.integer_min = 1;
  if (layout.integer_min == 0 && layout.fraction_min == 0) layout.fraction_min = 1;
  layout.fraction_max = std::min(layout.fraction_max, kDigitsMax);
  layout.exponent_min = is.CountDigits(parts.exponent);
  layout.has_point = parts.whole.find(p.decimal_separator) != kNone;
  if (parts.whole.find(p.percent) != kNone) layout.factor = 100;
  if (parts.whole.find(p.per_mille) != kNone) layout.factor = 1000;
  return layout;
}

Text Digits(double number, int fraction, const NumberProperties& p) {
  Text out;
  for (char c : ToFixed(std::abs(number), fraction)) {
    out += c == '.' ? U'.' : static_cast<char32_t>(c - '0') + p.zero_digit[0];
  }
  return out;
}

// The digits with as many zeros as the layout wants, and separators.
Text Arrange(double number, const Layout& layout, const NumberProperties& p) {
  const Text digits = Digits(number, layout.fraction_max, p);
  const char32_t zero = p.zero_digit[0];
  const size_t point = std::min(digits.find(U'.'), digits.size());
  Text integer = digits.substr(0, point);
  Text fraction = point < digits.size() ? digits.substr(point + 1) : Text();
  integer.erase(0, std::min(integer.find_first_not_of(zero), integer.size()));
  fraction.erase(fraction.find_last_not_of(zero) + 1);
  const auto missing = [](int wanted, const Text& there) {
    return static_cast<size_t>(std::max(0, wanted - static_cast<int>(there.size())));
  };
  integer.insert(0, missing(layout.integer_min, integer), zero);
  fraction.append(missing(layout.fraction_min, fraction), zero);

  Text out;
  for (size_t i = 0; i < integer.size(); ++i) {
    const int right = static_cast<int>(integer.size() - i);
    const auto& groups = layout.integer_groups;
    const bool grouped = layout.regular > 0
                             ? right % layout.regular == 0
                             : std::find(groups.begin(), groups.end(), right) != groups.end();
    if (grouped && i > 0) out += p.grouping_separator;
    out += integer[i];
  }
  if (layout.has_point && !fraction.empty()) out += p.decimal_separator;
  for (size_t i = 0; i < fraction.size() && layout.has_point; ++i) {
    const auto& groups = layout.fraction_groups;
    const int left = static_cast<int>(i);
    if (std::find(groups.begin(), groups.end(), left) != groups.end()) out += p.grouping_separator;
    out += fraction[i];
  }
  return out;
}

}  // namespace

void NumberProperties::Set(std::string_view name, std::string_view value) {
  const std::pair<std::string_view, Text*> known[] = {{"decimal-separator", &decimal_separator},
                                                      {"grouping-separator", &grouping_separator},
                                                      {"exponent-separator", &exponent_separator},
                                                      {"minus-sign", &minus_sign},
                                                      {"percent", &percent},
                                                      {"per-mille", &per_mille},
                                                      {"zero-digit", &zero_digit},
                                                      {"digit", &digit},
                                                      {"pattern-separator", &pattern_separator}};
  for (const auto& [known_name, property] : known) {
    if (known_name == name) *property = ToCodePoints(value);
  }
}

std::string FormatByPicture(double number, std::string_view picture, const NumberProperties& p,
                            Error* error) {
  const Characters is(p);
  const Text text = ToCodePoints(picture);
  std::vector<Layout> layouts;
  for (size_t from = 0; from != kNone;) {
    const size_t end = text.find(p.pattern_separator, from);
    const Parts parts = SplitParts(text.substr(from, end - from), p, is);
    if (layouts.size() == 2) error->code = "D3080";
    if (error->ok()) error->code = FaultOf(parts, p, is);
    if (!error->ok()) {
      // Too many sub-pictures are told before any fault in one of them.
      size_t count = 1;
      for (size_t at = text.find(p.pattern_separator); at != kNone; ++count) {
        at = text.find(p.pattern_separator, at + p.pattern_separator.size());
      }
      if (count > 2) error->code = "D3080";
      return "";
    }
    layouts.push_back(LayoutOf(parts, p, is));
    from = end == kNone ? kNone : end + p.pattern_separator.size();
  }
  Layout layout = layouts.front();
  if (number < 0) {
    if (layouts.size() == 1) layout.prefix = p.minus_sign + layout.prefix;
    if (layouts.size() == 2) layout = layouts[1];
  }
  double mantissa = number * layout.factor;
  int exponent = 0;
  if (layout.exponent_min > 0 && mantissa != 0) {
    const double most = std::pow(10, layout.scaling);
    for (; std::abs(mantissa) < most / 10; --exponent) mantissa *= 10;
    for (; std::abs(mantissa) > most; ++exponent) mantissa /= 10;
  }
  Text out = layout.prefix + Arrange(RoundHalfEven(mantissa, layout.fraction_max), layout, p);
  if (layout.exponent_min > 0) {
    const Text digits = Digits(exponent, 0, p);
    out += p.exponent_separator;
    if (exponent < 0) out += p.minus_sign;
    const size_t wanted = static_cast<size_t>(layout.exponent_min);
    if (digits.size() < wanted) out.append(wanted - digits.size(), p.zero_digit[0]);
    out += digits;
  }
  return FromCodePoints(out + layout.suffix);
}

}  // namespace asl::jsonata
