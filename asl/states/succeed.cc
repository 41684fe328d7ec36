// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Succeed: InputPath → OutputPath, or Output, and the execution's output (AWS guide "Succeed workflow state").
#include "asl/states/leave.h"
#include "asl/states/states.h"

namespace asl {

void RunSucceed(Step& step, const SucceedState& succeed) {
  const std::optional<Lazy> input = step.Apply(succeed.input_path, step.input());
  if (!input) return;
  const std::optional<Lazy> output = step.Apply(succeed.output_path, *input);
  if (!output) return;
  Leave(step, std::nullopt, succeed.exit, *input, *output);
}

}  // namespace asl
