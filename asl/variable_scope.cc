// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/variable_scope.h"

#include <fmt/format.h>

namespace asl {

void ForEachAssign(
    const Json& state, const std::string& location,
    const std::function<void(const Json& assign, const std::string& location)>& each) {
  if (const std::optional<Json> assign = state.Find("Assign")) each(*assign, location + "/Assign");
  for (const std::string_view list : {"Choices", "Catch"}) {
    const std::optional<Json> owners = state.Find(list);
    if (!owners) continue;
    size_t i = 0;
    for (const Json owner : owners->items()) {
      const std::string at = fmt::format("{}/{}[{}]/Assign", location, list, i++);
      if (const std::optional<Json> assign = owner.Find("Assign")) each(*assign, at);
    }
  }
}

std::string_view VariableOf(std::string_view key) {
  if (key.ends_with(".$")) key.remove_suffix(2);
  return key;
}

VariableScope::VariableScope(const Json& states, const VariableScope* outer,
                             std::string_view within)
    : states_(states), outer_(outer), within_(within) {
  for (const JsonMember state : states_.members()) {
    const auto number = static_cast<uint32_t>(numbers_.size());
    numbers_.emplace(state.key, number);
    ForEachAssign(state.value, "", [&](const Json& assign, const std::string&) {
      for (const JsonMember member : assign.members()) {
        assigned_by_[VariableOf(member.key)].push_back(number);
      }
    });
  }
}

bool VariableScope::Sees(std::string_view name) const {
  for (const VariableScope* scope = this; scope != nullptr; scope = scope->outer_) {
    if (scope->assigned_by_.contains(name)) return true;
  }
  return false;
}

const std::vector<VariableScope::Numbers>& VariableScope::LeadingTo() const {
  if (!leading_to_.empty()) return leading_to_;
  leading_to_.resize(numbers_.size());
  for (const JsonMember member : states_.members()) {
    const auto connect = [&](const Json& owner, std::string_view field) {
      const std::optional<Json> target = owner.Find(field);
      if (!target || !target->is_string()) return;
      const auto found = numbers_.find(target->as_string());
      if (found == numbers_.end()) return;
      leading_to_[found->second].push_back(numbers_.at(member.key));
    };
    connect(member.value, "Next");
    connect(member.value, "Default");
    for (const std::string_view list : {"Choices", "Catch"}) {
      const std::optional<Json> owners = member.value.Find(list);
      if (!owners) continue;
      for (const Json owner : owners->items()) connect(owner, "Next");
    }
  }
  return leading_to_;
}

// With a list of its own instead of recursion. The state itself is not among them.
std::vector<bool> VariableScope::LeadTo(std::string_view state) const {
  const std::vector<Numbers>& leading_to = LeadingTo();
  std::vector<bool> lead(numbers_.size(), false);
  const uint32_t end = numbers_.at(state);
  for (Numbers open = {end}; !open.empty();) {
    const uint32_t to = open.back();
    open.pop_back();
    for (const uint32_t number : leading_to[to]) {
      if (lead[number] || number == end) continue;
      lead[number] = true;
      open.push_back(number);
    }
  }
  return lead;
}

bool VariableScope::IsOuter(std::string_view name) const {
  for (const VariableScope* scope = this; scope->outer_ != nullptr; scope = scope->outer_) {
    const auto found = scope->outer_->assigned_by_.find(name);
    if (found == scope->outer_->assigned_by_.end()) continue;
    if (!scope->before_) scope->before_ = scope->outer_->LeadTo(scope->within_);
    for (const uint32_t state : found->second) {
      if ((*scope->before_)[state]) return true;
    }
  }
  return false;
}

void VariableScope::CheckNames(const std::string& location, Problems* problems) const {
  for (const JsonMember state : states_.members()) {
    const auto check = [&](const Json& assign, const std::string& at) {
      for (const JsonMember member : assign.members()) {
        const std::string_view name = VariableOf(member.key);
        if (!IsOuter(name)) continue;
        problems->Add(
            kDuplicateVariable,
            fmt::format("Duplicate Variable name: {} is assigned in an outer scope too", name),
            fmt::format("{}/{}", at, member.key), member.key_span);
      }
    };
    ForEachAssign(state.value, fmt::format("{}/{}", location, state.key), check);
  }
}

}  // namespace asl
