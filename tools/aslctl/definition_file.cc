// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/definition_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "asl/advice.h"
#include "tools/aslctl/arguments.h"

namespace aslctl {
namespace {

bool LooksLikeYaml(const std::string& path, const std::string& text) {
  if (path.ends_with(".yaml") || path.ends_with(".yml")) return true;
  if (path.ends_with(".json")) return false;
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string::npos && text[first] != '{' && text[first] != '[';
}

void Append(std::vector<asl::Problem> from, std::vector<asl::Problem>* to) {
  to->insert(to->end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

absl::StatusOr<DefinitionFile> DefinitionFile::Read(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return FromText(path, *std::move(text));
}

DefinitionFile DefinitionFile::FromText(const std::string& path, std::string text) {
  DefinitionFile file;
  file.path_ = path;
  file.text_ = std::move(text);
  if (!LooksLikeYaml(path, file.text_)) {
    file.json_ = file.text_;
    return file;
  }
  asl::YamlParse parsed = asl::ParseYaml(file.text_);
  file.yaml_ = std::move(parsed.value);
  if (!file.yaml_) file.yaml_error_ = std::move(parsed.error);
  return file;
}

std::vector<asl::Problem> DefinitionFile::Placed(std::vector<asl::Problem> problems) const {
  if (yaml_) yaml_->Relocate(text_, &problems);
  std::stable_sort(
      problems.begin(), problems.end(),
      [](const asl::Problem& a, const asl::Problem& b) { return a.offset < b.offset; });
  return problems;
}

std::vector<asl::Problem> DefinitionFile::Refusals() const {
  if (yaml_error_) return {*yaml_error_};
  asl::Compiled compiled = asl::Compile(json());
  if (compiled.program != nullptr) return {};
  std::erase_if(compiled.problems, [](const asl::Problem& problem) {
    return problem.severity == asl::Severity::kWarning;
  });
  return Placed(std::move(compiled.problems.empty() ? compiled.not_served : compiled.problems));
}

std::vector<asl::Problem> DefinitionFile::Findings(asl::MachineType type) const {
  if (yaml_error_) return {*yaml_error_};
  asl::Compiled compiled = asl::Compile(json(), type);
  std::vector<asl::Problem> findings = std::move(compiled.problems);
  for (asl::Problem& problem : compiled.not_served) problem.severity = asl::Severity::kWarning;
  Append(std::move(compiled.not_served), &findings);
  Append(asl::Advise(json()), &findings);
  return Placed(std::move(findings));
}

std::string ListProblems(const DefinitionFile& file, const std::vector<asl::Problem>& problems) {
  std::string lines;
  for (const asl::Problem& problem : problems) {
    // What AWS adds in a second line is where the text is wrong: that stands in front.
    const std::string text = problem.message.substr(0, problem.message.find('\n'));
    const bool where = problem.location.starts_with('/');
    lines += fmt::format("{}:{}:{}: {}: {} [{}]{}{}\n", file.path(), std::max(problem.line, 1),
                         std::max(problem.column, 1),
                         problem.severity == asl::Severity::kError ? "error" : "warning", text,
                         problem.code, where ? " " : "", where ? problem.location : "");
  }
  return lines;
}

}  // namespace aslctl
