// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The variables that the states of one scope (the machine, a branch, a processor) assign. States see
// those of the scopes around them too, and may not assign one of theirs (AWS guide "Passing data
// between states with variables"); the processor of a Distributed Map sees none. Recorded: a branch
// and its own Parallel's Catcher may assign the same name. So a name is taken to be an outer one when
// a state that comes before the Map or Parallel assigns it. Private to validation and the advice; one
// thread. Views into the definition, which must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/json.h"
#include "asl/problems.h"

namespace asl {

// Every Assign of a state: its own, of its rules and of its Catchers.
void ForEachAssign(
    const Json& state, const std::string& location,
    const std::function<void(const Json& assign, const std::string& location)>& each);

// The name that a key of Assign gives a value to: without the ".$" of JSONPath.
std::string_view VariableOf(std::string_view key);

class VariableScope {
 public:
  // `outer`: the scope around, null when none can be seen; `within`: its state that holds this one.
  VariableScope(const Json& states, const VariableScope* outer, std::string_view within);

  // Whether some state of this scope or one around it assigns the name.
  bool Sees(std::string_view name) const;
  // Reports what states of this scope assign of an outer scope's. `location` is that of `states`.
  void CheckNames(const std::string& location, Problems* problems) const;

 private:
  using Numbers = std::vector<uint32_t>;  // of states, in the order of the definition

  bool IsOuter(std::string_view name) const;
  std::vector<bool> LeadTo(std::string_view state) const;
  const std::vector<Numbers>& LeadingTo() const;

  const Json states_;
  const VariableScope* const outer_;
  const std::string_view within_;
  std::map<std::string_view, uint32_t> numbers_;
  std::map<std::string_view, Numbers> assigned_by_;
  // Made when first asked for.
  mutable std::vector<Numbers> leading_to_;          // to each state, from which ones directly
  mutable std::optional<std::vector<bool>> before_;  // states of `outer` that lead to `within`
};

}  // namespace asl
