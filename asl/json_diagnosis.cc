// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Reads the text again as Jackson's ReaderBasedJsonParser does (jackson-core 2.14, Apache-2.0: its
// behaviour and messages, none of its code), token by token, until the token that it would refuse.
// Its position is the one after what it could not use, counted in UTF-16 units. What only our
// parser refuses (bytes that are no UTF-8, lone surrogates, depth) is told in words of ours.
#include "asl/json_diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "asl/limits.h"

namespace asl {
namespace {

constexpr std::string_view kValues =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
constexpr std::string_view kNoValue =
    "expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or "
    "'false')";
constexpr size_t kEnd = std::string_view::npos;

struct Character {
  uint32_t code = 0;  // Unicode; of a byte that is no UTF-8: U+FFFD
  size_t size = 1;    // bytes
};

Character CharacterAt(std::string_view text, size_t at) {
  constexpr uint32_t kReplacement = 0xFFFD;
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return {lead, 1};
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (size == 0 || at + size > text.size()) return {kReplacement, 1};
  uint32_t code = lead & (0xFFU >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0) != 0x80) return {kReplacement, 1};
    code = code << 6 | (next & 0x3FU);
  }
  return {code, size};
}

// What a Java identifier begins with, or a digit; beyond Latin the ranges of XML names, which are
// nearly the same.
bool BeginsWord(uint32_t c) {
  struct Range {
    uint32_t first, last;
  };
  static constexpr Range kRanges[] = {
      {'$', '$'},       {'0', '9'},       {'A', 'Z'},       {'_', '_'},       {'a', 'z'},
      {0xA2, 0xA5},     {0xAA, 0xAA},     {0xB5, 0xB5},     {0xBA, 0xBA},     {0xC0, 0xD6},
      {0xD8, 0xF6},     {0xF8, 0x1FFF},   {0x203F, 0x2040}, {0x2070, 0x218F}, {0x2C00, 0x2FEF},
      {0x3005, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFEFE}, {0xFF10, 0xFFEF}};
  return std::any_of(std::begin(kRanges), std::end(kRanges),
                     [c](const Range& range) { return range.first <= c && c <= range.last; });
}

bool ContinuesWord(uint32_t c) {
  const bool ignorable = c <= 0x08 || (c >= 0x0E && c <= 0x1B) || (c >= 0x7F && c <= 0x9F);
  return BeginsWord(c) || ignorable;
}

// A character beyond 16 bits is shown as Java shows the first half of it.
std::string Described(Character c) {
  const uint32_t unit = c.code > 0xFFFF ? 0xD7C0 + (c.code >> 10) : c.code;
  if (unit < 0x20 || (unit >= 0x7F && unit <= 0x9F)) {
    return fmt::format("(CTRL-CHAR, code {})", unit);
  }
  std::string shown = "?";
  if (unit < 0x80) {
    shown = static_cast<char>(unit);
  } else if (unit == c.code) {
    shown.clear();
    if (unit >= 0x800) shown += static_cast<char>(0xE0 | unit >> 12);
    shown += static_cast<char>(unit >= 0x800 ? 0x80 | (unit >> 6 & 0x3F) : 0xC0 | unit >> 6);
    shown += static_cast<char>(0x80 | (unit & 0x3F));
  }
  return unit > 0xFF ? fmt::format("'{}' (code {} / 0x{:x})", shown, unit, unit)
                     : fmt::format("'{}' (code {})", shown, unit);
}

bool IsDigit(uint32_t c) { return c >= '0' && c <= '9'; }

// Lines end with \n, \r or \r\n; columns count UTF-16 units from 1.
JsonPosition JacksonPosition(std::string_view text, size_t at) {
  JsonPosition position;
  for (size_t i = 0; i < at && i < text.size();) {
    const Character c = CharacterAt(text, i);
    if (c.code == '\n' || c.code == '\r') {
      if (c.code == '\r' && i + 1 < at && text[i + 1] == '\n') ++i;
      ++position.line;
      position.column = 1;
    } else {
      position.column += c.code > 0xFFFF ? 2 : 1;
    }
    i += c.size;
  }
  return position;
}

// What Jackson refuses, or nothing when it would read the text to its end.
class Reader {
 public:
  struct Refusal {
    std::string message;
    size_t begin;  // of what it cannot use
    int units;     // UTF-16 units that it had read of that
  };

  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<Refusal> Read() {
    while (!refusal_ && Next()) {
    }
    return std::move(refusal_);
  }

