// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "asl/definition.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/style.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

std::string ProblemText(const std::string& file, const asl::Problem& problem) {
  const std::string where = problem.location.empty()
                                ? problem.code
                                : fmt::format("{} at {}", problem.code, problem.location);
  return fmt::format("{}:{}:{}: {} ({})\n", file, std::max(problem.line, 1),
                     std::max(problem.column, 1), problem.message, where);
}

Json ProblemJson(const std::string& file, const asl::Problem& problem) {
  return Json{{"file", file},         {"line", problem.line},       {"column", problem.column},
              {"code", problem.code}, {"message", problem.message}, {"location", problem.location}};
}

}  // namespace

std::string ListProblems(const std::string& file, const std::string& definition) {
  std::string lines;
  for (const asl::Problem& problem : asl::Compile(definition).problems) {
    lines += ProblemText(file, problem);
  }
  return lines;
}

Exit Validate(const std::vector<std::string>& files, Form form) {
  Json all = Json::array();
  bool good = true;
  for (const std::string& file : files) {
    const auto definition = ReadFile(file);
    if (!definition.ok()) {
      return Tell({.exit = Exit::kUsage,
                   .what = fmt::format("cannot validate {}", file),
                   .why = std::string(definition.status().message()),
                   .fix = "give files that hold definitions, or - for stdin"});
    }
    const std::vector<asl::Problem> problems = asl::Compile(*definition).problems;
    good = good && problems.empty();
    for (const asl::Problem& problem : problems) {
      if (form == Form::kJson) {
        all.push_back(ProblemJson(file, problem));
      } else {
        fmt::print("{}", ProblemText(file, problem));
      }
    }
    if (problems.empty()) fmt::print(stderr, "{}: valid\n", file);
  }
  if (form == Form::kJson) {
    fmt::print("{}\n", all.dump(2, ' ', false, Json::error_handler_t::replace));
  }
  return good ? Exit::kOk : Exit::kFailed;
}

}  // namespace aslctl
