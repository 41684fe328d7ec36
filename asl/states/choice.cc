// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Choice: the first rule whose condition holds names the next state, else Default (AWS guide
// "Choice workflow state"). The rule's Assign and Output count, and only for Default the state's. Without either the specification says States.NoChoiceMatched; AWS
// answers States.Runtime with this text (public reports; no recording yet).
#include "asl/states/leave.h"
#include "asl/states/states.h"

namespace asl {
namespace {

void LeaveTo(Step& step, const ChoiceState& choice, StateIndex next, const Exit& exit,
             const Lazy& input) {
  std::optional<Lazy> output = step.Apply(choice.output_path, input);
  if (output) Leave(step, next, exit, input, *std::move(output));
}

std::optional<bool> Holds(Step& step, const ChoiceRule& rule, const Lazy& input) {
  return rule.condition ? step.Test(*rule.condition, input) : EvaluateBoolean(step, rule.query);
}

}  // namespace

void RunChoice(Step& step, const ChoiceState& choice) {
  const std::optional<Lazy> input = step.Apply(choice.input_path, step.input());
  if (!input) return;
  for (const ChoiceRule& rule : choice.rules) {
    const std::optional<bool> holds = Holds(step, rule, *input);
    if (!holds) return;
    if (*holds) return LeaveTo(step, choice, rule.next, rule.exit, *input);
  }
  if (choice.fallback) return LeaveTo(step, choice, *choice.fallback, choice.exit, *input);
  step.FailState(RuntimeError(
      "Failed to transition out of the state. The state does not point to a next state."));
}

}  // namespace asl
