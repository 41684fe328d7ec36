// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/array_cursor.h"

#include <cassert>

namespace asl {
namespace {

// Past the string that begins at `at`.
uint32_t SkipString(std::string_view text, uint32_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

// Past the value that begins at `at`: brackets are counted, strings are passed over.
uint32_t SkipValue(std::string_view text, uint32_t at) {
  if (text[at] == '"') return SkipString(text, at);
  if (text[at] != '{' && text[at] != '[') {
    const size_t end = text.find_first_of(",] \t\r\n", at);
    return static_cast<uint32_t>(end);
  }
  for (int depth = 0;;) {
    const char c = text[at];
    if (c == '"') {
      at = SkipString(text, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
    if (depth == 0) return at;
  }
}

}  // namespace

JsonSpan NextItem(std::string_view array, uint32_t offset) {
  // Before the first item stands the bracket, before each other one a comma.
  const size_t mark = array.find(offset == 0 ? '[' : ',', offset);
  assert(mark != std::string_view::npos);
  const auto begin = static_cast<uint32_t>(array.find_first_not_of(" \t\r\n", mark + 1));
  return {begin, SkipValue(array, begin)};
}

}  // namespace asl
