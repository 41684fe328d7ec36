// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Which fields each object of a definition may have, must have, and what shape their values take: a
// table whose rows read aloud (rules.cc), after statelint's manner. What a table cannot say (paths
// compile, targets exist) is the parser's. Private to Compile; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "asl/json.h"
#include "asl/problems.h"

namespace asl {

// The kinds of object that have rules. Bits, so that a row can name several.
enum Scope : uint16_t {
  kMachine = 1 << 0,
  kTask = 1 << 1,
  kPass = 1 << 2,
  kWait = 1 << 3,
  kChoice = 1 << 4,
  kSucceed = 1 << 5,
  kFail = 1 << 6,
  kRetrier = 1 << 7,
  kCatcher = 1 << 8,
};

// Reports every field of `object` that has no business there, is missing, has the wrong shape or
// contradicts another. `location` is the object's own: "" for the machine, "/States/X",
// "/States/X/Retry[0]".
void CheckFields(Scope scope, const Json& object, const std::string& location, Problems* problems);

// The scope of a state's Type; nullopt for one that is unknown, or known but not served yet
// (Parallel, Map).
std::optional<Scope> ScopeOfType(std::string_view type);

// The member of an object, when it is there and has the type; null JSON is never "there".
std::optional<std::string_view> StringField(const Json& object, std::string_view field);
std::optional<int64_t> IntField(const Json& object, std::string_view field);

}  // namespace asl
