// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/definition.h"

#include <cassert>

#include "asl/program.h"

namespace asl {

std::string_view StatusName(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::kRunning:
      return "RUNNING";
    case ExecutionStatus::kSucceeded:
      return "SUCCEEDED";
    case ExecutionStatus::kFailed:
      return "FAILED";
    case ExecutionStatus::kTimedOut:
      return "TIMED_OUT";
    case ExecutionStatus::kAborted:
      return "ABORTED";
  }
  return "UNKNOWN";
}

const State& Program::state(StateIndex index) const {
  const auto i = static_cast<size_t>(index);
  assert(i < states_.size());
  return states_[i];
}

std::string_view StateName(const Program& program, StateIndex index) {
  return program.state(index).name;
}

}  // namespace asl
