// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/parse_scope.h"

#include <string>
#include <utility>

#include "asl/parse_states.h"
#include "asl/rules.h"

namespace asl {

StateNames ScopeParser::Number(const Json& states) {
  StateNames names;
  for (const JsonMember state : states.members()) {
    names.emplace(state.key, StateIndex{static_cast<uint32_t>(states_.size())});
    states_.emplace_back();
  }
  return names;
}

StateIndex ScopeParser::Add(const Json& machine) {
  const Json states = *machine.Find("States");
  const StateNames names = Number(states);
  for (const JsonMember state : states.members()) {
    const std::optional<std::string_view> own = StringField(state.value, "QueryLanguage");
    const bool jsonata = own ? *own == "JSONata" : jsonata_;
    StateBody body = ParseState({state.value, names, this, jsonata});
    states_[static_cast<size_t>(names.at(state.key))] =
        State{std::string(state.key), std::move(body), jsonata};
  }
  return ParseTarget(machine, "StartAt", names);
}

std::vector<State> ScopeParser::Take() {
  std::vector<State> states;
  states.reserve(states_.size());
  for (std::optional<State>& state : states_) states.push_back(*std::move(state));
  return states;
}

}  // namespace asl
