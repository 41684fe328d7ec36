// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What only the whole graph of states shows: every transition has a target, some state ends the
// workflow, every state can be reached. Reads the definition's JSON, whatever else is wrong with
// it. Private to validation; one thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/json.h"
#include "asl/problems.h"

namespace asl {

// The states of one scope: the machine's, a branch's or an ItemProcessor's.
class StateGraph {
 public:
  // `machine` has an object States; `location` is its own, "" for the whole machine.
  StateGraph(const Json& machine, std::string location);

  // Transitions to states that are not there.
  void CheckTargets(Problems* problems);
  // No state ends the workflow, or a state cannot be reached. REQUIRES: CheckTargets.
  void CheckReach(Problems* problems) const;

 private:
  std::optional<size_t> Target(const Json& owner, std::string_view field,
                               const std::string& location, Problems* problems) const;
  void AddState(size_t from, const Json& state, const std::string& location, Problems* problems);
  std::vector<bool> ReachedFrom(size_t start) const;

  const Json machine_;
  const Json states_;
  const std::string location_;
  std::map<std::string_view, size_t> names_;
  std::optional<size_t> start_;
  std::vector<std::vector<size_t>> targets_;
  bool has_end_ = false;
};

}  // namespace asl
