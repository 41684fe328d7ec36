// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What is not run, as words of the case itself. A line goes when what it names is served.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <regex>

#include "tests/conformance/corpus.h"

namespace conformance {
namespace {

// aws-recorded: what the runner can play the part of.
constexpr std::array<std::string_view, 3> kServices = {"lambda", "activity", "sqs"};
constexpr std::array<std::string_view, 1> kFeaturesToCome = {"map-distributed"};

// aws-recorded, kind api: of CloudFormation and log groups, which are there already, only ARNs count,
// and messages wait.
constexpr std::array<std::string_view, 5> kServicesOfCalls = {"lambda", "activity", "sqs", "logs",
                                                              "cloudformation"};
constexpr std::array<std::string_view, 2> kCallsToCome = {"ReadLastLogEvent", "StartSyncExecution"};

template <class List>
bool Has(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// aws-recorded, kinds validate and api: what is said of a definition needs no engine. Of the kind api
// these are the cases with a definition that is refused, or that is described.
bool AsksAboutDefinitions(const Case& one) {
  const std::string kind = Text(one.json, "kind");
  if (kind == "validate") return true;
  if (kind != "api") return false;
  for (const OrderedJson& step : one.json["steps"]) {
    const OrderedJson error =
        step.value("expect", OrderedJson::object()).value("error", OrderedJson());
    if (error.is_object() && Text(error, "code") == "InvalidDefinition") return true;
    const OrderedJson answer =
        step.value("expect", OrderedJson::object()).value("response", OrderedJson());
    if (answer.is_object() && answer.contains("definition")) return true;
  }
  return false;
}

std::string RecordedSkipReason(const Case& one) {
  const std::string provenance = Text(one.json, "provenance");
  if (provenance != "aws") return fmt::format("provenance {}", provenance);
  const std::string kind = Text(one.json, "kind");
  if (AsksAboutDefinitions(one)) return "";
  if (kind == "api") return WhyNotCalled(one);
  if (kind != "execution") return fmt::format("kind {}", kind);
  for (const OrderedJson& machine : one.json.value("state_machines", OrderedJson::array())) {
    if (Text(machine, "type") != "STANDARD") {
      return fmt::format("type {}", Text(machine, "type"));
    }
  }
  for (const std::string& service : Texts(one.json, "requires")) {
    if (!Has(kServices, service)) return fmt::format("needs {}", service);
  }
  for (std::string_view feature : kFeaturesToCome) {
    if (Has(one.features, feature)) return fmt::format("feature {}", feature);
  }
  return "";
}

// Paths that no field of a state machine can hold.
std::string JaywaySkipReason(const Case& one) {
  return Text(one.json, "path").starts_with('@') ? "a path from '@'" : "";
}

// The RFC is the reference for plain selectors; where Jayway's dialect is another, the corpus of
// its answers is.
std::string Rfc9535SkipReason(const Case& one) {
  if (one.json.contains("invalid_selector")) return "an invalid selector";
  static const std::regex kPlain(
      R"re(\$(\.\.?(\*|[^ .\[\]*'"()\t\r\n]+)|(\.\.)?\[ *("[^"]*"|'[^']*'|\*|-?\d{1,9}(, *-?\d{1,9})*|\d{1,9}:\d{0,9}|:\d{1,9}|-\d{1,9}:|:-\d{1,9}) *\])*)re");
  return std::regex_match(Text(one.json, "selector"), kPlain) ? "" : "Jayway's dialect differs";
}

// What Step Functions does not have: $eval, and what is newer than JSONata 2.0.6.
std::string JsonataSkipReason(const Case& one) {
  return one.json.value("sfn", true) ? "" : "not in JSONata as Step Functions has it";
}

}  // namespace

std::string WhyNotCalled(const Case& one) {
  for (const OrderedJson& step : one.json["steps"]) {
    const std::string op = Text(step, "op");
    if (Has(kCallsToCome, op)) return fmt::format("call {}", op);
    const OrderedJson params = step.value("params", OrderedJson::object());
    if (params.value("type", "STANDARD") != "STANDARD") {
      return fmt::format("type {}", Text(params, "type"));
    }
  }
  const std::vector<std::string> services = Texts(one.json, "requires");
  // Who takes the messages of a stack's queue is part of the stack.
  if (Has(services, "sqs") && Has(services, "cloudformation")) return "needs a stack's consumer";
  for (const std::string& service : services) {
    if (!Has(kServicesOfCalls, service)) return fmt::format("needs {}", service);
  }
  for (std::string_view feature : kFeaturesToCome) {
    if (Has(one.features, feature)) return fmt::format("feature {}", feature);
  }
  return "";
}

std::string SkipReason(const Case& one) {
  if (one.corpus->run == nullptr) return fmt::format("no adapter for {}", one.corpus->name);
  if (one.corpus->name == "aws-recorded") return RecordedSkipReason(one);
  if (one.corpus->name == "asl-validation" && one.json.contains("remark")) return "another dialect";
  if (one.corpus->name == "jsonpath-jayway") return JaywaySkipReason(one);
  if (one.corpus->name == "jsonpath-rfc9535") return Rfc9535SkipReason(one);
  if (one.corpus->name == "jsonata") return JsonataSkipReason(one);
  return "";
}

}  // namespace conformance
