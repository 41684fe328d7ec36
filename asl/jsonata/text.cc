// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/text.h"

#include <algorithm>

namespace asl::jsonata {
namespace {

uint8_t Byte(char c) { return static_cast<uint8_t>(c); }

// Bytes of the well-formed sequence at the front, 0 when there is none. Surrogates are refused.
size_t ValidSequence(std::string_view s) {
  const uint8_t lead = Byte(s[0]);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || s.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if (!IsContinuation(s[i])) return 0;
  }
  const uint8_t second = Byte(s[1]);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90)) {
    return 0;
  }
  return size;
}

}  // namespace

size_t CountCodePoints(std::string_view text) {
  return text.size() - static_cast<size_t>(std::count_if(text.begin(), text.end(), IsContinuation));
}

size_t ByteOfCodePoint(std::string_view text, size_t n) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    if (IsContinuation(text[at])) continue;
    if (n == 0) return at;
    --n;
  }
  return at;
}

char32_t TakeCodePoint(std::string_view* text) {
  const uint8_t lead = Byte(text->front());
  size_t size = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  size = std::min(size, text->size());
  char32_t code = size == 1 ? lead : static_cast<char32_t>(lead & (0xFF >> (size + 1)));
  for (size_t i = 1; i < size; ++i) code = (code << 6) | (Byte((*text)[i]) & 0x3F);
  text->remove_prefix(size);
  return code;
}

std::u32string ToCodePoints(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  while (!text.empty()) out += TakeCodePoint(&text);
  return out;
}

std::string FromCodePoints(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char32_t code : text) AppendCodePoint(code, &out);
  return out;
}

size_t CountUtf16(std::string_view text) {
  const auto pairs =
      std::count_if(text.begin(), text.end(), [](char c) { return Byte(c) >= 0xF0; });
  return CountCodePoints(text) + static_cast<size_t>(pairs);
}

std::strong_ordering CompareTexts(std::string_view a, std::string_view b) {
  const auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  if (x == a.end() || y == b.end()) return a.size() <=> b.size();
  const uint8_t i = Byte(*x);
  const uint8_t j = Byte(*y);
  // Bytes sort as code points do, and these as UTF-16 units do, except that U+E000 to U+FFFF come
  // after the surrogates of what is above them.
  if (i >= 0xF0 && (j == 0xEE || j == 0xEF)) return std::strong_ordering::less;
  if (j >= 0xF0 && (i == 0xEE || i == 0xEF)) return std::strong_ordering::greater;
  return i <=> j;
}

bool HasLoneSurrogate(std::string_view text) {
  for (size_t at = text.find('\xED'); at != std::string_view::npos;
       at = text.find('\xED', at + 1)) {
    if (at + 1 < text.size() && Byte(text[at + 1]) >= 0xA0) return true;
  }
  return false;
}

std::string ToValidUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t size = ValidSequence(bytes);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
      bytes.remove_prefix(1);
      while (!bytes.empty() && IsContinuation(bytes[0])) bytes.remove_prefix(1);
      continue;
    }
    out += bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
  return out;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return Byte(c) < 0x80; });
}

}  // namespace asl::jsonata
