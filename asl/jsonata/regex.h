// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Regular expressions, as JavaScript writes them, by PCRE2. A Regex is compiled with its
// expression and shared by all threads; what a match needs is allocated per call and bounded. The
// one file that sees PCRE2 is regex.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace asl::jsonata {

// Bytes of the subject; begin > end: a group that took no part.
struct Span {
  size_t begin = 1;
  size_t end = 0;
  bool matched() const { return begin <= end; }
};

enum class Matching : uint8_t { kMatch, kNoMatch, kTooCostly };

class Regex {
 public:
  // Flags: i, m. Null with the reason in `problem`.
  static std::shared_ptr<const Regex> Compile(const std::string& pattern, std::string_view flags,
                                              std::string* problem);

  // The first match at or behind byte `from`: the whole, then each group. Backtracks `effort`
  // times at most, then answers kTooCostly. REQUIRES: from <= subject.size().
  Matching Match(std::string_view subject, size_t from, uint32_t effort,
                 std::vector<Span>* groups) const;

  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;
  ~Regex();

 private:
  struct Code;
  explicit Regex(std::unique_ptr<Code> code);
  std::unique_ptr<Code> code_;
};

}  // namespace asl::jsonata
