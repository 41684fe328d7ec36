// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// State machines and their revisions, which belong to partition 0 and change only here; everybody
// else sees the registry's copy. A revision ends in three steps, see revision_sweep.h.
#include <algorithm>
#include <cassert>

#include "engine/partition.h"
#include "engine/records.h"
#include "fmt/format.h"

namespace engine {
namespace {

// CreateStateMachine, "idempotent API": the role is not compared.
bool AsksForTheSame(const Revision& there, const Revision& wanted) {
  return there.definition == wanted.definition && there.settings == wanted.settings;
}

}  // namespace

// The number of the name as long as any revision of it is kept, because rows of lists may be, too.
uint32_t Partition::NumberOfMachine(const std::string& name) const {
  uint32_t newest = 0;
  for (const auto& [id, revision] : revisions_) {
    if (revision->machine == name) return revision->number;
    newest = std::max(newest, revision->number);
  }
  return newest + 1;
}

RevisionPtr Partition::Keep(Revision revision) {
  auto kept = std::make_shared<const Revision>(std::move(revision));
  revisions_[kept->id] = kept;
  if (kept->current) machines_[kept->machine] = kept;
  effects_.push_back(PublishRevision{kept});
  return kept;
}

void Partition::On(CreateStateMachine& command) {
  assert(options_.id == 0);
  const Revision& wanted = *command.revision;
  const absl::StatusOr<RevisionPtr> there = FindMachine(wanted.machine);
  if (absl::IsFailedPrecondition(there.status())) {
    return Answer<Created>(command.reply, there.status());
  }
  if (there.ok()) return Answer<Created>(command.reply, CreatedAgain(*there, command));
  Revision revision = wanted;
  revision.number = NumberOfMachine(wanted.machine);
  revision.current = true;
  revision.created = clock_;
  PutMachine(revision, 0, *batch_);
  PutRevision(revision, *batch_);
  SetTags(MachineResource(revision.machine), std::move(command.tags));
  Created created{.revision = Keep(std::move(revision))};
  if (command.publish) {
    created.version = PublishCurrent(created.revision, command.publish->description)->number;
  }
  Answer<Created>(command.reply, std::move(created));
}

absl::StatusOr<Created> Partition::CreatedAgain(const RevisionPtr& there,
                                                const CreateStateMachine& command) const {
  const Versions versions = VersionsOf(there->machine);
  const Version* version = versions.OfRevision(there->id);
  const bool published =
      version != nullptr && command.publish && version->description == command.publish->description;
  if (!AsksForTheSame(*there, *command.revision) || (command.publish && !published)) {
    return absl::AlreadyExistsError(fmt::format("State Machine Already Exists: '{}'",
                                                StateMachineArn(options_.scope, there->machine)));
  }
  return Created{.revision = there, .version = published ? version->number : 0};
}

void Partition::On(UpdateStateMachine& command) {
  const absl::StatusOr<RevisionPtr> found = FindMachine(command.machine);
  if (!found.ok()) return Answer<Updated>(command.reply, found.status());
  const RevisionPtr before = *found;
  Revision revision = *before;
  if (command.definition) {
    revision.definition = *std::move(command.definition);
    revision.program = std::move(command.program);
  }
  if (command.role_arn) revision.role_arn = *std::move(command.role_arn);
  if (command.logging) revision.settings.logging = *std::move(command.logging);
  if (command.tracing) revision.settings.tracing = *command.tracing;
  revision.id =
      RevisionId(revision.machine, revision.definition, revision.role_arn, revision.settings);
  Updated updated{.revision = before, .updated_at = clock_};
  const bool changed = revision.id != before->id;
  const Versions versions = VersionsOf(command.machine);
  // Nothing is changed when the version cannot be published.
  if (command.publish) {
    const absl::Status room = CheckRoom(versions, revision.id);
    if (!room.ok()) return Answer<Updated>(command.reply, room);
  }
  if (changed) {
    revision.updated = clock_;
    PutMachine(revision, versions.last, *batch_);
    PutRevision(revision, *batch_);
    updated.revision = Keep(std::move(revision));
    Revision old = *before;
    old.current = false;
    Keep(std::move(old));
  }
  if (command.publish) {
    updated.version = PublishCurrent(updated.revision, command.publish->description)->number;
  }
  Answer<Updated>(command.reply, std::move(updated));
}

void Partition::On(DeleteStateMachine& command) {
  assert(options_.id == 0);
  auto it = machines_.find(command.machine);
  if (it != machines_.end() && !it->second->deleting) {
    Revision revision = *it->second;
    revision.deleting = true;
    PutMachine(revision, VersionsOf(revision.machine).last, *batch_);
    Keep(std::move(revision));
  }
  Answer<bool>(command.reply, it != machines_.end());
}

// The three may be late: when the revision was published anew meanwhile, what was found out about
// it holds no longer.
bool Partition::IsAsKept(const RevisionPtr& revision) const {
  assert(options_.id == 0);
  auto it = revisions_.find(revision->id);
  return it != revisions_.end() && it->second == revision;
}

void Partition::On(CloseRevision& command) {
  if (!IsAsKept(command.revision)) return;
  Revision revision = *command.revision;
  revision.closed = command.closed;
  PutRevision(revision, *batch_);
  Keep(std::move(revision));
}

void Partition::On(RemoveMachine& command) {
  if (!IsAsKept(command.revision)) return;
  assert(command.revision->deleting && command.revision->closed != asl::Millis{});
  Revision revision = *command.revision;
  revision.current = false;
  revision.deleting = false;
  machines_.erase(revision.machine);
  batch_->Delete(kMachines, MachineKey(revision.machine));
  ForgetVersions(revision.machine);
  effects_.push_back(ForgetMachine{revision.machine});
  SetTags(MachineResource(revision.machine), {});
  Keep(std::move(revision));
}

void Partition::On(RemoveRevision& command) {
  if (!IsAsKept(command.revision)) return;
  assert(!command.revision->current && command.revision->closed != asl::Millis{});
  revisions_.erase(command.revision->id);
  batch_->Delete(kRevisions, RevisionKey(command.revision->id));
  effects_.push_back(ForgetRevision{command.revision->id});
}

}  // namespace engine
