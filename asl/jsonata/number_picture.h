// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Pictures of numbers (XPath functions 3.1, section 4.7, format-number): "#,##0.00;(#,##0.00)".
// Used by $formatNumber. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include "asl/jsonata/error.h"

namespace asl::jsonata {

// What stands for what in a picture, and in what is written by it.
struct NumberProperties {
  std::u32string decimal_separator = U".";
  std::u32string grouping_separator = U",";
  std::u32string exponent_separator = U"e";
  std::u32string minus_sign = U"-";
  std::u32string percent = U"%";
  std::u32string per_mille = U"\u2030";
  std::u32string zero_digit = U"0";
  std::u32string digit = U"#";
  std::u32string pattern_separator = U";";

  // By the name that the language has for it, "zero-digit"; others are ignored. REQUIRES: not empty.
  void Set(std::string_view name, std::string_view value);
};

// D3080 to D3093 in `error`. REQUIRES: a finite number.
std::string FormatByPicture(double number, std::string_view picture,
                            const NumberProperties& properties, Error* error);

}  // namespace asl::jsonata
