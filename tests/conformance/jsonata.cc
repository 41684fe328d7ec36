// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Cases of JSONata's own test suite: an expression, what it is given, and one outcome. The input
// may be a file that the case names, in the folder `datasets` beside its own.
#include "asl/jsonata/jsonata.h"

#include <fmt/format.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "tests/conformance/adapters.h"

namespace conformance {
namespace {

using asl::jsonata::Compile;
using asl::jsonata::Environment;
using asl::jsonata::Error;
using asl::jsonata::Evaluation;

// The suite compares with today's date in places; any day will do if the texts agree on it.
constexpr int64_t kNowMs = 1'780'000'000'000;

struct Outcome {
  Evaluation evaluation;
  bool compiled = true;
};

// Half a surrogate pair cannot stand in JSON that we read; within an expression its escape means
// the same.
OrderedJson Reparsed(const std::string& text) {
  static const std::regex kEscapes(
      R"((\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|(\\u[dD][89a-fA-F]..))");
  std::string out;
  auto from = text.begin();
  for (std::sregex_iterator at(text.begin(), text.end(), kEscapes), end; at != end; ++at) {
    out.append(from, (*at)[0].first);
    out += (*at)[2].matched ? "\\" + at->str() : at->str();
    from = (*at)[0].second;
  }
  out.append(from, text.end());
  return OrderedJson::parse(out);
}

std::optional<std::string> InputOf(const Case& one) {
  const auto dataset = one.json.find("dataset");
  if (dataset == one.json.end()) {
    return one.json.contains("data") ? std::optional(one.json["data"].dump()) : std::nullopt;
  }
  if (!dataset->is_string()) return std::nullopt;
  const std::string name = "datasets/" + dataset->get<std::string>() + ".json";
  std::ifstream in(one.file.parent_path() / name);
  if (!in) in.open(std::string(ASLD_SHARED) + "/conformance/jsonata/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::optional<asl::Json> Parse(const std::optional<std::string>& text) {
  return text ? asl::ParseJson(*text).value : std::nullopt;
}

Outcome Run(const Case& one, const OrderedJson& json) {
  Outcome outcome;
  auto compiled = Compile(Text(json, "expr"));
  if (Error* error = std::get_if<Error>(&compiled)) {
    outcome.compiled = false;
    outcome.evaluation.error = std::move(*error);
    return outcome;
  }
  const std::optional<asl::Json> input = Parse(InputOf(one));
  const OrderedJson bindings = json.value("bindings", OrderedJson::object());
  Environment environment;
  environment.input = input ? &*input : nullptr;
  environment.now_ms = kNowMs;
  environment.variables = [&](std::string_view name) -> std::optional<asl::jsonata::Variable> {
    const auto found = bindings.find(std::string(name));
    if (found == bindings.end()) return std::nullopt;
    return asl::jsonata::Variable(*asl::ParseJson(found->dump()).value);
  };
  if (json.contains("depth") && json.contains("timelimit")) {
    environment.limits.depth_max = json["depth"].get<int>();
  }
  outcome.evaluation = Evaluate(*std::get<0>(compiled), environment);
  return outcome;
}

std::string Shown(const Evaluation& evaluation) {
  if (evaluation.error) {
    return fmt::format("{}: {}", evaluation.error->code, evaluation.error->message);
  }
  return evaluation.value ? evaluation.value->Compact() : "undefined";
}

// `token` names a function under another name where the suite has it so.
void CompareError(const OrderedJson& expected, const Error& found, Verdict* verdict) {
  for (const auto& [field, value] : expected.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (field == "code") ExpectEqual("code", text, found.code, verdict);
    if (field == "message") ExpectEqual("message", text, found.message, verdict);
    if (field == "token") ExpectEqual("token", text, found.token, verdict);
    if (field == "functionName") ExpectEqual("token", text, found.token, verdict);
    if (field == "position") ExpectEqual("position", text, std::to_string(found.position), verdict);
  }
}

Verdict RunJsonata(const Case& one) {
  Verdict verdict;
  const OrderedJson json = Reparsed(one.text);
  const Outcome outcome = Run(one, json);
  const Evaluation& found = outcome.evaluation;
  if (json.contains("code")) {
    const std::string code = Text(json, "code");
    ExpectEqual("outcome", code, found.error ? found.error->code : Shown(found), &verdict);
    if (json.contains("token") && !outcome.compiled) {
      ExpectEqual("token", Text(json, "token"), found.error->token, &verdict);
    }
  } else if (json.contains("error")) {
    if (found.error) {
      CompareError(json["error"], *found.error, &verdict);
    } else {
      ExpectEqual("outcome", json["error"].dump(), Shown(found), &verdict);
    }
  } else if (json.contains("result")) {
    // Unordered, and numbers by value.
    const auto expected = nlohmann::json::parse(json["result"].dump());
    const bool same = found.value && nlohmann::json::parse(found.value->Compact()) == expected;
    if (!same) ExpectEqual("outcome", json["result"].dump(), Shown(found), &verdict);
  } else {
    ExpectEqual("outcome", "undefined", Shown(found), &verdict);
  }
  return verdict;
}

void DescribeJsonata(Case& one) {
  one.id = Text(one.json, "id");
  one.area = "jsonata";
  one.features = {Text(one.json, "group")};
}

}  // namespace

Corpus Jsonata() { return {"jsonata", {"expr", "group"}, DescribeJsonata, RunJsonata}; }

}  // namespace conformance
