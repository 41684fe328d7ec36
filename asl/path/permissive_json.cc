// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
#include "asl/path/permissive_json.h"

#include <algorithm>

#include "asl/path/cursor.h"

namespace asl {
namespace {

bool IsStructure(char c) {
  return c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':';
}

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

size_t StringEnd(std::string_view text, size_t at) {
  char quote = text[at];
  for (++at; at < text.size() && text[at] != quote; ++at) {
    if (text[at] == '\\') ++at;
  }
  return std::min(at, text.size());
}

// A word is a literal, a number, or else a string.
void AppendWord(std::string_view word, std::string* out) {
  while (!word.empty() && IsSpace(word.back())) word.remove_suffix(1);
  if (word == "true" || word == "false" || word == "null" || !ValidateJson(word)) {
    *out += word;
  } else {
    AppendJsonString(word, out);
  }
}

}  // namespace

std::optional<Json> ParsePermissiveJson(std::string_view text) {
  std::string strict;
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    if (IsStructure(c) || IsSpace(c)) {
      strict += c;
      ++i;
    } else if (c == '\'' || c == '"') {
      size_t end = StringEnd(text, i);
      std::optional<std::string> content = UnescapePathString(text.substr(i + 1, end - i - 1));
      if (!content) return std::nullopt;
      AppendJsonString(*content, &strict);
      i = end + 1;
    } else {
      size_t end = i;
      while (end < text.size() && !IsStructure(text[end])) ++end;
      AppendWord(text.substr(i, end - i), &strict);
      i = end;
    }
  }
  return ParseJson(std::move(strict)).value;
}

bool IsDecimal(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  size_t digits = 0;
  bool point = false;
  size_t i = 0;
  for (; i < text.size() && (text[i] == '.' || (text[i] >= '0' && text[i] <= '9')); ++i) {
    if (text[i] == '.' && point) return false;
    point = point || text[i] == '.';
    if (text[i] != '.') ++digits;
  }
  if (digits == 0 || i == text.size()) return digits > 0;
  if (text[i] != 'e' && text[i] != 'E') return false;
  std::string_view exponent = text.substr(i + 1);
  if (!exponent.empty() && (exponent.front() == '-' || exponent.front() == '+'))
    exponent.remove_prefix(1);
  return !exponent.empty() && exponent.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace asl
