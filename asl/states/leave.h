// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// How a state is left: Assign and Output, which both see the variables as they were when the state
// was entered (recorded), then …StateExited. Assign is evaluated first, so that of two failures its
// own is told; no recording says.
#pragma once

#include <optional>
#include <utility>

#include "asl/program.h"
#include "asl/query.h"
#include "asl/step.h"

namespace asl {

// JSONPath: Assign sees `assign_from` as `$`; `output` has passed all paths.
void LeaveByPath(Step& step, const Next& next, const Exit& exit, const Lazy& assign_from,
                 Lazy output);

// JSONata: `otherwise` is the output when the exit has none.
void LeaveByQuery(Step& step, const Next& next, const Exit& exit, const Lazy& otherwise,
                  const Told& told);

// JSONata states have no paths, so that for them the output is the input, or JSONPath's `output`.
inline void Leave(Step& step, const Next& next, const Exit& exit, const Lazy& assign_from,
                  Lazy output) {
  if (step.state().jsonata) return LeaveByQuery(step, next, exit, step.input(), {});
  LeaveByPath(step, next, exit, assign_from, std::move(output));
}

// A Task, Map or Parallel whose work has answered `result`.
template <class StateType>
void LeaveWithResult(Step& step, const StateType& state, const Lazy& result) {
  if (step.state().jsonata) {
    return LeaveByQuery(step, state.next, state.exit, result, {.result = &result});
  }
  std::optional<Lazy> selected;
  if (state.result_selector) {
    selected = step.Apply(state.result_selector, result);
    if (!selected) return;
  }
  std::optional<Lazy> merged = step.Apply(state.result_path, selected ? *selected : result);
  if (!merged) return;
  std::optional<Lazy> output = step.Apply(state.output_path, *std::move(merged));
  if (!output) return;
  LeaveByPath(step, state.next, state.exit, result, *std::move(output));
}

}  // namespace asl
