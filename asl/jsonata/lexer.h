// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The tokens of a JSONata expression. A Lexer walks over a text that its owner keeps alive, one
// token at a call; used by the parser only, on one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "asl/jsonata/error.h"

namespace asl::jsonata {

enum class TokenKind : uint8_t {
  kEnd,
  kOperator,
  kName,
  kVariable,  // without its $
  kString,
  kNumber,
  kConstant,  // true, false, null
  kRegex,
};

enum class Op : uint8_t {
  kNone,
  kDot,
  kOpenBracket,
  kCloseBracket,
  kOpenBrace,
  kCloseBrace,
  kOpenParen,
  kCloseParen,
  kComma,
  kAt,
  kHash,
  kSemicolon,
  kColon,
  kQuestion,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kBar,
  kEqual,
  kLess,
  kGreater,
  kCaret,
  kDescendant,
  kRange,
  kAssign,
  kNotEqual,
  kLessEqual,
  kGreaterEqual,
  kChain,
  kAnd,
  kOr,
  kIn,
  kConcat,
  kExclamation,  // ! and ~ are operators for the lexer alone: no expression has them
  kTilde,
};

// As it is written: "+", "and", "~>".
std::string_view OpText(Op op);

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Op op = Op::kNone;
  uint32_t position = 0;  // bytes up to the token's end
  std::string text;       // names, texts (decoded), numbers as written, patterns of regexes
  std::string flags;      // of a regex: i, m
  double number = 0;
};

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  // `after_operand`: a value precedes, so that / divides and does not begin a regex. On an error
  // the code (and position, in bytes) is set in error().
  Token Next(bool after_operand);
  const Error& error() const { return error_; }

 private:
  char At(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  bool SkipSpaceAndComments();
  bool ReadOperator(Token* token);
  void ReadRegex(Token* token);
  void ReadString(Token* token);
  bool ReadEscape(Token* token);
  bool ReadNumber(Token* token);
  void ReadQuotedName(Token* token);
  void ReadName(Token* token);
  bool ReadHex4(size_t at, char32_t* code) const;
  void Fail(std::string_view code, size_t position, std::string token = "");

  std::string_view text_;
  size_t at_ = 0;
  Error error_;
};

}  // namespace asl::jsonata
