// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Base64 (of the text's UTF-8) and percent-encoding as ECMAScript's encodeURI, encodeURIComponent
// and their inverses.
#include "absl/strings/escaping.h"
#include "asl/jsonata/builtin.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

constexpr std::string_view kReserved = ";/?:@&=+$,#";  // encodeURI leaves these alone

bool IsUnreserved(char c) {
  const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  return letter || std::string_view("-_.!~*'()").find(c) != std::string_view::npos;
}

Value Encode(Evaluator& e, const Call& c, std::string_view kept, std::string_view name) {
  constexpr char kHex[] = "0123456789ABCDEF";
  if (c[0].undefined()) return {};
  if (HasLoneSurrogate(c[0].text())) {
    e.Fail("D3140", c[0]);
    return e.FailIn(name);
  }
  std::string out;
  for (char ch : c[0].text()) {
    if (IsUnreserved(ch) || kept.find(ch) != std::string_view::npos) {
      out += ch;
    } else {
      const auto byte = static_cast<unsigned char>(ch);
      ((out += '%') += kHex[byte >> 4]) += kHex[byte & 15];
    }
  }
  return e.Charge(static_cast<int64_t>(out.size() / 16)) ? e.Built(out) : Value::Failed();
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Value Decode(Evaluator& e, const Call& c, std::string_view kept, std::string_view name) {
  if (c[0].undefined()) return {};
  const std::string_view text = c[0].text();
  std::string out;
  bool malformed = false;
  for (size_t i = 0; i < text.size() && !malformed; ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? HexDigit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexDigit(text[i + 2]) : -1;
    const char byte = static_cast<char>(high * 16 + low);
    malformed = high < 0 || low < 0;
    if (malformed) break;
    if (kept.find(byte) != std::string_view::npos) {
      out += text.substr(i, 3);
    } else {
      out += byte;
    }
    i += 2;
  }
  malformed = malformed || (!IsAscii(out) && ToValidUtf8(out) != out);
  if (malformed) {
    e.Fail("D3140", c[0]);
    return e.FailIn(name);
  }
  return e.Charge(static_cast<int64_t>(out.size() / 16)) ? e.Built(out) : Value::Failed();
}

}  // namespace

Value Base64Encode(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  if (!e.Charge(c[0].extent / 16)) return Value::Failed();
  return e.Built(absl::Base64Escape(std::string(c[0].text())));
}

// What is no Base64 decodes as far as its letters go, as Node's Buffer does.
Value Base64Decode(Evaluator& e, const Call& c) {
  if (c[0].undefined()) return {};
  if (!e.Charge(c[0].extent / 16)) return Value::Failed();
  std::string letters;
  for (char ch : c[0].text()) {
    if (ch == '=') break;
    if (ch == '-') ch = '+';
    if (ch == '_') ch = '/';
    const bool letter = (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z') ||
                        (ch >= '0' && ch <= '9') || ch == '+' || ch == '/';
    if (letter) letters += ch;
  }
  if (letters.size() % 4 == 1) letters.pop_back();
  std::string bytes;
  absl::Base64Unescape(letters, &bytes);
  return e.Built(ToValidUtf8(bytes));
}

Value EncodeUrl(Evaluator& e, const Call& c) { return Encode(e, c, kReserved, "encodeUrl"); }

Value EncodeUrlComponent(Evaluator& e, const Call& c) {
  return Encode(e, c, "", "encodeUrlComponent");
}

Value DecodeUrl(Evaluator& e, const Call& c) { return Decode(e, c, kReserved, "decodeUrl"); }

Value DecodeUrlComponent(Evaluator& e, const Call& c) {
  return Decode(e, c, "", "decodeUrlComponent");
}

}  // namespace asl::jsonata
