// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Versions and aliases of state machines, which belong to partition 0 as the state machines do
// (partition_machines.cc). A version keeps its revision alive as long as it is there: see
// revision_sweep.h. Texts are AWS's where one was recorded.
#include <algorithm>
#include <cassert>

#include "engine/partition.h"
#include "engine/records.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace engine {
namespace {

// What AWS calls the revision of a state machine that was never updated.
constexpr std::string_view kInitialRevision = "INITIAL";

std::string_view RevisionName(const Revision& revision) {
  return revision.updated == asl::Millis{} ? kInitialRevision : std::string_view(revision.id);
}

absl::Status LimitReached(std::string_view what, size_t most) {
  return absl::ResourceExhaustedError(fmt::format(
      "Service Quota Exceeded: a state machine can have {} {}; delete some", most, what));
}

}  // namespace

absl::StatusOr<RevisionPtr> Partition::FindMachine(const std::string& machine) const {
  assert(options_.id == 0);
  const std::string arn = StateMachineArn(options_.scope, machine);
  auto it = machines_.find(machine);
  if (it == machines_.end()) {
    return absl::NotFoundError(fmt::format("State Machine Does Not Exist: '{}'", arn));
  }
  if (it->second->deleting) {
    return absl::FailedPreconditionError(fmt::format("State Machine is being deleted: '{}'", arn));
  }
  return it->second;
}

// What is to be changed: a copy, which Keep puts in the place of what everybody sees.
Versions Partition::VersionsOf(const std::string& machine) const {
  auto it = versions_.find(machine);
  return it == versions_.end() ? Versions{.machine = machine} : *it->second;
}

void Partition::Keep(Versions versions) {
  auto kept = std::make_shared<const Versions>(std::move(versions));
  versions_[kept->machine] = kept;
  effects_.push_back(PublishVersions{kept});
}

// Whether there can be a version of that revision.
absl::Status Partition::CheckRoom(const Versions& versions, const std::string& revision) {
  const bool full = versions.versions.size() >= kVersionsMax;
  if (!full || versions.OfRevision(revision) != nullptr) return absl::OkStatus();
  return LimitReached("versions", kVersionsMax);
}

// REQUIRES: `current` is. The version of it, which may be there already.
absl::StatusOr<Version> Partition::PublishCurrent(const RevisionPtr& current,
                                                  const std::string& description) {
  Versions versions = VersionsOf(current->machine);
  if (const Version* known = versions.OfRevision(current->id)) return *known;
  if (absl::Status s = CheckRoom(versions, current->id); !s.ok()) return s;
  Version version{.number = ++versions.last,
                  .revision = current->id,
                  .description = description,
                  .created = clock_};
  PutMachine(*current, versions.last, *batch_);
  PutVersion(current->machine, version, *batch_);
  versions.Add(version);
  Keep(std::move(versions));
  return version;
}

void Partition::On(PublishVersion& command) {
  const absl::StatusOr<RevisionPtr> current = FindMachine(command.machine);
  if (!current.ok()) return Answer<Version>(command.reply, current.status());
  const std::string_view name = RevisionName(**current);
  if (command.revision && *command.revision != name) {
    return Answer<Version>(command.reply,
                           absl::FailedPreconditionError(fmt::format(
                               "Failed to publish the State Machine version for revision {}. The "
                               "current State Machine revision is {}.",
                               *command.revision, std::string(name))));
  }
  Answer<Version>(command.reply, PublishCurrent(*current, command.description));
}

void Partition::On(DeleteVersion& command) {
  assert(options_.id == 0);
  Versions versions = VersionsOf(command.machine);
  if (!versions.versions.contains(command.number)) return Answer<bool>(command.reply, false);
  std::vector<std::string> aliases;
  for (const auto& [name, alias] : versions.aliases) {
    const bool refers =
        std::any_of(alias.routes.begin(), alias.routes.end(),
                    [&](const AliasRoute& r) { return r.version == command.number; });
    if (refers) aliases.push_back(name);
  }
  if (!aliases.empty()) {
    return Answer<bool>(command.reply,
                        absl::FailedPreconditionError(fmt::format(
                            "Version to be deleted must not be referenced by an alias. Current "
                            "list of aliases referencing this version: [{}]",
                            fmt::join(aliases, ", "))));
  }
  versions.Remove(command.number);
  batch_->Delete(kVersions, VersionKey(command.machine, command.number));
  Keep(std::move(versions));
  Answer<bool>(command.reply, true);
}

