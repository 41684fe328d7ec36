// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Characters written as UTF-8, for every reader of escapes. Pure; any thread.
#pragma once

#include <string>

namespace asl {

// A surrogate is written like any other number: whoever must not have one asks before.
void AppendCodePoint(char32_t code, std::string* out);

}  // namespace asl
