// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Which variables the states of a definition read: in paths and intrinsic functions (`$name.a`) and
// in expressions of JSONata. Reads the definition's text anew, so it is for those who ask seldom
// (DescribeStateMachine, advice). Pure; any thread.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "asl/json.h"

namespace asl {

struct VariableUse {
  std::string name;       // without `$`; never `states`
  std::string location;   // "/States/X/Output/a"
  JsonSpan where;         // of the text
  bool function = false;  // a function of JSONata has that name
};

// Of a state's own fields, not of the states within it. What does not compile is passed over.
std::vector<VariableUse> VariablesReadBy(const Json& state, bool jsonata,
                                         const std::string& location);

// The answer of DescribeStateMachine (recorded): the states that read variables, and the names, both in
// alphabetical order. A function's name counts where some state assigns a variable of that name.
// Empty for what is no definition.
std::map<std::string, std::set<std::string>> VariableReferences(std::string_view definition);

}  // namespace asl
