// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/jsonata.h"

#include "asl/jsonata/evaluator.h"
#include "asl/jsonata/parser.h"
#include "asl/jsonata/result.h"
#include "asl/jsonata/text.h"

namespace asl::jsonata {
namespace {

// Errors count bytes until they leave; then UTF-16 units, as in JavaScript. The message is written
// here, once everything about the error is known.
Error Finished(Error error, std::string_view text) {
  if (error.position >= 0) {
    error.position =
        static_cast<int>(CountUtf16(text.substr(0, static_cast<size_t>(error.position))));
  }
  if (error.message.empty()) error.message = MessageOf(error.code, error);
  return error;
}

}  // namespace

Expression::Expression(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Expression::~Expression() = default;

const std::string& Expression::text() const { return program_->text; }

std::vector<std::string_view> Expression::free_variables() const {
  std::vector<std::string_view> names;
  for (const FreeName& free : program_->free_names) names.push_back(free.name);
  return names;
}

std::variant<std::shared_ptr<const Expression>, Error> Compile(std::string text) {
  if (text.size() > kExpressionBytesMax || ToValidUtf8(text) != text) {
    return Error{.code = "U1001", .message = "The expression is too long or not UTF-8"};
  }
  auto program = std::make_unique<Program>();
  program->text = std::move(text);
  Error error = Parse(program.get());
  if (error.ok()) error = Shape(program.get());
  if (error.ok()) error = Resolve(program.get());
  if (!error.ok()) return Finished(std::move(error), program->text);
  return std::make_shared<const Expression>(std::move(program));
}

Evaluation Evaluate(const Expression& expression, const Environment& environment) {
  Evaluator evaluator(expression.program(), environment);
  Evaluation evaluation;
  const Value value = evaluator.Run();
  if (!value.failed()) evaluation.value = ToJson(&evaluator, value);
  evaluation.is_function = value.is_function();
  if (evaluator.failed()) {
    evaluation.value.reset();
    evaluation.error = Finished(evaluator.failure(), expression.text());
  }
  return evaluation;
}

}  // namespace asl::jsonata
