// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Fail: ends the execution with Error and Cause, literal or read by a path (AWS guide "Fail
// workflow state").
#include <fmt/format.h>

#include "asl/states/states.h"

namespace asl {
namespace {

// Reads `path` into `text` when there is one; false when the step cannot go on.
bool ReadText(Step& step, const std::optional<Path>& path, std::string_view field,
              std::optional<std::string>* text) {
  if (!path) return true;
  const std::optional<OrError<Json>> found = step.Read(*path, step.input());
  if (!found) return false;
  if (found->ok() && (**found).is_string()) {
    *text = std::string((**found).as_string());
    return true;
  }
  const std::optional<Json> input = step.Parse(step.input());
  if (!input) return false;
  std::string cause =
      found->ok() ? fmt::format("The value of the field '{}' must be a string, but '{}' is: {}",
                                field, path->text(), (**found).Compact())
                  : fmt::format(
                        "The JSONPath '{}' specified for the field '{}' could not be found "
                        "in the input '{}'",
                        path->text(), field, input->Compact());
  step.FailState(RuntimeError(std::move(cause)));
  return false;
}

}  // namespace

void RunFail(Step& step, const FailState& fail) {
  Error error = fail.error;
  if (!ReadText(step, fail.error_path, "ErrorPath", &error.name)) return;
  if (!ReadText(step, fail.cause_path, "CausePath", &error.cause)) return;
  step.FailExecution(std::move(error));
}

}  // namespace asl
