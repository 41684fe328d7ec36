// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What people type, made into what programs need: JSON given directly, as @file or as - (stdin),
// and names in place of ARNs. An execution is written MACHINE/NAME.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace aslctl {

// The whole of a file; "-" is stdin. The error names the file and the system's reason.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// JSON text itself, "@FILE", or "-" for stdin. Not checked.
absl::StatusOr<std::string> ReadInput(const std::string& argument);

// Asked on the terminal; false when the answer is anything but yes.
bool Confirm(const std::string& question);

struct ExecutionName {
  std::string state_machine;
  std::string name;
};

// "order/order-1"; nullopt for anything else (an ARN, a state machine's name).
std::optional<ExecutionName> ParseExecutionName(std::string_view text);

// True for "arn:…:execution:…"; the engine checks the rest.
bool IsExecutionArn(std::string_view text);

// ARN of an execution of the state machine with this ARN.
std::string ExecutionArn(std::string_view state_machine_arn, std::string_view name);

// "order/order-1" for an execution's ARN, "order" for a state machine's; other text as it is.
std::string ShortName(std::string_view arn);

}  // namespace aslctl
