// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Turns one state's JSON into its compiled form. Private to Compile; one thread.
#pragma once

#include <optional>

#include "asl/parse_fields.h"
#include "asl/program.h"

namespace asl {

// Checks the state that `place` shows and compiles it; nullopt when its type is unknown or not
// served yet, which is reported. A state with other problems still answers something.
std::optional<StateBody> ParseState(const Place& place);

}  // namespace asl
