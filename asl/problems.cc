// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/problems.h"

#include <algorithm>
#include <utility>

namespace asl {

JsonPosition TextPositions::At(uint32_t offset) {
  const JsonPosition step = PositionAt(text_.substr(seen_), offset - seen_);
  at_.column = step.line == 1 ? at_.column + step.column - 1 : step.column;
  at_.line += step.line - 1;
  seen_ = offset;
  return at_;
}

void Problems::Add(std::string_view code, std::string message, std::string location,
                   std::optional<JsonSpan> where) {
  if (found_.size() >= kProblemsMax) return;
  Found found{{std::string(code), std::move(message), std::move(location)}, std::nullopt};
  if (where) found.offset = where->begin;
  found_.push_back(std::move(found));
}

std::vector<Problem> Problems::Take(std::string_view text) {
  static constexpr uint32_t kLast = UINT32_MAX;
  std::stable_sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return a.offset.value_or(kLast) < b.offset.value_or(kLast);
  });
  std::vector<Problem> problems;
  problems.reserve(found_.size());
  TextPositions positions(text);
  for (Found& found : found_) {
    if (found.offset) {
      const JsonPosition at = positions.At(*found.offset);
      found.problem.line = at.line;
      found.problem.column = at.column;
    }
    problems.push_back(std::move(found.problem));
  }
  found_.clear();
  return problems;
}

}  // namespace asl
