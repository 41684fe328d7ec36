// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What becomes of ended executions as days pass: the real partition over the memory store, with a
// clock that the test moves. The seeds of the simulation are too short for it.
#include <memory>

#include "engine/listing.h"
#include "engine/reads.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "storage/key.h"
#include "tests/sim/by_hand.h"
#include "tests/sim/rows.h"

namespace sim {
namespace {

constexpr int64_t kDay = 86'400'000;
constexpr char kWaits[] = R"({
  "StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 3600, "End": true}}
})";

class Retention : public testing::Test, protected ByHand {
 protected:
  explicit Retention(int64_t retention_ms = 30 * kDay) : ByHand(retention_ms) {
    EXPECT_EQ(Create("m", kWaits), "OK");
  }

  std::string Start(const std::string& name, const std::string& input = "{}") {
    return ByHand::Start("m", name, input);
  }

  std::string Describe(const std::string& name) {
    const storage::View view = store_->durable_view();
    const auto number = engine::FindExecution(*view, {}, 1, engine::ExecutionArn({}, "m", name));
    if (!number.ok()) return number.status().ToString();
    const auto execution = engine::Describe(*view, process_->registry(), *number);
    return execution.ok() ? std::string(asl::StatusName(execution->row.status))
                          : execution.status().ToString();
  }

  size_t Rows(engine::Table table) {
    const std::string prefix = engine::PartitionPrefix(0);
    size_t count = 0;
    for (auto rows = store_->store().Scan(table, prefix, storage::PrefixEnd(prefix)); rows->Valid();
         rows->Next()) {
      ++count;
    }
    return count;
  }
};

class ShortRetention : public Retention {};
class UsualRetention : public Retention {
 protected:
  UsualRetention() : Retention(engine::kNameKeptMs) {}
};

constexpr char kGone[] =
    "NOT_FOUND: Execution Does Not Exist: "
    "'arn:aws:states:us-east-1:123456789012:execution:m:a'";
constexpr char kTaken[] =
    "ALREADY_EXISTS: Execution Already Exists: "
    "'arn:aws:states:us-east-1:123456789012:execution:m:a'";

TEST_F(ShortRetention, AnExecutionGoesWhenItsTimeIsOverAndItsNameStaysTakenForNinetyDays) {
  ASSERT_EQ(Start("a"), "started");
  Pass(3'600'000);
  ASSERT_EQ(Describe("a"), "SUCCEEDED");

  Pass(30 * kDay - 1);
  EXPECT_EQ(Describe("a"), "SUCCEEDED");
  Pass(1);
  EXPECT_EQ(Describe("a"), kGone);
  EXPECT_EQ(Rows(engine::kExecutions), 0u);
  EXPECT_EQ(Rows(engine::kOutcomes), 0u);
  EXPECT_EQ(Rows(engine::kListing), 0u);
  EXPECT_EQ(Rows(engine::kEnded), 0u);
  EXPECT_EQ(Start("a"), kTaken);
  EXPECT_EQ(Start("a", R"({"other": 1})"), kTaken);
  Crash();
  EXPECT_EQ(Start("a"), kTaken);

  Pass(60 * kDay - 1);
  EXPECT_EQ(Start("a"), kTaken);
  Pass(1);
  EXPECT_EQ(Rows(engine::kNames), 0u);
  EXPECT_EQ(Rows(engine::kNameEnds), 0u);
  EXPECT_EQ(Start("a"), "started");
  EXPECT_EQ(Describe("a"), "RUNNING");
  EXPECT_FALSE(checks_.failed()) << Failure();
}

TEST_F(UsualRetention, NameAndExecutionGoTogether) {
  ASSERT_EQ(Start("a"), "started");
  Pass(3'600'000 + 90 * kDay - 1);
  EXPECT_EQ(Start("a"), kTaken);

  Pass(1);

  EXPECT_EQ(Describe("a"), kGone);
  EXPECT_EQ(Start("a"), "started");
  EXPECT_EQ(Rows(engine::kNameEnds), 0u);
}

TEST_F(ShortRetention, ThousandsThatEndedTogetherGoAndThoseThatRunOnStay) {
  const size_t count = engine::EndQueue::kRowsPerLoadMax * 5 + 3;
  for (size_t i = 0; i < count; ++i) ASSERT_EQ(Start(fmt::format("e{}", i)), "started");
  Pass(3'600'000);
  Pass(29 * kDay);
  ASSERT_EQ(Start("young"), "started");
  Pass(kDay - 1);
  EXPECT_EQ(Rows(engine::kExecutions), count + 1);

  Pass(1);

  EXPECT_EQ(Rows(engine::kExecutions), 1u);
  EXPECT_EQ(Describe("young"), "SUCCEEDED");
  CheckRows(store_->store(), 1, auditor_, Moment::kStopped, &checks_);
  EXPECT_FALSE(checks_.failed()) << Failure();
}

TEST_F(ShortRetention, WhatEndedBeforeACrashGoesAfterIt) {
  ASSERT_EQ(Start("a"), "started");
  Pass(3'600'000);
  Crash();
  ASSERT_EQ(Describe("a"), "SUCCEEDED");
  process_.reset();

  wall_ = wall_ + 31 * kDay;
  Begin();
  Pump();

  EXPECT_EQ(Describe("a"), kGone);
  EXPECT_EQ(Rows(engine::kExecutions), 0u);
}

}  // namespace
}  // namespace sim