 private:
  enum class Kind : uint8_t { kRoot, kArray, kObject };
  struct Open {
    Kind kind;
    size_t at;  // of its bracket
    bool filled = false;
  };

  static std::string_view NameOf(Kind kind) {
    return kind == Kind::kRoot ? "root" : kind == Kind::kArray ? "Array" : "Object";
  }

  bool Refuse(std::string message, size_t begin, int units) {
    if (!refusal_) refusal_ = Refusal{std::move(message), begin, units};
    return false;
  }
  bool RefuseCharacter(std::string_view why) {
    const Character c = CharacterAt(text_, at_);
    return Refuse(fmt::format("Unexpected character ({}): {}", Described(c), why), at_, 1);
  }
  bool RefuseInNumber(size_t at, std::string_view why, int units = 1) {
    const Character c = CharacterAt(text_, at);
    return Refuse(fmt::format("Unexpected character ({}) in numeric value: {}", Described(c), why),
                  at, units);
  }
  bool RefuseEnd(std::string_view how) {
    return Refuse(fmt::format("Unexpected end-of-input{}", how), text_.size(), 0);
  }
  bool RefuseEndWithin() {
    return RefuseEnd(fmt::format(" within/between {} entries", NameOf(open_.back().kind)));
  }

  std::string StartOf(const Open& open) const {
    if (open.kind == Kind::kRoot) return JacksonLocation(text_, 1, 0);
    const JsonPosition at = JacksonPosition(text_, open.at);
    return JacksonLocation(text_, at.line, at.column);
  }

