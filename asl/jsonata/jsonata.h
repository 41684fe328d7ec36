// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// JSONata 2.0.6 as Step Functions has it: without $eval, with $partition, $range, $hash,
// $random(seed), $uuid and $parse. An expression is compiled once and evaluated as often as needed,
// from any number of threads at a time: it is immutable, and an evaluation keeps its state to
// itself. Evaluating neither reads a clock nor draws by chance but what it is given, and it ends:
// what it may use is bounded (limits.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "asl/draw.h"
#include "asl/json.h"
#include "asl/jsonata/error.h"
#include "asl/jsonata/limits.h"

namespace asl::jsonata {

struct Program;  // tree.h

class Expression {
 public:
  explicit Expression(std::unique_ptr<const Program> program);
  ~Expression();

  const std::string& text() const;
  const Program& program() const { return *program_; }

  // The variables, without `$`, that the expression may read without having bound them; those that
  // are functions of the language too.
  std::vector<std::string_view> free_variables() const;

 private:
  std::unique_ptr<const Program> program_;
};

// The expression, or why it is none.
std::variant<std::shared_ptr<const Expression>, Error> Compile(std::string text);

// What a variable is bound to: a value, or an object whose members are values of other documents.
struct Variable {
  Variable(Json json) : value(std::move(json)) {}  // NOLINT: implicit, most are this
  explicit Variable(std::vector<std::pair<std::string, Json>> object) : value(std::move(object)) {}
  std::variant<Json, std::vector<std::pair<std::string, Json>>> value;
};

// Answers a variable by its name without `$`. Called when an evaluation first reads it, and then no
// more; a variable stands before a function of the same name.
using Variables = std::function<std::optional<Variable>(std::string_view name)>;

// Around one evaluation. Must outlive it.
struct Environment {
  const Json* input = nullptr;  // `$`; null: undefined
  Variables variables;          // empty: none
  Limits limits;
  int64_t now_ms = 0;  // since 1970: $now(), $millis()
  Draw draw;           // $random(), $shuffle(), $uuid(); empty: always 0
};

struct Evaluation {
  std::optional<Json> value;  // nullopt: undefined, a function, or an error
  bool is_function = false;
  std::optional<Error> error;
};

Evaluation Evaluate(const Expression& expression, const Environment& environment);

}  // namespace asl::jsonata
