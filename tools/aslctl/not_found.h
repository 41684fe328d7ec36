// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The failure of a call that names a state machine or an execution: when that is not there, the
// nearest names that are. Asks the engine for them, only then.
#pragma once

#include <string>

#include "tools/aslctl/failure.h"

namespace aslctl {

class EngineClient;

// REQUIRES: !status.ok().
Failure MachineFailure(EngineClient& engine, const absl::Status& status, std::string what,
                       const std::string& machine);
// `execution` as it was typed: MACHINE/NAME or an ARN.
Failure ExecutionFailure(EngineClient& engine, const absl::Status& status, std::string what,
                         const std::string& execution);

}  // namespace aslctl
