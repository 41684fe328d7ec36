// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Recursion is bounded by the JSON parser's depth limit.
#include "asl/variable_references.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "asl/expression.h"
#include "asl/jsonata/references.h"
#include "asl/jsonata_text.h"
#include "asl/rules.h"
#include "asl/variable_scope.h"

namespace asl {
namespace {

template <size_t N>
bool IsOneOf(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

class Reader {
 public:
  explicit Reader(std::vector<VariableUse>* found) : found_(found) {}

  // The fields of a state or of an object in it. States within it are not its own.
  void Fields(const Json& object, bool jsonata, const std::string& location) {
    static constexpr std::array<std::string_view, 7> kOthers = {
        "Comment", "Result", "Retry", "Branches", "ItemProcessor", "Iterator", "ErrorEquals"};
    static constexpr std::array<std::string_view, 6> kObjects = {
        "ItemReader", "ReaderConfig", "ItemBatcher", "ResultWriter", "Choices", "Catch"};
    for (const JsonMember member : object.members()) {
      if (IsOneOf(member.key, kOthers)) continue;
      const std::string at = fmt::format("{}/{}", location, member.key);
      if (jsonata) {
        Expressions(member.value, at);
      } else if (IsOneOf(member.key, kObjects)) {
        Fields(member.value, jsonata, at);
        size_t i = 0;
        for (const Json item : member.value.items()) {
          Fields(item, jsonata, fmt::format("{}[{}]", at, i++));
        }
      } else if (member.key == "And" || member.key == "Or" || member.key == "Not") {
        Fields(member.value, jsonata, at);
        for (const Json item : member.value.items()) Fields(item, jsonata, at);
      } else if (member.key.ends_with("Path") || member.key == "Variable") {
        PathOrCall(member.value, at);
      } else {
        Template(member.value, at);
      }
    }
  }

 private:
  void Add(std::string_view name, const std::string& location, JsonSpan where, bool function) {
    found_->push_back({std::string(name), location, where, function});
  }

  void Expressions(const Json& value, const std::string& location) {
    size_t i = 0;
    for (const Json item : value.items()) {
      Expressions(item, fmt::format("{}[{}]", location, i++));
    }
    for (const JsonMember member : value.members()) {
      Expressions(member.value, fmt::format("{}/{}", location, member.key));
    }
    const std::optional<std::string_view> text = JsonataIn(value);
    if (!text) return;
    const auto compiled = jsonata::Compile(std::string(*text));
    if (compiled.index() != 0) return;
    for (const jsonata::VariableRead& read :
         jsonata::ReferencesOf(*std::get<0>(compiled)).variables) {
      Add(read.name, location, value.span(), read.function);
    }
  }

  void Template(const Json& value, const std::string& location) {
    for (const Json item : value.items()) Template(item, location);
    for (const JsonMember member : value.members()) {
      if (member.key.ends_with(".$")) {
        PathOrCall(member.value, location);
      } else {
        Template(member.value, location);
      }
    }
  }

  void PathOrCall(const Json& value, const std::string& location) {
    if (!value.is_string()) return;
    const absl::StatusOr<Expression> expression = Expression::Compile(value.as_string());
    if (!expression.ok()) return;
    for (const std::string& name : expression->variables()) {
      Add(name, location, value.span(), false);
    }
  }

  std::vector<VariableUse>* const found_;
};

using EachState = std::function<void(const JsonMember& state)>;

void ForEachState(const Json& machine, const EachState& each) {
  const std::optional<Json> states = machine.Find("States");
  if (!states) return;
  for (const JsonMember state : states->members()) {
    each(state);
    for (const std::string_view field : {"ItemProcessor", "Iterator"}) {
      if (const std::optional<Json> inner = state.value.Find(field)) ForEachState(*inner, each);
    }
    const std::optional<Json> branches = state.value.Find("Branches");
    if (!branches) continue;
    for (const Json branch : branches->items()) ForEachState(branch, each);
  }
}

}  // namespace

std::vector<VariableUse> VariablesReadBy(const Json& state, bool jsonata,
                                         const std::string& location) {
  std::vector<VariableUse> found;
  Reader(&found).Fields(state, jsonata, location);
  return found;
}

std::map<std::string, std::set<std::string>> VariableReferences(std::string_view definition) {
  std::map<std::string, std::set<std::string>> references;
  const JsonParse parsed = ParseJson(std::string(definition));
  if (!parsed.ok()) return references;
  std::set<std::string_view> assigned;
  ForEachState(*parsed.value, [&](const JsonMember& state) {
    ForEachAssign(state.value, "", [&](const Json& assign, const std::string&) {
      for (const JsonMember member : assign.members()) assigned.insert(VariableOf(member.key));
    });
  });
  const std::string_view machine = StringField(*parsed.value, "QueryLanguage").value_or("");
  ForEachState(*parsed.value, [&](const JsonMember& state) {
    const bool jsonata = StringField(state.value, "QueryLanguage").value_or(machine) == "JSONata";
    for (VariableUse& use : VariablesReadBy(state.value, jsonata, "")) {
      if (use.function && !assigned.contains(use.name)) continue;
      references[std::string(state.key)].insert(std::move(use.name));
    }
  });
  return references;
}

}  // namespace asl
