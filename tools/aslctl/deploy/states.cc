// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/states.h"

#include <fmt/format.h>

namespace aslctl {
namespace {

using Visit = std::function<void(const StateAt&)>;

// The states of `scope`; they recurse no deeper than the parser lets JSON nest.
void VisitScope(const asl::Json& scope, const std::string& name, const std::string& location,
                const Visit& visit) {
  const asl::Json states = scope.Find("States").value_or(asl::Json());
  for (const asl::JsonMember& member : states.members()) {
    const StateAt at{.name = name + std::string(member.key),
                     .location = fmt::format("{}/States/{}", location, member.key),
                     .state = member.value};
    visit(at);
    for (const char* processor : {"ItemProcessor", "Iterator"}) {
      if (const std::optional<asl::Json> inner = member.value.Find(processor)) {
        VisitScope(*inner, at.name + "/", fmt::format("{}/{}", at.location, processor), visit);
      }
    }
    size_t branch = 0;
    for (const asl::Json& inner : member.value.Find("Branches").value_or(asl::Json()).items()) {
      VisitScope(inner, fmt::format("{}[{}]/", at.name, branch),
                 fmt::format("{}/Branches[{}]", at.location, branch), visit);
      ++branch;
    }
  }
}

}  // namespace

void ForEachState(const asl::Json& definition, const Visit& visit) {
  VisitScope(definition, "", "", visit);
}

}  // namespace aslctl
