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

void Problems::Append(std::vector<Found>* list, Problem problem, Where where) {
  if (list->size() >= kProblemsMax) return;
  if (where) problem.offset = where->begin;
  list->push_back({std::move(problem), phase_, where});
}

void Problems::Add(std::string_view code, std::string message, std::string location, Where where) {
  has_errors_ = true;
  Append(&found_,
         {.code = std::string(code),
          .message = std::move(message),
          .location = std::move(location),
          .severity = Severity::kError},
         where);
}

void Problems::Warn(std::string_view code, std::string message, std::string location, Where where) {
  Append(&found_,
         {.code = std::string(code),
          .message = std::move(message),
          .location = std::move(location),
          .severity = Severity::kWarning},
         where);
}

void Problems::NotServed(std::string message, std::string location, Where where) {
  Append(&not_served_,
         {.code = std::string(kNotSupportedYet),
          .message = std::move(message),
          .location = std::move(location)},
         where);
}

std::vector<Problem> Problems::Sorted(std::vector<Found>* found, std::string_view text) {
  // What is about the whole comes last in its phase.
  const auto place = [](const Found& one) {
    return one.where ? uint64_t{one.problem.offset} : UINT64_MAX;
  };
  std::stable_sort(found->begin(), found->end(),
                   [&place](const Found& a, const Found& b) { return place(a) < place(b); });
  TextPositions positions(text);
  for (Found& one : *found) {
    if (!one.where) continue;
    const JsonPosition at = positions.At(one.problem.offset);
    one.problem.line = at.line;
    one.problem.column = at.column;
  }
  std::stable_sort(found->begin(), found->end(),
                   [](const Found& a, const Found& b) { return a.phase < b.phase; });
  std::vector<Problem> problems;
  problems.reserve(found->size());
  for (Found& one : *found) problems.push_back(std::move(one.problem));
  found->clear();
  return problems;
}

std::vector<Problem> Problems::Take(std::string_view text) { return Sorted(&found_, text); }

std::vector<Problem> Problems::TakeNotServed(std::string_view text) {
  for (Found& one : not_served_) one.phase = 0;
  return Sorted(&not_served_, text);
}

}  // namespace asl
