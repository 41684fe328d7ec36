// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Executions and state machines as text for people and as JSON in the shape of AWS's answers. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/aslctl/failure.h"
#include "tools/aslctl/style.h"

namespace asld::v1 {
class Execution;
class ExecutionSummary;
class StateMachine;
}  // namespace asld::v1

namespace aslctl {

std::string ExecutionText(const asld::v1::Execution& execution, const Style& style);
nlohmann::ordered_json ExecutionJson(const asld::v1::Execution& execution);

std::string ExecutionsText(const std::vector<asld::v1::ExecutionSummary>& executions,
                           const Style& style);
nlohmann::ordered_json ExecutionsJson(const std::vector<asld::v1::ExecutionSummary>& executions);

std::string StateMachineText(const asld::v1::StateMachine& machine, const Style& style);
nlohmann::ordered_json StateMachineJson(const asld::v1::StateMachine& machine);
std::string StateMachinesText(const std::vector<asld::v1::StateMachine>& machines,
                              const Style& style);
nlohmann::ordered_json StateMachinesJson(const std::vector<asld::v1::StateMachine>& machines);

// Why an execution that has ended did not succeed; nullopt when it did.
std::optional<Failure> EndedBadly(const asld::v1::Execution& execution);

// Of an execution's status.
Tone ToneOfStatus(const std::string& status);

}  // namespace aslctl
