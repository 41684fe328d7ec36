// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The arguments of a function in a path: "sum($..price, 5)" → what is to be evaluated. They are
// taken apart as Jayway does, by counting brackets and double quotes: brackets count inside quotes
// too, a quote behind a backslash opens another, and characters before the begin of an argument
// ("abc", single quotes) are passed over.
#include <fmt/format.h>

#include "asl/path/path_program.h"
#include "asl/path/permissive_json.h"

namespace asl {
namespace {

absl::Status Invalid(std::string message) { return absl::InvalidArgumentError(std::move(message)); }

class Splitter {
 public:
  Splitter(std::string_view text, int nesting) : text_(text), nesting_(nesting) {}

  absl::StatusOr<std::vector<FunctionArgument>> Run(size_t* end) {
    char before = '\0';
    for (at_ = 0; at_ < text_.size() && !done_; ++at_) {
      const char c = text_[at_];
      if (kind_ == Kind::kNone && !Begin(c)) continue;
      if (absl::Status s = Count(c, before); !s.ok()) return s;
      const bool separates = c == ',' && brackets_ == 0 && braces_ == 0 && parentheses_ == 1;
      if (kind_ != Kind::kNone && !separates) argument_ += c;
      before = c;
    }
    *end = at_;
    if (braces_ != 0 || brackets_ != 0 || parentheses_ != 0) {
      return Invalid("Arguments to function are not closed properly.");
    }
    return std::move(arguments_);
  }

 private:
  enum class Kind { kNone, kJson, kPath };

  // False: a blank before an argument.
  bool Begin(char c) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') return false;
    if (c == '{' || c == '"' || c == '-' || (c >= '0' && c <= '9')) kind_ = Kind::kJson;
    if (c == '$' || c == '@') kind_ = Kind::kPath;
    return true;
  }

  absl::Status Count(char c, char before) {
    switch (c) {
      case '"':
        quotes_ += before != '\\' && quotes_ > 0 ? -1 : 1;
        return absl::OkStatus();
      case '(':
        ++parentheses_;
        return absl::OkStatus();
      case '{':
        ++braces_;
        return absl::OkStatus();
      case '[':
        ++brackets_;
        return absl::OkStatus();
      case '}':
        return Close(&braces_, c);
      case ']':
        return Close(&brackets_, c);
      case ')':
        --parentheses_;
        // "f(g())": the inner call's parenthesis belongs to the argument that it ends.
        if (parentheses_ < 0 || before == '(') argument_ += c;
        return End(c);
      case ',':
        return End(c);
      default:
        return absl::OkStatus();
    }
  }

  absl::Status Close(int* open, char c) {
    if (*open == 0) return Invalid(fmt::format("Unexpected '{}' at character {}", c, at_ + 1));
    --*open;
    return absl::OkStatus();
  }

  // A comma, or a parenthesis that leaves none or one open, ends an argument.
  absl::Status End(char c) {
    if (quotes_ != 0 || braces_ != 0 || brackets_ != 0) return absl::OkStatus();
    if (parentheses_ != 1 && !(parentheses_ == 0 && c == ')')) return absl::OkStatus();
    done_ = parentheses_ == 0;
    if (kind_ == Kind::kJson) {
      arguments_.push_back(FunctionArgument{.json = ParsePermissiveJson(argument_)});
    }
    if (kind_ == Kind::kPath) {
      absl::StatusOr<PathProgram> path = CompileTokens(argument_, nesting_, PathPlace::kArgument);
      if (!path.ok()) return path.status();
      arguments_.push_back(PathArgument(std::move(*path)));
    }
    if (kind_ != Kind::kNone) argument_.clear();
    kind_ = Kind::kNone;
    return absl::OkStatus();
  }

  std::string_view text_;
  int nesting_;
  size_t at_ = 0;
  int parentheses_ = 1;
  int brackets_ = 0;
  int braces_ = 0;
  int quotes_ = 0;
  bool done_ = false;
  Kind kind_ = Kind::kNone;
  std::string argument_;
  std::vector<FunctionArgument> arguments_;
};

}  // namespace

absl::StatusOr<std::vector<FunctionArgument>> CompileArguments(std::string_view text, int nesting,
                                                               size_t* end) {
  if (nesting > kFilterNestingMax) return Invalid("Functions are nested too deeply");
  return Splitter(text, nesting).Run(end);
}

FunctionArgument PathArgument(PathProgram path) {
  FunctionArgument argument;
  const bool function =
      !path.tokens.empty() && path.tokens.back().kind == PathToken::Kind::kFunction;
  if (!path.tokens.empty() && !function) {
    PathProgram elements = path;
    elements.tokens.push_back(PathToken{.kind = PathToken::Kind::kWildcard});
    elements.counts_elements = true;
    argument.elements = std::make_shared<const PathProgram>(std::move(elements));
  }
  argument.path = std::make_shared<const PathProgram>(std::move(path));
  return argument;
}

}  // namespace asl
