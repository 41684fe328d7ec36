// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The state machines that exist and every revision that is kept, as everybody but partition 0 sees
// them: an immutable copy, replaced when a change has become durable. Owned by the engine; any
// thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/revision.h"
#include "engine/versions.h"
#include "storage/store.h"

namespace engine {

class Registry {
 public:
  void Publish(RevisionPtr revision);
  void Publish(VersionsPtr versions);
  void ForgetRevision(const std::string& id);
  void ForgetMachine(const std::string& name);  // and its versions

  // With the revision that new executions begin with; nullptr when there is none.
  RevisionPtr FindMachine(std::string_view name) const;
  RevisionPtr FindRevision(std::string_view id) const;
  // nullptr: it never had one.
  VersionsPtr FindVersions(std::string_view machine) const;
  // Up to `count` machines whose names sort after `after`.
  std::vector<RevisionPtr> List(std::string_view after, size_t count) const;

  // --- the end of a revision (revision_sweep.h) ---
  // Those that no execution is meant to begin with any more.
  std::vector<RevisionPtr> Superseded() const;
  // From now on MayStart says no, until it is published as current again. Memory only. False: it
  // has been published anew since the caller found it.
  bool Close(const RevisionPtr& revision);
  // Whether a version refers to it, be it of a state machine that is being deleted.
  bool HasVersion(const Revision& revision) const;
  // Whether an execution may begin with this revision, which the caller found here earlier.
  bool MayStart(const std::string& id) const;

 private:
  // REQUIRES: mutex_ is held.
  bool IsSuperseded(const Revision& revision) const;
  bool IsVersion(const Revision& revision) const;

  mutable std::mutex mutex_;
  std::map<std::string, RevisionPtr, std::less<>> machines_;   // guarded by mutex_
  std::map<std::string, RevisionPtr, std::less<>> revisions_;  // guarded by mutex_
  std::map<std::string, VersionsPtr, std::less<>> versions_;   // guarded by mutex_
  std::set<std::string> closed_;                               // guarded by mutex_
};

// Every revision in the store, compiled. A definition that this binary refuses is an error that
// names its state machine.
absl::StatusOr<std::vector<RevisionPtr>> ReadMachines(const storage::Reader& store);
// Of every state machine that has or had one.
absl::StatusOr<std::vector<VersionsPtr>> ReadVersions(const storage::Reader& store);

}  // namespace engine
