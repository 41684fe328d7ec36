// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// As AWS was seen to answer (reference sheet, section 11): a missing target is "Next" whatever the
// field; a workflow without a terminal state is told so and nothing about reachability; a state
// that nothing leads to is reported on its own. When StartAt leads nowhere every state would be
// unreachable, which says nothing new and is left out.
#include "asl/reachability.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "asl/rules.h"

namespace asl {
namespace {

class Graph {
 public:
  Graph(const StateNames& names, Problems* problems)
      : names_(names), problems_(problems), targets_(names.size()), reached_(names.size(), false) {}

  // The state that `owner[field]` names; reported when there is none of that name.
  std::optional<StateIndex> Target(const Json& owner, std::string_view field,
                                   const std::string& location) {
    const std::optional<Json> value = owner.Find(field);
    if (!value || !value->is_string()) return std::nullopt;
    const auto found = names_.find(value->as_string());
    if (found != names_.end()) return found->second;
    problems_->Add(kMissingTarget, fmt::format("Missing 'Next' target: {}", value->as_string()),
                   fmt::format("{}/{}", location, field), value->span());
    return std::nullopt;
  }

  void AddState(StateIndex from, const Json& state, const std::string& location) {
    Connect(from, Target(state, "Next", location));
    Connect(from, Target(state, "Default", location));
    for (const std::string_view list : {"Choices", "Catch"}) {
      const std::optional<Json> owners = state.Find(list);
      if (!owners) continue;
      size_t i = 0;
      for (const Json owner : owners->items()) {
        Connect(from, Target(owner, "Next", fmt::format("{}/{}[{}]", location, list, i++)));
      }
    }
    const std::string_view type = StringField(state, "Type").value_or("");
    const std::optional<Json> end = state.Find("End");
    if (type == "Succeed" || type == "Fail" || (end && end->is_bool() && end->as_bool())) {
      has_end_ = true;
    }
  }

  bool has_end() const { return has_end_; }

  // Marks what can be reached, with a list of its own instead of recursion.
  void Walk(StateIndex start) {
    std::vector<StateIndex> open = {start};
    reached_[static_cast<size_t>(start)] = true;
    while (!open.empty()) {
      const StateIndex from = open.back();
      open.pop_back();
      for (const StateIndex to : targets_[static_cast<size_t>(from)]) {
        if (reached_[static_cast<size_t>(to)]) continue;
        reached_[static_cast<size_t>(to)] = true;
        open.push_back(to);
      }
    }
  }

  bool reached(StateIndex index) const { return reached_[static_cast<size_t>(index)]; }

 private:
  void Connect(StateIndex from, std::optional<StateIndex> to) {
    if (to) targets_[static_cast<size_t>(from)].push_back(*to);
  }

  const StateNames& names_;
  Problems* problems_;
  std::vector<std::vector<StateIndex>> targets_;
  std::vector<bool> reached_;
  bool has_end_ = false;
};

}  // namespace

void CheckTransitions(const Json& machine, const StateNames& names, Problems* problems) {
  const std::optional<Json> states = machine.Find("States");
  if (!states) return;
  Graph graph(names, problems);
  const std::optional<StateIndex> start = graph.Target(machine, "StartAt", "");
  for (const JsonMember state : states->members()) {
    graph.AddState(names.at(state.key), state.value, fmt::format("/States/{}", state.key));
  }
  if (!graph.has_end()) {
    problems->Add(kMissingEnd, "Workflow has no terminal state", "", std::nullopt);
    return;
  }
  if (!start) return;
  graph.Walk(*start);
  for (const JsonMember state : states->members()) {
    if (graph.reached(names.at(state.key))) continue;
    problems->Add(kMissingTarget, fmt::format("State \"{}\" is not reachable.", state.key),
                  fmt::format("/States/{}", state.key), state.key_span);
  }
}

}  // namespace asl
