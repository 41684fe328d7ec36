// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/path/cursor.h"

#include <cctype>
#include <charconv>

#include "asl/utf8.h"

namespace asl {
namespace {

char Unescaped(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

std::optional<uint32_t> ReadHex(std::string_view text) {
  uint32_t code = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return code;
}

}  // namespace

size_t PathCursor::IndexOfUnescaped(char c, size_t from) const {
  for (size_t at = from; at < end_; ++at) {
    if (text_[at] == '\\') {
      ++at;
    } else if (text_[at] == c) {
      return at;
    }
  }
  return kNone;
}

size_t PathCursor::IndexOfClosing(size_t at, char open, char close, Regex regex) const {
  int opened = 1;
  for (size_t i = at + 1; i < end_; ++i) {
    // As Jayway: the character behind a text is not looked at as a quote, nor that behind a pattern
    // as either, so ['a''b'] is cut otherwise than it looks.
    if (text_[i] == '\'' || text_[i] == '"') {
      i = IndexOfUnescaped(text_[i], i + 1);
      if (i == kNone || ++i >= end_) return kNone;
    }
    if (text_[i] == '/' && regex == Regex::kSkipped) {
      i = IndexOfUnescaped('/', i + 1);
      if (i == kNone || ++i >= end_) return kNone;
    }
    if (text_[i] == open) ++opened;
    if (text_[i] == close && --opened == 0) return i;
  }
  return kNone;
}

bool PathCursor::IsTail() const {
  // Jayway counts UTF-16 units: beyond U+FFFF a character has two.
  size_t next = position_ + 1;
  if (InBounds() && static_cast<unsigned char>(text_[position_]) < 0xF0) {
    while (next < end_ && (text_[next] & 0xC0) == 0x80) ++next;
  }
  return next >= end_;
}

std::optional<std::string> UnescapePathString(std::string_view text, char kept) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    char c = text[++i];
    if (c != 'u') {
      if (c == kept) out += '\\';
      out += Unescaped(c);
      continue;
    }
    if (text.size() - i - 1 < 4) break;  // Jayway drops what is cut short at the end
    std::optional<uint32_t> code = ReadHex(text.substr(i + 1, 4));
    if (!code) return std::nullopt;
    i += 4;
    if (*code >= 0xD800 && *code < 0xDC00 && text.substr(i + 1, 2) == "\\u" &&
        text.size() - i - 1 >= 6) {
      std::optional<uint32_t> low = ReadHex(text.substr(i + 3, 4));
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
        i += 6;
      }
    }
    constexpr uint32_t kReplacement = 0xFFFD;  // half a pair cannot be written in UTF-8
    AppendCodePoint(*code >= 0xD800 && *code < 0xE000 ? kReplacement : *code, &out);
  }
  return out;
}

}  // namespace asl
