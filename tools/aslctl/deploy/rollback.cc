// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// `aslctl rollback`: the alias back at an earlier version, at once and whole. Needs neither the
// definition nor its substitutions, so that nothing of the files can stand in its way.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tools/aslctl/deploy/deployment.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

// A path that is no file is the name of a state machine.
DeployOptions WithName(DeployOptions options) {
  std::error_code error;
  options.source.by_name = !std::filesystem::exists(options.source.path, error);
  return options;
}

// The version to go back to: in the middle of a move the one that is left, else the one before.
// Empty when there is none.
std::string Choose(const DeployOptions& options, const std::string& machine,
                   const AliasState& alias, const std::vector<std::string>& versions) {
  if (options.version) {
    const std::string wanted = fmt::format("{}:{}", machine, *options.version);
    const bool known = std::find(versions.begin(), versions.end(), wanted) != versions.end();
    return known ? wanted : "";
  }
  int newest = 0;
  std::string oldest;
  for (const Route& route : alias.routes) {
    const int number = VersionNumber(route.version);
    if (oldest.empty() || number < VersionNumber(oldest)) oldest = route.version;
    newest = std::max(newest, number);
  }
  if (alias.routes.size() > 1) return oldest;
  std::string before;
  for (const std::string& version : versions) {
    const int number = VersionNumber(version);
    if (number < newest && number > VersionNumber(before)) before = version;
  }
  return before;
}

class Rollbacker {
 public:
  Rollbacker(const DeployOptions& options, const Site& site) : options_(options), site_(site) {}

  // nullopt: done; `line` tells what.
  std::optional<Failure> Run(Json* told, std::string* line) {
    const absl::StatusOr<Descriptor> settings = TargetOf(site_.source);
    const std::string name = settings->name.empty() ? site_.source.ShortName() : settings->name;
    what_ = fmt::format("cannot roll back {} in {}", name, site_.Where());
    if (!settings->alias) {
      return Refused("no alias is named", "--alias NAME, or alias: in the descriptor");
    }
    StepFunctions service(site_.client);
    const auto machine = service.FindMachine(name);
    if (!machine.ok()) return FailureOf(*machine.error, what_);
    if (!machine.value) {
      Failure failure = *Refused("there is no such state machine", "");
      failure.exit = Exit::kNotFound;
      return failure;
    }
    const std::string arn = *machine.value + ":" + settings->alias->name;
    const auto alias = service.DescribeAlias(arn);
    if (!alias.ok()) return FailureOf(*alias.error, what_);
    if (!alias.value) {
      Failure failure = *Refused(fmt::format("it has no alias {}", settings->alias->name), "");
      failure.exit = Exit::kNotFound;
      return failure;
    }
    const auto versions = service.ListVersions(*machine.value);
    if (!versions.ok()) return FailureOf(*versions.error, what_);
    const std::string to = Choose(options_, *machine.value, *alias.value, versions.value);
    if (to.empty())
      return Refused("there is no such version to go back to", "--to-version N names one");
    return Move(service, *alias.value, to, name, told, line);
  }

 private:
  std::optional<Failure> Refused(std::string why, std::string fix) const {
    return Failure{
        .exit = Exit::kRefused, .what = what_, .why = std::move(why), .fix = std::move(fix)};
  }

  std::optional<Failure> Move(StepFunctions& service, const AliasState& alias,
                              const std::string& to, const std::string& name, Json* told,
                              std::string* line) {
    const std::vector<Route> routes = {{to, 100}};
    const Json wanted = Json::array({{{"stateMachineVersionArn", to}, {"weight", 100}}});
    const bool there = alias.routes == routes;
    if (!there) {
      const Answer<Json> answer =
          service.Call("UpdateStateMachineAlias",
                       {{"stateMachineAliasArn", alias.arn}, {"routingConfiguration", wanted}});
      if (!answer.ok()) return FailureOf(*answer.error, what_);
    }
    *told = {{"name", name},
             {"region", site_.region},
             {"stateMachineAliasArn", alias.arn},
             {"from", RoutesText(alias.routes)},
             {"to", RoutesText(routes)}};
    *line = fmt::format("{} in {}: {}{}\n", name, site_.Where(),
                        there ? "" : RoutesText(alias.routes) + " -> ", RoutesText(routes));
    return std::nullopt;
  }

  const DeployOptions& options_;
  const Site& site_;
  std::string what_;
};

}  // namespace

Exit Rollback(const DeployOptions& given) {
  const DeployOptions options = WithName(given);
  DeployRun run(options);
  std::vector<Site> sites;
  if (auto failure = run.FindSites(&sites)) return Tell(*failure);
  Json answer = {{"machines", Json::array()}};
  std::string text;
  std::optional<Failure> failed;
  // All of them: one region that is out of reach must not keep the others on a bad version.
  for (const Site& site : sites) {
    Json told;
    std::string line;
    const std::optional<Failure> failure = Rollbacker(options, site).Run(&told, &line);
    if (failure && failed) Tell(*failed);
    if (failure) failed = failure;
    if (!failure) answer["machines"].push_back(std::move(told));
    text += line;
  }
  Print(options.form, answer, {.name = "name", .list = "machines"}, text);
  return failed ? Tell(*failed) : Exit::kOk;
}

}  // namespace aslctl
