// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Numbers of JSON by their exact decimal value, read off their spelling: no rounding, no limit of
// length, no allocation. Pure functions. REQUIRES everywhere: the text is a JSON number.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace asl {

// 1, 1.0 and 1e0 are equal; -0 equals 0.
std::strong_ordering CompareNumbers(std::string_view a, std::string_view b);

// Equal numbers, and only they, have the same text: "1", "1.0" and "1e0" have.
std::string CanonicalNumber(std::string_view number);

// As Java's BigDecimal prints it: "1e-2" is "0.01", "-0" is "0", "1e3" is "1E+3".
std::string JavaDecimalText(std::string_view number);

}  // namespace asl
