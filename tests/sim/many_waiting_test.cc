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
#include "tests/sim/process.h"
#include "tests/sim/rows.h"
#include "tests/sim/worker.h"

namespace sim {
namespace {

class ManyWaiting : public testing::Test {
 protected:
  ManyWaiting() : store_(SimStore::Make(StoreMode::kMemory)) {
    const Definition& definition = Definitions().front();
    asl::Compiled compiled = asl::Compile(definition.text);
    const auto revision = std::make_shared<engine::Revision>(
        engine::Revision{.id = "revision",
                         .machine = definition.machine,
                         .definition = definition.text,
                         .program = std::move(compiled.program)});
    auditor_.KnowRevision(revision, &definition);
    Begin();
    process_->Post(0, engine::CreateStateMachine{
                          .revision = revision,
                          .reply = [](const absl::StatusOr<engine::RevisionPtr>& created) {
                            EXPECT_TRUE(created.ok());
                          }});
    Pump();
  }

  void Begin() {
    process_ = std::make_unique<Process>(Surroundings{.store = store_.get(),
                                                      .random = &random_,
                                                      .auditor = &auditor_,
                                                      .checks = &checks_,
                                                      .sabotage = &sabotage_,
                                                      .partitions = 1,
                                                      .slots = world_.slots,
                                                      .wall = &wall_,
                                                      .faults = &faults_});
    process_->Start();
  }

  void Start(size_t count) {
    const engine::RevisionPtr revision = process_->registry().FindMachine("chain");
    for (size_t i = 0; i < count; ++i) {
      const std::string name = fmt::format("e{}", started_++);
      process_->Post(
          0, engine::StartExecution{.revision = revision,
                                    .name = name,
                                    .fresh_name = true,
                                    .input = std::make_shared<const std::string>("{}"),
                                    .name_hash = engine::HashName("chain", name),
                                    .reply = [](const absl::StatusOr<engine::Started>& started) {
                                      EXPECT_TRUE(started.ok());
                                    }});
    }
    Pump();
  }

  // Everything that can happen without the worker and without time.
  void Pump() {
    for (;;) {
      Choices choices;
      process_->List(&choices);
      if (!choices.empty()) {
        process_->Do(choices.front());
      } else if (store_->CanMove()) {
        store_->Move(random_);
      } else {
        return;
      }
    }
  }

  void Work(size_t acts) {
    for (size_t i = 0; i < acts && worker_.CanAct(false); ++i) {
      worker_.Act(&process_->pool(), false);
      Pump();
    }
  }

  void Crash() {
    process_.reset();
    worker_.OnEngineCrashed();
    store_->Crash(random_);
    auditor_.OnCrash([this](engine::PartitionId id) { return *store_->store().AppliedNumber(id); });
    CheckRows(store_->store(), 1, auditor_, false, &checks_);
    Begin();
    Pump();
  }

  std::string Failure() const { return checks_.rule() + ": " + checks_.found(); }

  Random random_{1};
  Checks checks_;
  Auditor auditor_{&checks_};
  Sabotage sabotage_{Plant::kNone, &random_};
  asl::Millis wall_{1'700'000'000'000};
  bool faults_ = false;
  std::unique_ptr<SimStore> store_;
  WorkerWorld world_{.random = &random_, .auditor = &auditor_, .checks = &checks_, .slots = 50};
  SimWorker worker_{&world_, 0, {"pay", "pack"}};
  std::unique_ptr<Process> process_;
  size_t started_ = 0;
};

TEST_F(ManyWaiting, EveryTaskBeyondTheLimitOfAQueueGetsItsWorkerAlsoAfterCrashes) {
  Start(engine::Tasks::kWaitingMax * 5 / 2);
  Crash();
  Work(2'000);
  Start(300);
  Crash();
  Work(4'000);
  Crash();

  Work(1'000'000);

  EXPECT_FALSE(checks_.failed()) << Failure();
  EXPECT_EQ(auditor_.executions().size(), started_);
  EXPECT_EQ(auditor_.open(), 0u);
  CheckRows(store_->store(), 1, auditor_, true, &checks_);
  process_->CheckSlotsReturned();
  EXPECT_FALSE(checks_.failed()) << Failure();
}

// A worker that comes back without its tasks sends more of them back to the queue than it keeps in
// memory, ahead of others that another worker has: the next process must find them all the same.
TEST_F(ManyWaiting, TasksSentBackAheadOfAssignedOnesAreFoundAfterACrash) {
  world_.slots = static_cast<uint32_t>(engine::Tasks::kWaitingMax + 200);
  Crash();
  Start(engine::Tasks::kWaitingMax + 500);
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
