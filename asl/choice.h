// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Conditions of Choice rules in JSONPath mode (AWS guide "Choice state", specification "Choice
// State"): a test of one variable, or And, Or, Not over others. Compiled once per definition,
// immutable, any thread. Comparing values of different types is false, never an error.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "asl/json.h"
#include "asl/or_error.h"

namespace asl {

class ContextObject;
class Lazy;
struct ConditionProgram;  // choice_program.h

struct ConditionProblem {
  std::string location;  // below the rule: "" for the rule itself, "/And[1]/Variable", …
  std::string message;
  JsonSpan span;
};

class Condition {
 public:
  struct Compiled;
  // `rule` is one element of Choices. Next, Comment and Assign are passed over (their rules are the
  // caller's); in nested rules they are problems, as is any other unknown field.
  static Compiled Compile(const Json& rule);

  // Rules ask about the input; one that asks `$$` alone is too rare to be worth sparing it.
  bool needs_input() const { return true; }

  // States.Runtime when a variable other than IsPresent's is missing. REQUIRES: input.loaded() if
  // needs_input().
  OrError<bool> Evaluate(const Lazy& input, ContextObject& context) const;

 private:
  explicit Condition(std::shared_ptr<const ConditionProgram> program)
      : program_(std::move(program)) {}
  std::shared_ptr<const ConditionProgram> program_;
};

struct Condition::Compiled {
  std::optional<Condition> value;  // nullopt when there are problems
  std::vector<ConditionProblem> problems;
};

}  // namespace asl
