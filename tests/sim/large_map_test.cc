// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Maps of thousands of iterations that fail, are stopped, or are crashed again and again in the
// middle: what was under way is given up as AWS does it, and nothing of it stays behind.
#include <map>

#include "engine/reads.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/sim/by_hand.h"
#include "tests/sim/rows.h"

namespace sim {
namespace {

constexpr size_t kAtOnce = 40;  // AWS's limit of an inline Map
constexpr int64_t kSecond = 1'000;

// Four events an iteration. Each waits as long as its item says.
constexpr char kWaits[] = R"({"StartAt":"Items","States":{"Items":{"Type":"Map","End":true,
  "ItemsPath":"$.items","ItemProcessor":{"StartAt":"Rest","States":{
    "Rest":{"Type":"Wait","SecondsPath":"$","End":true}}}}}})";
constexpr char kPasses[] = R"({"StartAt":"Items","States":{"Items":{"Type":"Map","End":true,
  "ItemsPath":"$.items","ItemProcessor":{"StartAt":"Keep","States":{
    "Keep":{"Type":"Pass","End":true}}}}}})";

std::string Items(size_t count, size_t bad) {
  std::string items = R"({"items":[)";
  for (size_t i = 0; i < count; ++i)
    items += fmt::format("{}{}", i == 0 ? "" : ",", i == bad ? R"("no time")" : "1");
  return items + "]}";
}
constexpr size_t kNone = ~size_t{0};

class LargeMap : public testing::Test, protected ByHand {
 protected:
  void Begin(const std::string& definition, const std::string& input) {
    static const Definition kMayFail{.machine = "m", .has_mistake = true};
    ASSERT_EQ(Create("m", definition, &kMayFail), "OK");
    ASSERT_EQ(Start("m", "e", input), "started");
    const auto number =
        engine::FindExecution(*store_->durable_view(), {}, 1, engine::ExecutionArn({}, "m", "e"));
    ASSERT_TRUE(number.ok());
    execution_ = *number;
  }

  // So many iterations later, with a crash in each turn of `crashes`.
  void IterationsPass(size_t iterations, size_t crashes) {
    for (size_t turn = 0; turn < iterations / kAtOnce; ++turn) {
      Pass(kSecond);
      if (crashes > 0 && turn % (iterations / kAtOnce / crashes) == 0) Crash();
    }
  }

  void OnCrash() override { CheckRows(store_->store(), 1, auditor_, Moment::kStopped, &checks_); }

  std::vector<asl::HistoryEvent> History() {
    const auto page = engine::ReadPage(*store_->durable_view(), process_->registry(), execution_,
                                       asl::EventId{1}, 30'000, storage::Direction::kForward);
    return page.ok() ? page->events : std::vector<asl::HistoryEvent>();
  }
  std::map<asl::EventType, size_t> Counts() {
    std::map<asl::EventType, size_t> counts;
    for (const asl::HistoryEvent& event : History()) ++counts[event.type];
    return counts;
  }
  // Whatever the Map had asked of the world is taken back.
  void ExpectNothingLeft() {
    CheckRows(store_->store(), 1, auditor_, Moment::kFinished, &checks_);
    EXPECT_FALSE(checks_.failed()) << Failure();
  }

  engine::ExecutionNumber execution_{};
};

TEST_F(LargeMap, TheIterationThatFailsAfterFiveThousandAbortsThoseThatRun) {
  Begin(kWaits, Items(10'000, 5'000));

  IterationsPass(6'000, 6);

  auto counts = Counts();
  EXPECT_EQ(counts[asl::EventType::kMapIterationFailed], 1u);
  EXPECT_EQ(counts[asl::EventType::kMapIterationSucceeded], 4'961u);
  EXPECT_EQ(counts[asl::EventType::kMapIterationAborted], kAtOnce - 1);
  EXPECT_EQ(counts[asl::EventType::kWaitStateAborted], kAtOnce - 1);
  EXPECT_EQ(counts[asl::EventType::kMapStateFailed], 1u);
  EXPECT_EQ(counts[asl::EventType::kExecutionFailed], 1u);
  EXPECT_EQ(counts[asl::EventType::kMapIterationStarted], 5'001u);
  ExpectNothingLeft();
}

TEST_F(LargeMap, StopEndsAllOfItAtOnce) {
  Begin(kWaits, Items(10'000, kNone));
  IterationsPass(5'000, 3);
  ASSERT_EQ(Counts()[asl::EventType::kMapIterationSucceeded], 5'000u);

  bool stopped = false;
  process_->Post(0, engine::StopExecution{.execution = execution_,
                                          .error = {.name = "Enough", .cause = std::nullopt},
                                          .reply = [&](const absl::StatusOr<asl::Millis>& at) {
                                            stopped = at.ok();
                                          }});
  Pump();

  EXPECT_TRUE(stopped);
  EXPECT_EQ(History().back().type, asl::EventType::kExecutionAborted);
  ExpectNothingLeft();
}

TEST_F(LargeMap, SixThousandIterationsAreAllThereAfterCrashesInTheMiddle) {
  Begin(kWaits, Items(6'000, kNone));
  IterationsPass(6'040, 20);

  EXPECT_EQ(Counts()[asl::EventType::kMapIterationSucceeded], 6'000u);
  const std::vector<asl::HistoryEvent> history = History();
  ASSERT_EQ(history.back().type, asl::EventType::kExecutionSucceeded);
  std::string output = "[1";
  for (size_t i = 1; i < 6'000; ++i) output += ",1";
  EXPECT_EQ(history.back().payload.view(), output + "]");
  ExpectNothingLeft();
}

// Iterations that wait for nothing: one Advance would never end, so it is cut again and again.
TEST_F(LargeMap, IterationsThatNeverWaitLetTheirPartitionGoOnInBetween) {
  const uint64_t before = process_->turns();
  Begin(kPasses, Items(6'000, kNone));
  Pass(1);

  EXPECT_EQ(History().back().type, asl::EventType::kExecutionSucceeded);
  EXPECT_GT(process_->turns() - before, 50u);
  ExpectNothingLeft();
}

}  // namespace
}  // namespace sim
