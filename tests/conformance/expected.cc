// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/expected.h"

#include <fmt/format.h>

#include <fstream>

namespace conformance {

absl::StatusOr<ExpectedFailures> ReadExpectedFailures(const std::string& file) {
  std::ifstream in(file);
  if (!in) return absl::NotFoundError(fmt::format("{} cannot be read", file));
  ExpectedFailures expected;
  std::string corpus;
  auto open = expected.end();
  int number = 0;
  const auto wrong = [&](std::string_view what) {
    return absl::InvalidArgumentError(fmt::format("{}:{}: {}", file, number, what));
  };
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    const size_t indent = line.find_first_not_of(' ');
    if (indent == 4 && open != expected.end()) {
      open->second += (open->second.empty() ? "" : " ") + line.substr(indent);
      continue;
    }
    if (open != expected.end() && open->second.empty()) {
      return wrong("the case before this line has no reason");
    }
    if (indent == 0) {
      corpus = line;
      open = expected.end();
    } else if (indent == 2 && !corpus.empty()) {
      open = expected.emplace(std::pair(corpus, line.substr(indent)), "").first;
    } else {
      return wrong("expected a corpus, two blanks and a case, or four blanks and a reason");
    }
  }
  if (open != expected.end() && open->second.empty()) return wrong("the last case has no reason");
  return expected;
}

}  // namespace conformance
