// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The text of a path under compilation, with Jayway's ways of looking around in it. Reading past
// the end does not throw as it does there; it is remembered in `overrun` and makes the compilation
// fail.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace asl {

class PathCursor {
 public:
  static constexpr size_t kNone = std::string_view::npos;

  enum class Ends { kTrimmed, kAsTheyAre };
  explicit PathCursor(std::string_view text, Ends ends = Ends::kTrimmed)
      : text_(text), end_(text.size()) {
    if (ends == Ends::kTrimmed) Trim();
  }

  size_t position() const { return position_; }
  size_t end() const { return end_; }
  bool overrun() const { return overrun_; }
  void set_position(size_t position) { position_ = position; }
  void Advance(size_t count = 1) { position_ += count; }
  void ShrinkEnd() { end_ -= 1; }
  void Trim() {
    SkipBlanks();
    while (end_ > position_ + 1 && text_[end_ - 1] == ' ') --end_;
  }

  bool InBounds(size_t at) const { return at < end_; }
  bool InBounds() const { return InBounds(position_); }
  // At most one character is left.
  bool IsTail() const;
  char At(size_t at) {
    if (at < text_.size()) return text_[at];
    overrun_ = true;
    return '\0';
  }
  char Current() { return At(position_); }
  bool CurrentIs(char c) { return Current() == c; }
  std::string_view Slice(size_t begin, size_t end) {
    if (begin <= end && end <= text_.size()) return text_.substr(begin, end - begin);
    overrun_ = true;
    return {};
  }

  void SkipBlanks() {
    while (position_ + 1 < end_ && text_[position_] == ' ') ++position_;
  }
  // Position of the first character after `at` that is no blank; may be end().
  size_t NextSignificant(size_t at) const {
    ++at;
    while (at < end_ && text_[at] == ' ') ++at;
    return at;
  }
  // … and the character itself; a blank at the end.
  char NextSignificantChar(size_t at) const {
    size_t next = NextSignificant(at);
    return next < end_ ? text_[next] : ' ';
  }
  char PreviousSignificantChar() const {
    for (size_t at = position_; at-- > 0;) {
      if (text_[at] != ' ') return text_[at];
    }
    return ' ';
  }
  size_t IndexOf(char c, size_t from) const {
    for (size_t at = from; at < end_; ++at) {
      if (text_[at] == c) return at;
    }
    return kNone;
  }
  // The first `c` from `from` on that no backslash escapes.
  size_t IndexOfUnescaped(char c, size_t from) const;

  enum class Regex { kCounted, kSkipped };
  // The bracket that closes the one at `at`; quoted text, and /patterns/ if wanted, are passed
  // over.
  size_t IndexOfClosing(size_t at, char open, char close, Regex regex) const;

 private:
  std::string_view text_;
  size_t position_ = 0;
  size_t end_;  // exclusive
  bool overrun_ = false;
};

// `\'`, `\\`, `\n`, `\uXXXX` … resolved; any other escaped character stands for itself, but an
// escaped `kept` keeps its backslash. nullopt: no hex digits.
std::optional<std::string> UnescapePathString(std::string_view text, char kept = '\0');

}  // namespace asl
