// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/integer_picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "asl/jsonata/number_text.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

using Form = IntegerPicture::Form;
using Case = IntegerPicture::Case;

// The zeros of the decimal digits of Unicode's scripts that lie in its first plane.
constexpr std::array<char32_t, 37> kZeros = {
    0x30,   0x660,  0x6F0,  0x7C0,  0x966,  0x9E6,  0xA66,  0xAE6,  0xB66,  0xBE6,
    0xC66,  0xCE6,  0xD66,  0xDE6,  0xE50,  0xED0,  0xF20,  0x1040, 0x1090, 0x17E0,
    0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};

struct Roman {
  int value;
  std::string_view letters;
};
constexpr std::array<Roman, 13> kRoman = {{{1000, "m"},
                                           {900, "cm"},
                                           {500, "d"},
                                           {400, "cd"},
                                           {100, "c"},
                                           {90, "xc"},
                                           {50, "l"},
                                           {40, "xl"},
                                           {10, "x"},
                                           {9, "ix"},
                                           {5, "v"},
                                           {4, "iv"},
                                           {1, "i"}}};
constexpr double kRomanMax = 1'000'000;  // a thousand m; beyond it decimals are shown

char32_t ZeroOf(char32_t code) {
  const auto found = std::find_if(kZeros.begin(), kZeros.end(),
                                  [&](char32_t zero) { return code >= zero && code <= zero + 9; });
  return found == kZeros.end() ? 0 : *found;
}

// The distance of separators that are all the same and at every multiple of it, else 0.
int Regular(const std::vector<IntegerPicture::Separator>& separators) {
  int factor = 0;
  for (const auto& separator : separators) {
    if (separator.character != separators[0].character) return 0;
    factor = std::gcd(factor, separator.position);
  }
  for (size_t i = 1; i <= separators.size(); ++i) {
    const int place = static_cast<int>(i) * factor;
    if (std::none_of(separators.begin(), separators.end(),
                     [&](const auto& separator) { return separator.position == place; })) {
      return 0;
    }
  }
  return factor;
}

void SetCase(Case letter_case, std::string* text) {
  if (letter_case == Case::kTitle) return;
  for (char& c : *text) {
    const bool upper = letter_case == Case::kUpper;
    c = static_cast<char>(upper ? std::toupper(static_cast<unsigned char>(c))
                                : std::tolower(static_cast<unsigned char>(c)));
  }
}

std::string ToRoman(double number) {
  std::string out;
  for (const Roman& roman : kRoman) {
    for (; number >= roman.value; number -= roman.value) out += roman.letters;
  }
  return out;
}

