// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asl-validation: definitions that others call valid or invalid. Only the verdict is compared.
// Where the corpus says that a Resource is none of AWS's, what is said of Resources does not count.
#include <fmt/format.h>

#include "asl/definition.h"
#include "asl/yaml_definition.h"
#include "tests/conformance/adapters.h"

namespace conformance {
namespace {

void Describe(Case& one) {
  one.id = Text(one.json, "id");
  one.area = fmt::format("{}, {}", Text(one.json, "origin"), Text(one.json, "expect"));
  one.features = {Text(one.json, "format")};
}

// AWS's errors, one a line; empty: valid.
std::string ErrorsOf(const OrderedJson& one) {
  std::string text = Text(one, "definition");
  if (Text(one, "format") == "yaml") {
    const asl::YamlParse parsed = asl::ParseYaml(text);
    if (!parsed.value) return parsed.error.message + "\n";
    text = parsed.value->json;
  }
  const bool other_resources = one.value("non_arn_resource", false);
  std::string errors;
  for (const asl::Problem& problem : asl::Compile(text).problems) {
    if (problem.severity == asl::Severity::kWarning) continue;
    if (other_resources && problem.location.ends_with("/Resource")) continue;
    errors += fmt::format("{}: {} at {}\n", problem.code, problem.message, problem.location);
  }
  return errors;
}

Verdict Run(const Case& one) {
  Verdict verdict;
  const std::string errors = ErrorsOf(one.json);
  if (Text(one.json, "expect") == "valid") {
    ExpectEqual("a valid definition", "", errors, &verdict);
  } else if (errors.empty()) {
    verdict.differences.push_back(
        {"an invalid definition", "refused", "taken:\n" + Text(one.json, "definition")});
  }
  return verdict;
}

}  // namespace

Corpus Validation() {
  return {"asl-validation", {"definition", "format", "expect"}, Describe, Run};
}

}  // namespace conformance
