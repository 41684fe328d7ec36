// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Why a text is not JSON, in Jackson's words where it has the case: AWS shows them when a
// definition is refused. Runs only after the parser refused a text, so it may look at it again from
// the start. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "asl/json.h"

namespace asl {

enum class JsonFault : uint8_t { kSyntax, kTooDeep, kExponent, kSurrogate, kHexDigit };

// `read`: how many bytes the parser took before it stopped.
JsonError DiagnoseJson(std::string_view text, size_t read, JsonFault fault);

// Jackson's way to say where: `[Source: (String)"…"; line: 1, column: 4]`, with the beginning of
// the text.
std::string JacksonLocation(std::string_view text, int line, int column);

}  // namespace asl
