// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The state machines that exist, as everybody but partition 0 sees them: an immutable copy,
// replaced when a change has become durable. Owned by the engine; any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/revision.h"
#include "storage/store.h"

namespace engine {

class Registry {
 public:
  void Publish(RevisionPtr revision);
  RevisionPtr FindMachine(std::string_view name) const;  // nullptr when there is none
  RevisionPtr FindRevision(std::string_view id) const;
  // Up to `count` machines whose names sort after `after`.
  std::vector<RevisionPtr> List(std::string_view after, size_t count) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, RevisionPtr, std::less<>> machines_;   // guarded by mutex_
  std::map<std::string, RevisionPtr, std::less<>> revisions_;  // guarded by mutex_
};

// Every state machine in the store, compiled. A definition that this binary refuses is an error
// that names it.
absl::StatusOr<std::vector<RevisionPtr>> ReadMachines(const storage::Reader& store);

}  // namespace engine
