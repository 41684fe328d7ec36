// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/registry.h"

#include "engine/records.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {

std::string RevisionId(const std::string& machine, const std::string& definition,
                       const std::string& role_arn) {
  const Hash128 hash = HashBytes(fmt::format("{}\n{}\n{}", machine, role_arn, definition));
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", hash.high >> 32,
                     (hash.high >> 16) & 0xffff, hash.high & 0xffff, hash.low >> 48,
                     hash.low & 0xffffffffffff);
}

void Registry::Publish(RevisionPtr revision) {
  std::lock_guard lock(mutex_);
  revisions_[revision->id] = revision;
  machines_[revision->machine] = std::move(revision);
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

std::vector<RevisionPtr> Registry::List(std::string_view after, size_t count) const {
  std::lock_guard lock(mutex_);
  std::vector<RevisionPtr> page;
  for (auto it = machines_.upper_bound(after); it != machines_.end() && page.size() < count; ++it) {
    page.push_back(it->second);
  }
  return page;
}

absl::StatusOr<std::vector<RevisionPtr>> ReadMachines(const storage::Reader& store) {
  std::vector<RevisionPtr> machines;
  const std::string prefix = PartitionPrefix(0);
  auto rows = store.Scan(kMachines, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    absl::StatusOr<MachineRow> machine = ReadMachine(rows->value());
    if (!machine.ok()) return machine.status();
    auto row = store.Get(kRevisions, RevisionKey(machine->revision));
    if (!row.ok()) return row.status();
    if (!*row)
      return absl::DataLossError(
          fmt::format("state machine '{}' has no revision row", machine->name));
    absl::StatusOr<std::string> definition = ReadRevision(**row);
    if (!definition.ok()) return definition.status();
    asl::Compiled compiled = asl::Compile(*definition);
    if (compiled.program == nullptr) {
      return absl::FailedPreconditionError(fmt::format(
          "the stored definition of state machine '{}' is refused by this binary: {} at {}",
          machine->name, compiled.problems.front().message, compiled.problems.front().location));
    }
    machines.push_back(
        std::make_shared<const Revision>(Revision{.id = machine->revision,
                                                  .machine = machine->name,
                                                  .role_arn = machine->role_arn,
                                                  .definition = *std::move(definition),
                                                  .created = machine->created,
                                                  .program = std::move(compiled.program)}));
  }
  if (!rows->status().ok()) return rows->status();
  return machines;
}

}  // namespace engine
