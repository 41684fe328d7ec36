// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Compiles the states of one scope (the machine, a branch of a Parallel, the processor of a Map) and,
// through their states, of the scopes inside it. All go into one list. Private to Compile; one thread.
#pragma once

#include <optional>
#include <vector>

#include "asl/json.h"
#include "asl/parse_fields.h"
#include "asl/program.h"

namespace asl {

class ScopeParser {
 public:
  // `jsonata`: the machine's language, which states take that name none.
  explicit ScopeParser(bool jsonata) : jsonata_(jsonata) {}

  // Numbers and compiles the states of `machine`; answers its first state.
  StateIndex Add(const Json& machine);

  std::vector<State> Take();

 private:
  StateNames Number(const Json& states);

  const bool jsonata_;
  std::vector<std::optional<State>> states_;
};

}  // namespace asl
