// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/definition_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tools/aslctl/sarif.h"

namespace aslctl {
namespace {

DefinitionFile File(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + name;
  std::ofstream(path) << text;
  auto file = DefinitionFile::Read(path);
  EXPECT_TRUE(file.ok()) << file.status();
  return *std::move(file);
}

// The lines, without the directory.
std::string Findings(const DefinitionFile& file,
                     asl::MachineType type = asl::MachineType::kStandard) {
  std::string lines = ListProblems(file, file.Findings(type));
  for (size_t at; (at = lines.find(testing::TempDir())) != std::string::npos;) {
    lines.erase(at, testing::TempDir().size());
  }
  return lines;
}

TEST(DefinitionFile, JsonAndYamlHaveTheSameFindingsInTheirPlaces) {
  const std::string json =
      "{\"StartAt\": \"A\",\n \"States\": {\n  \"A\": {\"Type\": \"Fail\", \"Cause\": \"$.x\", "
      "\"Next\": \"B\"}}}\n";
  const std::string yaml =
      "StartAt: A\nStates:\n  A:\n    Type: Fail\n    Cause: $.x\n    Next: B\n";
  EXPECT_EQ(Findings(File("a.json", json)),
            "a.json:3:34: warning: The value of the field 'Cause' looks like a path, but is a "
            "text; a path would stand in the field 'CausePath' [NO_PATH] /States/A/Cause\n"
            "a.json:3:41: error: Field 'Next' is not supported [SCHEMA_VALIDATION_FAILED] "
            "/States/A\n"
            "a.json:3:49: error: Missing 'Next' target: B [MISSING_TRANSITION_TARGET] "
            "/States/A/Next\n");
  EXPECT_EQ(Findings(File("a.yaml", yaml)),
            "a.yaml:5:12: warning: The value of the field 'Cause' looks like a path, but is a "
            "text; a path would stand in the field 'CausePath' [NO_PATH] /States/A/Cause\n"
            "a.yaml:6:5: error: Field 'Next' is not supported [SCHEMA_VALIDATION_FAILED] "
            "/States/A\n"
            "a.yaml:6:11: error: Missing 'Next' target: B [MISSING_TRANSITION_TARGET] "
            "/States/A/Next\n");
  EXPECT_EQ(File("a.yaml", yaml).json(),
            R"({"StartAt":"A","States":{"A":{"Type":"Fail","Cause":"$.x","Next":"B"}}})");
}

TEST(DefinitionFile, WhatIsReadIsToldByTheNameOrTheFirstCharacter) {
  EXPECT_EQ(File("a.asl", " {\"a\": 1}").json(), " {\"a\": 1}");
  EXPECT_EQ(File("a.asl", "a: 1\n").json(), "{\"a\":1}");
  EXPECT_EQ(Findings(File("b.json", "a: 1\n")),
            "b.json:1:1: error: Unrecognized token 'a': was expecting (JSON String, Number, Array, "
            "Object or token 'null', 'true' or 'false') [INVALID_JSON_DESCRIPTION]\n");
  EXPECT_EQ(Findings(File("b.yml", "a: [1\n")).substr(0, 9), "b.yml:2:1");
  EXPECT_EQ(File("b.yml", "a: [1\n").json(), "");
}

constexpr char kActivity[] =
    "StartAt: A\nStates:\n  A:\n    Type: Task\n    End: true\n"
    "    Resource: arn:aws:states:us-east-1:123456789012:activity:check\n"
    "    Credentials: {RoleArn: r}\n";

TEST(DefinitionFile, WhatIsNotServedIsAWarningAndARefusal) {
  EXPECT_NE(Findings(File("c.yaml", kActivity))
                .find("error: The field 'Credentials' is not supported "
                      "for activities"),
            std::string::npos);
  const DefinitionFile file = File("c.yaml",
                                   "StartAt: A\nStates:\n  A:\n    Type: Task\n    End: true\n"
                                   "    Resource: arn:aws:states:::glue:startJobRun\n"
                                   "    Parameters: {JobName: j}\n");
  EXPECT_EQ(Findings(file),
            "c.yaml:6:15: warning: The service integration 'glue:startJobRun' is not supported yet "
            "[NOT_SUPPORTED_YET] /States/A/Resource\n");
  ASSERT_EQ(file.Refusals().size(), 1u);
  EXPECT_EQ(file.Refusals()[0].code, "NOT_SUPPORTED_YET");
}

TEST(DefinitionFile, TheTypeOfTheMachineCounts) {
  const std::string text =
      std::string(kActivity).substr(0, std::string(kActivity).find("    Cred"));
  EXPECT_EQ(Findings(File("d.yaml", text)), "");
  EXPECT_EQ(Findings(File("d.yaml", text), asl::MachineType::kExpress),
            "d.yaml:6:15: error: Express state machine does not support Activity ARN "
            "[SCHEMA_VALIDATION_FAILED] /States/A/Resource\n");
}

TEST(DefinitionFile, AnErrorInAnExpressionIsToldWhereItStands) {
  constexpr std::string_view kPhone =
      ": error: Reference to 'phone' at the top level is not supported. "
      "[UNSUPPORTED_JSONATA_EXPRESSION] /States/A/Output\n";
  const DefinitionFile yaml =
      File("e.yaml",
           "QueryLanguage: JSONata\nStartAt: A\nStates:\n  A:\n    Type: Pass\n    End: true\n"
           "    Output: \"{% 'a' & phone %}\"\n");
  EXPECT_NE(Findings(yaml).find(fmt::format("e.yaml:7:23{}", kPhone)), std::string::npos)
      << Findings(yaml);
  const DefinitionFile json = File(
      "e.json",
      "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\n"
      "\"Output\":\"{% \\\"a\\\" & phone %}\",\"End\":true}}}");
  EXPECT_NE(Findings(json).find(fmt::format("e.json:2:22{}", kPhone)), std::string::npos)
      << Findings(json);
  const auto sarif = ToSarif({{"e.json", json.Refusals()}});
  const auto& result = sarif["runs"][0]["results"][0];
  EXPECT_EQ(result["ruleId"], "UNSUPPORTED_JSONATA_EXPRESSION");
  EXPECT_EQ(result["locations"][0]["physicalLocation"]["region"]["startColumn"], 22);
}

TEST(Sarif, HasRulesAndPlaces) {
  asl::Problem error{.code = "SCHEMA_VALIDATION_FAILED",
                     .message = "Field 'X' is not supported",
                     .location = "/States/A",
                     .line = 3,
                     .column = 7};
  asl::Problem warning{.code = "NO_PATH", .message = "m", .severity = asl::Severity::kWarning};
  const auto sarif = ToSarif({{"./a b/ü.json", {error, warning, error}}, {"/x.yaml", {}}});
  const auto& run = sarif["runs"][0];

  EXPECT_EQ(sarif["version"], "2.1.0");
  EXPECT_EQ(run["tool"]["driver"]["name"], "aslctl");
  ASSERT_EQ(run["tool"]["driver"]["rules"].size(), 2u);
  EXPECT_EQ(run["tool"]["driver"]["rules"][1]["id"], "NO_PATH");
  EXPECT_EQ(run["tool"]["driver"]["rules"][1]["defaultConfiguration"]["level"], "warning");
  ASSERT_EQ(run["results"].size(), 3u);
  EXPECT_EQ(run["results"][2]["ruleIndex"], 0);
  EXPECT_EQ(run["results"][1]["locations"][0].count("logicalLocations"), 0u);
  EXPECT_EQ(run["results"][0].dump(),
            R"({"ruleId":"SCHEMA_VALIDATION_FAILED","ruleIndex":0,"level":"error","message":)"
            R"({"text":"Field 'X' is not supported"},"locations":[{"physicalLocation":)"
            R"({"artifactLocation":{"uri":"a%20b/%C3%BC.json"},"region":{"startLine":3,)"
            R"("startColumn":7,"endLine":3,"endColumn":8}},"logicalLocations":)"
            R"([{"fullyQualifiedName":"/States/A"}]}]})");
}

}  // namespace
}  // namespace aslctl