  // Whether a token follows the white space. False at the end of the text, or after a refusal.
  bool SkipSpace() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
      if (c == '/') {
        return RefuseCharacter(
            "maybe a (non-standard) comment? (not recognized as one since Feature "
            "'ALLOW_COMMENTS' not enabled for parser)");
      }
      if (static_cast<unsigned char>(c) >= 0x20) return true;
      return Refuse(fmt::format("Illegal character ({}): only regular white space (\\r, \\n, \\t) "
                                "is allowed between tokens",
                                Described(CharacterAt(text_, at_))),
                    at_, 1);
    }
    return false;
  }

  // One token: a bracket that closes, or a value with what stands before it. False: no more.
  bool Next() {
    if (!SkipSpace()) {
      const Open& open = open_.back();
      if (refusal_ || open.kind == Kind::kRoot) return false;
      return RefuseEnd(fmt::format(": expected close marker for {} (start marker at {})",
                                   NameOf(open.kind), StartOf(open)));
    }
    if (text_[at_] == ']' || text_[at_] == '}') return Close(text_[at_]);
    if (open_.back().kind == Kind::kRoot && open_.back().filled) {
      const size_t second = at_;
      Value();
      if (refusal_ && refusal_->begin == second) return false;
      refusal_.reset();
      at_ = second;
      return RefuseCharacter("expected the end of the text");
    }
    if (open_.back().filled && !Comma()) return false;
    open_.back().filled = true;
    if (open_.back().kind == Kind::kObject && !Name()) return false;
    return Value();
  }

  bool Close(char bracket) {
    const Open& open = open_.back();
    const bool fits = open.kind == (bracket == ']' ? Kind::kArray : Kind::kObject);
    if (!fits) {
      return Refuse(
          fmt::format("Unexpected close marker '{}': expected '{}' (for {} starting at "
                      "{})",
                      bracket, bracket == ']' ? '}' : ']', NameOf(open.kind), StartOf(open)),
          at_, 1);
    }
    open_.pop_back();
    ++at_;
    return true;
  }

  bool Comma() {
    if (text_[at_] != ',') {
      return RefuseCharacter(
          fmt::format("was expecting comma to separate {} entries", NameOf(open_.back().kind)));
    }
    ++at_;
    return SkipSpace() || (!refusal_ && RefuseEndWithin());
  }

  bool Name() {
    if (text_[at_] != '"') {
      return RefuseCharacter("was expecting double-quote to start field name");
    }
    if (!String(" in field name", "name")) return false;
    if (!SkipSpace()) return !refusal_ && RefuseEndWithin();
    if (text_[at_] != ':') {
      return RefuseCharacter("was expecting a colon to separate field name and value");
    }
    ++at_;
    return SkipSpace() || (!refusal_ && RefuseEndWithin());
  }

  bool Value() {
    const char c = text_[at_];
    switch (c) {
      case '"':
        return String(": was expecting closing quote for a string value", "string value");
      case '[':
      case '{':
        open_.push_back({c == '[' ? Kind::kArray : Kind::kObject, at_});
        ++at_;
        return true;
      case '}':
        return RefuseCharacter("expected a value");
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      case '-':
        return NegativeNumber();
      case '+':
        return Refuse(
            "Unexpected character ('+' (code 43)) in numeric value: JSON spec does not allow "
            "numbers to have plus signs: enable "
            "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow",
            at_, 2);
      default:
        if (IsDigit(static_cast<unsigned char>(c))) return Number(at_);
        if (BeginsWord(CharacterAt(text_, at_).code)) return RefuseWord();
        return RefuseCharacter(kNoValue);
    }
  }

  bool Word(std::string_view word) {
    const size_t after = at_ + word.size();
    if (text_.substr(at_, word.size()) != word) return RefuseWord();
    if (after < text_.size()) {
      const Character next = CharacterAt(text_, after);
      if (next.code >= '0' && ContinuesWord(next.code)) return RefuseWord();
    }
    at_ = after;
    return true;
  }

  bool RefuseWord() {
    constexpr size_t kShownMax = 256;  // Jackson's own limit
    std::string word;
    size_t length = 0;
    for (size_t end = at_; end < text_.size(); ++length) {
      const Character c = CharacterAt(text_, end);
      if (!ContinuesWord(c.code)) break;
      if (length == kShownMax) {
        word += "...";
        break;
      }
      word += text_.substr(end, c.size);
      end += c.size;
    }
    if (word == "NaN" || word == "Infinity") return RefuseNotANumber(word);
    return Refuse(fmt::format("Unrecognized token '{}': was expecting {}", word, kValues), at_,
                  static_cast<int>(length));
  }

  bool RefuseNotANumber(std::string_view word) {
    return Refuse(fmt::format("Non-standard token '{}': enable "
                              "`JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow",
                              word),
                  at_, static_cast<int>(word.size()));
  }

  size_t SkipDigits(size_t at) const {
    while (at < text_.size() && IsDigit(static_cast<unsigned char>(text_[at]))) ++at;
    return at;
  }

  bool NegativeNumber() {
    constexpr std::string_view kInfinity = "-Infinity";
    if (at_ + 1 >= text_.size()) return RefuseEnd("No digit following minus sign");
    if (text_.substr(at_, kInfinity.size()) == kInfinity) return RefuseNotANumber(kInfinity);
    if (text_[at_ + 1] == '.') {
      ++at_;
      return RefuseCharacter(kNoValue);
    }
    if (!IsDigit(static_cast<unsigned char>(text_[at_ + 1]))) {
      return RefuseInNumber(at_ + 1,
                            "expected digit (0-9) to follow minus sign, for valid numeric value");
    }
    return Number(at_ + 1);
  }

  // `at`: of its first digit. Jackson's position stays behind the first '.' or 'e' unless the number
  // begins with a zero.
  bool Number(size_t at) {
    size_t end = SkipDigits(at);
    if (text_[at] == '0' && end > at + 1) {
      return Refuse("Invalid numeric value: Leading zeroes not allowed", at + 1, 0);
    }
    const size_t behind = end + 1;
    const auto units = [&] { return text_[at] == '0' ? 1 : -static_cast<int>(end - behind); };
    if (end < text_.size() && text_[end] == '.') {
      end = SkipDigits(behind);
      if (end == behind && end >= text_.size()) {
        return RefuseInNumber(end - 1, "Decimal point not followed by a digit");
      }
      if (end == behind) {
        return RefuseInNumber(end, "Decimal point not followed by a digit", units());
      }
    }
    if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
      size_t exponent = end + 1;
      if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
      if (exponent >= text_.size()) return RefuseEnd("expected a digit for number exponent");
      end = SkipDigits(exponent);
      if (end == exponent) {
        return RefuseInNumber(end, "Exponent indicator not followed by a digit", units());
      }
    }
    at_ = end;
    const bool root = open_.back().kind == Kind::kRoot;
    if (!root || end >= text_.size() || std::string_view(" \t\r\n").find(text_[end]) != kEnd) {
      return true;
    }
    return RefuseCharacter("Expected space separating root-level values");
  }

  bool String(std::string_view at_end, std::string_view kind) {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c == '\\') {
        if (!Escape()) return false;
      } else if (static_cast<unsigned char>(c) < 0x20) {
        return Refuse(fmt::format("Illegal unquoted character ({}): has to be escaped using "
                                  "backslash to be included in {}",
                                  Described(CharacterAt(text_, at_)), kind),
                      at_, 1);
      }
    }
    return RefuseEnd(at_end);
  }

  // At the backslash; leaves at the last character of the escape.
  bool Escape() {
    constexpr std::string_view kAtEnd = " in character escape sequence";
    if (++at_ >= text_.size()) return RefuseEnd(kAtEnd);
    if (text_[at_] != 'u') {
      if (std::string_view("\"\\/bfnrt").find(text_[at_]) != kEnd) return true;
      const Character c = CharacterAt(text_, at_);
      return Refuse("Unrecognized character escape " + Described(c), at_, 1);
    }
    for (int i = 0; i < 4; ++i) {
      if (++at_ >= text_.size()) return RefuseEnd(kAtEnd);
      if (std::string_view("0123456789abcdefABCDEF").find(text_[at_]) == kEnd) {
        return RefuseCharacter("expected a hex-digit for character escape sequence");
      }
    }
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Open> open_ = {{Kind::kRoot, 0}};
  std::optional<Refusal> refusal_;
};

