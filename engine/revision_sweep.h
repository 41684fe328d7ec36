// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The end of revisions and state machines. A revision is kept as long as an execution may use it;
// executions of all partitions do, so the end has steps, each made sure of before the next:
//
//   superseded   another revision is current, or the state machine is being deleted
//   closed at T  the registry refuses it; then every partition has passed a barrier, so whatever
//                began with it is durable, and T is the latest of their clocks
//   gone         no execution of its state machine that started until T is kept, and no version
//                refers to it: those of a state machine that is being deleted go with it
//
// A state machine that is being deleted goes when its revisions are closed and no execution of it
// runs. Executions that are still kept need its revisions, not its row: the name is free then.
//
// Run by housekeeping.h, on its thread.
#pragma once

#include <functional>
#include <optional>

#include "engine/command.h"
#include "engine/registry.h"
#include "storage/store.h"

namespace engine {

struct SweepSurroundings {
  Registry* registry = nullptr;
  uint32_t partitions = 0;
  std::function<storage::View()> durable_view;
  std::function<void(PartitionId, Command)> post;
  // Waits until every partition has passed a Barrier; their clocks, or nullopt: the engine stops.
  struct Clocks {
    asl::Millis earliest;
    asl::Millis latest;
    uint64_t retired = 0;  // executions, by all of them since this process started
  };
  std::function<std::optional<Clocks>()> barrier;
};

// One pass; what it finds is posted to partition 0, and the next pass sees it done. True: something
// is on its way, so the next pass should come soon.
absl::StatusOr<bool> SweepRevisions(const SweepSurroundings& surroundings);

}  // namespace engine