std::string ToLetters(double number) {
  std::string out;
  for (; number > 0; number = std::floor((number - 1) / 26)) {
    out += static_cast<char>('a' + static_cast<int>(std::fmod(number - 1, 26)));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::string_view OrdinalSuffix(std::u32string_view digits, char32_t zero) {
  const char32_t last = digits.back() - zero;
  const bool teen = digits.size() > 1 && digits[digits.size() - 2] == zero + 1;
  if (teen || last < 1 || last > 3) return "th";
  constexpr std::array<std::string_view, 3> kSuffixes = {"st", "nd", "rd"};
  return kSuffixes[last - 1];
}

std::string ToDecimal(double number, const IntegerPicture& picture) {
  std::string ascii;
  AppendNumber(number, &ascii);
  std::u32string digits(ascii.begin(), ascii.end());
  const size_t wanted = static_cast<size_t>(std::max(0, picture.mandatory_digits));
  if (digits.size() < wanted) digits.insert(0, wanted - digits.size(), U'0');
  for (char32_t& digit : digits) digit = digit - U'0' + picture.zero;
  const size_t size = digits.size();
  std::u32string out;
  for (size_t i = 0; i <= size; ++i) {
    const int right = static_cast<int>(size - i);  // digits from here on
    if (i > 0 && i < size && picture.regular > 0 && right % picture.regular == 0) {
      out += picture.separators[0].character;
    }
    for (size_t s = picture.separators.size(); s-- > 0 && i > 0 && picture.regular == 0;) {
      if (picture.separators[s].position == right) out += picture.separators[s].character;
    }
    if (i < size) out += digits[i];
  }
  std::string text = FromCodePoints(out);
  if (picture.ordinal) text += OrdinalSuffix(digits, picture.zero);
  return text;
}

double FromRoman(std::string_view text) {
  double total = 0;
  int highest = 1;
  for (size_t i = text.size(); i-- > 0;) {
    const char letter = static_cast<char>(text[i] | 0x20);
    const auto found = std::find_if(kRoman.begin(), kRoman.end(), [&](const Roman& roman) {
      return roman.letters.size() == 1 && roman.letters[0] == letter;
    });
    if (found == kRoman.end()) return std::numeric_limits<double>::quiet_NaN();
    total += found->value < highest ? -found->value : found->value;
    highest = std::max(highest, found->value);
  }
  return total;
}

double FromLetters(std::string_view text) {
  double total = 0;
  for (char c : text) total = total * 26 + ((c | 0x20) - 'a' + 1);
  return total;
}

double FromDecimal(std::string_view text, const IntegerPicture& picture) {
  if (picture.ordinal && text.size() >= 2) text.remove_suffix(2);
  double number = 0;
  bool any = false;
  bool negative = false;
  while (!text.empty()) {
    const char32_t code = TakeCodePoint(&text);
    const bool separator = picture.regular > 0
                               ? code == U','
                               : std::any_of(picture.separators.begin(), picture.separators.end(),
                                             [&](const auto& s) { return s.character == code; });
    if (separator) continue;
    if (code == U'-' && !any && !negative) {
      negative = true;
      continue;
    }
    const char32_t digit = code - picture.zero;
    if (digit > 9) break;
    number = number * 10 + digit;
    any = true;
  }
  if (!any) return std::numeric_limits<double>::quiet_NaN();
  return negative ? -number : number;
}

}  // namespace

std::optional<IntegerPicture> IntegerPicture::Read(std::string_view text, std::string_view* code) {
  IntegerPicture picture;
  const size_t semicolon = text.rfind(';');
  std::string_view primary = text.substr(0, semicolon);
  if (semicolon != std::string_view::npos) {
    picture.ordinal = text.substr(semicolon + 1).starts_with("o");
  }
  picture.token = primary;
  if (primary == "A" || primary == "a") picture.form = Form::kLetters;
  if (primary == "I" || primary == "i") picture.form = Form::kRoman;
  if (primary == "W" || primary == "w" || primary == "Ww") picture.form = Form::kWords;
  if (picture.form != Form::kDecimal) {
    if (primary == "Ww") picture.letter_case = Case::kTitle;
    if (primary == "A" || primary == "I" || primary == "W") picture.letter_case = Case::kUpper;
    return picture;
  }
  std::u32string codes = ToCodePoints(primary);
  picture.zero = 0;
  for (auto at = codes.rbegin(); at != codes.rend(); ++at) {
    const char32_t zero = ZeroOf(*at);
    if (zero != 0) {
      ++picture.mandatory_digits;
      if (picture.zero != 0 && picture.zero != zero) {
        *code = "D3131";
        return std::nullopt;
      }
      picture.zero = zero;
    } else if (*at == U'#') {
      ++picture.optional_digits;
    } else {
      picture.separators.push_back(
          {.position = picture.mandatory_digits + picture.optional_digits, .character = *at});
    }
  }
  if (picture.mandatory_digits == 0) picture.form = Form::kSequence;
  picture.regular = Regular(picture.separators);
  return picture;
}

std::string FormatInteger(double number, const IntegerPicture& picture) {
  const double value = std::abs(std::trunc(number));
  std::string text;
  const bool too_large = value >= kRomanMax && picture.form == Form::kRoman;
  if (picture.form == Form::kDecimal || too_large || !std::isfinite(value)) {
    IntegerPicture decimal = picture;
    if (decimal.zero == 0) decimal.zero = U'0';
    text = ToDecimal(value, decimal);
  } else if (picture.form == Form::kWords) {
    text = NumberToWords(value, picture.ordinal);
    SetCase(picture.letter_case, &text);
  } else {
    text = picture.form == Form::kRoman ? ToRoman(value) : ToLetters(value);
    SetCase(picture.letter_case, &text);
  }
  return std::trunc(number) < 0 ? "-" + text : text;
}

double ParseInteger(std::string_view text, const IntegerPicture& picture) {
  switch (picture.form) {
    case Form::kLetters:
      return FromLetters(text);
    case Form::kRoman:
      return FromRoman(text);
    case Form::kWords: {
      std::string lower(text);
      SetCase(Case::kLower, &lower);
      return WordsToNumber(lower);
    }
    case Form::kDecimal:
    case Form::kSequence:
      break;
  }
  return FromDecimal(text, picture);
}

std::string PatternOf(const IntegerPicture& picture) {
  switch (picture.form) {
    case Form::kLetters:
      return "[a-z]+";
    case Form::kRoman:
      return "[mdclxvi]+";
    case Form::kWords:
      return PatternOfWords();
    case Form::kDecimal:
    case Form::kSequence:
      break;
  }
  const std::string count =
      picture.parse_width > 0 ? "{" + std::to_string(picture.parse_width) + "}" : "+";
  return "[0-9]" + count + (picture.ordinal ? "(?:th|st|nd|rd)" : "");
}

}  // namespace asl::jsonata
