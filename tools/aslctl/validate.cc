// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/aslctl/commands.h"
#include "tools/aslctl/definition_file.h"
#include "tools/aslctl/sarif.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

bool IsError(const asl::Problem& problem) { return problem.severity == asl::Severity::kError; }

Json ProblemJson(const std::string& file, const asl::Problem& problem) {
  return Json{{"file", file},
              {"line", problem.line},
              {"column", problem.column},
              {"severity", asl::SeverityName(problem.severity)},
              {"code", problem.code},
              {"message", problem.message},
              {"location", problem.location}};
}

}  // namespace

Exit Validate(const ValidateOptions& options) {
  Json all = Json::array();
  std::vector<FileFindings> findings;
  std::string text;
  bool good = true;
  for (const std::string& path : options.files) {
    const auto file = DefinitionFile::Read(path);
    if (!file.ok()) {
      return Tell({.exit = Exit::kUsage,
                   .what = fmt::format("cannot validate {}", path),
                   .why = std::string(file.status().message()),
                   .fix = "give files that hold definitions, or - for stdin"});
    }
    std::vector<asl::Problem> problems = file->Findings(options.type);
    good = good && !std::any_of(problems.begin(), problems.end(), [&](const asl::Problem& problem) {
             return IsError(problem) || options.strict;
           });
    for (const asl::Problem& problem : problems) all.push_back(ProblemJson(path, problem));
    text += ListProblems(*file, problems);
    if (problems.empty()) fmt::print(stderr, "{}: valid\n", path);
    findings.push_back({path, std::move(problems)});
  }
  const Json answer = options.form == Form::kSarif ? ToSarif(findings) : all;
  Print(options.form, answer, {.name = "file"}, text);
  return good ? Exit::kOk : Exit::kFailed;
}

}  // namespace aslctl
