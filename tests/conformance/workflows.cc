// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asl-workflows: definitions of real projects, with their placeholders filled in as the corpus'
// README says. Each should be taken by AWS; what is not served yet does not count.
#include <fmt/format.h>

#include <functional>
#include <regex>

#include "asl/definition.h"
#include "asl/yaml_definition.h"
#include "tests/conformance/adapters.h"

namespace conformance {
namespace {

void Describe(Case& one) {
  one.id = Text(one.json, "id");
  one.area = fmt::format("{}, {}", Text(one.json, "query_language"), Text(one.json, "format"));
  one.features = Texts(one.json, "features");
}

std::string Replaced(const std::string& text, const std::regex& what,
                     const std::function<std::string(const std::smatch&)>& with) {
  std::string out;
  auto from = text.cbegin();
  for (std::sregex_iterator it(text.begin(), text.end(), what), end; it != end; ++it) {
    out.append(from, text.cbegin() + it->position());
    out += with(*it);
    from = text.cbegin() + it->position() + it->length();
  }
  return out.append(from, text.cend());
}

// Comments in lines of their own, and commas before a closing bracket.
std::string WithoutExtras(const std::string& text) {
  static const std::regex kComment(R"(\n[ \t]*//[^\n]*)");
  static const std::regex kComma(R"(,(\s*[}\]]))");
  return std::regex_replace(std::regex_replace(text, kComment, ""), kComma, "$1");
}

// A function, unless the name tells of something else.
std::string ResourceFor(const std::string& name) {
  static const std::regex kItem("(Put|Get|Update|Delete)Item");
  static const std::regex kOdd("[^A-Za-z0-9_]");
  std::smatch action;
  if (std::regex_search(name, action, kItem)) {
    std::string item = action.str();
    item[0] = static_cast<char>(std::tolower(item[0]));
    return "arn:aws:states:::dynamodb:" + item;
  }
  return "arn:aws:lambda:us-east-1:123456789012:function:" + std::regex_replace(name, kOdd, "_");
}

std::string ValueFor(const std::string& name) {
  if (name == "AWS::Partition" || name == "Partition" || name == "partition") return "aws";
  if (name == "AWS::Region" || name == "REGION" || name == "region") return "us-east-1";
  if (name == "AWS::AccountId") return "123456789012";
  static const std::regex kOdd("[^A-Za-z0-9_]");
  return std::regex_replace(name, kOdd, "_");
}

std::string FilledIn(std::string text) {
  static const std::regex kResource(R"re(("Resource"\s*:\s*")\$\{([^}]*)\}")re");
  static const std::regex kBare(R"((:\s*)\$\{[^}]*\}(\s*[,}\]]))");
  static const std::regex kInExpression(R"((\{%\s*)\$\{[^}]*\})");
  static const std::regex kPlaceholder(R"(\$\{([^}]*)\})");
  text = Replaced(text, kResource,
                  [](const std::smatch& m) { return m.str(1) + ResourceFor(m.str(2)) + "\""; });
  text = Replaced(text, kBare, [](const std::smatch& m) { return m.str(1) + "1" + m.str(2); });
  text = Replaced(text, kInExpression, [](const std::smatch& m) { return m.str(1) + "1"; });
  return Replaced(text, kPlaceholder, [](const std::smatch& m) { return ValueFor(m.str(1)); });
}

Verdict Run(const Case& one) {
  Verdict verdict;
  std::string text = Text(one.json, "definition");
  if (Text(one.json, "parse") == "relaxed") text = WithoutExtras(text);
  if (Text(one.json, "format") == "yaml") {
    const asl::YamlParse parsed = asl::ParseYaml(text);
    if (!parsed.value) {
      verdict.differences.push_back({"YAML", "", parsed.error.message});
      return verdict;
    }
    text = parsed.value->json;
  }
  asl::Compiled compiled = asl::Compile(FilledIn(text));
  ++verdict.compared[compiled.not_served.empty() ? "served" : "valid, not served yet"];
  compiled.not_served.clear();
  const bool ok = asl::Diagnose(compiled, asl::Severity::kError, 1).ok;
  ExpectEqual("its definition", "", ok ? "" : asl::RefusalText(compiled), &verdict);
  return verdict;
}

}  // namespace

Corpus Workflows() { return {"asl-workflows", {"definition", "repo", "parse"}, Describe, Run}; }

}  // namespace conformance
