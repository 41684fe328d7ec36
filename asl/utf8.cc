// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/utf8.h"

namespace asl {

void AppendCodePoint(char32_t code, std::string* out) {
  if (code < 0x80) {
    *out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    *out += static_cast<char>(0xC0 | (code >> 6));
  } else {
    if (code < 0x10000) {
      *out += static_cast<char>(0xE0 | (code >> 12));
    } else {
      *out += static_cast<char>(0xF0 | (code >> 18));
      *out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    }
    *out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  }
  *out += static_cast<char>(0x80 | (code & 0x3F));
}

}  // namespace asl
