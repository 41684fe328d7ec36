// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Table 3-7 of the Unicode Standard: the lead byte decides the length and what the second byte may
// be, which rules out overlong forms, surrogates and all beyond U+10FFFF.
#include "workers/client/utf8.h"

#include <cstddef>
#include <string_view>

namespace workers {
namespace {

// Bytes of the character that begins at `text`; 0: none does.
size_t CharacterAt(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  const unsigned char second_min = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char second_max = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte(1) < second_min || byte(1) > second_max) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

std::string ValidUtf8(std::string text) {
  std::string valid;
  size_t copied = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t length = CharacterAt(std::string_view(text).substr(at));
    if (length == 0) {
      valid.append(text, copied, at - copied).append("\xEF\xBF\xBD");
      copied = at + 1;
    }
    at += length == 0 ? 1 : length;
  }
  if (copied == 0) return text;
  return valid.append(text, copied);
}

}  // namespace workers
