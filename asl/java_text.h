// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Strings as Java sees them: AWS's interpreter is written in it, and its order of strings and of
// map keys shows in comparisons and in answers. Texts are UTF-8 here, UTF-16 there. Pure functions.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "asl/json.h"

namespace asl {

// String.compareTo: by UTF-16 code units, so U+1F600 comes before U+E000.
std::strong_ordering CompareUtf16(std::string_view a, std::string_view b);

// String.length: UTF-16 code units.
size_t Utf16Length(std::string_view text);

// String.hashCode: 31·h + unit, in 32 bits.
uint32_t JavaHash(std::string_view text);

// The order in which a java.util.HashMap that got these distinct keys one by one iterates: indexes
// into `keys`. Buckets ascending, (h ^ h >>> 16) & (n - 1), n = 16 doubled while the keys exceed ¾
// n; one bucket's keys in the order given (a HashMap splits buckets stably when it grows; trees of
// eight and more are not modelled).
std::vector<size_t> HashMapOrder(const std::vector<std::string>& keys);

// A number of JSON as Java prints it once it is parsed: an integer as it is, any other as the
// shortest text of its double ("1e2" is "100.0", "1.10" is "1.1"), unless it is written with more
// than 18 characters, which keeps it a BigDecimal.
std::string JavaNumberText(std::string_view number);

// As java.util's collections print themselves: {Arg1=1, Arg2=[]}; strings bare (recorded:
// test_format_2).
void AppendJavaText(const Json& value, std::string* out);

}  // namespace asl
