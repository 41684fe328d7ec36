// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/plan_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kValueColumns = 60;  // of each side of a change

Change Turned(Change change, Direction direction) {
  if (direction == Direction::kPlan) return change;
  std::swap(change.from, change.to);
  if (change.kind == Change::Kind::kAdded) {
    change.kind = Change::Kind::kRemoved;
  } else if (change.kind == Change::Kind::kRemoved) {
    change.kind = Change::Kind::kAdded;
  }
  return change;
}

std::string Verb(const Plan& plan, Direction direction) {
  if (!plan.impossible.empty()) return "cannot be done";
  if (plan.IsEmpty())
    return direction == Direction::kDrift ? "as the files say" : "nothing to change";
  if (direction == Direction::kDrift)
    return plan.create ? "is not there" : "differs from the files";
  return plan.create ? "create" : "change";
}

std::string Line(const Change& change, const Style& style) {
  const std::string what =
      change.path.empty() ? change.subject : fmt::format("{}: {}", change.subject, change.path);
  const std::string from = OneLine(change.from, kValueColumns, style);
  const std::string to = OneLine(change.to, kValueColumns, style);
  switch (change.kind) {
    case Change::Kind::kAdded:
      return style.Paint(Tone::kGood, fmt::format("+ {}{}{}", what, to.empty() ? "" : ": ", to));
    case Change::Kind::kRemoved:
      return style.Paint(Tone::kBad, fmt::format("- {}{}{}", what, from.empty() ? "" : ": ", from));
    case Change::Kind::kChanged:
      break;
  }
  return style.Paint(Tone::kBusy,
                     fmt::format("~ {}: {} {} {}", what, from, style.unicode ? "→" : "->", to));
}

}  // namespace

std::string PlanText(const Deployment& deployment, Direction direction, const Style& style) {
  const Plan& plan = deployment.plan;
  const std::string head =
      fmt::format("{} in {}", deployment.machine.settings.name, deployment.site.Where());
  std::string text =
      fmt::format("{}: {}\n", style.Paint(Tone::kStrong, head), Verb(plan, direction));
  if (!plan.impossible.empty()) text += fmt::format("  ! {}\n", plan.impossible);
  for (const Change& change : plan.changes) {
    text += fmt::format("  {}\n", Line(Turned(change, direction), style));
  }
  return text;
}

Json PlanJson(const Deployment& deployment, Direction direction) {
  const Plan& plan = deployment.plan;
  Json changes = Json::array();
  for (const Change& change : plan.changes)
    changes.push_back(ChangeJson(Turned(change, direction)));
  Json out = {{"name", deployment.machine.settings.name},
              {"to", deployment.site.target.local ? "local" : "aws"},
              {"region", deployment.site.region},
              {"stateMachineArn", plan.arn},
              {"action", plan.create      ? "create"
                         : plan.IsEmpty() ? "none"
                                          : "change"},
              {"changes", std::move(changes)}};
  if (plan.arn.empty()) out.erase("stateMachineArn");
  if (!plan.impossible.empty()) out["impossible"] = plan.impossible;
  return out;
}

}  // namespace aslctl
