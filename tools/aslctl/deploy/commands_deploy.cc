// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/commands_deploy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tools/aslctl/arguments.h"
#include "tools/aslctl/deploy/deployment.h"
#include "tools/aslctl/deploy/plan_text.h"
#include "tools/aslctl/interrupt.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr Exit kDiffers = Exit::kUsage;  // 2; see commands_deploy.h

void PrintPlans(const std::vector<Deployment>& deployments, Direction direction, Form form) {
  Json answer = {{"machines", Json::array()}};
  std::string text;
  for (const Deployment& deployment : deployments) {
    answer["machines"].push_back(PlanJson(deployment, direction));
    text += PlanText(deployment, direction, StyleOf(stdout));
  }
  Print(form, answer, {.name = "name", .list = "machines"}, text);
}

// A plan that cannot be made real: the first of them.
std::optional<Failure> Impossible(const std::vector<Deployment>& deployments) {
  for (const Deployment& deployment : deployments) {
    if (deployment.plan.impossible.empty()) continue;
    return Failure{.exit = Exit::kRefused,
                   .what = fmt::format("cannot deploy {} in {}", deployment.machine.settings.name,
                                       deployment.site.Where()),
                   .why = deployment.plan.impossible};
  }
  return std::nullopt;
}

bool AllEmpty(const std::vector<Deployment>& deployments) {
  return std::all_of(deployments.begin(), deployments.end(),
                     [](const Deployment& d) { return d.plan.IsEmpty(); });
}

Exit Compare(const DeployOptions& options, Direction direction) {
  DeployRun run(options);
  std::vector<Deployment> deployments;
  if (auto failure = run.Prepare(&deployments)) {
    if (failure->exit == kDiffers) failure->exit = Exit::kFailed;
    return Tell(*failure);
  }
  PrintPlans(deployments, direction, options.form);
  if (const auto failure = Impossible(deployments)) return Tell(*failure);
  return AllEmpty(deployments) ? Exit::kOk : kDiffers;
}

std::string Listed(const std::vector<std::string>& steps) {
  return fmt::format("{}", fmt::join(steps, ", "));
}

std::string_view EndName(Applied::End end) {
  switch (end) {
    case Applied::End::kDone:
      return "DONE";
    case Applied::End::kFailed:
      return "FAILED";
    case Applied::End::kRolledBack:
      return "ROLLED_BACK";
    case Applied::End::kInterrupted:
      break;
  }
  return "INTERRUPTED";
}

struct Result {
  const Deployment* deployment;
  std::optional<Applied> applied;  // nullopt: not begun
};

std::string NameOf(const Deployment& deployment) {
  return fmt::format("{} in {}", deployment.machine.settings.name, deployment.site.Where());
}

void PrintResults(const std::vector<Result>& results, Form form) {
  Json answer = {{"machines", Json::array()}};
  std::string text;
  for (const Result& result : results) {
    const Applied applied = result.applied.value_or(Applied());
    Json one = {{"name", result.deployment->machine.settings.name},
                {"region", result.deployment->site.region},
                {"end", result.applied ? EndName(applied.end) : "NOT_BEGUN"},
                {"done", applied.done},
                {"notDone", applied.not_done}};
    if (!applied.why.empty()) one["why"] = applied.why;
    answer["machines"].push_back(std::move(one));
    if (!result.applied) continue;
    text += fmt::format("{}: {}\n", NameOf(*result.deployment),
                        !applied.done.empty()                ? Listed(applied.done)
                        : applied.end == Applied::End::kDone ? "nothing to do"
                                                             : "nothing done");
  }
  Print(form, answer, {.name = "name", .list = "machines"}, text);
}

// What was and what was not done, place by place.
Failure FailureOf(const std::vector<Result>& results) {
  Failure failure;
  std::string lines;
  for (const Result& result : results) {
    const std::string name = NameOf(*result.deployment);
    if (!result.applied) {
      if (!result.deployment->plan.IsEmpty()) lines += fmt::format("\n       {}: not begun", name);
      continue;
    }
    const Applied& applied = *result.applied;
    if (!applied.done.empty())
      lines += fmt::format("\n       {}: done: {}", name, Listed(applied.done));
    if (!applied.not_done.empty()) {
      lines += fmt::format("\n       {}: not done: {}", name, Listed(applied.not_done));
    }
    if (applied.end == Applied::End::kDone) continue;
    failure.what = fmt::format("{} is not deployed", name);
    failure.why = applied.why;
    failure.exit = applied.end == Applied::End::kRolledBack    ? Exit::kFailed
                   : applied.end == Applied::End::kInterrupted ? Exit::kInterrupted
                                                               : Exit::kRefused;
    failure.fix = applied.end == Applied::End::kRolledBack
                      ? "the alias is where it was; mend the definition and deploy it again"
                      : "do it again: it goes on where this one ended";
  }
  failure.why += lines;
  return failure;
}

Exit ApplyAll(const std::vector<Deployment>& deployments, Form form) {
  CatchInterrupts();
  std::vector<Result> results;
  bool good = true;
  for (const Deployment& deployment : deployments) {
    Result& result = results.emplace_back(Result{&deployment, std::nullopt});
    if (!good) continue;  // one region after the other: what fails in one would in the next
    StepFunctions service(deployment.site.client);
    const std::string name = NameOf(deployment);
    result.applied =
        Apply(service, deployment.machine, deployment.deployed, deployment.plan,
              [&](const std::string& text) { fmt::print(stderr, "{}: {}\n", name, text); });
    good = result.applied->end == Applied::End::kDone;
  }
  PrintResults(results, form);
  return good ? Exit::kOk : Tell(FailureOf(results));
}

}  // namespace

Exit PlanDeployment(const DeployOptions& options) { return Compare(options, Direction::kPlan); }

Exit Drift(const DeployOptions& options) { return Compare(options, Direction::kDrift); }

Exit ApplyDeployment(const DeployOptions& options) {
  DeployRun run(options);
  std::vector<Deployment> deployments;
  if (auto failure = run.Prepare(&deployments)) return Tell(*failure);
  if (const auto failure = Impossible(deployments)) return Tell(*failure);
  return ApplyAll(deployments, options.form);
}

Exit Deploy(const DeployOptions& options) {
  DeployRun run(options);
  std::vector<Deployment> deployments;
  if (auto failure = run.Prepare(&deployments)) return Tell(*failure);
  const Style style = StyleOf(stderr);
  for (const Deployment& deployment : deployments) {
    fmt::print(stderr, "{}", PlanText(deployment, Direction::kPlan, style));
  }
  if (const auto failure = Impossible(deployments)) return Tell(*failure);
  if (!options.yes && !AllEmpty(deployments)) {
    const bool asks = isatty(STDIN_FILENO) == 1;
    if (!asks || !Confirm("Do this?")) {
      return Tell({.exit = Exit::kUsage,
                   .what = "nothing is deployed",
                   .why = asks ? "the answer was not yes" : "nobody is here to confirm it",
                   .fix = "--yes deploys without asking, as `aslctl apply` does"});
    }
  }
  return ApplyAll(deployments, options.form);
}

}  // namespace aslctl
