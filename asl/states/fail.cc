// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Fail: ends the execution with Error and Cause, literal, read by a path or made by an intrinsic
// function or an expression (AWS guide "Fail workflow state").
#include <fmt/format.h>

#include "asl/query.h"
#include "asl/states/states.h"

namespace asl {
namespace {

// The cause when the field's value is no string, or when its path finds nothing.
std::string Reason(const Expression& expression, std::string_view field, const OrError<Json>& found,
                   const Lazy& input) {
  if (found.ok()) {
    return fmt::format("The value of the field '{}' must be a string, but '{}' is: {}", field,
                       expression.text(), (*found).Compact());
  }
  return fmt::format(
      "The JSONPath '{}' specified for the field '{}' could not be found in the input '{}'",
      expression.text(), field, input.view());
}

// Reads the field into `text` when there is one; false when the step cannot go on.
bool ReadText(Step& step, const std::optional<Expression>& expression, std::string_view field,
              std::optional<std::string>* text) {
  if (!expression) return true;
  const std::optional<OrError<Json>> found = step.Read(*expression, step.input());
  if (!found) return false;
  if (found->ok() && (**found).is_string()) {
    *text = std::string((**found).as_string());
    return true;
  }
  if (!found->ok() && expression->path() == nullptr) {
    step.FailState(found->error());
    return false;
  }
  if (!step.Loaded(step.input())) return false;
  step.FailState(RuntimeError(Reason(*expression, field, *found, step.input())));
  return false;
}

bool ReadText(Step& step, const JsonataField& query, std::optional<std::string>* text) {
  if (!query) return true;
  std::optional<std::string> value = EvaluateText(step, query);
  if (!value) return false;
  *text = std::move(value);
  return true;
}

}  // namespace

void RunFail(Step& step, const FailState& fail) {
  Error error = fail.error;
  if (!ReadText(step, fail.error_path, "ErrorPath", &error.name)) return;
  if (!ReadText(step, fail.cause_path, "CausePath", &error.cause)) return;
  if (!ReadText(step, fail.error_query, &error.name)) return;
  if (!ReadText(step, fail.cause_query, &error.cause)) return;
  step.Fail({.error = std::move(error)});
}

}  // namespace asl
