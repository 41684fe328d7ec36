// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Integers in English words, cardinal and ordinal, both ways.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "asl/jsonata/integer_picture.h"

namespace asl::jsonata {
namespace {

constexpr std::array<std::string_view, 20> kFew = {
    "Zero",     "One",     "Two",     "Three",     "Four",     "Five",    "Six",
    "Seven",    "Eight",   "Nine",    "Ten",       "Eleven",   "Twelve",  "Thirteen",
    "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"};
constexpr std::array<std::string_view, 20> kFewOrdinals = {
    "Zeroth",     "First",     "Second",    "Third",       "Fourth",     "Fifth",     "Sixth",
    "Seventh",    "Eighth",    "Ninth",     "Tenth",       "Eleventh",   "Twelfth",   "Thirteenth",
    "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth"};
constexpr std::array<std::string_view, 8> kTens = {"Twenty", "Thirty",  "Forty",  "Fifty",
                                                   "Sixty",  "Seventy", "Eighty", "Ninety"};
constexpr std::array<std::string_view, 4> kMagnitudes = {"Thousand", "Million", "Billion",
                                                         "Trillion"};

std::string TensToWords(int number, bool ordinal) {
  if (number < 20) {
    return std::string((ordinal ? kFewOrdinals : kFew)[static_cast<size_t>(number)]);
  }
  std::string words(kTens[static_cast<size_t>(number / 10 - 2)]);
  if (number % 10 > 0) return words + "-" + TensToWords(number % 10, ordinal);
  if (ordinal) words.replace(words.size() - 1, 1, "ieth");
  return words;
}

// `follows`: words precede, so "and" or a comma comes first.
std::string ToWords(double number, bool follows, bool ordinal) {
  if (number < 100)
    return (follows ? " and " : "") + TensToWords(static_cast<int>(number), ordinal);
  std::string words = follows ? ", " : "";
  double unit = 100;
  if (number < 1000) {
    words += kFew[static_cast<size_t>(number / 100)];
    words += " Hundred";
  } else {
    size_t magnitude = 0;
    for (unit = 1000; magnitude + 1 < kMagnitudes.size() && number >= unit * 1000; unit *= 1000) {
      ++magnitude;
    }
    words += ToWords(std::floor(number / unit), false, false);
    (words += ' ') += kMagnitudes[magnitude];
  }
  const double rest = number - std::floor(number / unit) * unit;
  if (rest > 0) return words + ToWords(rest, true, ordinal);
  return ordinal ? words + "th" : words;
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return lower;
}

struct Word {
  std::string text;
  double value;
};

// Longer words first, so that "seventh" is not read as "seven".
const std::vector<Word>& AllWords() {
  static const std::vector<Word> words = [] {
    std::vector<Word> made;
    for (size_t i = 0; i < kFew.size(); ++i) {
      made.push_back({Lower(kFew[i]), static_cast<double>(i)});
      made.push_back({Lower(kFewOrdinals[i]), static_cast<double>(i)});
    }
    for (size_t i = 0; i < kTens.size(); ++i) {
      const std::string tens = Lower(kTens[i]);
      const double value = static_cast<double>(i + 2) * 10;
      made.push_back({tens, value});
      made.push_back({tens.substr(0, tens.size() - 1) + "ieth", value});
    }
    made.push_back({"hundred", 100});
    made.push_back({"hundredth", 100});
    double value = 1;
    for (std::string_view magnitude : kMagnitudes) {
      value *= 1000;
      made.push_back({Lower(magnitude), value});
      made.push_back({Lower(magnitude) + "th", value});
    }
    std::stable_sort(made.begin(), made.end(),
                     [](const Word& a, const Word& b) { return a.text.size() > b.text.size(); });
    return made;
  }();
  return words;
}

}  // namespace

std::string NumberToWords(double number, bool ordinal) { return ToWords(number, false, ordinal); }

// Words below a hundred are added to what is open, larger ones multiply it; what is a thousand and
// more is closed by the next small word.
double WordsToNumber(std::string_view text) {
  std::vector<double> sums = {0};
  size_t at = 0;
  while (at < text.size()) {
    const bool between = text[at] == ',' || text[at] == ' ' || text[at] == '-';
    if (between) {
      at += text.substr(at, 5) == " and " ? 5 : 1;
      continue;
    }
    size_t end = text.find_first_of(", -", at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view word = text.substr(at, end - at);
    const auto found = std::find_if(AllWords().begin(), AllWords().end(),
                                    [&](const Word& w) { return w.text == word; });
    if (found == AllWords().end()) return std::numeric_limits<double>::quiet_NaN();
    if (found->value >= 100) {
      sums.back() *= found->value;
    } else if (sums.back() >= 1000) {
      sums.push_back(found->value);
    } else {
      sums.back() += found->value;
    }
    at = end;
  }
  double total = 0;
  for (double sum : sums) total += sum;
  return total;
}

std::string PatternOfWords() {
  std::string pattern = "(?:";
  for (const Word& word : AllWords()) (pattern += word.text) += '|';
  return pattern + "and|[-, ])+";
}

}  // namespace asl::jsonata
