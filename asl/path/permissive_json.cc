// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Text → strict JSON → Json. The tolerated forms are json-smart's:
//
//   array  = "[" { value | "," } "]"                     commas are no more than blanks
//   object = "{" { "," | key ":" value } "}"             a key without quotes ends at its colon
//   value  = array | object | "'…'" | '"…"' | word       a word ends at "," or the closing bracket
//
// A word is a literal, a number ("01", "1." and "-" too) or else a string. What follows the value is
// passed over.
#include "asl/path/permissive_json.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "asl/path/cursor.h"

namespace asl {
namespace {

constexpr int kPermissiveDepthMax = 400;  // json-smart's

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

size_t Digits(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

// The word as a number of strict JSON; empty when it is none.
std::string StrictNumber(std::string_view word) {
  if (word.empty() || (word.front() != '-' && !IsDigit(word.front()))) return "";
  std::string out;
  if (word.front() == '-') {
    out = "-";
    word.remove_prefix(1);
  }
  std::string_view whole = word.substr(0, Digits(word));
  word.remove_prefix(whole.size());
  whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
  if (word.empty() && whole.empty()) return "0";
  out += whole.empty() ? "0" : whole;
  if (word.starts_with('.')) {
    word.remove_prefix(1);
    const std::string_view fraction = word.substr(0, Digits(word));
    word.remove_prefix(fraction.size());
    out += '.';
    out += fraction.empty() ? "0" : fraction;
  }
  if (word.starts_with('e') || word.starts_with('E')) {
    const size_t sign = word.size() > 1 && (word[1] == '+' || word[1] == '-') ? 2 : 1;
    const size_t digits = Digits(word.substr(sign));
    if (digits == 0) return "";
    out += word.substr(0, sign + digits);
    word.remove_prefix(sign + digits);
  }
  return word.empty() ? out : "";
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<Json> Run() {
    if (!Value("", 0)) return std::nullopt;
    return ParseJson(std::move(out_)).value;
  }

 private:
  bool Done() const { return at_ >= text_.size(); }
  bool At(char c) const { return !Done() && text_[at_] == c; }
  bool AtAny(std::string_view characters) const {
    return !Done() && characters.find(text_[at_]) != std::string_view::npos;
  }
  void SkipSpace() {
    while (!Done() && IsSpace(text_[at_])) ++at_;
  }

  bool Value(std::string_view stop, int depth) {
    if (depth > kPermissiveDepthMax) return false;
    SkipSpace();
    if (At('[')) return Array(depth);
    if (At('{')) return Object(depth);
    if (AtAny("'\"")) return String();
    if (AtAny(":]}")) return false;
    Word(stop);
    return true;
  }

  bool Array(int depth) {
    out_ += '[';
    ++at_;
    for (bool first = true;; first = false) {
      while (!Done() && (IsSpace(text_[at_]) || text_[at_] == ',')) ++at_;
      if (At(']')) break;
      if (Done() || AtAny(":}")) return false;
      if (!first) out_ += ',';
      if (!Value(",]", depth + 1)) return false;
    }
    out_ += ']';
    ++at_;
    return true;
  }

  bool Object(int depth) {
    out_ += '{';
    ++at_;
    for (bool first = true;; first = false) {
      while (!Done() && (IsSpace(text_[at_]) || text_[at_] == ',')) ++at_;
      if (At('}')) break;
      if (Done() || AtAny(":[]{")) return false;
      if (!first) out_ += ',';
      if (!Key()) return false;
      if (!Value(",}", depth + 1)) return false;
      SkipSpace();
      if (!AtAny(",}")) return false;
    }
    out_ += '}';
    ++at_;
    return true;
  }

  // … and its colon.
  bool Key() {
    if (AtAny("'\"")) {
      if (!String()) return false;
      SkipSpace();
    } else {
      const size_t end = std::min(text_.find(':', at_), text_.size());
      AppendJsonString(Trimmed(text_.substr(at_, end - at_)), &out_);
      at_ = end;
    }
    if (!At(':')) return false;
    out_ += ':';
    ++at_;
    return true;
  }

  // An escape that means nothing is dropped.
  bool String() {
    const char quote = text_[at_];
    std::string escaped;
    for (++at_; !At(quote); ++at_) {
      if (Done()) return false;
      if (!At('\\')) {
        escaped += text_[at_];
        continue;
      }
      ++at_;
      if (AtAny("bfnrtu\\/'\"")) {
        (escaped += '\\') += text_[at_];
      } else if (At('x')) {
        escaped += "\\u00";
      }
    }
    ++at_;
    std::optional<std::string> content = UnescapePathString(escaped);
    if (!content) return false;
    AppendJsonString(*content, &out_);
    return true;
  }

  void Word(std::string_view stop) {
    const size_t end =
        stop.empty() ? text_.size() : std::min(text_.find_first_of(stop, at_), text_.size());
    const std::string_view word = Trimmed(text_.substr(at_, end - at_));
    at_ = end;
    const std::string number = StrictNumber(word);
    if (word == "true" || word == "false" || word == "null") {
      out_ += word;
    } else if (!number.empty()) {
      out_ += number;
    } else {
      AppendJsonString(word, &out_);
    }
  }

  static std::string_view Trimmed(std::string_view text) {
    while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
    return text;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::optional<Json> ParsePermissiveJson(std::string_view text) { return Parser(text).Run(); }

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
  int32_t value = 0;  // in Java too
  const auto [end, error] =
      std::from_chars(exponent.data(), exponent.data() + exponent.size(), value);
  return error == std::errc() && end == exponent.data() + exponent.size() &&
         IsDigit(exponent.front());
}

}  // namespace asl
