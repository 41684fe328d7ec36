// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The simulated disk with its committer: batches go in, and each write, sync and notice is a step
// of its own. Two kinds, by StoreMode. What a crash may do: lose any suffix of what was written and
// not synced (of each partition's, when they are independent), never what was synced. Owned by the
// run, survives the simulated process; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ids.h"
#include "storage/commit.h"
#include "storage/memory_store.h"
#include "storage/partitioned_store.h"
#include "tests/sim/options.h"
#include "tests/sim/random.h"

namespace sim {

class SimStore {
 public:
  // Called in the middle of Move; the receiver only queues.
  struct Notices {
    std::function<void(storage::CommitNotice)> applied;
    std::function<void(storage::CommitNotice)> durable;
  };

  static std::unique_ptr<SimStore> Make(StoreMode mode);
  virtual ~SimStore() = default;

  void set_notices(Notices notices) { notices_ = std::move(notices); }
  // Releases effects one write too early: a defect to plant.
  void set_early_notices(bool early) { early_notices_ = early; }
  // Syncs are announced and not done: a defect to plant. One log only.
  void set_lose_synced(bool lose) { lose_synced_ = lose; }

  virtual const storage::Store& store() const = 0;  // recovery and the loader read here
  virtual void Submit(storage::Batch batch) = 0;
  virtual bool CanMove() const = 0;
  // REQUIRES: CanMove. One step; answers what it was.
  virtual std::string Move(Random& random) = 0;
  // What clients read: everything announced as durable is in it.
  virtual storage::View durable_view() const = 0;
  // The truth: what a crash would certainly keep.
  virtual uint64_t durable(engine::PartitionId partition) const = 0;
  // REQUIRES: nobody holds a view.
  virtual std::string Crash(Random& random) = 0;

 protected:
  Notices notices_;
  bool early_notices_ = false;
  bool lose_synced_ = false;
};

}  // namespace sim
