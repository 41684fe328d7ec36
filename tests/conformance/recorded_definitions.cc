// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/recorded_definitions.h"

#include <fmt/format.h>

#include <regex>

#include "asl/definition.h"
#include "asl/variable_references.h"
#include "tests/conformance/recorded_case.h"
#include "tests/conformance/recorded_match.h"

namespace conformance {
namespace {

constexpr size_t kDiagnosticsMax = 100;  // of the API, when nothing is asked for

// The answer of ValidateStateMachineDefinition.
OrderedJson AnswerOf(const asl::Compiled& compiled, const OrderedJson& params) {
  const bool warnings = params.value("severity", "ERROR") == "WARNING";
  const size_t asked = params.value("maxResults", size_t{0});
  const asl::Diagnosis diagnosis =
      asl::Diagnose(compiled, warnings ? asl::Severity::kWarning : asl::Severity::kError,
                    asked == 0 ? kDiagnosticsMax : asked);
  OrderedJson answer = {{"diagnostics", OrderedJson::array()},
                        {"result", diagnosis.ok ? "OK" : "FAIL"},
                        {"truncated", diagnosis.truncated}};
  for (const asl::Problem& problem : diagnosis.diagnostics) {
    const bool error = problem.severity == asl::Severity::kError;
    OrderedJson one = {{"code", problem.code},
                       {"message", problem.message},
                       {"severity", error ? "ERROR" : "WARNING"}};
    if (!problem.location.empty()) one["location"] = problem.location;
    answer["diagnostics"].push_back(one);
  }
  return answer;
}

// Of a definition that AWS took: what AWS has nothing against may still wait to be served.
std::string ErrorsOf(asl::Compiled compiled) {
  compiled.not_served.clear();
  return asl::Diagnose(compiled, asl::Severity::kError, 1).ok ? "" : asl::RefusalText(compiled);
}

// Activities that the case's own steps make need only a place among ARNs.
std::string DefinitionOf(const RecordedCase& one, const OrderedJson& params) {
  static const std::regex kActivity(R"(\{\{\w+\.activityArn\}\})");
  return std::regex_replace(one.TextOf(params, "definition"), kActivity,
                            "arn:aws:states:us-east-1:123456789012:activity:made");
}

// Describing a state machine tells which variables its states read.
void CompareVariables(const OrderedJson& described, const std::string& what, Verdict* verdict) {
  OrderedJson found = OrderedJson::object();
  for (const auto& [state, names] : asl::VariableReferences(described["definition"].dump())) {
    found[state] = names;
  }
  const OrderedJson wanted = described.value("variableReferences", OrderedJson::object());
  ++verdict->compared["variables"];
  if (OrderedJson::diff(wanted, found).empty()) return;
  verdict->differences.push_back({what + ", variableReferences", wanted.dump(1), found.dump(1)});
}

void RunStep(const RecordedCase& one, const OrderedJson& step, Matcher* matcher, Verdict* verdict) {
  const OrderedJson& params = step["params"];
  const OrderedJson described =
      step.value("expect", OrderedJson::object()).value("response", OrderedJson());
  if (described.is_object() && described.contains("definition") &&
      described["definition"].is_object()) {
    CompareVariables(described, fmt::format("step {}", step.value("id", "")), verdict);
  }
  if (!params.contains("definition") && !params.contains("definition_text")) return;
  const bool express = params.value("type", "STANDARD") == "EXPRESS";
  const asl::Compiled compiled =
      asl::Compile(DefinitionOf(one, params),
                   express ? asl::MachineType::kExpress : asl::MachineType::kStandard);
  const OrderedJson expect = step.value("expect", OrderedJson::object());
  const std::string what = fmt::format("step {}, {}", step.value("id", ""), step.value("op", ""));
  const auto compare = [&](const OrderedJson& wanted, const OrderedJson& found) {
    if (!matcher->Answer(wanted, found)) {
      verdict->differences.push_back({what, wanted.dump(1), found.dump(1)});
    }
  };
  if (step["op"] == "ValidateStateMachineDefinition") {
    ++verdict->compared["diagnostics"];
    return compare(expect["response"], AnswerOf(compiled, params));
  }
  const OrderedJson error = expect.value("error", OrderedJson::object());
  if (Text(error, "code") == "InvalidDefinition") {
    ++verdict->compared["refusal"];
    return compare(error["message"], ErrorsOf(compiled));
  }
  ++verdict->compared["taken"];
  ExpectEqual(what, "", ErrorsOf(compiled), verdict);
}

}  // namespace

Verdict RunDefinitions(const Case& one) {
  Verdict verdict;
  const RecordedCase recorded(one.json);
  Matcher matcher = recorded.NewMatcher();
  for (const OrderedJson& step : one.json["steps"]) {
    if (step.contains("params")) RunStep(recorded, step, &matcher, &verdict);
  }
  return verdict;
}

}  // namespace conformance
