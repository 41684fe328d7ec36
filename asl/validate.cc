// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// In AWS's order: every object by itself; names; targets; ends and reachability. The last is passed
// over when an object has a problem: what a state leads to is then a guess. A state takes the
// machine's query language, never that of a Map or Parallel around it; whatever is not exactly
// "JSONPath" is JSONata.
#include "asl/validate.h"

#include <fmt/format.h>

#include <set>
#include <string>
#include <vector>

#include "asl/limits.h"
#include "asl/reachability.h"
#include "asl/rules.h"
#include "asl/state_rules.h"
#include "asl/variable_scope.h"

namespace asl {
namespace {

Language LanguageOf(const Json& object, Language otherwise) {
  const std::optional<Json> value = object.Find("QueryLanguage");
  if (!value) return otherwise;
  const bool json_path = value->is_string() && value->as_string() == "JSONPath";
  return json_path ? Language::kJsonPath : Language::kJsonata;
}

class Walk {
 public:
  Walk(Language language, Problems* problems) : language_(language), problems_(problems) {}

  // The states of a scope whose own fields were checked; then, in later phases, its graph. `outer`:
  // the variables of the scope around it, as far as its states see them; `within`: its state that
  // holds this one.
  void CheckStates(const Json& machine, const std::string& location, MachineType type,
                   const VariableScope* outer, std::string_view within) {
    const std::optional<Json> states = machine.Find("States");
    if (!states || !states->is_object() || states->size() == 0) return;
    graphs_.emplace_back(machine, location);
    const VariableScope variables(*states, outer, within);
    variables.CheckNames(location + "/States", problems_);
    for (const JsonMember state : states->members()) {
      const std::string at = fmt::format("{}/States/{}", location, state.key);
      states_.push_back({state.key, at, state.key_span});
      if (state.value.is_object()) {
        CheckState(state, at, type, variables);
      } else {
        problems_->Add(kSchema, ExpectedType("OBJECT"), at, state.value.span());
      }
    }
  }

  void CheckNames() {
    std::set<std::string_view> names;
    for (const Named& state : states_) {
      if (state.name.empty() || CharactersOf(state.name) > kStateNameMax) {
        problems_->Add(kInvalidStateName,
                       fmt::format("Invalid State name: {}{}", state.name,
                                   state.name.empty()
                                       ? " cannot be empty"
                                       : fmt::format(" exceeds the {}-character limit allowed by "
                                                     "the service",
                                                     kStateNameMax)),
                       state.location, state.where);
      }
      if (!names.insert(state.name).second) {
        problems_->Add(kDuplicateStateName, fmt::format("Duplicate State name: {}", state.name),
                       state.location, state.where);
      }
    }
    std::set<std::string_view> labels;
    for (const Named& label : labels_) {
      if (labels.insert(label.name).second) continue;
      problems_->Add(kDuplicateLabel, fmt::format("Duplicate Label name: {}", label.name),
                     label.location, label.where);
    }
  }

  void CheckTargets() {
    for (StateGraph& graph : graphs_) graph.CheckTargets(problems_);
  }

  void CheckReach() const {
    for (const StateGraph& graph : graphs_) graph.CheckReach(problems_);
  }

 private:
  struct Named {
    std::string_view name;
    std::string location;
    JsonSpan where;
  };

  Language LanguageOfState(const JsonMember& state, const std::string& at) {
    const Language language = LanguageOf(state.value, language_);
    if (language_ == language) return language;
    if (language == Language::kJsonPath) {
      problems_->Add(
          kSchema,
          "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", at,
          state.key_span);
      return Language::kDowngraded;
    }
    return language;
  }

  void CheckState(const JsonMember& state, const std::string& at, MachineType type,
                  const VariableScope& variables) {
    const Language language = LanguageOfState(state, at);
    const std::optional<Scope> scope = TypeOf(state, at);
    if (!scope) return;
    CheckFields(*scope, language, state.value, at, problems_);
    if (*scope == kTask) CheckTask(state.value, language, at, type, problems_);
    if (*scope == kChoice) CheckChoices(state.value, language, at, problems_);
    if (*scope == kMap) CheckMap(state, at, type, variables);
    if (*scope == kParallel) CheckBranches(state, at, type, variables);
  }

