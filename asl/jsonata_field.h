// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The value of a field of a JSONata state: JSON in which texts "{% … %}", at any depth, are
// expressions (AWS guide "Transforming data with JSONata"). Compiled once per definition,
// immutable, shared freely, any thread. What is put together is compact, its keys in the
// definition's order.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "asl/json.h"
#include "asl/jsonata/jsonata.h"

namespace asl {

struct JsonataFieldProgram;  // jsonata_field.cc

// What of $states the expressions of a field read.
struct StatesRead {
  bool input = false;
  bool context = false;
  bool execution_input = false;  // of the Context Object
  bool result = false;
  bool error_output = false;
};

// Why there is no value, in AWS's words; `location` is the field that the expression stands in.
struct JsonataFailure {
  std::string cause;
  std::string location;
};

class JsonataField {
 public:
  JsonataField() = default;  // the field is absent
  // `location`: how errors call the field: "Output", "Choices[0]/Condition". REQUIRES: every
  // expression in it compiles.
  static JsonataField Compile(const Json& value, std::string location);

  explicit operator bool() const { return program_ != nullptr; }
  // REQUIRES: not absent, here and below.
  const std::string& location() const;
  const StatesRead& reads() const;
  // Not the value of one expression, but as the definition has it, at the top.
  bool is_literal() const;

  // The value of the one expression, or the compact text that was put together. `environment` tells
  // the variables, the time and the draws.
  using Answer = std::variant<Json, Text, JsonataFailure>;
  Answer Evaluate(const jsonata::Environment& environment) const;

  // That the value is of another type than the field wants ("array", "boolean", …).
  JsonataFailure WrongType(std::string_view wanted, const Json& value) const;

 private:
  std::shared_ptr<const JsonataFieldProgram> program_;
};

}  // namespace asl
