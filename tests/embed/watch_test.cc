// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Watching from within a C++ program, where the watcher decides when it has taken what it was
// given: slow ones, ones that go, and what they cost.
#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>

#include "engine/api/requests.h"
#include "engine/api/wait_ticket.h"
#include "engine/engine.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/memory_store.h"

namespace {

using engine::Engine;
using engine::WatchUpdate;

// 6 events.
constexpr char kTwo[] = R"({"StartAt": "A", "States": {
  "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": true}}})";

// A watcher that keeps what it is given.
class Watcher {
 public:
  Watcher(Engine& engine, engine::WatchOptions options) : engine_(engine) {
    id_ = engine.watches().Open(std::move(options), {.deliver =
                                                         [this](std::vector<WatchUpdate> updates) {
                                                           std::lock_guard lock(mutex_);
                                                           portions_.push_back(std::move(updates));
                                                           changed_.notify_all();
                                                         },
                                                     .end =
                                                         [this](absl::Status status) {
                                                           std::lock_guard lock(mutex_);
                                                           end_ = std::move(status);
                                                           changed_.notify_all();
                                                         }});
  }

  // The next portion; the one after it is not read before Taken.
  std::vector<WatchUpdate> Next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return read_ < portions_.size(); });
    return portions_[read_++];
  }
  void Taken() { engine_.watches().Taken(id_); }
  void Close() { engine_.watches().Close(id_); }
  absl::Status End() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return end_.has_value(); });
    return *end_;
  }
  size_t portions() {
    std::lock_guard lock(mutex_);
    return portions_.size();
  }

 private:
  Engine& engine_;
  engine::Watches::Id id_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::vector<WatchUpdate>> portions_;
  size_t read_ = 0;
  std::optional<absl::Status> end_;
};

class EmbeddedWatch : public testing::Test {
 protected:
  EmbeddedWatch() {
    engine_ = *Engine::Open({.partitions = 4},
                            std::make_unique<storage::MemoryStore>(engine::AllTables()));
    std::promise<void> created;
    engine::api::CreateStateMachine(*engine_, {.name = "two", .definition = kTwo},
                                    [&](const auto&) { created.set_value(); });
    created.get_future().get();
  }

  engine::ExecutionNumber RunOne() {
    std::promise<engine::ExecutionNumber> started;
    engine::api::StartExecution(*engine_, {.state_machine = "two"},
                                [&](const absl::StatusOr<engine::api::StartAnswer>& answer) {
                                  started.set_value(answer->number);
                                });
    const engine::ExecutionNumber number = started.get_future().get();
    std::promise<void> ended;
    auto ticket =
        engine::api::WaitForEnd(*engine_, number, [&](const auto&) { ended.set_value(); });
    ended.get_future().get();
    return number;
  }

  std::unique_ptr<Engine> engine_;
};

TEST_F(EmbeddedWatch, ASlowWatcherGetsOneUpdateForManyChangesAndMissesNoEvent) {
  Watcher watcher(*engine_, {.events = true});
  std::map<engine::ExecutionNumber, std::vector<int64_t>> told;
  size_t ended = 0;
  const auto read = [&] {
    for (const WatchUpdate& update : watcher.Next()) {
      for (const auto& event : update.events)
        told[update.execution].push_back(asl::ToInt(event.id));
      ended += update.row.status == asl::ExecutionStatus::kRunning ? 0 : 1;
    }
  };

  RunOne();
  read();
  for (int i = 0; i < 50; ++i) RunOne();
  EXPECT_EQ(watcher.portions(), 1u) << "it has not taken the first";
  while (ended < 51) {
    watcher.Taken();
    read();
  }

  EXPECT_EQ(told.size(), 51u);
  for (const auto& [execution, events] : told) {
    EXPECT_EQ(events, (std::vector<int64_t>{1, 2, 3, 4, 5, 6}));
  }
  EXPECT_LE(watcher.portions(), 3u);
}

TEST_F(EmbeddedWatch, WhatHappenedBeforeItTookItsFirstIsToldOnce) {
  Watcher watcher(*engine_, {});
  RunOne();
  watcher.Next();
  std::map<engine::ExecutionNumber, int> told;
  for (int i = 0; i < 20; ++i) told[RunOne()] = 0;

  watcher.Taken();
  for (size_t seen = 0; seen < told.size();) {
    for (const WatchUpdate& update : watcher.Next()) {
      auto it = told.find(update.execution);
      if (it == told.end()) continue;
      EXPECT_EQ(update.row.status, asl::ExecutionStatus::kSucceeded);
      EXPECT_EQ(++it->second, 1);
      ++seen;
    }
    watcher.Taken();
  }
}

TEST_F(EmbeddedWatch, AWatchThatIsClosedCostsNothingAnyMore) {
  Watcher watcher(*engine_, {});
  EXPECT_TRUE(engine_->watches().any());
  RunOne();
  watcher.Next();

  watcher.Close();
  // Its own end comes after the other's closing: the thread of the watches takes them in order.
  Watcher last(*engine_, {.executions = {RunOne()}});
  last.Next();
  EXPECT_TRUE(last.End().ok());

  watcher.Taken();
  RunOne();
  EXPECT_EQ(watcher.portions(), 1u);
}

}  // namespace
