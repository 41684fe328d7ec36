// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// call     := name '(' [argument {',' argument}] ')'      blanks around arguments are passed over
// argument := call | path | number | true | false | null | '…'
// In '…' stand \' \{ \} \\ for the character itself; a backslash before anything else is refused.
// A path ends at a comma, a blank or a parenthesis outside its brackets.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "asl/intrinsics/call.h"
#include "asl/limits.h"

namespace asl::intrinsics {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
}

// Where the path at the text's begin ends.
size_t PathEnd(std::string_view text) {
  int open = 0;  // brackets and parentheses
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote) quote = 0;
    } else if (open > 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '[' || c == '(') {
      ++open;
    } else if (open > 0 && (c == ']' || c == ')')) {
      --open;
    } else if (open == 0 && (c == ',' || c == ')' || IsBlank(c))) {
      return i;
    }
  }
  return text.size();
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  absl::StatusOr<Call> ParseAll() {
    absl::StatusOr<Call> call = ParseCall(0);
    if (!call.ok()) return call;
    SkipBlanks();
    if (at_ < text_.size()) return Wrong("the end");
    return call;
  }

 private:
  absl::Status Wrong(std::string_view expected) const {
    return absl::InvalidArgumentError(
        fmt::format("Expected {} at character {}", expected, at_ + 1));
  }

  std::string_view Rest() const { return text_.substr(at_); }
  bool At(char c) const { return at_ < text_.size() && text_[at_] == c; }

  void SkipBlanks() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
  }

  // Recursion is bounded by kCallDepthMax.
  absl::StatusOr<Call> ParseCall(int depth) {
    if (depth > kCallDepthMax) {
      return absl::InvalidArgumentError(
          fmt::format("Calls are nested more than {} deep", kCallDepthMax));
    }
    const size_t begin = at_;
    while (at_ < text_.size() && IsNameCharacter(text_[at_])) ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    Call call;
    call.function = FindFunction(name);
    if (call.function == nullptr) {
      return absl::InvalidArgumentError(fmt::format("There is no function '{}'", name));
    }
    if (!At('(')) return Wrong("'('");
    ++at_;
    if (absl::Status s = ParseArguments(depth, &call); !s.ok()) return s;
    const size_t count = call.arguments.size();
    if (count < call.function->arguments_min || count > call.function->arguments_max) {
      return absl::InvalidArgumentError(
          fmt::format("'{}' does not take {} arguments", name, count));
    }
    return call;
  }

  // After the opening parenthesis, up to and with the closing one.
  absl::Status ParseArguments(int depth, Call* call) {
    SkipBlanks();
    if (At(')')) {
      ++at_;
      return absl::OkStatus();
    }
    while (true) {
      SkipBlanks();
      const bool raw = call->function->template_first && call->arguments.empty();
      absl::StatusOr<Argument> argument = ParseArgument(depth, raw);
      if (!argument.ok()) return argument.status();
      call->arguments.push_back(*std::move(argument));
      SkipBlanks();
      if (!At(',') && !At(')')) return Wrong("',' or ')'");
      if (text_[at_++] == ')') return absl::OkStatus();
    }
  }

  absl::StatusOr<Argument> ParseArgument(int depth, bool raw) {
    if (At('\'')) return ParseText(raw);
    if (At('$')) return ParsePath();
    if (Rest().starts_with("States.")) {
      absl::StatusOr<Call> call = ParseCall(depth + 1);
      if (!call.ok()) return call.status();
      return Argument(std::make_shared<const Call>(*std::move(call)));
    }
    return ParseWord();
  }

  // `raw`: the escapes are checked, but stay.
  absl::StatusOr<Argument> ParseText(bool raw) {
    constexpr std::string_view kEscaped = "'{}\\";
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      if (At('\'')) {
        ++at_;
        return Argument(TextValue(out));
      }
      if (At('\\')) {
        ++at_;
        if (at_ == text_.size() || kEscaped.find(text_[at_]) == std::string_view::npos) {
          return Wrong("one of ' { } \\ after a backslash");
        }
        if (raw) out += '\\';
      }
      out += text_[at_];
    }
    return Wrong("a closing quote");
  }

  absl::StatusOr<Argument> ParsePath() {
    const size_t length = PathEnd(Rest());
    absl::StatusOr<Path> path = Path::Compile(Rest().substr(0, length));
    if (!path.ok()) return path.status();
    at_ += length;
    return Argument(*std::move(path));
  }

  absl::StatusOr<Argument> ParseWord() {
    const std::string_view rest = Rest();
    const size_t length = std::min(rest.find_first_of(",) \t\r\n"), rest.size());
    JsonParse word = ParseJson(std::string(rest.substr(0, length)));
    if (!word.ok() || word.value->is_string() || word.value->is_array() ||
        word.value->is_object()) {
      return Wrong("a path, a call, '…', a number, true, false or null");
    }
    at_ += length;
    return Argument(*std::move(word.value));
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<Call> ParseCall(std::string_view text) { return Parser(text).ParseAll(); }

}  // namespace asl::intrinsics
