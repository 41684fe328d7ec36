// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// jsonpath-jayway: what the library that AWS uses answers to a path; jsonpath-rfc9535: what plain
// selectors select. The library's own answer is compared: what AWS makes of it (asl::Evaluate)
// differs where an indefinite path finds nothing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "asl/json.h"
#include "asl/path/path.h"
#include "asl/path/path_program.h"
#include "tests/conformance/adapters.h"

namespace conformance {
namespace {

using asl::Json;

// "jayway/IssuesTest/…" → "jayway/IssuesTest"; "cts/filter, equals null" → "cts/filter".
void DescribeJayway(Case& one) {
  one.id = Text(one.json, "id");
  const size_t first = std::min(one.id.find('/'), one.id.size());
  one.area = one.id.substr(0, one.id.find_first_of("/,", first + 1));
  if (const std::string origin = Text(one.json, "origin"); !origin.empty()) {
    one.features.push_back(origin);
  }
}

void DescribeRfc(Case& one) {
  one.id = Text(one.json, "id");
  one.area = one.id.substr(0, one.id.find(','));
  one.features = Texts(one.json, "tags");
}

// Equal, or numbers that differ by less than 1e-9, at any depth.
bool Near(const Json& a, const Json& b) {
  if (a == b) return true;
  if (a.is_number() && b.is_number()) return std::abs(a.as_double() - b.as_double()) < 1e-9;
  if (!a.is_array() || !b.is_array() || a.size() != b.size()) return false;
  auto items = b.items();
  auto other = items.begin();
  for (Json item : a.items()) {
    if (!Near(item, *other)) return false;
    ++other;
  }
  return true;
}

// What compiling and evaluating answers: a value, or when and as what it fails.
struct Answer {
  std::optional<bool> definite;  // nullopt: it does not compile
  std::optional<Json> value;
  std::string error;  // "compile", "evaluate", "evaluate PathNotFoundException"
  std::string reason;

  std::string Shown() const {
    if (value) return fmt::format("definite {}\n{}", *definite, value->Compact());
    return definite ? fmt::format("definite {}\nerror {}", *definite, error) : "error " + error;
  }
};

Answer Ask(const std::string& text, const std::optional<Json>& document) {
  absl::StatusOr<asl::Path> path = asl::Path::Compile(text);
  if (!path.ok() || path->root() != asl::PathRoot::kInput) {
    return {.error = "compile", .reason = std::string(path.status().message())};
  }
  if (!document) return {.definite = path->definite(), .error = "", .reason = "it compiles"};
  asl::PathVisit visit{.root = &*document};
  absl::StatusOr<asl::PathValue> found =
      asl::EvaluateTokens(path->program(), *document, asl::MissingProperty::kPassedOver, &visit);
  if (found.ok()) return {.definite = path->definite(), .value = found->value()};
  const bool missing = absl::IsNotFound(found.status());
  return {.definite = path->definite(),
          .error = missing ? "evaluate PathNotFoundException" : "evaluate",
          .reason = std::string(found.status().message())};
}

Answer Expected(const Json& test) {
  Answer expected;
  if (std::optional<Json> definite = test.Find("definite")) expected.definite = definite->as_bool();
  expected.value = test.Find("result");
  if (std::optional<Json> error = test.Find("error")) {
    expected.error = std::string(error->Find("when")->as_string());
    // Other class names are informative only.
    const bool missing = error->Find("class")->as_string() == "PathNotFoundException";
    if (missing) expected.error += " PathNotFoundException";
    if (expected.error.starts_with("compile")) return {.error = "compile"};
  }
  return expected;
}

Verdict RunJayway(const Case& one) {
  Verdict verdict;
  const asl::JsonParse test = asl::ParseJson(one.text);
  if (!test.ok()) {
    verdict.differences.push_back({"the case", "JSON", test.error.message});
    return verdict;
  }
  const Answer expected = Expected(*test.value);
  const Answer found =
      Ask(std::string(test.value->Find("path")->as_string()), test.value->Find("document"));
  const bool near = expected.value && found.value && expected.definite == found.definite &&
                    Near(*expected.value, *found.value);
  if (!near && expected.Shown() != found.Shown()) {
    verdict.differences.push_back({fmt::format("{}: {}", Text(one.json, "path"), found.reason),
                                   expected.Shown(), found.Shown()});
  }
  ++verdict.compared[expected.error.empty() ? "value" : expected.error];
  return verdict;
}

// A definite path's value is a list of one; that it finds nothing is an empty list.
Verdict RunRfc(const Case& one) {
  Verdict verdict;
  const Json test = *asl::ParseJson(one.text).value;
  const Answer found = Ask(std::string(test.Find("selector")->as_string()), test.Find("document"));
  std::string shown = found.Shown();
  if (found.value) {
    shown = *found.definite ? fmt::format("[{}]", found.value->Compact()) : found.value->Compact();
  } else if (found.error == "evaluate PathNotFoundException") {
    shown = "[]";
  }
  const std::optional<Json> results = test.Find("results");  // any one of these
  const std::optional<Json> result = test.Find("result");
  std::vector<Json> wanted;
  if (result) wanted.push_back(*result);
  if (results) {
    for (Json order : results->items()) wanted.push_back(order);
  }
  const asl::JsonParse got = asl::ParseJson(shown);
  const bool selected = got.ok() && std::any_of(wanted.begin(), wanted.end(),
                                                [&](const Json& w) { return Near(w, *got.value); });
  if (!selected) {
    verdict.differences.push_back(
        {Text(one.json, "selector"), wanted.empty() ? "refused" : wanted.front().Compact(), shown});
  }
  return verdict;
}

}  // namespace

Corpus JaywayPaths() { return {"jsonpath-jayway", {"path", "origin"}, DescribeJayway, RunJayway}; }

Corpus Rfc9535Paths() { return {"jsonpath-rfc9535", {"selector"}, DescribeRfc, RunRfc}; }

}  // namespace conformance
