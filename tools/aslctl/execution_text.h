// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Executions and state machines as text for people and as JSON in the shape of AWS's answers. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/aslctl/failure.h"
#include "tools/aslctl/style.h"

namespace asld::v1 {
class Execution;
class StateMachine;
}  // namespace asld::v1

namespace aslctl {

std::string ExecutionText(const asld::v1::Execution& execution, const Style& style);
std::string ExecutionJson(const asld::v1::Execution& execution);

std::string StateMachineText(const asld::v1::StateMachine& machine, const Style& style);
std::string StateMachineJson(const asld::v1::StateMachine& machine);
std::string StateMachinesText(const std::vector<asld::v1::StateMachine>& machines,
                              const Style& style);
std::string StateMachinesJson(const std::vector<asld::v1::StateMachine>& machines);

// {"name": "value"} on one line.
std::string OneMemberJson(const std::string& name, const std::string& value);

// Why an execution that has ended did not succeed; nullopt when it did.
std::optional<Failure> EndedBadly(const asld::v1::Execution& execution);

}  // namespace aslctl
