// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Runs the corpus conformance/asl-exec of ASLD_SHARED as far as values go: paths, templates, the
// steps of the data flow, and the rules of Choice states. What needs a feature that is not served
// yet is counted, not compared.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "asl/choice.h"
#include "asl/dataflow.h"

namespace asl {
namespace {

const std::string kCorpus = std::string(ASLD_SHARED) + "/conformance/asl-exec/cases.jsonl";

// Disagreements that we keep: where the value at an operator's path is of another type, that
// interpreter fails. AWS's recordings (boolean_equals_path) show false for a mismatched Variable;
// the other side is not recorded, and one rule for both is the simpler guess.
bool Kept(std::string_view id) {
  return id.starts_with("aws-local-stepfunctions/choice/wrong-type/") && id.find("Path") != id.npos;
}

struct Answer {
  enum class Kind { kOutput, kNext, kError, kNotServed };
  Kind kind = Kind::kNotServed;
  std::string text;  // compact output, name of the next state, or the error's cause
};

Answer Output(const OrError<Lazy>& lazy) {
  if (!lazy.ok()) return {Answer::Kind::kError, lazy.error().cause.value_or("")};
  return {Answer::Kind::kOutput, (**(*lazy).Parsed()).Compact()};
}

Answer Refused(const absl::Status& status) {
  return {Answer::Kind::kError, std::string(status.message())};
}

std::string Name(const Json& object, std::string_view key) {
  std::optional<Json> member = object.Find(key);
  return member && member->is_string() ? std::string(member->as_string()) : "";
}

Answer FillTemplate(const Json& tmpl, const Lazy& input, ContextObject& context) {
  Template::Compiled compiled = Template::Compile(tmpl);
  for (const TemplateProblem& problem : compiled.problems) {
    if (problem.kind == TemplateProblem::Kind::kNotServedYet) return {};
  }
  if (!compiled.value) return {Answer::Kind::kError, compiled.problems[0].message};
  return Output(ApplyTemplate(*compiled.value, input, context));
}

Answer ApplyPath(const Json& test, const Lazy& input, ContextObject& context) {
  std::optional<Json> path = test.Find("path");
  absl::StatusOr<PathField> field = path ? CompilePathField(*path) : PathField{};
  if (!field.ok()) return Refused(field.status());
  return Output(ApplyPathField(*field, input, context));
}

Answer MergeResult(const Json& test, const Lazy& input) {
  std::optional<Json> path = test.Find("path");
  absl::StatusOr<ResultPathField> field = path ? CompileResultPath(*path) : ResultPathField{};
  if (!field.ok()) return Refused(field.status());
  return Output(ApplyResultPath(*field, input, Lazy::FromText(test.Find("result")->Compact())));
}

Answer Choose(const Json& state, const Lazy& input, ContextObject& context) {
  for (const Json rule : state.Find("Choices")->items()) {
    Condition::Compiled compiled = Condition::Compile(rule);
    if (!compiled.value) return {Answer::Kind::kError, compiled.problems[0].message};
    OrError<bool> holds = compiled.value->Evaluate(input, context);
    if (!holds.ok()) return {Answer::Kind::kError, holds.error().cause.value_or("")};
    if (*holds) return {Answer::Kind::kNext, Name(rule, "Next")};
  }
  std::string fallback = Name(state, "Default");
  if (fallback.empty()) return {Answer::Kind::kError, "no rule matched"};
  return {Answer::Kind::kNext, fallback};
}

Answer AnswerTo(const Json& test) {
  Lazy input = Lazy::FromText(test.Find("input")->Compact());
  std::optional<Json> given = test.Find("context");
  ContextObject context([&] { return given ? given->Compact() : std::string("{}"); });
  std::string kind = Name(test, "kind");
  if (kind == "payload-template") return FillTemplate(*test.Find("template"), input, context);
  if (kind == "path" || kind == "input-path" || kind == "output-path") {
    return ApplyPath(test, input, context);
  }
  if (kind == "result-path") return MergeResult(test, input);
  if (kind == "state" && Name(*test.Find("state"), "Type") == "Choice") {
    return Choose(*test.Find("state"), input, context);
  }
  return {};
}

bool Agrees(const Answer& answer, const Json& expect) {
  if (expect.Find("error")) return answer.kind == Answer::Kind::kError;
  if (answer.kind == Answer::Kind::kNext) return answer.text == Name(expect, "next");
  return answer.kind == Answer::Kind::kOutput &&
         *ParseJson(answer.text).value == *expect.Find("output");
}

TEST(ExecCorpus, ValuesAnswerAsOtherInterpretersTestsExpect) {
  std::ifstream lines(kCorpus);
  if (!lines) GTEST_SKIP() << "NO CORPUS: " << kCorpus << " is absent, so nothing was compared";
  int compared = 0;
  int later = 0;
  int kept = 0;
  for (std::string line; std::getline(lines, line);) {
    JsonParse test = ParseJson(line);
    ASSERT_TRUE(test.ok()) << line;
    Answer answer = AnswerTo(*test.value);
    if (answer.kind == Answer::Kind::kNotServed) {
      ++later;
      continue;
    }
    ++compared;
    kept += Kept(Name(*test.value, "id")) ? 1 : 0;
    std::string id = Name(*test.value, "id");
    EXPECT_NE(Agrees(answer, *test.value->Find("expect")), Kept(id))
        << id << "\n  wanted " << test.value->Find("expect")->Compact() << "\n  answered "
        << answer.text;
  }
  fmt::print("compared {}, waiting for features {}, kept disagreements {}\n", compared, later,
             kept);
  EXPECT_GT(compared, 100);
}

}  // namespace
}  // namespace asl
