// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// JSON inside a path as Jayway reads it (json-smart's permissive mode): strings may have single
// quotes or none, commas may be too many. Pure; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "asl/json.h"

namespace asl {

std::optional<Json> ParsePermissiveJson(std::string_view text);

// Java's BigDecimal takes it: digits with an optional sign, point and exponent; "5." and ".5" too.
bool IsDecimal(std::string_view text);

}  // namespace asl
