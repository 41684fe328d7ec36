// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Whether a definition is one that AWS takes, and which of its features do not run here yet: walks
// over every scope and state. Knows nothing of programs: what passes here can be compiled. Private
// to Compile; one thread.
#pragma once

#include "asl/definition.h"
#include "asl/json.h"
#include "asl/problems.h"

namespace asl {

// `machine` is an object without repeated keys.
void Validate(const Json& machine, MachineType type, Problems* problems);

}  // namespace asl
