// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Compiles the values of single fields: paths, templates, retriers, catchers, resources. The
// definition was validated (validate.h), so that each value compiles. Private to Compile; one
// thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "asl/json.h"
#include "asl/program.h"

namespace asl {

class ScopeParser;  // parse_scope.h

using StateNames = std::map<std::string_view, StateIndex>;  // views into the definition

// One object of the definition whose fields are being compiled.
struct Place {
  const Json& object;
  const StateNames& names;  // of the scope that the object is in
  ScopeParser* scopes;      // for the scopes inside it
  bool jsonata = false;     // the language of the state
  std::string at = "";      // where errors of evaluation say that its fields are: "", "Catch[0]/"
};

PathField ParsePathField(const Place& place, std::string_view field);
ResultPathField ParseResultPath(const Place& place);
std::optional<Template> ParseTemplate(const Place& place, std::string_view field);
// A path that names one value: SecondsPath, TimeoutSecondsPath, …
std::optional<Path> ParseReferencePath(const Place& place, std::string_view field);
// Such a path, or a call of an intrinsic function: ErrorPath, CausePath.
std::optional<Expression> ParseExpression(const Place& place, std::string_view field);
// `field`, which may be an expression, and `field`Path.
NumberField ParseNumber(const Place& place, std::string_view field);
// In a JSONata state; absent in others.
JsonataField ParseJsonata(const Place& place, std::string_view field);
// The same when the value is, or has in it, an expression; absent for plain literals.
JsonataField ParseQuery(const Place& place, std::string_view field);
Exit ParseExit(const Place& place);  // Assign and Output
Next ParseNext(const Place& place);
// The state that the field names.
StateIndex ParseTarget(const Json& owner, std::string_view field, const StateNames& names);
TaskTarget ParseTaskTarget(const Place& place);  // Resource
Handlers ParseHandlers(const Place& place);      // Retry and Catch

}  // namespace asl
