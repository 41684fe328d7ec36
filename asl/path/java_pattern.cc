// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Most of Java's syntax is RE2's. Rewritten is what differs: "\uXXXX", POSIX classes ("\p{Alpha}"),
// what "." passes over, and under the flags x (blanks and comments) and U (classes of Unicode).
#include "asl/path/java_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace asl {
namespace {

// Beside the names that RE2 knows too: what stands for \p{…}, and its opposite.
struct PosixClass {
  std::string_view name;
  std::string_view ascii;
};
constexpr std::array kPosixClasses = std::to_array<PosixClass>({
    {"Lower", "a-z"},
    {"Upper", "A-Z"},
    {"ASCII", "\\x00-\\x7F"},
    {"Alpha", "a-zA-Z"},
    {"Digit", "0-9"},
    {"Alnum", "a-zA-Z0-9"},
    {"Punct", "!-/:-@\\[-`{-~"},
    {"Graph", "!-~"},
    {"Print", " -~"},
    {"Blank", " \\t"},
    {"Cntrl", "\\x00-\\x1F\\x7F"},
    {"XDigit", "0-9a-fA-F"},
    {"Space", " \\t\\n\\x0B\\f\\r"},
    {"IsAlphabetic", "\\p{L}\\p{Nl}"},
    {"IsLetter", "\\p{L}"},
    {"IsDigit", "\\p{Nd}"},
    {"javaLowerCase", "\\p{Ll}"},
    {"javaUpperCase", "\\p{Lu}"},
});

std::string_view UnicodeClass(char c) {
  switch (c) {
    case 'w':
      return "\\p{L}\\p{M}\\p{Nd}\\p{Pc}";
    case 'd':
      return "\\p{Nd}";
    case 's':
      return "\\p{Z}\\t\\n\\x0B\\f\\r\\x{85}";
    default:
      return "";
  }
}

// "{2}", "{2,}", "{2,3}".
bool IsRepetition(std::string_view text) {
  const size_t end = text.find('}');
  if (end == std::string_view::npos || end < 2 || text[1] == ',') return false;
  const std::string_view content = text.substr(1, end - 1);
  return content.find_first_not_of("0123456789,") == std::string_view::npos &&
         std::count(content.begin(), content.end(), ',') <= 1;
}

class Rewriter {
 public:
  Rewriter(std::string_view pattern, std::string_view flags) : pattern_(pattern), flags_(flags) {}

  std::string Run() {
    for (at_ = 0; at_ < pattern_.size(); ++at_) {
      const char c = pattern_[at_];
      if (c == '\\') {
        Escape();
      } else if (Has('x') && (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f')) {
        continue;
      } else if (Has('x') && c == '#') {
        at_ = std::min(pattern_.find('\n', at_), pattern_.size());
      } else if (c == '.' && brackets_ == 0 && !Has('s')) {
        out_ += Has('d') ? "." : "[^\\n\\r\\x{85}\\x{2028}\\x{2029}]";
      } else if (c == '{' && brackets_ == 0 && !IsRepetition(pattern_.substr(at_))) {
        out_ += "\\p{}";  // RE2 would take it for itself; Java refuses the pattern
      } else {
        if (c == '[') ++brackets_;
        if (c == ']' && brackets_ > 0) --brackets_;
        out_ += c;
      }
    }
    return std::move(out_);
  }

 private:
  bool Has(char flag) const { return flags_.find(flag) != std::string_view::npos; }

  void Escape() {
    const std::string_view rest = pattern_.substr(at_ + 1);
    if (rest.empty()) {
      out_ += '\\';
      return;
    }
    if (rest.starts_with('Q')) {
      const size_t end = std::min(pattern_.find("\\E", at_), pattern_.size());
      out_ += pattern_.substr(at_, end - at_);
      at_ = end - 1;
      return;
    }
    if (rest.starts_with('u') && rest.size() >= 5) {
      out_ += fmt::format("\\x{{{}}}", rest.substr(1, 4));
      at_ += 5;
      return;
    }
    if ((rest.starts_with("p{") || rest.starts_with("P{")) && PosixEscape(rest)) return;
    const bool opposite = rest[0] != Lower(rest);
    if (brackets_ > 0 && opposite) {
      // The opposite of a class is no part of another class: RE2 refuses what it does not know.
      out_ += pattern_.substr(at_, 2);
    } else if (Lower(rest) == 'h') {
      Class("\\p{Zs}\\t", opposite);
    } else if (rest.starts_with('Z')) {
      out_ += "\\n?\\z";
    } else if (rest.starts_with('e')) {
      out_ += "\\x1B";
    } else if (const std::string_view wide = Has('U') ? UnicodeClass(Lower(rest)) : "";
               !wide.empty()) {
      Class(wide, opposite);
    } else {
      out_ += pattern_.substr(at_, 2);
    }
    ++at_;
  }

  bool PosixEscape(std::string_view rest) {
    const size_t end = rest.find('}');
    if (end == std::string_view::npos || (brackets_ > 0 && rest[0] == 'P')) return false;
    const std::string_view name = rest.substr(2, end - 2);
    const auto* found = std::find_if(kPosixClasses.begin(), kPosixClasses.end(),
                                     [&](const PosixClass& c) { return c.name == name; });
    if (found == kPosixClasses.end()) return false;
    Class(found->ascii, rest[0] == 'P');
    at_ += end + 1;
    return true;
  }

  void Class(std::string_view content, bool opposite) {
    if (brackets_ > 0) {
      out_ += content;
    } else {
      out_ += fmt::format("[{}{}]", opposite ? "^" : "", content);
    }
  }

  static char Lower(std::string_view text) {
    return text[0] >= 'A' && text[0] <= 'Z' ? static_cast<char>(text[0] + 32) : text[0];
  }

  std::string_view pattern_;
  std::string_view flags_;
  size_t at_ = 0;
  int brackets_ = 0;  // open
  std::string out_;
};

}  // namespace

bool IsPatternFlag(char c) { return std::string_view("dixmsuU").find(c) != std::string_view::npos; }

absl::StatusOr<std::shared_ptr<const re2::RE2>> CompileJavaPattern(std::string_view pattern,
                                                                   std::string_view flags) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(flags.find('i') == std::string_view::npos);
  options.set_dot_nl(flags.find('s') != std::string_view::npos);
  const std::string text =
      (flags.find('m') == std::string_view::npos ? "" : "(?m)") + Rewriter(pattern, flags).Run();
  auto compiled = std::make_shared<const re2::RE2>(text, options);
  if (compiled->ok()) return compiled;
  return absl::InvalidArgumentError(
      fmt::format("The pattern /{}/ is not supported: {}", pattern, compiled->error()));
}

}  // namespace asl
