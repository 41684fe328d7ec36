// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Choice: the first rule whose condition holds names the next state, else Default (AWS guide
// "Choice workflow state"). Without either the specification says States.NoChoiceMatched; AWS
// answers States.Runtime with this text (public reports; no recording yet).
#include "asl/states/states.h"

namespace asl {
namespace {

void LeaveTo(Step& step, const ChoiceState& choice, StateIndex next, const Lazy& input) {
  const std::optional<Lazy> output = step.Apply(choice.output_path, input);
  if (!output) return;
  step.Leave(next, *output);
}

}  // namespace

void RunChoice(Step& step, const ChoiceState& choice) {
  const std::optional<Lazy> input = step.Apply(choice.input_path, step.input());
  if (!input) return;
  for (const ChoiceRule& rule : choice.rules) {
    const std::optional<bool> holds = step.Test(rule.condition, *input);
    if (!holds) return;
    if (*holds) return LeaveTo(step, choice, rule.next, *input);
  }
  if (choice.fallback) return LeaveTo(step, choice, *choice.fallback, *input);
  step.FailState(RuntimeError(
      "Failed to transition out of the state. The state does not point to a next state."));
}

}  // namespace asl
