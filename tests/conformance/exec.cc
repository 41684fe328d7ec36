// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asl-exec: paths, templates, intrinsic functions and single states with their outcome, after other
// interpreters' tests. Those believe what AWS does, so an error's name counts for nothing but that
// there is one.
#include <fmt/format.h>

#include "asl/dataflow.h"
#include "asl/definition.h"
#include "asl/expression.h"
#include "asl/template.h"
#include "asl/test_driver.h"
#include "tests/conformance/adapters.h"

namespace conformance {
namespace {

using asl::Json;
using asl::Lazy;

constexpr std::string_view kStateUnderTest = "The state under test";

void DescribeExec(Case& one) {
  one.id = Text(one.json, "id");
  one.area = Text(one.json, "kind");
  one.features.push_back(Text(one.json, "origin"));
  if (const auto state = one.json.find("state"); state != one.json.end()) {
    one.features.push_back(fmt::format("state {}", Text(*state, "Type")));
  }
}

struct Answer {
  std::string output;  // compact JSON, or empty
  std::string next;
  std::string error;  // any text says that it failed
};

Answer Failed(std::string_view why) { return {.error = why.empty() ? "?" : std::string(why)}; }

Answer Output(const asl::OrError<Lazy>& lazy) {
  if (!lazy.ok()) return Failed(lazy.error().cause.value_or(""));
  const asl::OrError<const Json*> parsed = (*lazy).Parsed();
  return parsed.ok() ? Answer{.output = (**parsed).Compact()} : Failed("no JSON");
}

Answer Refused(const absl::Status& status) { return Failed(std::string(status.message())); }

Answer FillTemplate(const Json& tmpl, const Lazy& input, asl::ContextObject& context) {
  asl::Template::Compiled compiled = asl::Template::Compile(tmpl);
  if (!compiled.value) return Failed(compiled.problems[0].message);
  return Output(ApplyTemplate(*compiled.value, input, context));
}

// As the value of a `.$` field.
Answer Call(const Json& test, const Lazy& input, asl::ContextObject& context) {
  absl::StatusOr<asl::Expression> expression =
      asl::Expression::Compile(test.Find("expr")->as_string());
  if (!expression.ok()) return Refused(expression.status());
  asl::OrError<Json> found = expression->Evaluate(input, context);
  if (!found.ok()) return Failed(found.error().cause.value_or(""));
  return {.output = (*found).Compact()};
}

Answer ApplyPath(const Json& test, const Lazy& input, asl::ContextObject& context) {
  std::optional<Json> path = test.Find("path");
  absl::StatusOr<asl::PathField> field =
      path ? asl::CompilePathField(*path) : absl::StatusOr<asl::PathField>(asl::PathField{});
  if (!field.ok()) return Refused(field.status());
  return Output(ApplyPathField(*field, input, context));
}

Answer MergeResult(const Json& test, const Lazy& input) {
  std::optional<Json> path = test.Find("path");
  absl::StatusOr<asl::ResultPathField> field =
      path ? asl::CompileResultPath(*path)
           : absl::StatusOr<asl::ResultPathField>(asl::ResultPathField{});
  if (!field.ok()) return Refused(field.status());
  return Output(ApplyResultPath(*field, input, Lazy::FromText(test.Find("result")->Compact())));
}

void AddTargets(const Json& value, std::map<std::string, bool>* targets) {
  for (const asl::JsonMember& member : value.members()) {
    if ((member.key == "Next" || member.key == "Default") && member.value.is_string()) {
      (*targets)[std::string(member.value.as_string())] = true;
    } else if (member.key == "Choices" || member.key == "Catch") {
      for (Json rule : member.value.items()) AddTargets(rule, targets);
    }
  }
}

// The state alone, with the states that it names as its targets, which succeed.
std::string Machine(const Json& state) {
  std::map<std::string, bool> targets;
  AddTargets(state, &targets);
  asl::JsonWriter out;
  out.BeginObject().Key("StartAt").String(kStateUnderTest).Key("States").BeginObject();
  out.Key(kStateUnderTest).Value(state);
  for (const auto& [name, named] : targets) {
    out.Key(name).BeginObject().Key("Type").String("Succeed").EndObject();
  }
  return out.EndObject().EndObject().Take();
}

// The state entered after the first one is where it leads.
std::string NextState(const asl::TestDriver& driver) {
  int entered = 0;
  for (const asl::HistoryEvent& event : driver.events()) {
    const bool entering = EventTypeName(event.type).ends_with("StateEntered");
    if (entering && ++entered == 2) return event.name;
  }
  return "";
}

Answer RunState(const Json& state, const std::string& input) {
  const asl::Compiled machine = asl::Compile(Machine(state));
  if (machine.program == nullptr) return Failed(machine.problems.front().message);
  asl::TestDriver driver(machine.program, {});
  driver.Start(input);
  while (!driver.ended() && driver.FireNext()) {
  }
  if (!driver.ended()) return Failed("it waits for a worker");
  if (driver.end().status != asl::ExecutionStatus::kSucceeded) {
    return Failed(driver.end().error.cause.value_or(driver.end().error.name.value_or("")));
  }
  return {.output = driver.Output(), .next = NextState(driver)};
}

Answer AnswerTo(const Json& test, std::string_view kind) {
  const std::string input_text = test.Find("input")->Compact();
  Lazy input = Lazy::FromText(input_text);
  const asl::Draw draw = [] { return 0.5; };
  std::optional<Json> given = test.Find("context");
  asl::ContextObject context([&](bool) { return given ? given->Compact() : std::string("{}"); },
                             &draw);
  if (kind == "payload-template") return FillTemplate(*test.Find("template"), input, context);
  if (kind == "intrinsic") return Call(test, input, context);
  if (kind == "path" || kind == "input-path" || kind == "output-path") {
    return ApplyPath(test, input, context);
  }
  if (kind == "result-path") return MergeResult(test, input);
  if (kind == "state") return RunState(*test.Find("state"), input_text);
  return Failed(fmt::format("the kind {} is not known", kind));
}

bool SameJson(const std::string& a, const Json& b) {
  const asl::JsonParse parsed = asl::ParseJson(a);
  return parsed.ok() && *parsed.value == b;
}

Verdict RunExec(const Case& one) {
  Verdict verdict;
  const Json test = *asl::ParseJson(one.text).value;
  const Json expect = *test.Find("expect");
  const Answer answer = AnswerTo(test, Text(one.json, "kind"));
  if (std::optional<Json> error = expect.Find("error")) {
    if (answer.error.empty()) {
      verdict.differences.push_back({"outcome", "error " + error->Compact(), answer.output});
    }
    return verdict;
  }
  std::optional<Json> output = expect.Find("output");
  if (output && !SameJson(answer.output, *output)) {
    verdict.differences.push_back({"output", output->Compact(),
                                   answer.error.empty() ? answer.output : "error " + answer.error});
  }
  if (std::optional<Json> next = expect.Find("next")) {
    ExpectEqual("next state", std::string(next->as_string()),
                answer.error.empty() ? answer.next : "error " + answer.error, &verdict);
  }
  return verdict;
}

}  // namespace

Corpus Exec() { return {"asl-exec", {"kind", "origin", "expect"}, DescribeExec, RunExec}; }

}  // namespace conformance
