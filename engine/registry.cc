// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/registry.h"

#include "engine/records.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "storage/key.h"

namespace engine {

std::string RevisionId(const std::string& machine, const std::string& definition,
                       const std::string& role_arn, const MachineSettings& settings) {
  std::string text = fmt::format("{}\n{}\n{}", machine, role_arn, definition);
  if (settings != MachineSettings{}) {
    text += fmt::format("\n{} {} {} {}", settings.logging.level, settings.logging.data,
                        settings.tracing, fmt::join(settings.logging.groups, " "));
  }
  const Hash128 hash = HashBytes(text);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", hash.high >> 32,
                     (hash.high >> 16) & 0xffff, hash.high & 0xffff, hash.low >> 48,
                     hash.low & 0xffffffffffff);
}

void Registry::Publish(RevisionPtr revision) {
  std::lock_guard lock(mutex_);
  if (revision->current) {
    machines_[revision->machine] = revision;
    if (!revision->deleting) closed_.erase(revision->id);
  }
  revisions_[revision->id] = std::move(revision);
}

void Registry::ForgetRevision(const std::string& id) {
  std::lock_guard lock(mutex_);
  revisions_.erase(id);
  closed_.erase(id);
}

void Registry::Publish(VersionsPtr versions) {
  std::lock_guard lock(mutex_);
  versions_[versions->machine] = std::move(versions);
}

void Registry::ForgetMachine(const std::string& name) {
  std::lock_guard lock(mutex_);
  machines_.erase(name);
  versions_.erase(name);
}

// A version of a state machine can be started as long as it is there.
bool Registry::IsSuperseded(const Revision& revision) const {
  auto machine = machines_.find(revision.machine);
  if (machine == machines_.end() || machine->second->deleting) return true;
  return machine->second->id != revision.id && !IsVersion(revision);
}

bool Registry::IsVersion(const Revision& revision) const {
  auto versions = versions_.find(revision.machine);
  return versions != versions_.end() && versions->second->OfRevision(revision.id) != nullptr;
}

bool Registry::HasVersion(const Revision& revision) const {
  std::lock_guard lock(mutex_);
  return IsVersion(revision);
}

std::vector<RevisionPtr> Registry::Superseded() const {
  std::lock_guard lock(mutex_);
  std::vector<RevisionPtr> found;
  for (const auto& [id, revision] : revisions_) {
    if (IsSuperseded(*revision)) found.push_back(revision);
  }
  return found;
}

bool Registry::Close(const RevisionPtr& revision) {
  std::lock_guard lock(mutex_);
  auto it = revisions_.find(revision->id);
  if (it == revisions_.end() || it->second != revision || !IsSuperseded(*revision)) return false;
  closed_.insert(revision->id);
  return true;
}

bool Registry::MayStart(const std::string& id) const {
  std::lock_guard lock(mutex_);
  auto it = revisions_.find(id);
  return it != revisions_.end() && it->second->closed == asl::Millis{} && !closed_.contains(id);
}

RevisionPtr Registry::FindMachine(std::string_view name) const {
  std::lock_guard lock(mutex_);
  auto it = machines_.find(name);
  return it == machines_.end() ? nullptr : it->second;
}

RevisionPtr Registry::FindRevision(std::string_view id) const {
  std::lock_guard lock(mutex_);
  auto it = revisions_.find(id);
  return it == revisions_.end() ? nullptr : it->second;
}

VersionsPtr Registry::FindVersions(std::string_view machine) const {
  std::lock_guard lock(mutex_);
  auto it = versions_.find(machine);
  return it == versions_.end() ? nullptr : it->second;
}

std::vector<RevisionPtr> Registry::List(std::string_view after, size_t count) const {
  std::lock_guard lock(mutex_);
  std::vector<RevisionPtr> page;
  for (auto it = machines_.upper_bound(after); it != machines_.end() && page.size() < count; ++it) {
    page.push_back(it->second);
  }
  return page;
}

absl::StatusOr<std::vector<RevisionPtr>> ReadMachines(const storage::Reader& store) {
  const std::string prefix = PartitionPrefix(0);
  std::map<std::string, MachineRow> machines;  // by their revision
  auto rows = store.Scan(kMachines, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    absl::StatusOr<MachineRow> machine = ReadMachine(rows->value());
    if (!machine.ok()) return machine.status();
    machines.emplace(machine->revision, *machine);
  }
  if (!rows->status().ok()) return rows->status();
  std::vector<RevisionPtr> revisions;
  rows = store.Scan(kRevisions, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    absl::StatusOr<Revision> revision = ReadRevision(rows->value());
    if (!revision.ok()) return revision.status();
    asl::Compiled compiled = asl::Compile(revision->definition);
    if (compiled.program == nullptr) {
      return absl::FailedPreconditionError(
          fmt::format("a stored definition of state machine '{}' is refused by this binary: {}",
                      revision->machine, asl::RefusalText(compiled)));
    }
    revision->id = rows->key().substr(prefix.size());
    revision->program = std::move(compiled.program);
    if (auto machine = machines.extract(revision->id); !machine.empty()) {
      revision->current = true;
      revision->deleting = machine.mapped().deleting;
      revision->created = machine.mapped().created;
    }
    revisions.push_back(std::make_shared<const Revision>(*std::move(revision)));
  }
  if (!rows->status().ok()) return rows->status();
  if (!machines.empty()) {
    return absl::DataLossError(
        fmt::format("state machine '{}' has no revision row", machines.begin()->second.name));
  }
  return revisions;
}

absl::StatusOr<std::vector<VersionsPtr>> ReadVersions(const storage::Reader& store) {
  const std::string prefix = PartitionPrefix(0);
  std::map<std::string, Versions> found;
  auto rows = store.Scan(kMachines, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    absl::StatusOr<MachineRow> machine = ReadMachine(rows->value());
    if (!machine.ok()) return machine.status();
    if (machine->last_version == 0) continue;
    found[machine->name] = {.machine = machine->name, .last = machine->last_version};
  }
  if (!rows->status().ok()) return rows->status();
  const auto of_none = [](const char* table) {
    return absl::DataLossError(
        fmt::format("a row of table '{}' is of no state machine that has versions", table));
  };
  rows = store.Scan(kVersions, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    const std::optional<VersionKeyParts> key = DecodeVersionKey(rows->key());
    auto machine = key ? found.find(key->machine) : found.end();
    if (machine == found.end()) return of_none("versions");
    absl::StatusOr<Version> version = ReadVersion(key->number, rows->value());
    if (!version.ok()) return version.status();
    machine->second.Add(*std::move(version));
  }
  if (!rows->status().ok()) return rows->status();
  rows = store.Scan(kAliases, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    std::optional<AliasKeyParts> key = DecodeAliasKey(rows->key());
    auto machine = key ? found.find(key->machine) : found.end();
    if (machine == found.end()) return of_none("aliases");
    absl::StatusOr<Alias> alias = ReadAlias(key->name, rows->value());
    if (!alias.ok()) return alias.status();
    machine->second.aliases[key->name] = *std::move(alias);
  }
  if (!rows->status().ok()) return rows->status();
  std::vector<VersionsPtr> all;
  for (auto& [name, versions] : found) {
    all.push_back(std::make_shared<const Versions>(std::move(versions)));
  }
  return all;
}

}  // namespace engine
