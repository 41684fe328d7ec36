// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/revision_sweep.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "engine/tables.h"
#include "storage/key.h"

namespace engine {
namespace {

constexpr std::array kStatuses = {asl::ExecutionStatus::kRunning, asl::ExecutionStatus::kSucceeded,
                                  asl::ExecutionStatus::kFailed, asl::ExecutionStatus::kTimedOut,
                                  asl::ExecutionStatus::kAborted};

constexpr asl::Millis kOpen{};  // Revision::closed: an execution may begin

// When the oldest execution in that range of the list started; kNever: there is none.
absl::StatusOr<asl::Millis> OldestStart(const storage::Reader& view, PartitionId partition,
                                        uint32_t machine, asl::ExecutionStatus status) {
  const std::string prefix = ListingPrefix(partition, machine, status);
  auto rows =
      view.Scan(kListing, prefix, storage::PrefixEnd(prefix), storage::Direction::kBackward);
  if (!rows->Valid()) {
    if (!rows->status().ok()) return rows->status();
    return asl::kNever;
  }
  const std::optional<ExecutionNumber> number = DecodeListingKey(rows->key());
  if (!number) return absl::DataLossError("a key of table 'listing' is malformed");
  return TimeOf(*number);
}

// Of a state machine's executions, over all partitions; kNever: there is none.
struct Oldest {
  asl::Millis running = asl::kNever;
  asl::Millis kept = asl::kNever;
};

absl::StatusOr<Oldest> FindOldest(const storage::Reader& view, uint32_t partitions,
                                  uint32_t machine) {
  Oldest oldest;
  for (PartitionId partition = 0; partition < partitions; ++partition) {
    for (asl::ExecutionStatus status : kStatuses) {
      absl::StatusOr<asl::Millis> start = OldestStart(view, partition, machine, status);
      if (!start.ok()) return start.status();
      oldest.kept = std::min(oldest.kept, *start);
      if (status == asl::ExecutionStatus::kRunning)
        oldest.running = std::min(oldest.running, *start);
    }
  }
  return oldest;
}

// True: some were closed.
bool CloseSuperseded(const SweepSurroundings& surroundings,
                     const std::vector<RevisionPtr>& superseded) {
  std::vector<RevisionPtr> closing;
  for (const RevisionPtr& revision : superseded) {
    if (revision->closed == kOpen && surroundings.registry->Close(revision))
      closing.push_back(revision);
  }
  if (closing.empty()) return false;
  const auto clocks = surroundings.barrier();
  if (!clocks) return false;
  for (const RevisionPtr& revision : closing)
    surroundings.post(0, CloseRevision{.revision = revision, .closed = clocks->latest});
  return true;
}

}  // namespace

absl::StatusOr<bool> SweepRevisions(const SweepSurroundings& surroundings) {
  const std::vector<RevisionPtr> superseded = surroundings.registry->Superseded();
  bool busy = CloseSuperseded(surroundings, superseded);

  std::map<std::string, std::vector<RevisionPtr>> machines;
  for (const RevisionPtr& revision : superseded) machines[revision->machine].push_back(revision);
  // After the list of them: whatever began before one was closed is in this view.
  const storage::View view = surroundings.durable_view();
  for (const auto& [name, revisions] : machines) {
    const absl::StatusOr<Oldest> oldest =
        FindOldest(*view, surroundings.partitions, revisions.front()->number);
    if (!oldest.ok()) return oldest.status();
    const bool all_closed = std::all_of(revisions.begin(), revisions.end(),
                                        [](const RevisionPtr& r) { return r->closed != kOpen; });
    for (const RevisionPtr& revision : revisions) {
      if (revision->closed == kOpen) continue;
      if (revision->current) {
        busy = true;  // being deleted: somebody may be waiting for the name
        if (all_closed && oldest->running == asl::kNever)
          surroundings.post(0, RemoveMachine{revision});
      } else if (oldest->kept > revision->closed && !surroundings.registry->HasVersion(*revision)) {
        surroundings.post(0, RemoveRevision{revision});
        busy = true;
      }
    }
  }
  return busy;
}

}  // namespace engine
