// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/lexer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

constexpr std::array<std::string_view, 37> kOpTexts = {
    "",   ".",  "[",  "]",  "{",  "}",   "(",  ")",  ",", "@", "#", ";",  ":",
    "?",  "+",  "-",  "*",  "/",  "%",   "|",  "=",  "<", ">", "^", "**", "..",
    ":=", "!=", "<=", ">=", "~>", "and", "or", "in", "&", "!", "~"};

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

Op OpOf(std::string_view text) {
  for (size_t i = 1; i < kOpTexts.size(); ++i) {
    if (kOpTexts[i] == text) return static_cast<Op>(i);
  }
  return Op::kNone;
}

bool IsOpChar(char c) {
  return std::string_view(".[]{}()*@#;:?+-/%|=<>^&!~,").find(c) != std::string_view::npos;
}

// What stands for the character behind a backslash, 0 when nothing does.
char Unescape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
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
      return 0;
  }
}

}  // namespace

std::string_view OpText(Op op) { return kOpTexts[static_cast<size_t>(op)]; }

void Lexer::Fail(std::string_view code, size_t position, std::string token) {
  if (!error_.ok()) return;
  error_.code = code;
  error_.position = static_cast<int>(position);
  error_.token = std::move(token);
}

bool Lexer::SkipSpaceAndComments() {
  for (;;) {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
    if (At(at_) != '/' || At(at_ + 1) != '*') return true;
    const size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) {
      Fail("S0106", at_);
      return false;
    }
    at_ = end + 2;
  }
}

Token Lexer::Next(bool after_operand) {
  Token token;
  if (!SkipSpaceAndComments()) return token;
  token.position = static_cast<uint32_t>(at_);
  if (at_ >= text_.size()) return token;
  const char c = text_[at_];
  if (c == '/' && !after_operand) {
    ReadRegex(&token);
  } else if (ReadOperator(&token)) {
  } else if (c == '"' || c == '\'') {
    ReadString(&token);
  } else if (ReadNumber(&token)) {
  } else if (c == '`') {
    ReadQuotedName(&token);
  } else {
    ReadName(&token);
  }
  token.position = static_cast<uint32_t>(at_);
  return token;
}

bool Lexer::ReadOperator(Token* token) {
  Op op = OpOf(text_.substr(at_, 2));
  const bool wide = op != Op::kNone && at_ + 1 < text_.size() && IsOpChar(text_[at_]);
  if (!wide) op = IsOpChar(text_[at_]) ? OpOf(text_.substr(at_, 1)) : Op::kNone;
  if (op == Op::kNone) return false;
  token->kind = TokenKind::kOperator;
  token->op = op;
  at_ += wide ? 2 : 1;
  return true;
}

// The end is the first / that no backslash and no bracket protects.
void Lexer::ReadRegex(Token* token) {
  token->kind = TokenKind::kRegex;
  const size_t start = ++at_;
  int depth = 0;
  bool escaped = false;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '/' && depth == 0 && !escaped) {
      token->text = text_.substr(start, at_ - start);
      if (token->text.empty()) return Fail("S0301", at_);
      for (++at_; At(at_) == 'i' || At(at_) == 'm'; ++at_) token->flags += text_[at_];
      return;
    }
    // Only the character before decides here, so that "\\(" does not open.
    const bool after_backslash = at_ > start && text_[at_ - 1] == '\\';
    if ((c == '(' || c == '[' || c == '{') && !after_backslash) ++depth;
    if ((c == ')' || c == ']' || c == '}') && !after_backslash) --depth;
    escaped = c == '\\' && !escaped;
  }
  Fail("S0302", at_);
}

bool Lexer::ReadHex4(size_t at, char32_t* code) const {
  if (at + 4 > text_.size()) return false;
  unsigned value = 0;
  const char* end = text_.data() + at + 4;
  auto [stop, status] = std::from_chars(text_.data() + at, end, value, 16);
  *code = value;
  return status == std::errc() && stop == end;
}

// REQUIRES: at_ is behind the backslash. Leaves at_ behind the escape.
bool Lexer::ReadEscape(Token* token) {
  const char c = At(at_);
  if (c != 'u') {
    const char plain = Unescape(c);
    if (plain == 0) {
      std::string_view rest = text_.substr(at_);
      std::string shown;
      if (!rest.empty()) AppendCodePoint(TakeCodePoint(&rest), &shown);
      Fail("S0103", at_, shown);
      return false;
    }
    token->text += plain;
    ++at_;
    return true;
  }
  char32_t code = 0;
  if (!ReadHex4(at_ + 1, &code)) {
    Fail("S0104", at_);
    return false;
  }
  at_ += 5;
  char32_t low = 0;
  if (code >= 0xD800 && code < 0xDC00 && At(at_) == '\\' && At(at_ + 1) == 'u' &&
      ReadHex4(at_ + 2, &low) && low >= 0xDC00 && low < 0xE000) {
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    at_ += 6;
  }
  AppendCodePoint(code, &token->text);
  return true;
}

void Lexer::ReadString(Token* token) {
  token->kind = TokenKind::kString;
  const char quote = text_[at_++];
  while (at_ < text_.size()) {
    const char c = text_[at_++];
    if (c == quote) return;
    if (c != '\\') {
      token->text += c;
    } else if (!ReadEscape(token)) {
      return;
    }
  }
  Fail("S0101", at_);
}

// 0 or digits without a leading 0; perhaps a fraction; perhaps an exponent.
bool Lexer::ReadNumber(Token* token) {
  if (!IsDigit(At(at_))) return false;
  size_t end = at_ + 1;
  if (text_[at_] != '0') {
    while (IsDigit(At(end))) ++end;
  }
  if (At(end) == '.' && IsDigit(At(end + 1))) {
    for (end += 2; IsDigit(At(end));) ++end;
  }
  if (At(end) == 'e' || At(end) == 'E') {
    size_t digits = end + 1;
    if (At(digits) == '+' || At(digits) == '-') ++digits;
    if (IsDigit(At(digits))) {
      for (end = digits; IsDigit(At(end));) ++end;
    }
  }
  token->kind = TokenKind::kNumber;
  token->text = text_.substr(at_, end - at_);
  token->number = std::strtod(token->text.c_str(), nullptr);
  if (!std::isfinite(token->number)) {
    Fail("S0102", at_, token->text);
    return true;
  }
  at_ = end;
  return true;
}

void Lexer::ReadQuotedName(Token* token) {
  token->kind = TokenKind::kName;
  const size_t end = text_.find('`', at_ + 1);
  if (end == std::string_view::npos) return Fail("S0105", text_.size());
  token->text = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
}

void Lexer::ReadName(Token* token) {
  size_t end = at_;
  while (end < text_.size() && !IsSpace(text_[end]) && !IsOpChar(text_[end])) ++end;
  token->text = text_.substr(at_, end - at_);
  at_ = end;
  token->kind = TokenKind::kName;
  if (token->text[0] == '$') {
    token->kind = TokenKind::kVariable;
    token->text.erase(0, 1);
  } else if (token->text == "and" || token->text == "or" || token->text == "in") {
    token->kind = TokenKind::kOperator;
    token->op = OpOf(token->text);
  } else if (token->text == "true" || token->text == "false" || token->text == "null") {
    token->kind = TokenKind::kConstant;
  }
}

}  // namespace asl::jsonata
