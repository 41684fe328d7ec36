// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Walks the items of an array's text one by one, without parsing what lies before or behind: a Map
// takes its next item at the cost of that item alone. REQUIRES: the text is a valid JSON array.
#pragma once

#include <cstdint>
#include <string_view>

#include "asl/json.h"

namespace asl {

// The span of the first item at or after `offset`, which is 0, or the end of the item before.
// REQUIRES: there is one more item.
JsonSpan NextItem(std::string_view array, uint32_t offset);

}  // namespace asl
