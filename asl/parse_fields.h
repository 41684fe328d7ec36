// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Compiles the values of single fields: paths, templates, retriers, catchers, resources. Each
// reports what is wrong and answers something harmless, so that the rest of the definition is
// checked too. The rules table (rules.h) has already spoken about wrong types: a value of the wrong
// type is passed over here. Private to Compile; one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/json.h"
#include "asl/problems.h"
#include "asl/program.h"
#include "asl/reachability.h"

namespace asl {

// One object of the definition whose fields are being compiled.
struct Place {
  const Json& object;
  std::string location;  // "/States/X"
  const StateNames& names;
  Problems* problems;

  std::string At(std::string_view field) const;
};

PathField ParsePathField(const Place& place, std::string_view field);
ResultPathField ParseResultPath(const Place& place);
std::optional<Template> ParseTemplate(const Place& place, std::string_view field);
// A path that names one value: SecondsPath, TimeoutSecondsPath, ErrorPath, …
std::optional<Path> ParseReferencePath(const Place& place, std::string_view field);
// `field` and `field`Path.
SecondsField ParseSeconds(const Place& place, std::string_view field);
Next ParseNext(const Place& place);
// The state that the field names; the first state when it names none (reachability.cc reports
// that).
StateIndex ParseTarget(const Json& owner, std::string_view field, const StateNames& names);
TaskTarget ParseTarget(const Place& place);  // Resource
std::vector<Retrier> ParseRetry(const Place& place);
std::vector<Catcher> ParseCatch(const Place& place);

}  // namespace asl
