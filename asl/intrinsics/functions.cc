// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/intrinsics/functions.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace asl::intrinsics {
namespace {

constexpr size_t kAny = SIZE_MAX;

constexpr std::array kFunctions = std::to_array<Function>({
    {"States.Array", 0, kAny, false, false, Array},
    {"States.ArrayContains", 2, 2, false, false, ArrayContains},
    {"States.ArrayGetItem", 2, 2, true, false, ArrayGetItem},
    {"States.ArrayLength", 1, 1, false, false, ArrayLength},
    {"States.ArrayPartition", 2, 2, false, false, ArrayPartition},
    {"States.ArrayRange", 3, 3, false, false, ArrayRange},
    {"States.ArrayUnique", 1, 1, false, false, ArrayUnique},
    {"States.Base64Decode", 1, 1, true, false, Base64Decode},
    {"States.Base64Encode", 1, 1, true, false, Base64Encode},
    {"States.Format", 1, kAny, true, true, Format},
    {"States.Hash", 2, 2, true, false, Hash},
    {"States.JsonMerge", 3, 3, false, false, JsonMerge},
    {"States.JsonToString", 1, 1, true, false, JsonToString},
    {"States.MathAdd", 2, 2, false, false, MathAdd},
    {"States.MathRandom", 2, 3, false, false, MathRandom},
    {"States.StringSplit", 2, 2, false, false, StringSplit},
    {"States.StringToJson", 1, 1, false, false, StringToJson},
    {"States.UUID", 0, 0, true, false, Uuid},
});

}  // namespace

const Function* FindFunction(std::string_view name) {
  const auto* found = std::find_if(kFunctions.begin(), kFunctions.end(),
                                   [&](const Function& f) { return f.name == name; });
  return found == kFunctions.end() ? nullptr : found;
}

}  // namespace asl::intrinsics
