// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// An expression, a line end, a document: whatever compiles ends within its limits, with a value
// that is JSON or an error, and with the same one again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "asl/jsonata/jsonata.h"

namespace {

using asl::jsonata::Environment;
using asl::jsonata::Evaluation;

void Require(bool holds) {
  if (!holds) std::abort();
}

std::string Shown(const Evaluation& evaluation) {
  if (evaluation.error) return evaluation.error->code + evaluation.error->message;
  return evaluation.value ? evaluation.value->Compact() : "undefined";
}

Evaluation Run(const asl::jsonata::Expression& expression, const asl::Json* input) {
  Environment environment;
  environment.input = input;
  environment.limits = {.depth_max = 200, .steps_max = 100'000, .bytes_max = 8'388'608};
  environment.variables = [&](std::string_view name) -> std::optional<asl::jsonata::Variable> {
    if (name != "v" || input == nullptr) return std::nullopt;
    return asl::jsonata::Variable(*input);
  };
  return Evaluate(expression, environment);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t line_end = std::min(text.find('\n'), text.size());
  const auto compiled = asl::jsonata::Compile(text.substr(0, line_end));
  if (compiled.index() != 0) return 0;
  const asl::JsonParse document = asl::ParseJson(text.substr(std::min(line_end + 1, size)));
  const asl::Json* input = document.ok() ? &*document.value : nullptr;
  const Evaluation evaluation = Run(*std::get<0>(compiled), input);
  if (evaluation.error) Require(!evaluation.error->code.empty() && !evaluation.value);
  if (evaluation.value) Require(asl::ParseJson(evaluation.value->Compact()).ok());
  Require(Shown(Run(*std::get<0>(compiled), input)) == Shown(evaluation));
  return 0;
}