// What our parser refuses and Jackson, which reads Java's characters, does not.
std::string FaultOfOurs(std::string_view text, size_t read, JsonFault fault) {
  switch (fault) {
    case JsonFault::kTooDeep:
      return fmt::format("Document nesting depth exceeds the maximum allowed ({})", kJsonDepthMax);
    case JsonFault::kExponent:
      return "Number with an exponent beyond any range";
    case JsonFault::kSyntax:
    case JsonFault::kHexDigit:
      if (read < text.size() && (text[read] & 0x80) != 0) return "Invalid UTF-8 in a string";
      break;
    case JsonFault::kSurrogate:
      break;
  }
  return "Incomplete surrogate pair in a \\u escape";
}

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == kEnd; }

// A message is kept in histories and sent to clients, so it is UTF-8 whatever the text is.
std::string Cleaned(const std::string& message) {
  std::string clean;
  for (size_t i = 0; i < message.size();) {
    const Character c = CharacterAt(message, i);
    const bool surrogate = c.code >= 0xD800 && c.code <= 0xDFFF;
    const bool overlong = (c.size == 3 && c.code < 0x800) || (c.size == 4 && c.code < 0x10000);
    if (c.code == 0xFFFD || surrogate || overlong || c.code > 0x10FFFF) {
      clean += "\xEF\xBF\xBD";
    } else {
      clean += message.substr(i, c.size);
    }
    i += c.size;
  }
  return clean;
}

}  // namespace

std::string JacksonLocation(std::string_view text, int line, int column) {
  constexpr size_t kShownMax = 500;  // UTF-16 units
  size_t end = 0;
  size_t shown = 0;
  size_t left = 0;
  for (size_t i = 0; i < text.size();) {
    const Character c = CharacterAt(text, i);
    const size_t units = c.code > 0xFFFF ? 2 : 1;
    i += c.size;
    if (left == 0 && shown + units <= kShownMax) {
      shown += units;
      end = i;
    } else {
      left += units;
    }
  }
  const std::string tail = left > 0 ? fmt::format("[truncated {} chars]", left) : "";
  return fmt::format("[Source: (String)\"{}\"{}; line: {}, column: {}]", text.substr(0, end), tail,
                     line, column);
}

JsonError DiagnoseJson(std::string_view text, size_t read, JsonFault fault) {
  read = std::min(read, text.size());
  JsonError error;
  int units = 0;
  error.offset = static_cast<uint32_t>(read);
  std::optional<Reader::Refusal> refusal = Reader(text).Read();
  if (IsBlank(text)) {
    error.message = "No content to map due to end-of-input";
  } else if (refusal && refusal->begin <= read && fault != JsonFault::kTooDeep) {
    error.message = Cleaned(refusal->message);
    error.offset = static_cast<uint32_t>(std::min(refusal->begin, text.size()));
    units = refusal->units;
  } else {
    error.message = FaultOfOurs(text, read, fault);
  }
  JsonPosition position = JacksonPosition(text, error.offset);
  position.column += units;
  error.line = position.line;
  error.column = position.column;
  return error;
}

}  // namespace asl
