// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// As AWS was seen to answer (public reports): a missing target is "Next" whatever the field; a
// workflow without a terminal state is told so and nothing about reachability, a branch or processor
// without one is not; a state that nothing leads to is reported on its own, and so is every one
// when StartAt leads nowhere.
#include "asl/reachability.h"

#include <fmt/format.h>

#include "asl/rules.h"

namespace asl {

StateGraph::StateGraph(const Json& machine, std::string location)
    : machine_(machine),
      states_(machine.Find("States").value_or(Json())),
      location_(std::move(location)) {
  for (const JsonMember state : states_.members()) names_.emplace(state.key, names_.size());
  targets_.resize(names_.size());
}

// The state that `owner[field]` names; reported when there is none of that name.
std::optional<size_t> StateGraph::Target(const Json& owner, std::string_view field,
                                         const std::string& location, Problems* problems) const {
  const std::optional<Json> value = owner.Find(field);
  if (!value || !value->is_string()) return std::nullopt;
  const auto found = names_.find(value->as_string());
  if (found != names_.end()) return found->second;
  problems->Add(kMissingTarget, fmt::format("Missing 'Next' target: {}", value->as_string()),
                fmt::format("{}/{}", location, field), value->span());
  return std::nullopt;
}

void StateGraph::AddState(size_t from, const Json& state, const std::string& location,
                          Problems* problems) {
  const auto connect = [&](const Json& owner, std::string_view field, const std::string& at) {
    if (const std::optional<size_t> to = Target(owner, field, at, problems)) {
      targets_[from].push_back(*to);
    }
  };
  connect(state, "Next", location);
  connect(state, "Default", location);
  for (const std::string_view list : {"Choices", "Catch"}) {
    const std::optional<Json> owners = state.Find(list);
    if (!owners) continue;
    size_t i = 0;
    for (const Json owner : owners->items()) {
      connect(owner, "Next", fmt::format("{}/{}[{}]", location, list, i++));
    }
  }
  const std::string_view type = StringField(state, "Type").value_or("");
  const std::optional<Json> end = state.Find("End");
  if (type == "Succeed" || type == "Fail" || (end && end->is_bool() && end->as_bool())) {
    has_end_ = true;
  }
}

void StateGraph::CheckTargets(Problems* problems) {
  start_ = Target(machine_, "StartAt", location_, problems);
  for (const JsonMember state : states_.members()) {
    AddState(names_.at(state.key), state.value, fmt::format("{}/States/{}", location_, state.key),
             problems);
  }
}

// With a list of its own instead of recursion.
std::vector<bool> StateGraph::ReachedFrom(size_t start) const {
  std::vector<bool> reached(targets_.size(), false);
  std::vector<size_t> open = {start};
  reached[start] = true;
  while (!open.empty()) {
    const size_t from = open.back();
    open.pop_back();
    for (const size_t to : targets_[from]) {
      if (reached[to]) continue;
      reached[to] = true;
      open.push_back(to);
    }
  }
  return reached;
}

void StateGraph::CheckReach(Problems* problems) const {
  if (!has_end_ && location_.empty()) {
    return problems->Add(kMissingEnd, "Workflow has no terminal state", "", std::nullopt);
  }
  const std::vector<bool> reached =
      start_ ? ReachedFrom(*start_) : std::vector<bool>(targets_.size(), false);
  for (const JsonMember state : states_.members()) {
    if (reached[names_.at(state.key)]) continue;
    problems->Add(kMissingTarget, fmt::format("State \"{}\" is not reachable.", state.key),
                  fmt::format("{}/States/{}", location_, state.key), state.key_span);
  }
}

}  // namespace asl
