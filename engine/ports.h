// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Everything a partition needs from outside itself. Two implementations: the loop (loop.cc) and the
// simulation, where every call is a step that a seed orders. Called only by the thread that runs
// the partition; nothing here waits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "asl/definition.h"
#include "engine/effects.h"
#include "engine/ids.h"
#include "engine/load_request.h"
#include "workers/task.h"

namespace engine {

class Ports {
 public:
  virtual ~Ports() = default;
  // The queue that a Task waits in (routes.h); by default that of the workers with its name.
  virtual std::string QueueFor(const asl::TaskTarget& target, bool by_call_only);
  // A worker's slot, or nullopt: then one comes by SlotOffered when there is one.
  virtual std::optional<workers::Slot> TakeSlot(const std::string& queue,
                                                PartitionId partition) = 0;
  virtual void ReturnSlot(workers::SessionId session) = 0;
  virtual void Load(PartitionId partition, LoadRequest request) = 0;
  // Effects whose batch is durable, in batch order.
  virtual void Release(PartitionId partition, std::vector<Effect> effects) = 0;
  // Notes what is being worked on, for the next process to know what a crash interrupted; kNone:
  // nothing.
  virtual void WorkingOn(ExecutionNumber) {}
  // 64 random bits: tokens must not be guessable, so the real source is the operating system's.
  virtual uint64_t Random() = 0;
  // The revision that an execution's row names; published after it became durable, so never null
  // for a stored one.
  virtual RevisionPtr FindRevision(const std::string& id) const = 0;
  // Whether there is such an activity, by name.
  virtual bool ActivityExists(const std::string&) const { return true; }
  // Whether an execution may still begin with a revision that its caller found a while ago.
  virtual bool MayStart(const std::string& revision) const = 0;
};

}  // namespace engine
