// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Numbers and their texts as ECMAScript has them. Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

namespace asl::jsonata {

// Number::toString: the shortest digits that read back as the same number; 1e21 and above, and
// below 1e-6, with an exponent. "NaN", "Infinity", "-Infinity".
void AppendNumber(double number, std::string* out);

// The number with 15 significant digits that is nearest (away from zero when two are).
double RoundTo15Digits(double number);

// To so many digits behind the point (before it when negative), half to even as the decimal text
// of the number says: 0.15 to one digit is 0.2, not what its binary form would give.
double RoundHalfEven(double number, int digits);

// Number::toFixed for a number that has no more digits than that. REQUIRES: finite, digits <= 100.
std::string ToFixed(double number, int digits);

// In base 2 to 36, with up to 52 digits of a fraction. REQUIRES: finite.
std::string ToBase(double number, int base);

// What $number() reads: decimal without surroundings, or 0x, 0o, 0b. NaN: anything else.
double ReadNumber(std::string_view text);

}  // namespace asl::jsonata
