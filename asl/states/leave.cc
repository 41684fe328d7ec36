// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/states/leave.h"

namespace asl {

void LeaveByPath(Step& step, const Next& next, const Exit& exit, const Lazy& assign_from,
                 Lazy output) {
  if (!exit.assign) return step.Leave(next, std::move(output));
  std::optional<Lazy> assigned = step.Apply(exit.assign, assign_from);
  if (assigned) step.Leave(next, std::move(output), std::move(assigned));
}

void LeaveByQuery(Step& step, const Next& next, const Exit& exit, const Lazy& otherwise,
                  const Told& told) {
  std::optional<Lazy> assigned;
  if (exit.assign_query) {
    assigned = Evaluate(step, exit.assign_query, told);
    if (!assigned) return;
  }
  std::optional<Lazy> output =
      exit.output ? Evaluate(step, exit.output, told) : std::optional<Lazy>(otherwise);
  if (output) step.Leave(next, *std::move(output), std::move(assigned));
}

}  // namespace asl
