// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Parallel: InputPath → Parameters, or Arguments → branches → ResultSelector → ResultPath (on the raw input) →
// OutputPath, or Output (AWS guide "Parallel workflow state"). Runs all branches again when it is retried.
#include "asl/branches.h"
#include "asl/query.h"
#include "asl/states/states.h"

namespace asl {

void RunParallel(Step& step, const ParallelState& parallel) {
  const std::optional<Lazy> input = step.Apply(parallel.input_path, step.input());
  if (!input) return;
  std::optional<Lazy> parameters = parallel.arguments ? Evaluate(step, parallel.arguments)
                                                      : step.Apply(parallel.parameters, *input);
  if (!parameters || !step.Fits(parameters->payload().ref.length)) return;
  BeginBranches(step, parallel, *std::move(parameters));
}

}  // namespace asl
