// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Which fields each object of a definition may have, must have, and what their values may be, for
// each query language: a table whose rows read aloud (rules.cc), after statelint's manner. What
// fields say together is field_relations.cc, what only the whole shows validate.cc. Private to
// validation; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "asl/field_values.h"
#include "asl/json.h"
#include "asl/problems.h"

namespace asl {

// The kinds of object that have rules. Bits, so that a row can name several.
enum Scope : uint32_t {
  kMachine = 1 << 0,
  kTask = 1 << 1,
  kPass = 1 << 2,
  kWait = 1 << 3,
  kChoice = 1 << 4,
  kSucceed = 1 << 5,
  kFail = 1 << 6,
  kRetrier = 1 << 7,
  kCatcher = 1 << 8,
  kParallel = 1 << 9,
  kMap = 1 << 10,
  kBranch = 1 << 11,           // an element of Branches
  kProcessor = 1 << 12,        // ItemProcessor
  kProcessorConfig = 1 << 13,  // ProcessorConfig
  kItemReader = 1 << 14,
  kReaderConfig = 1 << 15,
  kItemBatcher = 1 << 16,
  kResultWriter = 1 << 17,
  kWriterConfig = 1 << 18,
  kJsonataRule = 1 << 19,  // an element of Choices of a JSONata state
};

inline constexpr uint32_t kWork = kTask | kParallel | kMap;  // can fail and be tried again

// Reports every field of `object`, and of the objects in it, that has no business there, is
// missing, has a wrong value or contradicts another; of the states in it, nothing. `location` is
// the object's own: "" for the machine, "/States/X", "/States/X/Retry[0]".
void CheckFields(Scope scope, Language language, const Json& object, const std::string& location,
                 Problems* problems);

// The scope of a state's Type; nullopt for one that is unknown.
std::optional<Scope> ScopeOfType(std::string_view type);

// "" of the machine is written "/", as AWS does.
std::string AtObject(const std::string& location);

// The member of an object, when it is there and has the type; null JSON is never "there".
std::optional<std::string_view> StringField(const Json& object, std::string_view field);
std::optional<int64_t> IntField(const Json& object, std::string_view field);

}  // namespace asl