absl::Status Partition::CheckRoutes(const Versions& versions,
                                    const std::vector<AliasRoute>& routes) const {
  for (const AliasRoute& route : routes) {
    if (versions.versions.contains(route.version)) continue;
    return absl::NotFoundError(fmt::format(
        "Resource not found: '{}'", VersionArn(options_.scope, versions.machine, route.version)));
  }
  return absl::OkStatus();
}

// AWS: the same alias again is answered as it is.
void Partition::On(CreateAlias& command) {
  const absl::StatusOr<RevisionPtr> current = FindMachine(command.machine);
  if (!current.ok()) return Answer<Alias>(command.reply, current.status());
  Versions versions = VersionsOf(command.machine);
  Alias& alias = command.alias;
  if (absl::Status s = CheckRoutes(versions, alias.routes); !s.ok()) {
    return Answer<Alias>(command.reply, s);
  }
  if (auto it = versions.aliases.find(alias.name); it != versions.aliases.end()) {
    const Alias& known = it->second;
    if (known.routes == alias.routes && known.description == alias.description) {
      return Answer<Alias>(command.reply, known);
    }
    return Answer<Alias>(
        command.reply,
        absl::FailedPreconditionError("Failed to create alias because an alias with the same name "
                                      "and a different routing configuration already exists."));
  }
  if (versions.aliases.size() >= kAliasesMax) {
    return Answer<Alias>(command.reply, LimitReached("aliases", kAliasesMax));
  }
  alias.created = alias.updated = clock_;
  PutAlias(command.machine, alias, *batch_);
  versions.aliases[alias.name] = alias;
  Keep(std::move(versions));
  Answer<Alias>(command.reply, std::move(alias));
}

void Partition::On(UpdateAlias& command) {
  const absl::StatusOr<RevisionPtr> current = FindMachine(command.machine);
  if (!current.ok()) return Answer<Alias>(command.reply, current.status());
  Versions versions = VersionsOf(command.machine);
  auto it = versions.aliases.find(command.name);
  if (it == versions.aliases.end()) {
    return Answer<Alias>(command.reply,
                         absl::NotFoundError("Request references a resource that does not exist."));
  }
  Alias alias = it->second;
  if (command.description) alias.description = *std::move(command.description);
  if (command.routes) {
    if (absl::Status s = CheckRoutes(versions, *command.routes); !s.ok()) {
      return Answer<Alias>(command.reply, s);
    }
    alias.routes = *std::move(command.routes);
  }
  alias.updated = clock_;
  PutAlias(command.machine, alias, *batch_);
  it->second = alias;
  Keep(std::move(versions));
  Answer<Alias>(command.reply, std::move(alias));
}

void Partition::On(DeleteAlias& command) {
  assert(options_.id == 0);
  Versions versions = VersionsOf(command.machine);
  if (versions.aliases.erase(command.name) == 0) return Answer<bool>(command.reply, false);
  batch_->Delete(kAliases, AliasKey(command.machine, command.name));
  Keep(std::move(versions));
  Answer<bool>(command.reply, true);
}

// With the state machine they go.
void Partition::ForgetVersions(const std::string& machine) {
  auto it = versions_.find(machine);
  if (it == versions_.end()) return;
  for (const auto& [number, version] : it->second->versions) {
    batch_->Delete(kVersions, VersionKey(machine, number));
  }
  for (const auto& [name, alias] : it->second->aliases) {
    batch_->Delete(kAliases, AliasKey(machine, name));
  }
  versions_.erase(it);
}

}  // namespace engine
