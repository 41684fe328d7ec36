// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace aslctl {
namespace {

std::string LoggingText(const Logging& logging) {
  return fmt::format("{}{}{}{}", logging.level,
                     logging.include_execution_data ? ", with execution data" : "",
                     logging.destination.empty() ? "" : ", to ", logging.destination);
}

std::string OnOff(bool on) { return on ? "on" : "off"; }

class Planner {
 public:
  Planner(const Machine& machine, const Deployed& deployed)
      : settings_(machine.settings), definition_(machine.file.json()), deployed_(deployed) {}

  Plan Run() {
    if (deployed_.machine) {
      CompareMachine();
    } else {
      Create();
    }
    PlanVersion();
    if (settings_.alias) PlanAlias();
    return std::move(plan_);
  }

 private:
  void Add(Change::Kind kind, std::string subject, std::string from, std::string to) {
    plan_.changes.push_back({kind, std::move(subject), "", std::move(from), std::move(to)});
  }
  void Differ(const std::string& subject, const std::string& from, const std::string& to) {
    if (from != to) Add(Change::Kind::kChanged, subject, from, to);
  }

  void Create() {
    plan_.create = true;
    Add(Change::Kind::kAdded, "state machine", "", settings_.name);
    for (Change& change : DiffDefinitions(R"({"States":{}})", definition_)) {
      plan_.changes.push_back(std::move(change));
    }
    Add(Change::Kind::kAdded, "type", "", settings_.type);
    if (settings_.role) Add(Change::Kind::kAdded, "role", "", *settings_.role);
    if (settings_.logging)
      Add(Change::Kind::kAdded, "logging", "", LoggingText(*settings_.logging));
    if (settings_.tracing) Add(Change::Kind::kAdded, "tracing", "", OnOff(*settings_.tracing));
    for (const auto& [key, value] : settings_.tags.value_or(Tags())) {
      Add(Change::Kind::kAdded, "tag " + key, "", value);
    }
    if (!settings_.role) {
      plan_.impossible = "a new state machine needs a role: --role ARN, or role: in the descriptor";
    }
  }

  void CompareMachine() {
    const Described& machine = *deployed_.machine;
    const Content& content = machine.content;
    plan_.arn = machine.arn;
    plan_.revision = machine.revision;
    plan_.changes = DiffDefinitions(content.definition, definition_);
    if (settings_.role) Differ("role", content.role, *settings_.role);
    if (settings_.logging) {
      Differ("logging", LoggingText(content.logging), LoggingText(*settings_.logging));
    }
    if (settings_.tracing) Differ("tracing", OnOff(content.tracing), OnOff(*settings_.tracing));
    plan_.update = !plan_.changes.empty();
    if (content.type != settings_.type) {
      Add(Change::Kind::kChanged, "type", content.type, settings_.type);
      plan_.impossible = fmt::format(
          "the type of a state machine cannot be changed: delete it first, or give it another "
          "name");
    }
    if (machine.status == "DELETING") {
      plan_.impossible = "it is being deleted: wait until its executions have ended";
    }
    CompareTags();
  }

  void CompareTags() {
    if (!settings_.tags) return;
    if (!deployed_.tags_known) {
      if (!settings_.tags->empty()) plan_.impossible = "tags are not served there: leave them out";
      return;
    }
    for (const auto& [key, value] : *settings_.tags) {
      const auto found = deployed_.tags.find(key);
      if (found != deployed_.tags.end() && found->second == value) continue;
      plan_.tags_added[key] = value;
      if (found == deployed_.tags.end()) Add(Change::Kind::kAdded, "tag " + key, "", value);
      if (found != deployed_.tags.end()) Differ("tag " + key, found->second, value);
    }
    for (const auto& [key, value] : deployed_.tags) {
      // AWS's own (aws:cloudformation:…) are not ours to take away.
      if (settings_.tags->contains(key) || key.starts_with("aws:")) continue;
      plan_.tags_removed.push_back(key);
      Add(Change::Kind::kRemoved, "tag " + key, value, "");
    }
  }

  bool Holds(const std::string& version) const {
    const auto found = deployed_.contents.find(version);
    return found != deployed_.contents.end() && IsWanted(settings_, definition_, found->second);
  }

