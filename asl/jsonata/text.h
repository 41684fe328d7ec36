// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Texts as JSONata sees them. Inside they are UTF-8, in which a lone surrogate (an escape such as
// "\ud800") stands as the three bytes it would have; lengths count code points, while positions
// that JavaScript shows (matches, errors) and the order of texts count UTF-16 units. Pure
// functions, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "asl/utf8.h"

namespace asl::jsonata {

inline bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Code points of well-formed text.
size_t CountCodePoints(std::string_view text);

// The byte where code point `n` begins; the text's size when it has no more than n.
size_t ByteOfCodePoint(std::string_view text, size_t n);

// Takes one code point off the front. REQUIRES: !text->empty().
char32_t TakeCodePoint(std::string_view* text);

std::u32string ToCodePoints(std::string_view text);
std::string FromCodePoints(std::u32string_view text);

size_t CountUtf16(std::string_view text);

// The order of UTF-16 units, which is JavaScript's.
std::strong_ordering CompareTexts(std::string_view a, std::string_view b);

bool HasLoneSurrogate(std::string_view text);

// What is not UTF-8, and lone surrogates, become U+FFFD.
std::string ToValidUtf8(std::string_view bytes);

bool IsAscii(std::string_view text);

}  // namespace asl::jsonata
