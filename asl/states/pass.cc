// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Pass: InputPath → Parameters → Result replaces → ResultPath → OutputPath, or Output (AWS guide "Pass
// workflow state"). Assign sees what ResultPath gets.
#include "asl/states/leave.h"
#include "asl/states/states.h"

namespace asl {

void RunPass(Step& step, const PassState& pass) {
  const std::optional<Lazy> input = step.Apply(pass.input_path, step.input());
  if (!input) return;
  std::optional<Lazy> result = step.Apply(pass.parameters, *input);
  if (!result) return;
  if (pass.result) result = Lazy::FromText(pass.result);
  std::optional<Lazy> merged = step.Apply(pass.result_path, *result);
  if (!merged) return;
  std::optional<Lazy> output = step.Apply(pass.output_path, *std::move(merged));
  if (!output) return;
  Leave(step, pass.next, pass.exit, *result, *std::move(output));
}

}  // namespace asl
