// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Turns one state's JSON into its compiled form. Private to Compile; one thread.
#pragma once

#include "asl/parse_fields.h"
#include "asl/program.h"

namespace asl {

// REQUIRES: the definition was validated, and all of it is served.
StateBody ParseState(const Place& place);

}  // namespace asl
