// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aslctl {
namespace {

constexpr size_t kSuggestionsMax = 3;

}  // namespace

// Optimal string alignment: a table of prefixes against prefixes, of which three rows are enough.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = std::exchange(last, row);
  }
  return last[b.size()];
}

std::vector<std::string> Nearest(std::string_view typed, const std::vector<std::string>& names) {
  const size_t limit = std::max<size_t>(1, typed.size() / 3);
  std::vector<std::pair<size_t, std::string>> found;
  for (const std::string& name : names) {
    const bool begun = typed.size() >= 3 && name.starts_with(typed);
    const size_t distance = begun ? 1 : EditDistance(typed, name);
    if (distance <= limit) found.emplace_back(distance, name);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> nearest;
  for (const auto& [distance, name] : found) {
    if (nearest.size() < kSuggestionsMax) nearest.push_back(name);
  }
  return nearest;
}

std::string DidYouMean(std::string_view typed, const std::vector<std::string>& names) {
  const std::vector<std::string> nearest = Nearest(typed, names);
  if (nearest.empty()) return "";
  return fmt::format("did you mean '{}'?", fmt::join(nearest, "' or '"));
}

}  // namespace aslctl
