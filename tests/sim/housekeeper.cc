// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/housekeeper.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace sim {
namespace {

constexpr int kStepsMax = 100'000;  // far more than a barrier takes

}  // namespace

Housekeeper::Housekeeper(Process* process, SimStore* store, Checks* checks, uint32_t partitions,
                         int64_t retention_ms, std::function<bool()> go_on)
    : process_(process),
      checks_(checks),
      partitions_(partitions),
      go_on_(std::move(go_on)),
      surroundings_{.registry = process->mutable_registry(),
                    .partitions = partitions,
                    .durable_view = [store] { return store->durable_view(); },
                    .post =
                        [process](engine::PartitionId partition, engine::Command command) {
                          process->Post(partition, std::move(command));
                        },
                    .barrier = [this] { return Barrier(); }},
      history_(retention_ms,
               [](const std::string&, const std::string&) { return absl::OkStatus(); }) {}

bool Housekeeper::Pass() {
  const absl::StatusOr<bool> revisions = engine::SweepRevisions(surroundings_);
  const absl::StatusOr<bool> history = history_.Sweep(surroundings_);
  for (const auto* busy : {&revisions, &history}) {
    if (!busy->ok())
      checks_->Fail("housekeeping can read the store", std::string(busy->status().message()));
  }
  return revisions.value_or(false) || history.value_or(false);
}

std::optional<engine::SweepSurroundings::Clocks> Housekeeper::Barrier() {
  struct Passed {
    uint32_t missing;
    engine::SweepSurroundings::Clocks clocks;
  };
  const auto passed = std::make_shared<Passed>(
      Passed{.missing = partitions_,
             .clocks = {.earliest = asl::kNever, .latest = asl::Millis{}, .retired = 0}});
  for (engine::PartitionId id = 0; id < partitions_; ++id) {
    process_->Post(id, engine::Barrier{[passed](const absl::StatusOr<engine::BarrierPassed>& one) {
                     passed->clocks.earliest = std::min(passed->clocks.earliest, one->clock);
                     passed->clocks.latest = std::max(passed->clocks.latest, one->clock);
                     passed->clocks.retired += one->retired;
                     --passed->missing;
                   }});
  }
  for (int step = 0; step < kStepsMax && passed->missing > 0; ++step) {
    if (checks_->failed()) return std::nullopt;
    if (!go_on_()) break;
  }
  if (passed->missing == 0) return passed->clocks;
  checks_->Fail("every partition passes a barrier", "nothing is left to happen before");
  return std::nullopt;
}

}  // namespace sim
