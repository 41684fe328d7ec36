// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Definitions that others call valid or invalid, and definitions of real projects, from the
// conformance corpora. What is refused only because it is not served yet counts as accepted; a
// Resource that is no ARN is refused by AWS too.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "asl/definition.h"

namespace asl {
namespace {

// Each with its reason; the list may only shrink.
const std::map<std::string, std::string> kDisagreements = {
    {"asl-validator/valid-path-array-context", "Jayway, AWS's library, refuses $[(@.length-1)]"},
    {"asl-validator/valid-task-intrisic-function", "its Resource is CloudFormation's {\"Ref\":…}"},
    {"aws-samples/aws-stepfunctions-examples:sam/app-dataquality-using-lambda/statemachine/"
     "dataquality.asl.json",
     "an unquoted literal in a filter"},
    {"aws-samples/step-functions-workflows-collection:textract-analyze-expense-tf/statemachine/"
     "statemachine.asl.json",
     "an unquoted literal in a filter"},
    {"aws-samples/step-functions-workflows-collection:shared-fallback-state-jsonata/statemachine/"
     "statemachine.asl.json",
     "QueryLanguage stands among the states"},
};

// The first problem that is not about features to come, or about a Resource; empty when there is
// none.
std::string Refusal(const std::string& definition) {
  for (const Problem& p : Compile(definition).problems) {
    if (p.code == "NOT_SUPPORTED_YET" || p.message == "Value is not a valid resource ARN") continue;
    return fmt::format("{}: {} at {}", p.code, p.message, p.location);
  }
  return "";
}

bool NotServedYet(const std::string& definition) {
  for (const Problem& p : Compile(definition).problems) {
    if (p.code == "NOT_SUPPORTED_YET") return true;
  }
  return false;
}

class Corpus : public testing::Test {
 protected:
  // Calls `check(case)` for each JSON case; it answers what is wrong, or nothing.
  template <class F>
  void ForEach(const std::string& file, const F& check) {
    const std::string path = std::string(ASLD_SHARED) + "/conformance/" + file;
    std::ifstream lines(path);
    if (!lines) GTEST_SKIP() << "NO CORPUS: " << path << " is absent, so nothing was compared";
    for (std::string line; std::getline(lines, line);) {
      const auto one = nlohmann::json::parse(line);
      if (one["format"] != "json") continue;
      const std::string id = one["id"];
      const std::string wrong = check(one);
      ++compared_;
      EXPECT_EQ(!wrong.empty(), kDisagreements.count(id) != 0) << id << "\n" << wrong;
    }
    std::cout << fmt::format("{}: {} cases, {} of them wait for features\n", file, compared_,
                             later_);
  }

  int compared_ = 0;
  int later_ = 0;
};

TEST_F(Corpus, OthersVerdictsAreOurs) {
  ForEach("asl-validation/cases.jsonl", [this](const nlohmann::json& one) -> std::string {
    const std::string definition = one["definition"];
    if (one.contains("remark")) return "";  // other dialects: see the corpus' README
    const std::string refusal = Refusal(definition);
    if (NotServedYet(definition)) ++later_;
    if (one["expect"] == "valid") return refusal;
    return refusal.empty() && Compile(definition).problems.empty() ? "accepted: " + definition : "";
  });
}

TEST_F(Corpus, RealDefinitionsAreAccepted) {
  ForEach("asl-workflows/definitions.jsonl", [this](const nlohmann::json& one) -> std::string {
    if (one["parse"] != "strict") return "";  // templates of other tools, no JSON
    const auto& definition = one["definition"];
    const std::string text =
        definition.is_string() ? definition.get<std::string>() : definition.dump();
    if (NotServedYet(text)) ++later_;
    return Refusal(text);
  });
}

}  // namespace
}  // namespace asl
