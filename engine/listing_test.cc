// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/listing.h"

#include "engine/tables.h"
#include "gtest/gtest.h"
#include "storage/memory_store.h"

namespace engine {
namespace {

using asl::ExecutionStatus;

constexpr uint32_t kMachine = 7;
constexpr uint32_t kPartitions = 3;

// Counts the rows that a scan walks over.
class CountingReader : public storage::Reader {
 public:
  explicit CountingReader(storage::View view) : view_(std::move(view)) {}
  absl::StatusOr<std::optional<std::string>> Get(storage::TableTag table,
                                                 std::string_view key) const override {
    ++rows;
    return view_->Get(table, key);
  }
  std::unique_ptr<storage::Cursor> Scan(storage::TableTag table, std::string_view begin,
                                        std::string_view end,
                                        storage::Direction direction) const override {
    return std::make_unique<Counted>(view_->Scan(table, begin, end, direction), &rows);
  }
  mutable size_t rows = 0;

 private:
  class Counted : public storage::Cursor {
   public:
    Counted(std::unique_ptr<storage::Cursor> cursor, size_t* rows)
        : cursor_(std::move(cursor)), rows_(rows) {}
    bool Valid() const override { return cursor_->Valid(); }
    void Next() override {
      ++*rows_;
      cursor_->Next();
    }
    std::string_view key() const override { return cursor_->key(); }
    std::string_view value() const override { return cursor_->value(); }
    absl::Status status() const override { return cursor_->status(); }

   private:
    const std::unique_ptr<storage::Cursor> cursor_;
    size_t* const rows_;
  };
  const storage::View view_;
};

class ListingTest : public testing::Test {
 protected:
  // The n-th execution starts in millisecond n, on partition n % 3.
  static ExecutionNumber Number(uint32_t n) {
    return MakeExecutionNumber(asl::Millis{1'000 + n}, 0, n % kPartitions);
  }

  void Put(uint32_t n, ExecutionStatus status, uint32_t version = 0) {
    Execution execution;
    execution.number = Number(n);
    execution.info.name = "e" + std::to_string(n);
    execution.info.started_at = TimeOf(execution.number);
    execution.status = status;
    execution.stopped_at = asl::Millis{2'000'000};
    const PartitionId partition = n % kPartitions;
    storage::Batch batch({.partition = partition, .epoch = 0, .number = ++batches_[partition]});
    PutExecution(execution, {.revision = 1, .version = version}, batch);
    batch.Put(kListing, ListingKey(execution.number, kMachine, status), "");
    ASSERT_TRUE(store_.Write({&batch, 1}).ok());
  }

  std::string Page(std::optional<ExecutionStatus> status, ExecutionNumber after, size_t count) {
    const CountingReader reader(store_.Snapshot());
    const auto page = ReadExecutionPage(
        reader, {.partitions = kPartitions, .machine = kMachine, .status = status}, after, count);
    rows_read_ = reader.rows;
    if (!page.ok()) return std::string(page.status().message());
    std::string names;
    for (const ListedExecution& one : page->executions) names += one.row.name + " ";
    return names + (page->more ? "more" : "end");
  }

  storage::MemoryStore store_{AllTables()};
  uint64_t batches_[kPartitions] = {};
  size_t rows_read_ = 0;
};

TEST_F(ListingTest, APageMergesPartitionsAndStatusesNewestFirstAndTheNextOneGoesOn) {
  for (uint32_t n = 0; n < 6; ++n)
    Put(n, n % 2 == 0 ? ExecutionStatus::kRunning : ExecutionStatus::kFailed);

  EXPECT_EQ(Page(std::nullopt, ExecutionNumber::kNone, 4), "e5 e4 e3 e2 more");
  EXPECT_EQ(Page(std::nullopt, Number(2), 4), "e1 e0 end");
  EXPECT_EQ(Page(ExecutionStatus::kFailed, ExecutionNumber::kNone, 2), "e5 e3 more");
  EXPECT_EQ(Page(ExecutionStatus::kFailed, Number(3), 2), "e1 end");
  EXPECT_EQ(Page(ExecutionStatus::kAborted, ExecutionNumber::kNone, 2), "end");
}

TEST_F(ListingTest, APageOfManyReadsNoMoreThanAPageOfFew) {
  for (uint32_t n = 0; n < 100; ++n) Put(n, ExecutionStatus::kSucceeded);
  Page(std::nullopt, ExecutionNumber::kNone, 10);
  const size_t of_few = rows_read_;

  for (uint32_t n = 100; n < 20'000; ++n) Put(n, ExecutionStatus::kSucceeded);
  Page(std::nullopt, ExecutionNumber::kNone, 10);

  EXPECT_EQ(rows_read_, of_few);
  EXPECT_LT(of_few, 50u);
}

// Of a version that few were started by: a page may be empty, and the next one goes on.
TEST_F(ListingTest, APageOfAVersionLooksAtSoManyAndNoMore) {
  Put(0, ExecutionStatus::kSucceeded, 7);
  for (uint32_t n = 1; n < 12'000; ++n) Put(n, ExecutionStatus::kSucceeded);
  Put(12'000, ExecutionStatus::kRunning, 7);
  const storage::View view = store_.Snapshot();
  const ListScope scope{.partitions = kPartitions, .machine = kMachine, .version = 7};

  const auto first = ReadExecutionPage(*view, scope, ExecutionNumber::kNone, 10);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->executions.size(), 1u);
  EXPECT_EQ(first->executions.front().row.name, "e12000");
  EXPECT_TRUE(first->more);

  const auto second = ReadExecutionPage(*view, scope, first->last, 10);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->executions.size(), 1u);
  EXPECT_EQ(second->executions.front().row.name, "e0");
  EXPECT_FALSE(second->more);
}

TEST_F(ListingTest, ARowOfNoExecutionIsDataLossAndNotAGap) {
  Put(1, ExecutionStatus::kRunning);
  storage::Batch batch({.partition = 1, .epoch = 0, .number = ++batches_[1]});
  batch.Delete(kExecutions, ExecutionKey(Number(1)));
  ASSERT_TRUE(store_.Write({&batch, 1}).ok());

  EXPECT_EQ(Page(std::nullopt, ExecutionNumber::kNone, 4),
            "a row of table 'listing' names an execution that is missing");
}

}  // namespace
}  // namespace engine
