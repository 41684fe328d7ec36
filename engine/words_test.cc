// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/words.h"

#include "engine/tables.h"
#include "gtest/gtest.h"
#include "storage/memory_store.h"

namespace engine {
namespace {

constexpr PartitionId kPartition = 3;

class WordsTest : public testing::Test {
 protected:
  storage::Batch NewBatch() {
    return storage::Batch({.partition = kPartition, .epoch = 0, .number = ++number_});
  }
  void Write(const storage::Batch& batch) { EXPECT_TRUE(store_.Write({&batch, 1}).ok()); }
  Words Recovered() {
    Words words(kPartition);
    EXPECT_TRUE(words.Recover(store_).ok());
    return words;
  }

  storage::MemoryStore store_{AllTables()};
  uint64_t number_ = 0;
};

TEST_F(WordsTest, AWordIsStoredOnceAndKeepsItsNumberAfterARestart) {
  Words words(kPartition);
  storage::Batch batch = NewBatch();
  const uint32_t pay = words.NumberOf(WordKind::kQueue, "pay", batch);
  const uint32_t cook = words.NumberOf(WordKind::kQueue, "cook", batch);
  EXPECT_NE(pay, cook);
  EXPECT_EQ(words.NumberOf(WordKind::kQueue, "pay", batch), pay);
  EXPECT_EQ(batch.operations(), 2u);
  Write(batch);

  Words again = Recovered();

  storage::Batch next = NewBatch();
  EXPECT_EQ(again.NumberOf(WordKind::kQueue, "cook", next), cook);
  EXPECT_TRUE(next.empty());
  EXPECT_EQ(*again.TextOf(WordKind::kQueue, pay), "pay");
  EXPECT_EQ(*ReadWord(store_, kPartition, WordKind::kQueue, pay), "pay");
}

TEST_F(WordsTest, TheSameTextOfAnotherKindIsAnotherWord) {
  Words words(kPartition);
  storage::Batch batch = NewBatch();
  words.NumberOf(WordKind::kQueue, "pay", batch);
  const uint32_t worker = words.NumberOf(WordKind::kWorker, "pay", batch);

  EXPECT_EQ(batch.operations(), 2u);
  EXPECT_EQ(words.TextOf(WordKind::kRevision, worker).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(words.TextOf(WordKind::kWorker, worker + 1).status().code(),
            absl::StatusCode::kDataLoss);
  EXPECT_FALSE(ReadWord(store_, kPartition, WordKind::kWorker, worker).ok());
}

TEST_F(WordsTest, WorkersThatNoRowNamesAreForgottenAndNothingElse) {
  Words words(kPartition);
  storage::Batch batch = NewBatch();
  const uint32_t gone = words.NumberOf(WordKind::kWorker, "gone", batch);
  const uint32_t busy = words.NumberOf(WordKind::kWorker, "busy", batch);
  const uint32_t queue = words.NumberOf(WordKind::kQueue, "pay", batch);
  Write(batch);

  Words next = Recovered();
  storage::Batch first = NewBatch();
  next.KeepWorkers({busy}, first);
  Write(first);

  EXPECT_FALSE(next.TextOf(WordKind::kWorker, gone).ok());
  const Words after = Recovered();
  EXPECT_FALSE(after.TextOf(WordKind::kWorker, gone).ok());
  EXPECT_EQ(*after.TextOf(WordKind::kWorker, busy), "busy");
  EXPECT_EQ(*after.TextOf(WordKind::kQueue, queue), "pay");
}

}  // namespace
}  // namespace engine
