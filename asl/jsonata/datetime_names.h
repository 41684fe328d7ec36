// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The English names of months (components M, x) and of days (F), for writing and for reading
// dates. Pure, any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace asl::jsonata {

// Empty: the component has no names, or the value (from 1) none.
std::string_view NameOf(char component, int64_t value);

}  // namespace asl::jsonata
