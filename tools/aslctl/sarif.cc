// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

struct Rule {
  std::string_view code;
  std::string_view text;
};

constexpr std::array kRules = std::to_array<Rule>({
    {"SCHEMA_VALIDATION_FAILED", "A field is missing, unknown or has a wrong value"},
    {"INVALID_JSON_DESCRIPTION", "The definition is not JSON"},
    {"INVALID_YAML", "The definition is not YAML that can be read"},
    {"MISSING_TRANSITION_TARGET", "A transition leads nowhere, or a state cannot be reached"},
    {"MISSING_END_STATE", "No state ends the workflow"},
    {"DUPLICATE_STATE_NAME", "Two states have one name"},
    {"INVALID_STATE_NAME", "The name of a state is empty or too long"},
    {"DUPLICATE_LABEL_NAME", "Two Maps have one Label"},
    {"INVALID_LABEL_NAME", "A Label is empty, too long or has a forbidden character"},
    {"DUPLICATE_VARIABLE_NAME", "A variable of an outer scope is assigned in an inner one"},
    {"INVALID_JSONATA_EXPRESSION", "A text in {% %} is no expression of JSONata"},
    {"UNSUPPORTED_JSONATA_EXPRESSION", "An expression reads what does not exist where it stands"},
    {"NO_DOLLAR", "A value looks like a path, but its field does not end in .$"},
    {"NO_PATH", "A value looks like a path, but its field does not end in Path"},
    {"PASS_RESULT_IS_STATIC", "The Result of a Pass looks like a path, but is a text"},
    {"NOT_SUPPORTED_YET", "A valid feature that asld does not serve yet"},
    {"CALLBACK_WITHOUT_TIMEOUT", "A Task may wait for its token for a year"},
    {"LAMBDA_WITHOUT_RETRY", "A Task does not try again after transient errors of Lambda"},
    {"NEVER_MATCHES", "A Retrier or Catcher will never take an error"},
    {"PAYLOAD_TOO_LARGE", "A value is larger than a state may be given"},
    {"UNKNOWN_VARIABLE", "A variable is read that no state assigns"},
    {"UNREADABLE_VARIABLE", "A variable has a name that nothing can read"},
    {"OTHER_LANGUAGE", "A text or key is meant for the other query language"},
    {"HISTORY_TOO_LONG", "The history of an execution is likely to outgrow its limit"},
});

std::string_view TextOf(std::string_view code) {
  const auto* rule =
      std::find_if(kRules.begin(), kRules.end(), [&](const Rule& r) { return r.code == code; });
  return rule == kRules.end() ? code : rule->text;
}

std::string_view LevelOf(const asl::Problem& problem) {
  return problem.severity == asl::Severity::kError ? "error" : "warning";
}

// A path as a URI: relative ones stay so, which is what GitHub wants.
std::string UriOf(std::string_view path) {
  if (path == "-") path = "stdin";
  while (path.starts_with("./")) path.remove_prefix(2);
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("/-._~").find(c) != std::string_view::npos;
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

Json RuleJson(const asl::Problem& problem) {
  const Json text = {{"text", TextOf(problem.code)}};
  return Json{{"id", problem.code},
              {"shortDescription", text},
              {"fullDescription", text},
              {"help", text},
              {"defaultConfiguration", {{"level", LevelOf(problem)}}}};
}

Json ResultJson(const std::string& path, const asl::Problem& problem, size_t rule) {
  const int line = std::max(problem.line, 1);
  const int column = std::max(problem.column, 1);
  Json location = {{"physicalLocation",
                    {{"artifactLocation", {{"uri", UriOf(path)}}},
                     {"region",
                      {{"startLine", line},
                       {"startColumn", column},
                       {"endLine", line},
                       {"endColumn", column + 1}}}}}};
  if (problem.location.starts_with('/')) {
    location["logicalLocations"] = {{{"fullyQualifiedName", problem.location}}};
  }
  return Json{{"ruleId", problem.code},
              {"ruleIndex", rule},
              {"level", LevelOf(problem)},
              {"message", {{"text", problem.message}}},
              {"locations", Json::array({location})}};
}

}  // namespace

Json ToSarif(const std::vector<FileFindings>& files) {
  Json rules = Json::array();
  Json results = Json::array();
  for (const FileFindings& file : files) {
    for (const asl::Problem& problem : file.problems) {
      size_t rule = 0;
      while (rule < rules.size() && rules[rule]["id"] != problem.code) ++rule;
      if (rule == rules.size()) rules.push_back(RuleJson(problem));
      results.push_back(ResultJson(file.path, problem, rule));
    }
  }
  const Json driver = {{"name", "aslctl"}, {"rules", rules}};
  return Json{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
              {"version", "2.1.0"},
              {"runs", Json::array({{{"tool", {{"driver", driver}}},
                                     {"columnKind", "unicodeCodePoints"},
                                     {"results", results}}})}};
}

}  // namespace aslctl
