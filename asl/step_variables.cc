// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Workflow variables of a step: what becomes of them when a state is left, and who sees which.
#include <fmt/format.h>

#include <algorithm>

#include "asl/limits.h"
#include "asl/step.h"

namespace asl {

// Those of the frame once the members of `assigned` are among them, which the next event introduces.
// nullopt when the step cannot go on.
std::optional<std::vector<Variable>> Step::VariablesWith(const Lazy& assigned) {
  const std::optional<Json> object = Parse(assigned);
  if (!object) return std::nullopt;
  std::vector<Variable> variables = frame_->variables;
  for (const JsonMember& member : object->members()) {
    Payload value{{next_event_, PayloadField::kAssigned, member.value.span().begin,
                   member.value.span().size()},
                  object->text()};
    const auto at = std::lower_bound(
        variables.begin(), variables.end(), member.key,
        [](const Variable& variable, std::string_view name) { return variable.name < name; });
    if (at != variables.end() && at->name == member.key) {
      at->value = std::move(value);
    } else {
      variables.insert(at, {std::string(member.key), std::move(value)});
    }
  }
  if (!VariablesFit(variables)) return std::nullopt;
  return variables;
}

bool Step::VariablesFit(const std::vector<Variable>& own) {
  uint64_t bytes = 0;
  const auto add = [&bytes](const std::vector<Variable>& variables) {
    for (const Variable& variable : variables) bytes += variable.value.ref.length;
  };
  add(own);
  for (const Frame* frame = frame_; frame->id != FrameId::kRoot;) {
    frame = &frames_.Look(frame->parent);
    add(frame->variables);
  }
  if (bytes <= kVariablesBytesMax) return true;
  Fail({.error = InState(
            {std::string(kStatesDataLimitExceeded),
             fmt::format("The variables have more than {} bytes in all", kVariablesBytesMax)}),
        .terminal = true});
  return false;
}

// Inner scopes see the variables of those around them.
const Lazy* Step::FindVariable(std::string_view name) {
  for (const Frame* frame = frame_;; frame = &frames_.Look(frame->parent)) {
    const auto& variables = frame->variables;
    const auto found = std::lower_bound(
        variables.begin(), variables.end(), name,
        [](const Variable& variable, std::string_view wanted) { return variable.name < wanted; });
    if (found != variables.end() && found->name == name) {
      const Payload& value = found->value;
      if (value.loaded()) return &variables_.try_emplace(value.ref, Lazy(value)).first->second;
      context_lacked_.push_back(value.ref);
      return nullptr;
    }
    if (frame->id == FrameId::kRoot) return nullptr;
  }
}

}  // namespace asl
