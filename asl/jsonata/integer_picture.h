// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Pictures of integers (XPath functions 3.1, section 4.6.1): decimal digits of any script with
// grouping separators, words, Roman numerals, letters; each cardinal or ordinal. Used by
// $formatInteger and $parseInteger and for the parts of dates. Pure values, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asl::jsonata {

struct IntegerPicture {
  enum class Form { kDecimal, kLetters, kRoman, kWords, kSequence };
  enum class Case { kLower, kUpper, kTitle };
  struct Separator {
    int position = 0;  // digits to its right
    char32_t character = 0;
  };

  Form form = Form::kDecimal;
  Case letter_case = Case::kLower;
  bool ordinal = false;
  char32_t zero = U'0';
  int mandatory_digits = 0;
  int optional_digits = 0;
  int regular = 0;  // digits between separators when they are alike and evenly spaced, else 0
  std::vector<Separator> separators;
  std::string token;    // as written, for errors
  int parse_width = 0;  // digits to read when no other character ends the number; 0: all there are

  // D3131 in `code` when digits of two scripts are mixed.
  static std::optional<IntegerPicture> Read(std::string_view text, std::string_view* code);
};

// REQUIRES: the form is not kSequence. The number's fraction is cut off.
std::string FormatInteger(double number, const IntegerPicture& picture);

// The number that `text` shows; NaN when it shows none. REQUIRES: as above.
double ParseInteger(std::string_view text, const IntegerPicture& picture);

// The regular expression (for any case) of what ParseInteger() can read.
std::string PatternOf(const IntegerPicture& picture);

// words.cc: "Thirty-Four", "Thirty-Fourth".
std::string NumberToWords(double number, bool ordinal);
// The number that lower-case words name; NaN for an unknown word.
double WordsToNumber(std::string_view words);
// As PatternOf(), for words.
std::string PatternOfWords();

}  // namespace asl::jsonata
