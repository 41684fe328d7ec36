// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Whatever else a case of aws-recorded is about, and whether it can be run or not: a definition that
// AWS took has no errors here.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asl/definition.h"
#include "tests/conformance/load.h"
#include "tests/conformance/recorded_case.h"

namespace conformance {
namespace {

// The definitions of the case that AWS took: with the machine's type, as JSON texts.
std::vector<std::pair<std::string, asl::MachineType>> TakenDefinitions(const Case& one) {
  const RecordedCase recorded(one.json);
  std::vector<std::pair<std::string, asl::MachineType>> taken;
  const auto add = [&](const OrderedJson& owner) {
    if (!owner.contains("definition") && !owner.contains("definition_text")) return;
    const bool express = owner.value("type", OrderedJson()) == "EXPRESS";
    taken.emplace_back(recorded.TextOf(owner, "definition"),
                       express ? asl::MachineType::kExpress : asl::MachineType::kStandard);
  };
  for (const OrderedJson& machine : one.json.value("state_machines", OrderedJson::array())) {
    add(machine);
  }
  for (const OrderedJson& step : one.json.value("steps", OrderedJson::array())) {
    const std::string op = Text(step, "op");
    const bool takes = op == "CreateStateMachine" || op == "UpdateStateMachine";
    const OrderedJson error =
        step.value("expect", OrderedJson::object()).value("error", OrderedJson::object());
    if (takes && Text(error, "code") != "InvalidDefinition") add(step["params"]);
  }
  return taken;
}

TEST(RecordedDefinitions, ThatAwsTookAreTaken) {
  const Loaded loaded = LoadCases({std::string(ASLD_SHARED) + "/conformance/aws-recorded"});
  int taken = 0;
  for (const Case& one : loaded.cases) {
    if (Text(one.json, "provenance") != "aws") continue;
    for (const auto& [definition, type] : TakenDefinitions(one)) {
      asl::Compiled compiled = asl::Compile(definition, type);
      compiled.not_served.clear();
      ++taken;
      EXPECT_TRUE(asl::Diagnose(compiled, asl::Severity::kError, 1).ok)
          << one.file << "\n"
          << asl::RefusalText(compiled);
    }
  }
  EXPECT_GT(taken, 500);
}

}  // namespace
}  // namespace conformance
