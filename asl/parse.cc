// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Compile: text → JSON → rules (rules.cc) → states (parse_states.cc) → transitions
// (reachability.cc) → Program. Every pass reports to one list and goes on; a Program is made only
// when the list stayed empty. Depth is bounded by the JSON parser's own limit, work by the size of
// the text.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "asl/definition.h"
#include "asl/json.h"
#include "asl/limits.h"
#include "asl/parse_states.h"
#include "asl/problems.h"
#include "asl/program.h"
#include "asl/reachability.h"
#include "asl/rules.h"

namespace asl {
namespace {

// Jackson's way to say where; `shown` is cut as Jackson cuts long sources.
std::string SourceLocation(std::string_view text, int line, int column) {
  constexpr size_t kShownMax = 500;
  size_t end = std::min(text.size(), kShownMax);
  while (end > 0 && end < text.size() && (text[end] & 0xC0) == 0x80) --end;  // no half character
  const std::string tail =
      text.size() > end ? fmt::format("[truncated {} chars]", text.size() - end) : "";
  return fmt::format("[Source: (String)\"{}\"{}; line: {}, column: {}]", text.substr(0, end), tail,
                     line, column);
}

Problem InvalidJson(std::string_view text, std::string_view message, int line, int column) {
  std::string location = SourceLocation(text, line, column);
  std::string whole = fmt::format("{}\n at {}", message, location);
  return {std::string(kInvalidJson), std::move(whole), std::move(location), line, column};
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// A repeated key is legal JSON, but only one of the two would be heard.
std::vector<Problem> DuplicateKeys(std::string_view text, const JsonParse& parsed) {
  std::vector<Problem> problems;
  const size_t count = std::min(parsed.duplicate_keys.size(), kProblemsMax);
  TextPositions positions(text);
  for (size_t i = 0; i < count; ++i) {
    const JsonSpan span = parsed.duplicate_keys[i];
    const JsonPosition at = positions.At(span.begin);
    const std::string_view key = text.substr(span.begin, span.size());
    problems.push_back(
        InvalidJson(text, fmt::format("Duplicate field {}", key), at.line, at.column));
  }
  return problems;
}

size_t CharactersOf(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

StateNames NumberStates(const Json& states, Problems* problems) {
  StateNames names;
  for (const JsonMember state : states.members()) {
    names.emplace(state.key, StateIndex{static_cast<uint32_t>(names.size())});
    const size_t characters = CharactersOf(state.key);
    if (characters >= 1 && characters <= kStateNameMax) continue;
    problems->Add(kInvalidStateName,
                  fmt::format("State name must have 1 to {} characters", kStateNameMax),
                  fmt::format("/States/{}", state.key), state.key_span);
  }
  return names;
}

// JSONata is valid but not served: such a state is reported once and its fields are left alone.
bool IsJsonata(const Json& machine, const JsonMember& state, Problems* problems) {
  const std::string_view whole = StringField(machine, "QueryLanguage").value_or("JSONPath");
  const std::string_view own = StringField(state.value, "QueryLanguage").value_or(whole);
  if (whole == "JSONata" && own == "JSONPath") {
    problems->Add(
        kSchema,
        "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
        fmt::format("/States/{}", state.key), state.key_span);
  } else if (whole != "JSONata" && own == "JSONata") {
    problems->Add(kNotSupportedYet, "The query language 'JSONata' is not supported yet",
                  fmt::format("/States/{}/QueryLanguage", state.key), state.key_span);
  }
  return whole == "JSONata" || own == "JSONata";
}

std::vector<State> ParseStates(const Json& machine, const StateNames& names, Problems* problems) {
  std::vector<State> states;
  for (const JsonMember state : machine.Find("States")->members()) {
    const std::string location = fmt::format("/States/{}", state.key);
    if (!state.value.is_object()) {
      problems->Add(kSchema, "Expected value of type [OBJECT]", location, state.value.span());
      continue;
    }
    if (IsJsonata(machine, state, problems)) continue;
    const Place place{state.value, location, names, problems};
    if (std::optional<StateBody> body = ParseState(place)) {
      states.push_back({std::string(state.key), *std::move(body)});
    }
  }
  return states;
}

Compiled CompileMachine(const Json& machine, std::string_view text) {
  Problems problems;
  CheckFields(kMachine, machine, "", &problems);
  if (StringField(machine, "QueryLanguage") == "JSONata") {
    problems.Add(kNotSupportedYet, "The query language 'JSONata' is not supported yet",
                 "/QueryLanguage", machine.Find("QueryLanguage")->span());
  }
  const std::optional<Json> states = machine.Find("States");
  if (!states || !states->is_object() || states->size() == 0) return {nullptr, problems.Take(text)};
  const StateNames names = NumberStates(*states, &problems);
  std::vector<State> parsed = ParseStates(machine, names, &problems);
  CheckTransitions(machine, names, &problems);
  if (!problems.empty()) return {nullptr, problems.Take(text)};
  const StateIndex start = ParseTarget(machine, "StartAt", names);
  return {std::make_shared<const Program>(std::move(parsed), start,
                                          IntField(machine, "TimeoutSeconds")),
          {}};
}

}  // namespace

Compiled Compile(std::string_view text) {
  if (text.size() > kDefinitionBytesMax) {
    return {nullptr,
            {{std::string(kSchema),
              fmt::format("Definition must have at most {} bytes, but has {}", kDefinitionBytesMax,
                          text.size()),
              "", 0, 0}}};
  }
  constexpr std::string_view kNoObject = "Definition must be a valid JSON object";
  if (IsBlank(text)) return {nullptr, {{std::string(kSchema), std::string(kNoObject), "", 0, 0}}};
  const JsonParse parsed = ParseJson(std::string(text));
  if (!parsed.ok()) {
    const JsonError& error = parsed.error;
    return {nullptr, {InvalidJson(text, error.message, error.line, error.column)}};
  }
  if (!parsed.duplicate_keys.empty()) return {nullptr, DuplicateKeys(text, parsed)};
  if (!parsed.value->is_object()) {
    return {nullptr, {{std::string(kSchema), std::string(kNoObject), "", 1, 1}}};
  }
  return CompileMachine(*parsed.value, text);
}

}  // namespace asl