  void PlanVersion() {
    if (!settings_.publish) return;
    for (const Route& route : deployed_.alias ? deployed_.alias->routes : std::vector<Route>()) {
      if (Holds(route.version) && !plan_.update) version_ = route.version;
    }
    if (version_.empty() && !plan_.update && !deployed_.versions.empty() &&
        Holds(deployed_.versions.front())) {
      version_ = deployed_.versions.front();
    }
    if (!version_.empty()) return;
    plan_.publish = true;
    Add(Change::Kind::kAdded, "version", "", "published");
  }

  void PlanAlias() {
    const AliasSettings& wanted = *settings_.alias;
    const std::string subject = "alias " + wanted.name;
    const std::string target =
        version_.empty() ? "the new version" : fmt::format("version {}", VersionNumber(version_));
    AliasMove move{.to = version_, .steps = wanted.steps};
    if (!deployed_.alias || deployed_.alias->routes.empty()) {
      move.create = true;
      move.steps = {100};
      Add(Change::Kind::kAdded, subject, "", target + " 100 %");
      plan_.alias = std::move(move);
      return;
    }
    const std::vector<Route>& routes = deployed_.alias->routes;
    const Route* other = nullptr;  // that has most of the rest
    for (const Route& route : routes) {
      if (route.version == version_) {
        move.weight = route.weight;
      } else if (other == nullptr || route.weight > other->weight) {
        other = &route;
      }
    }
    if (move.weight == 100) return;
    if (other != nullptr) move.from = other->version;
    std::erase_if(move.steps, [&](int step) { return step <= move.weight; });
    std::string way;
    for (const int step : move.steps) way += fmt::format("{}{} %", way.empty() ? "" : ", ", step);
    Add(Change::Kind::kChanged, subject, RoutesText(routes), target + " " + way);
    plan_.alias = std::move(move);
  }

  const Descriptor& settings_;
  const std::string& definition_;
  const Deployed& deployed_;
  std::string version_;  // that holds what is wanted; empty: none does
  Plan plan_;
};

// What the newest version and those of the alias hold.
std::optional<CallError> ObserveContents(StepFunctions& service, Deployed* deployed) {
  std::vector<std::string> arns;
  if (!deployed->versions.empty()) arns.push_back(deployed->versions.front());
  if (deployed->alias) {
    for (const Route& route : deployed->alias->routes) arns.push_back(route.version);
  }
  for (const std::string& arn : arns) {
    if (deployed->contents.contains(arn)) continue;
    Answer<Described> version = service.Describe(arn);
    if (!version.ok()) return std::move(version.error);
    deployed->contents.emplace(arn, std::move(version.value.content));
  }
  return std::nullopt;
}

}  // namespace

bool IsWanted(const Descriptor& settings, const std::string& definition, const Content& content) {
  return content.definition == definition && (!settings.role || *settings.role == content.role) &&
         (!settings.logging || *settings.logging == content.logging) &&
         (!settings.tracing || *settings.tracing == content.tracing);
}

Answer<Deployed> Observe(StepFunctions& service, const Descriptor& settings) {
  Deployed deployed;
  const auto arn = service.FindMachine(settings.name);
  if (!arn.ok()) return {.error = arn.error};
  if (!arn.value) return {.value = std::move(deployed)};
  Answer<Described> machine = service.Describe(*arn.value);
  if (!machine.ok() && machine.error->code == "StateMachineDoesNotExist") {
    return {.value = std::move(deployed)};
  }
  if (!machine.ok()) return {.error = machine.error};
  deployed.machine = std::move(machine.value);
  if (settings.tags) {
    Answer<Tags> tags = service.ListTags(*arn.value);
    if (!tags.ok() && !tags.error->not_served) return {.error = tags.error};
    deployed.tags_known = tags.ok();
    deployed.tags = std::move(tags.value);
  }
  if (settings.alias) {
    auto alias = service.DescribeAlias(*arn.value + ":" + settings.alias->name);
    if (!alias.ok()) return {.error = alias.error};
    deployed.alias = std::move(alias.value);
  }
  if (settings.publish) {
    auto versions = service.ListVersions(*arn.value);
    if (!versions.ok()) return {.error = versions.error};
    deployed.versions = std::move(versions.value);
    if (auto error = ObserveContents(service, &deployed)) return {.error = std::move(error)};
  }
  return {.value = std::move(deployed)};
}

Plan MakePlan(const Machine& machine, const Deployed& deployed) {
  return Planner(machine, deployed).Run();
}

}  // namespace aslctl
