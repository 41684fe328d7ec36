// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Runs the corpus conformance/jsonpath-jayway of ASLD_SHARED: what the Jayway library answers, case
// by case. Its README says how to compare and what does not apply. Disagreements that we keep stand
// in kKept with their reason; the list may only shrink.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>

#include "asl/json.h"
#include "asl/path/path.h"
#include "asl/path/path_program.h"

namespace asl {
namespace {

const std::string kCorpus = std::string(ASLD_SHARED) + "/conformance/jsonpath-jayway/cases.jsonl";

// Case id → why we answer otherwise.
const std::map<std::string, std::string, std::less<>> kKept = {};

std::string Get(const Json& object, std::string_view key) {
  std::optional<Json> member = object.Find(key);
  return member && member->is_string() ? std::string(member->as_string()) : "";
}

// README: Jayway's own features, and accidents of white space.
bool Applies(const Json& test) {
  std::string path = Get(test, "path");
  if (path.starts_with("@") || path.find("concat(") != std::string::npos ||
      path.find("append(") != std::string::npos) {
    return false;
  }
  return path.find_first_of("\t\n\r") == std::string::npos || path.find('?') == std::string::npos;
}

bool Near(const Json& a, const Json& b) {
  if (a == b) return true;
  return a.is_number() && b.is_number() && std::abs(a.as_double() - b.as_double()) < 1e-9;
}

// Empty when we agree, else what we answered.
std::string Disagreement(const Json& test) {
  std::optional<Json> error = test.Find("error");
  std::string when = error ? Get(*error, "when") : "";
  absl::StatusOr<Path> path = Path::Compile(Get(test, "path"));
  bool refused = !path.ok() || path->root() != PathRoot::kInput;
  if (refused || when == "compile") {
    if (refused && when == "compile") return "";
    return refused ? fmt::format("refused: {}", std::string(path.status().message())) : "compiled";
  }
  if (test.Find("definite")->as_bool() != path->definite()) return "definite differs";
  // The library's answer: what AWS makes of it (asl::Evaluate) differs where nothing is found.
  Json document = *test.Find("document");
  PathVisit visit{.root = &document};
  absl::StatusOr<PathValue> found =
      EvaluateTokens(path->program(), document, MissingProperty::kPassedOver, &visit);
  if (!found.ok()) {
    bool not_found = error && Get(*error, "class") == "PathNotFoundException";
    bool same = error.has_value() && not_found == absl::IsNotFound(found.status());
    return same ? "" : fmt::format("error: {}", std::string(found.status().message()));
  }
  if (!error && Near(found->value(), *test.Find("result"))) return "";
  return fmt::format("answered {}", found->value().Compact());
}

TEST(JsonPathCorpus, AnswersAsJaywayDoes) {
  std::ifstream lines(kCorpus);
  if (!lines) GTEST_SKIP() << "NO CORPUS: " << kCorpus << " is absent, so nothing was compared";
  int compared = 0;
  int inapplicable = 0;
  for (std::string line; std::getline(lines, line);) {
    JsonParse parsed = ParseJson(line);
    ASSERT_TRUE(parsed.ok()) << parsed.error.message << ": " << line;
    const Json& test = *parsed.value;
    if (!Applies(test)) {
      ++inapplicable;
      continue;
    }
    ++compared;
    std::string id = Get(test, "id");
    std::string disagreement = Disagreement(test);
    if (kKept.contains(id)) {
      EXPECT_NE(disagreement, "") << id << ": agrees now; take it from kKept";
    } else {
      EXPECT_EQ(disagreement, "")
          << id << "\n  path " << Get(test, "path") << "\n  wanted "
          << (test.Find("error") ? *test.Find("error") : *test.Find("result")).Compact();
    }
  }
  fmt::print("compared {}, not applicable {}, kept disagreements {}\n", compared, inapplicable,
             kKept.size());
  EXPECT_GT(compared, 1000);
}

}  // namespace
}  // namespace asl
