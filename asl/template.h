// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Payload templates (Parameters, ResultSelector, …): JSON in which a key that ends in `.$` takes
// its value from a path or an intrinsic function. Compiled once per definition, immutable, any thread. The answer is compact
// text; each object has its literal keys first, in the definition's order, then its `.$` keys in
// the order of a Java HashMap (see java_text.h), because AWS's answers have it so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "asl/json.h"
#include "asl/or_error.h"
#include "asl/payload.h"

namespace asl {

class ContextObject;
class Lazy;
struct TemplateProgram;  // template.cc

// Why a template does not compile.
struct TemplateProblem {
  std::string message;  // AWS's text about a valid JSONPath or intrinsic function call
  JsonSpan span;        // of the offending value in the definition
};

class Template {
 public:
  struct Compiled;
  static Compiled Compile(const Json& value);

  // True when no key ends in `.$`: the answer is always the same text.
  bool constant() const;
  bool needs_input() const { return !constant(); }  // also for the text of an error

  // REQUIRES: input.loaded() if needs_input().
  OrError<Text> Evaluate(const Lazy& input, ContextObject& context) const;

 private:
  explicit Template(std::shared_ptr<const TemplateProgram> program)
      : program_(std::move(program)) {}
  std::shared_ptr<const TemplateProgram> program_;
};

struct Template::Compiled {
  std::optional<Template> value;  // nullopt when there are problems
  std::vector<TemplateProblem> problems;
};

}  // namespace asl
