// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/loader.h"

#include "engine/records.h"
#include "engine/tables.h"
#include "gtest/gtest.h"
#include "storage/memory_store.h"

namespace engine {
namespace {

asl::PayloadRef Slice(int64_t event, asl::PayloadField field, uint32_t offset, uint32_t length) {
  return {.event = asl::EventId{event}, .field = field, .offset = offset, .length = length};
}

TEST(OnePerTextTest, SlicesOfOneTextAreLoadedOnceByTheOneThatReachesFarthest) {
  const asl::PayloadRef first = Slice(1, asl::PayloadField::kInput, 10, 1);
  const asl::PayloadRef last = Slice(1, asl::PayloadField::kInput, 12, 5);
  const asl::PayloadRef middle = Slice(1, asl::PayloadField::kInput, 11, 1);
  const asl::PayloadRef other_field = Slice(1, asl::PayloadField::kOutput, 0, 3);
  const asl::PayloadRef other_event = Slice(7, asl::PayloadField::kOutput, 0, 3);

  const std::vector<asl::PayloadRef> one_each =
      OnePerText({first, other_event, last, other_field, middle});

  EXPECT_EQ(one_each, (std::vector<asl::PayloadRef>{last, other_field, other_event}));
}

// Partition 0 sweeps the history of what is retired, and another partition's rows may be of an earlier
// moment.
TEST(LoadExecutionTest, AnEndedExecutionWhoseHistoryIsGoneIsGoneAndARunningOneIsDamage) {
  storage::MemoryStore store(AllTables());
  storage::Batch batch({.partition = 3, .epoch = 0, .number = 1});
  Execution execution;
  const auto put = [&](uint32_t counter) {
    execution.number = MakeExecutionNumber(asl::Millis{5}, counter, 3);
    PutExecution(execution, {.revision = 1}, batch);
    return execution.number;
  };
  const ExecutionNumber running = put(1);
  const ExecutionNumber ended_later = put(2);
  execution.status = asl::ExecutionStatus::kSucceeded;
  PutOutcome(execution, batch);
  const ExecutionNumber ended_at_once = put(3);
  ASSERT_TRUE(store.Write({&batch, 1}).ok());

  const auto load = [&](ExecutionNumber number) {
    return std::get<ExecutionLoaded>(LoadRows(store, 3, LoadExecution{number})).rows;
  };
  EXPECT_EQ(load(running).status().code(), absl::StatusCode::kDataLoss);
  for (const ExecutionNumber ended : {ended_later, ended_at_once}) {
    ASSERT_TRUE(load(ended).ok()) << load(ended).status();
    EXPECT_FALSE(load(ended)->execution);
  }
}

}  // namespace
}  // namespace engine