  // The rules for the state's Type; reports a type that has none.
  std::optional<Scope> TypeOf(const JsonMember& state, const std::string& at) {
    const std::optional<Json> type = state.value.Find("Type");
    if (!type) {
      problems_->Add(kSchema, "These fields are required: [Type]", at, state.value.span());
      return std::nullopt;
    }
    const std::string_view name = type->is_string() ? type->as_string() : std::string_view();
    const std::optional<Scope> scope = ScopeOfType(name);
    if (!scope) {
      problems_->Add(kSchema,
                     "The field 'Type' should have one of these values: [Task, Wait, Pass, "
                     "Succeed, Fail, Choice, Parallel, Map]",
                     at + "/Type", type->span());
    }
    return scope;
  }

  void CheckBranches(const JsonMember& state, const std::string& at, MachineType type,
                     const VariableScope& variables) {
    const std::optional<Json> branches = state.value.Find("Branches");
    if (!branches) return;
    if (branches->size() > kBranchesMax) {
      return problems_->Add(kSchema,
                            fmt::format("Value must have at most {} elements", kBranchesMax),
                            at + "/Branches", branches->span());
    }
    size_t i = 0;
    for (const Json branch : branches->items()) {
      CheckStates(branch, fmt::format("{}/Branches[{}]", at, i++), type, &variables, state.key);
    }
  }

  void CheckMap(const JsonMember& map, const std::string& at, MachineType type,
                const VariableScope& variables) {
    const std::optional<Json> label = map.value.Find("Label");
    if (label && label->is_string()) {
      labels_.push_back({label->as_string(), at + "/Label", label->span()});
    }
    for (const std::string_view field : {"ItemProcessor", "Iterator"}) {
      const std::optional<Json> processor = map.value.Find(field);
      if (!processor) continue;
      const std::string location = fmt::format("{}/{}", at, field);
      const bool distributed = IsDistributed(*processor);
      CheckStates(*processor, location, CheckMode(*processor, location, type),
                  distributed ? nullptr : &variables, map.key);
    }
  }

  static bool IsDistributed(const Json& processor) {
    const std::optional<Json> config = processor.Find("ProcessorConfig");
    return config && StringField(*config, "Mode") == "DISTRIBUTED";
  }

  // The type of the executions that the iterations are part of, or are.
  MachineType CheckMode(const Json& processor, const std::string& at, MachineType type) {
    const std::optional<Json> config = processor.Find("ProcessorConfig");
    if (!IsDistributed(processor)) return type;
    const std::string location = at + "/ProcessorConfig/Mode";
    const JsonSpan where = config->Find("Mode")->span();
    if (type == MachineType::kExpress) {
      problems_->Add(kSchema,
                     "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' "
                     "state machines",
                     location, where);
    }
    problems_->NotServed("A Map in mode 'DISTRIBUTED' is not supported yet", location, where);
    return StringField(*config, "ExecutionType") == "EXPRESS" ? MachineType::kExpress
                                                              : MachineType::kStandard;
  }

  const Language language_;  // the machine's
  Problems* const problems_;
  std::vector<StateGraph> graphs_;
  std::vector<Named> states_;
  std::vector<Named> labels_;
};

}  // namespace

void Validate(const Json& machine, MachineType type, Problems* problems) {
  const Language language = LanguageOf(machine, Language::kJsonPath);
  CheckFields(kMachine, language, machine, "", problems);
  Walk walk(language, problems);
  walk.CheckStates(machine, "", type, nullptr, "");
  const bool sound = !problems->has_errors();
  problems->NextPhase();
  walk.CheckNames();
  problems->NextPhase();
  walk.CheckTargets();
  problems->NextPhase();
  if (sound) walk.CheckReach();
}

}  // namespace asl
