// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A client's part in versions and aliases: it publishes, deletes and leads, starts by what there
// is, and looks whether an execution began with what it was aimed at.
#include "fmt/format.h"
#include "tests/sim/client.h"

namespace sim {
namespace {

constexpr char kAlias[] = "prod";

const engine::Version& Drawn(Random* random, const engine::Versions& versions) {
  auto it = versions.versions.begin();
  std::advance(it, random->Below(versions.versions.size()));
  return it->second;
}

}  // namespace

std::string SimClient::ChangeVersions(Process* process) {
  const std::string& machine = Definitions()[random_->Below(Definitions().size())].machine;
  const engine::VersionsPtr versions = process->registry().FindVersions(machine);
  const size_t draw = random_->Below(10);
  const auto changed = [this](const char* what) {
    return [this, what](const auto& result) { OnChanged(what, result.status()); };
  };
  if (versions == nullptr || versions->versions.empty() || draw < 3) {
    process->Post(0, engine::PublishVersion{.machine = machine,
                                            .revision = std::nullopt,
                                            .description = "drawn",
                                            .reply = changed("a publication")});
    return "publish " + machine;
  }
  const engine::Version& one = Drawn(random_, *versions);
  if (draw < 5) {
    process->Post(
        0, engine::DeleteVersion{
               .machine = machine, .number = one.number, .reply = changed("a version's deletion")});
    return fmt::format("delete version {} of {}", one.number, machine);
  }
  if (draw < 6) {
    process->Post(0,
                  engine::DeleteAlias{
                      .machine = machine, .name = kAlias, .reply = changed("an alias' deletion")});
    return "delete the alias of " + machine;
  }
  const engine::Version& other = Drawn(random_, *versions);
  std::vector<engine::AliasRoute> routes = {{.version = one.number, .weight = 100}};
  if (other.number != one.number) {
    routes = {{.version = one.number, .weight = 30}, {.version = other.number, .weight = 70}};
  }
  if (versions->aliases.contains(kAlias)) {
    process->Post(0, engine::UpdateAlias{.machine = machine,
                                         .name = kAlias,
                                         .description = std::nullopt,
                                         .routes = std::move(routes),
                                         .reply = changed("an alias' update")});
    return "lead the alias of " + machine;
  }
  process->Post(0, engine::CreateAlias{.machine = machine,
                                       .alias = {.name = kAlias, .routes = std::move(routes)},
                                       .reply = changed("an alias")});
  return "make an alias of " + machine;
}

// By the state machine itself, a version, or the alias, as there are.
void SimClient::Aim(Process* process, engine::StartExecution& start) {
  const std::string& machine = start.revision->machine;
  const engine::VersionsPtr versions = process->registry().FindVersions(machine);
  std::vector<engine::AliasRoute> routes;
  if (versions != nullptr && !versions->versions.empty() && random_->Chance(50)) {
    const auto alias = versions->aliases.find(kAlias);
    if (alias != versions->aliases.end() && random_->Chance(70)) {
      start.alias = kAlias;
      routes = alias->second.routes;
    } else {
      routes = {{.version = Drawn(random_, *versions).number, .weight = 100}};
    }
  }
  auto& aims = aims_[start.name];
  for (const engine::AliasRoute& route : routes) {
    engine::RevisionPtr revision =
        process->registry().FindRevision(versions->versions.at(route.version).revision);
    if (revision == nullptr) {
      checks_->Fail("a version keeps its revision", fmt::format("{}:{}", machine, route.version));
      continue;
    }
    aims.emplace(route.version, revision->id);
    if (&route == &routes.front()) {
      start.revision = std::move(revision);
      start.version = route.version;
    } else {
      start.other = {
          .revision = std::move(revision), .version = route.version, .weight = route.weight};
    }
  }
  if (routes.empty()) aims.emplace(0, start.revision->id);
}

void SimClient::CheckAim(const engine::ExecutionDescription& description) {
  const std::pair began(description.row.version, description.revision->id);
  if (aims_[description.row.name].contains(began)) return;
  checks_->Fail(
      "an execution begins with the version that it was started by",
      fmt::format("{}: version {}, revision {}", description.row.name, began.first, began.second));
}

}  // namespace sim
