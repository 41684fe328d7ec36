// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Far more tasks wait for one worker than a queue keeps in memory, over restarts: what is a row
// only must be brought back in order, and none may be forgotten. The seeds of the simulation are
// too small to get there.
#include <memory>

#include "engine/tasks.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/sim/by_hand.h"
#include "tests/sim/rows.h"
#include "tests/sim/worker.h"

namespace sim {
namespace {

class ManyWaiting : public testing::Test, protected ByHand {
 protected:
  ManyWaiting() : ByHand(engine::kNameKeptMs, 50) {
    const Definition& definition = Definitions().front();
    EXPECT_EQ(Create("chain", definition.text, &definition), "OK");
  }

  void StartMany(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      EXPECT_EQ(Start("chain", fmt::format("e{}", started_++)), "started");
    }
  }

  void Work(size_t acts) {
    for (size_t i = 0; i < acts && worker_.CanAct(false); ++i) {
      worker_.Act(&process_->pool(), false);
      Pump();
    }
  }

  void OnCrash() override {
    worker_.OnEngineCrashed();
    CheckRows(store_->store(), 1, auditor_, Moment::kStopped, &checks_);
  }

  WorkerWorld world_{.random = &random_, .auditor = &auditor_, .checks = &checks_, .slots = 50};
  SimWorker worker_{&world_, 0, {"pay", "pack"}};
  size_t started_ = 0;
};

TEST_F(ManyWaiting, EveryTaskBeyondTheLimitOfAQueueGetsItsWorkerAlsoAfterCrashes) {
  StartMany(engine::Tasks::kWaitingMax * 5 / 2);
  Crash();
  Work(2'000);
  StartMany(300);
  Crash();
  Work(4'000);
  Crash();

  Work(1'000'000);

  EXPECT_FALSE(checks_.failed()) << Failure();
  EXPECT_EQ(auditor_.executions().size(), started_);
  EXPECT_EQ(auditor_.open(), 0u);
  CheckRows(store_->store(), 1, auditor_, Moment::kFinished, &checks_);
  process_->CheckSlotsReturned();
  EXPECT_FALSE(checks_.failed()) << Failure();
}

// A worker that comes back without its tasks sends more of them back to the queue than it keeps in
// memory, ahead of others that another worker has: the next process must find them all the same.
TEST_F(ManyWaiting, TasksSentBackAheadOfAssignedOnesAreFoundAfterACrash) {
  world_.slots = slots_ = static_cast<uint32_t>(engine::Tasks::kWaitingMax + 200);
  Crash();
  StartMany(engine::Tasks::kWaitingMax + 500);
  worker_.Act(&process_->pool(), false);  // connects and gets the first ones
  Pump();
  world_.slots = 300;
  SimWorker other(&world_, 1, {"pay", "pack"});
  other.Act(&process_->pool(), false);  // gets the rest
  Pump();
  SimWorker back(&world_, 0, {"ship"});  // the same instance, which now serves another queue
  back.Act(&process_->pool(), false);
  Pump();
  back.OnEngineCrashed();
  other.OnEngineCrashed();
  Crash();

  for (int round = 0; round < 1'000'000 && (worker_.CanAct(false) || other.CanAct(false));
       ++round) {
    SimWorker& next = round % 2 == 0 ? worker_ : other;
    if (next.CanAct(false)) next.Act(&process_->pool(), false);
    Pump();
  }

  EXPECT_FALSE(checks_.failed()) << Failure();
  EXPECT_EQ(auditor_.open(), 0u);
}

}  // namespace
}  // namespace sim
