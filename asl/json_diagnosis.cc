// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Walks over the tokens before the fault, which are well-formed, to know what was open and expected
// there.
#include "asl/json_diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "asl/json.h"
#include "asl/limits.h"

namespace asl {
namespace {

enum class Expected : uint8_t { kValue, kFirstKey, kKey, kColon, kComma, kEnd };

struct Open {
  char bracket;
  size_t at;
};

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

bool IsWord(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '$' || (c & 0x80) != 0;
}

// End of the string that begins at `at`, or npos when it is not closed.
size_t StringEnd(std::string_view text, size_t at) {
  for (size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

size_t TokenEnd(std::string_view text, size_t at) {
  if (text[at] == '"') return StringEnd(text, at);
  size_t end = at;
  while (end < text.size() &&
         (IsWord(text[end]) || text[end] == '-' || text[end] == '+' || text[end] == '.')) {
    ++end;
  }
  return std::max(end, at + 1);
}

// A word that is cut short ("nul", "1.") ends where the parser stopped and still is the fault.
bool LooksWhole(std::string_view token) {
  if (!IsWord(token.front()) && token.front() != '-') return true;
  if (token == "true" || token == "false" || token == "null") return true;
  bool number = token.front() == '-' || (token.front() >= '0' && token.front() <= '9');
  return number && token.back() >= '0' && token.back() <= '9';
}

// `at` follows a \\u escape of a leading surrogate.
bool AfterLeadingSurrogate(std::string_view text, size_t at) {
  for (size_t back = 6; back <= 8 && back <= at; ++back) {
    std::string_view escape = text.substr(at - back, 4);
    if (escape.starts_with("\\u") && (escape[2] == 'd' || escape[2] == 'D') &&
        std::string_view("89abAB").find(escape[3]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

class Walk {
 public:
  Walk(std::string_view text, size_t read) : text_(text) {
    while (true) {
      while (at_ < text.size() && IsSpace(text[at_])) ++at_;
      if (at_ >= read || at_ >= text.size()) return;
      size_t end = TokenEnd(text, at_);
      if (end > read || !LooksWhole(text.substr(at_, end - at_))) return;
      Take(text[at_], end);
    }
  }

  size_t at() const { return at_; }  // where the token with the fault begins
  Expected expected() const { return expected_; }
  const std::vector<Open>& open() const { return open_; }

 private:
  void Take(char c, size_t end) {
    switch (c) {
      case '{':
      case '[':
        open_.push_back({c, at_});
        expected_ = c == '{' ? Expected::kFirstKey : Expected::kValue;
        break;
      case '}':
      case ']':
        if (!open_.empty()) open_.pop_back();
        AfterValue();
        break;
      case ',':
        expected_ =
            !open_.empty() && open_.back().bracket == '{' ? Expected::kKey : Expected::kValue;
        break;
      case ':':
        expected_ = Expected::kValue;
        break;
      default:
        if (expected_ == Expected::kKey || expected_ == Expected::kFirstKey) {
          expected_ = Expected::kColon;
        } else {
          AfterValue();
        }
    }
    at_ = end;
  }

  void AfterValue() { expected_ = open_.empty() ? Expected::kEnd : Expected::kComma; }

  std::string_view text_;
  size_t at_ = 0;
  Expected expected_ = Expected::kValue;
  std::vector<Open> open_;
};

std::string_view ContainerName(const Open& open) {
  return open.bracket == '{' ? "Object" : "Array";
}

constexpr std::string_view kValues =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

std::string EndOfInput(std::string_view text, const Walk& walk) {
  if (walk.open().empty()) {
    return walk.at() >= text.size() && text.find_first_not_of(" \n\r\t") == std::string_view::npos
               ? "No content to map due to end-of-input"
               : "Unexpected end-of-input";
  }
  JsonPosition start = PositionAt(text, static_cast<uint32_t>(walk.open().back().at));
  return fmt::format(
      "Unexpected end-of-input: expected close marker for {} (start marker at line: {}, column: "
      "{})",
      ContainerName(walk.open().back()), start.line, start.column);
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::string CharName(char c) {
  auto code = static_cast<unsigned char>(c);
  if (code >= 0x80) return fmt::format("'{}' (code {})", kReplacement, code);
  return code < 0x20 ? fmt::format("(CTRL-CHAR, code {})", code)
                     : fmt::format("'{}' (code {})", c, code);
}

// A message is kept in histories and sent to clients, so it is UTF-8 whatever the text is. A word
// holds nothing that a JSON string could not.
std::string Shown(std::string_view word) {
  constexpr size_t kShownMax = 256;  // Jackson's own limit
  size_t end = std::min(word.size(), kShownMax);
  while (end > 0 && end < word.size() && (word[end] & 0xC0) == 0x80) --end;
  word = word.substr(0, end);
  if (!ValidateJson(fmt::format("\"{}\"", word))) return std::string(word);
  std::string shown;
  for (char c : word) {
    if ((c & 0x80) == 0) {
      shown += c;
    } else {
      shown += kReplacement;
    }
  }
  return shown;
}

std::string InString(std::string_view text, size_t at, JsonFault fault) {
  if (fault == JsonFault::kSurrogate || AfterLeadingSurrogate(text, at))
    return "Incomplete surrogate pair in a \\u escape";
  if (fault == JsonFault::kHexDigit)
    return "Unexpected character: expected a hex-digit for character escape sequence";
  if (at >= text.size())
    return "Unexpected end-of-input: was expecting closing quote for a string value";
  char c = text[at];
  if (static_cast<unsigned char>(c) < 0x20) {
    return fmt::format(
        "Illegal unquoted character ({}): has to be escaped using backslash to be included in "
        "string value",
        CharName(c));
  }
  if ((c & 0x80) != 0) return "Invalid UTF-8 in a string";
  return fmt::format("Unrecognized character escape {}", CharName(c));
}

std::string_view Wanted(const Walk& walk) {
  switch (walk.expected()) {
    case Expected::kFirstKey:
    case Expected::kKey:
      return "was expecting double-quote to start field name";
    case Expected::kColon:
      return "was expecting a colon to separate field name and value";
    case Expected::kComma:
      return walk.open().back().bracket == '{' ? "was expecting comma to separate Object entries"
                                               : "was expecting comma to separate Array entries";
    case Expected::kEnd:
      return "expected the end of the text";
    case Expected::kValue:
      break;
  }
  return "";
}

std::string Unexpected(std::string_view text, const Walk& walk, size_t* after) {
  char c = text[walk.at()];
  if (walk.expected() == Expected::kValue && (c == '-' || (c >= '0' && c <= '9'))) {
    return fmt::format("Invalid numeric value: '{}'",
                       Shown(text.substr(walk.at(), TokenEnd(text, walk.at()) - walk.at())));
  }
  *after = walk.at() + 1;
  bool wants_value = walk.expected() == Expected::kValue || walk.expected() == Expected::kEnd;
  if (wants_value && IsWord(c) && (c < '0' || c > '9')) {
    *after = TokenEnd(text, walk.at());
    return fmt::format("Unrecognized token '{}': was expecting {}",
                       Shown(text.substr(walk.at(), *after - walk.at())), kValues);
  }
  if (walk.expected() == Expected::kValue) {
    return fmt::format("Unexpected character ({}): expected a valid value {}", CharName(c),
                       kValues);
  }
  return fmt::format("Unexpected character ({}): {}", CharName(c), Wanted(walk));
}

}  // namespace

JsonError DiagnoseJson(std::string_view text, size_t read, JsonFault fault) {
  Walk walk(text, read);
  JsonError error;
  size_t shown = read;  // Jackson's position is that after what it could not use
  if (fault == JsonFault::kTooDeep) {
    error.message =
        fmt::format("Document nesting depth exceeds the maximum allowed ({})", kJsonDepthMax);
  } else if (fault == JsonFault::kExponent) {
    error.message = "Number with an exponent beyond any range";
  } else if (walk.at() < text.size() && text[walk.at()] == '"' && read > walk.at()) {
    error.message = InString(text, read, fault);
  } else if (walk.at() >= text.size()) {
    error.message = EndOfInput(text, walk);
  } else {
    error.message = Unexpected(text, walk, &shown);
  }
  error.offset = static_cast<uint32_t>(std::min(read, text.size()));
  JsonPosition position = PositionAt(text, static_cast<uint32_t>(std::min(shown, text.size())));
  error.line = position.line;
  error.column = position.column;
  return error;
}

}  // namespace asl
