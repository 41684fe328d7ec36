// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What an expression reads of its surroundings, found in its tree alone: for those who must know
// before anything is evaluated. Step Functions gives an expression no context item, so a name at
// the top level finds nothing, and $states has different members in different fields. Pure, any
// thread.
#pragma once

#include <string>
#include <vector>

#include "asl/jsonata/jsonata.h"

namespace asl::jsonata {

struct Reference {
  std::string name;
  size_t position = 0;  // bytes of the expression up to the end of the name
  friend bool operator==(const Reference&, const Reference&) = default;
};

// Each name once, in the order of the text.
struct VariableRead {
  std::string name;
  bool function = false;  // a function of the language has that name
};

struct References {
  // Read of the context item or the root: names, "$" and "$$". A path reads them with its first
  // step; what follows, predicates, order-by and groups read what the step before found.
  std::vector<Reference> top_level;
  // Members of $states, wherever in the expression: "input" of $states.input.a.
  std::vector<Reference> states;
  // What the expression does not bind itself: variables of the caller, and functions. Not `states`.
  std::vector<VariableRead> variables;
};

References ReferencesOf(const Expression& expression);

}  // namespace asl::jsonata
