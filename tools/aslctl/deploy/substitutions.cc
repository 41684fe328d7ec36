// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/substitutions.h"

#include <algorithm>

#include "asl/json.h"

namespace aslctl {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == ':';
}

// The name of "${Name}" at the begin of `text`; empty when there is none.
std::string_view NameAt(std::string_view text) {
  const size_t end = text.find('}');
  if (!text.starts_with("${") || end == std::string_view::npos) return {};
  const std::string_view name = text.substr(2, end - 2);
  return std::all_of(name.begin(), name.end(), IsNameCharacter) ? name : std::string_view();
}

}  // namespace

Substituted Substitute(std::string_view text, const FindValue& find) {
  Substituted out;
  size_t copied = 0;
  for (size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    const std::string_view name = NameAt(text.substr(at));
    if (name.empty()) continue;
    const std::optional<std::string> value = find(name);
    if (!value) {
      const asl::JsonPosition where = asl::PositionAt(text, static_cast<uint32_t>(at));
      out.missing.push_back({std::string(name), where.line, where.column});
      continue;
    }
    out.used.emplace_back(name);
    out.text.append(text.substr(copied, at - copied)).append(*value);
    copied = at + name.size() + 3;
  }
  out.text.append(text.substr(copied));
  return out;
}

}  // namespace aslctl
