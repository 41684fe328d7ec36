// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/memory_store.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "storage/partitioned_store.h"

namespace storage {
namespace {

constexpr TableTag kRows = 1;

std::vector<TableSpec> Tables() {
  return {{.tag = kRows, .name = "rows", .kind = TableKind::kHot}};
}

// "a=1 b=2" puts, "a=" deletes.
Batch MakeBatch(uint32_t partition, uint64_t number, std::string_view rows) {
  Batch batch({.partition = partition, .number = number});
  while (!rows.empty()) {
    const std::string_view row = rows.substr(0, rows.find(' '));
    rows.remove_prefix(std::min(rows.size(), row.size() + 1));
    const size_t equals = row.find('=');
    if (equals + 1 == row.size()) {
      batch.Delete(kRows, row.substr(0, equals));
    } else {
      batch.Put(kRows, row.substr(0, equals), row.substr(equals + 1));
    }
  }
  return batch;
}

void Write(Store& store, uint32_t partition, uint64_t number, std::string_view rows) {
  const Batch batch = MakeBatch(partition, number, rows);
  ASSERT_TRUE(store.Write(std::span(&batch, 1)).ok());
}

std::string Contents(const Reader& reader) {
  std::string text;
  auto cursor = reader.Scan(kRows, "", "");
  for (; cursor->Valid(); cursor->Next()) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", cursor->key(), cursor->value());
  }
  return text;
}

TEST(MemoryStore, ACrashLosesWhatWasNotSynced) {
  MemoryStore store(Tables());
  Write(store, 0, 1, "a=1 b=1");
  ASSERT_TRUE(store.Sync().ok());
  Write(store, 0, 2, "a=2 b=");

  store.Crash(0);

  EXPECT_EQ(Contents(store), "a=1 b=1");
  EXPECT_EQ(*store.AppliedNumber(0), 1u);
  EXPECT_EQ(store.written_seq(), 1u);
}

TEST(MemoryStore, ACrashMayKeepAPrefixOfTheUnsyncedWrites) {
  MemoryStore store(Tables());
  Write(store, 0, 1, "a=1");
  Write(store, 1, 1, "b=1");
  Write(store, 0, 2, "a=2");

  store.Crash(2);

  EXPECT_EQ(Contents(store), "a=1 b=1");
  EXPECT_EQ(store.unsynced_writes(), 0u);
  Write(store, 0, 2, "c=3");
  store.Crash(0);
  EXPECT_EQ(Contents(store), "a=1 b=1");
}

TEST(MemoryStore, AViewKeepsShowingItsMoment) {
  MemoryStore store(Tables());
  Write(store, 0, 1, "a=1 b=1");
  const View view = store.Snapshot();
  auto cursor = store.Scan(kRows, "", "", Direction::kForward);
  Write(store, 0, 2, "a=2 b= c=2");
  ASSERT_TRUE(store.Sync().ok());

  EXPECT_EQ(Contents(*view), "a=1 b=1");
  EXPECT_EQ(Contents(store), "a=2 c=2");
  cursor->Next();
  EXPECT_EQ(cursor->key(), "b");
}

TEST(MemoryStore, AReadFaultChangesWhatIsReadNotWhatIsStored) {
  MemoryStore store(Tables());
  store.set_faults({.read = [](TableTag, std::string_view, std::string* value) { *value = "?"; }});
  Write(store, 0, 1, "a=1");

  EXPECT_EQ(**store.Get(kRows, "a"), "?");
  store.set_faults({});
  EXPECT_EQ(**store.Get(kRows, "a"), "1");
}

TEST(PartitionedStore, PartitionsAdvanceIndependentlyAndDurableMayComeFirst) {
  PartitionedStore store(Tables());
  Write(store, 0, 1, "a=1");
  Write(store, 1, 1, "b=1");
  Write(store, 0, 2, "a=2");
  EXPECT_EQ(Contents(store), "");

  const CommitNotice applied = store.Apply(1);
  store.Persist(0);
  store.Persist(0);

  EXPECT_EQ(applied.partition, 1u);
  EXPECT_EQ(applied.number, 1u);
  EXPECT_EQ(Contents(store), "b=1");
  EXPECT_EQ(Contents(*store.durable_view()), "a=2");
  EXPECT_EQ(store.unapplied(), std::vector<uint32_t>{0});
  EXPECT_EQ(store.undurable(), std::vector<uint32_t>{1});
  EXPECT_EQ(*store.AppliedNumber(0), 0u);
}

TEST(PartitionedStore, ACrashKeepsTheDurableBatchesAndSomeMoreOfEachPartition) {
  PartitionedStore store(Tables());
  Write(store, 0, 1, "a=1");
  Write(store, 0, 2, "a=2");
  Write(store, 0, 3, "a=3");
  Write(store, 1, 1, "b=1");
  store.Persist(0);
  store.Apply(1);

  store.Crash({{0, 1}});

  EXPECT_EQ(Contents(store), "a=2") << "b was applied but not durable";
  EXPECT_EQ(*store.AppliedNumber(0), 2u);
  EXPECT_EQ(*store.AppliedNumber(1), 0u);
  Write(store, 0, 3, "a=4");
  store.Apply(0);
  EXPECT_EQ(Contents(store), "a=4");
  EXPECT_EQ(Contents(*store.durable_view()), "a=2");
}

}  // namespace
}  // namespace storage
