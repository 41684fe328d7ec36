// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What only the whole graph of states shows: every transition has a target, some state ends the
// workflow, every state can be reached. Reads the definition's JSON, so that it also speaks of
// states that the parser refused. Private to Compile; one thread.
#pragma once

#include <map>
#include <string_view>

#include "asl/frame.h"
#include "asl/json.h"
#include "asl/problems.h"

namespace asl {

using StateNames = std::map<std::string_view, StateIndex>;  // views into the definition

// `machine` has an object States; `names` holds its members.
void CheckTransitions(const Json& machine, const StateNames& names, Problems* problems);

}  // namespace asl
