// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Compile: text → JSON → what is wrong with it (validate.cc) → Program (parse_scope.cc, parse_states.cc,
// parse_fields.cc). A Program is made only of what is wholly right. Depth is bounded by the JSON
// parser's own limit, work by the size of the text.
#include <fmt/format.h>

#include <string>
#include <utility>

#include "asl/definition.h"
#include "asl/json.h"
#include "asl/json_diagnosis.h"
#include "asl/limits.h"
#include "asl/parse_scope.h"
#include "asl/problems.h"
#include "asl/program.h"
#include "asl/rules.h"
#include "asl/validate.h"

namespace asl {
namespace {

Problem WholeDefinition(std::string message, int line) {
  return {
      .code = std::string(kSchema), .message = std::move(message), .line = line, .column = line};
}

// AWS shows `line` and `column` of Jackson's; ours is the place that it is about.
Problem InvalidJson(std::string_view text, std::string_view message, int line, int column,
                    uint32_t offset, JsonPosition at) {
  std::string location = JacksonLocation(text, line, column);
  return {.code = std::string(kInvalidJson),
          .message = fmt::format("{}\n at {}", message, location),
          .location = std::move(location),
          .line = at.line,
          .column = at.column,
          .offset = offset};
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// A repeated key is legal JSON, but only one of the two would be heard. Jackson stops at the first.
Problem DuplicateKey(std::string_view text, const JsonSpan& key) {
  const JsonParse name = ParseJson(std::string(text.substr(key.begin, key.size())));
  const JsonPosition after = PositionAt(text, key.end);
  return InvalidJson(text, fmt::format("Duplicate field '{}'", name.value->as_string()), after.line,
                     after.column, key.begin, PositionAt(text, key.begin));
}

}  // namespace

Compiled Compile(std::string_view text, MachineType type) {
  if (text.size() > kDefinitionBytesMax) {
    return {.problems = {WholeDefinition(fmt::format("Definition must have at most {} bytes, but "
                                                     "has {}",
                                                     kDefinitionBytesMax, text.size()),
                                         0)}};
  }
  constexpr std::string_view kNoObject = "Definition must be a valid JSON object";
  if (IsBlank(text)) return {.problems = {WholeDefinition(std::string(kNoObject), 0)}};
  const JsonParse parsed = ParseJson(std::string(text));
  if (!parsed.ok()) {
    const JsonError& error = parsed.error;
    return {.problems = {InvalidJson(text, error.message, error.line, error.column, error.offset,
                                     PositionAt(text, error.offset))}};
  }
  if (!parsed.duplicate_keys.empty()) {
    return {.problems = {DuplicateKey(text, parsed.duplicate_keys.front())}};
  }
  if (!parsed.value->is_object()) {
    return {.problems = {WholeDefinition(std::string(kNoObject), 1)}};
  }
  Problems problems;
  Validate(*parsed.value, type, &problems);
  const bool sound = !problems.has_errors();
  Compiled compiled{.problems = problems.Take(text), .not_served = problems.TakeNotServed(text)};
  if (!sound || !compiled.not_served.empty()) return compiled;
  ScopeParser scopes(StringField(*parsed.value, "QueryLanguage") == "JSONata");
  const StateIndex start = scopes.Add(*parsed.value);
  std::optional<int64_t> timeout_s = IntField(*parsed.value, "TimeoutSeconds");
  if (timeout_s == 0) timeout_s.reset();  // AWS takes it; decided: it is as if it were not there
  compiled.program = std::make_shared<const Program>(scopes.Take(), start, timeout_s);
  return compiled;
}

Diagnosis Diagnose(const Compiled& compiled, Severity least, size_t max_results) {
  Diagnosis diagnosis;
  for (const Problem& problem : compiled.problems) {
    const bool error = problem.severity == Severity::kError;
    if (error) diagnosis.ok = false;
    if (!error && least == Severity::kError) continue;
    if (diagnosis.diagnostics.size() < max_results) {
      diagnosis.diagnostics.push_back(problem);
    } else {
      diagnosis.truncated = true;
    }
  }
  return diagnosis;
}

std::string RefusalText(const Compiled& compiled) {
  std::string all;
  const auto add = [&all](const Problem& problem) {
    if (!all.empty()) all += ", ";
    // Java's word for a location that is not there.
    all += fmt::format("{}: {} at {}", problem.code, problem.message,
                       problem.location.empty() ? "null" : problem.location);
  };
  for (const Problem& problem : compiled.problems) {
    if (problem.severity == Severity::kError) add(problem);
  }
  if (all.empty()) {
    for (const Problem& problem : compiled.not_served) add(problem);
  }
  return fmt::format("Invalid State Machine Definition: '{}'", all);
}

}  // namespace asl
