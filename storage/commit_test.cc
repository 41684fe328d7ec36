// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "storage/commit.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "storage/memory_store.h"

namespace storage {
namespace {

constexpr TableTag kRows = 1;

std::vector<TableSpec> Tables() {
  return {{.tag = kRows, .name = "rows", .kind = TableKind::kHot}};
}

Batch MakeBatch(uint32_t partition, uint64_t number) {
  Batch batch({.partition = partition, .number = number});
  batch.Put(kRows, fmt::format("p{}", partition), fmt::format("{}", number));
  return batch;
}

std::vector<Batch> One(Batch batch) {
  std::vector<Batch> batches;
  batches.push_back(std::move(batch));
  return batches;
}

// Keeps what it is told, and lets a test wait for it.
class Notes : public CommitListener {
 public:
  void OnApplied(std::span<const CommitNotice> notices) override { Record(notices, applied_); }
  void OnDurable(std::span<const CommitNotice> notices) override { Record(notices, durable_); }
  void OnFailed(const absl::Status& status, uint64_t last_durable_seq) override {
    std::lock_guard lock(mutex_);
    failures_.push_back(
        fmt::format("{}, last durable {}", std::string(status.message()), last_durable_seq));
    changed_.notify_all();
  }

  void WaitForApplied(uint32_t partition, uint64_t number) { Wait(applied_, partition, number); }
  void WaitForDurable(uint32_t partition, uint64_t number) { Wait(durable_, partition, number); }
  void WaitForFailure() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !failures_.empty(); });
  }

  uint64_t applied(uint32_t partition) { return Number(applied_, partition); }
  uint64_t durable(uint32_t partition) { return Number(durable_, partition); }
  std::vector<std::string> failures() {
    std::lock_guard lock(mutex_);
    return failures_;
  }
  bool ever_went_back() {
    std::lock_guard lock(mutex_);
    return ever_went_back_;
  }

 private:
  using Numbers = std::map<uint32_t, uint64_t>;

  void Record(std::span<const CommitNotice> notices, Numbers& numbers) {
    std::lock_guard lock(mutex_);
    for (const CommitNotice& notice : notices) {
      ever_went_back_ |= notice.number <= numbers[notice.partition];
      numbers[notice.partition] = notice.number;
    }
    changed_.notify_all();
  }
  void Wait(Numbers& numbers, uint32_t partition, uint64_t number) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return numbers[partition] >= number; });
  }
  uint64_t Number(Numbers& numbers, uint32_t partition) {
    std::lock_guard lock(mutex_);
    return numbers[partition];
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  Numbers applied_, durable_;
  std::vector<std::string> failures_;
  bool ever_went_back_ = false;
};

// Holds back whoever passes until it is opened.
class Gate {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  void WaitUntilReached() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reached_; });
  }
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool reached_ = false, open_ = false;
};

std::string ValueOf(const Reader& reader, uint32_t partition) {
  auto value = reader.Get(kRows, fmt::format("p{}", partition));
  return value.ok() && value->has_value() ? **value : "NOT_FOUND";
}

// A committer whose first write or sync stands until the gate is opened.
class HeldCommitter : public testing::Test {
 protected:
  // The fault that holds: for the call that is to stand.
  std::function<absl::Status(uint64_t)> Hold() {
    return [this](uint64_t nth) {
      if (nth == 1) gate_.Pass();
      return absl::OkStatus();
    };
  }
  // Submits the first batch of partition 0 and returns when the call stands.
  void Begin(MemoryStore::Faults faults) {
    store_.set_faults(std::move(faults));
    committer_.emplace(&store_, &notes_);
    committer_->Submit(One(MakeBatch(0, 1)));
    gate_.WaitUntilReached();
  }

  MemoryStore store_{Tables()};
  Gate gate_;
  Notes notes_;
  std::optional<Committer> committer_;
};

TEST(Committer, ASubmittedBatchBecomesAppliedDurableAndVisible) {
  MemoryStore store(Tables());
  Notes notes;
  Committer committer(&store, &notes);

  committer.Submit(One(MakeBatch(3, 1)));
  notes.WaitForDurable(3, 1);
  notes.WaitForApplied(3, 1);

  EXPECT_EQ(ValueOf(*committer.durable_view(), 3), "1");
  EXPECT_EQ(store.synced_seq(), 1u);
}

TEST(Committer, StopWritesAndSyncsWhatWasSubmitted) {
  MemoryStore store(Tables());
  Notes notes;
  Committer committer(&store, &notes);
  for (uint64_t n = 1; n <= 1000; ++n) committer.Submit(One(MakeBatch(n % 2, (n + 1) / 2)));

  committer.Stop();
  committer.Stop();

  EXPECT_EQ(notes.durable(0), 500u);
  EXPECT_EQ(notes.durable(1), 500u);
  EXPECT_EQ(notes.applied(0), 500u);
  EXPECT_EQ(store.unsynced_writes(), 0u);
  EXPECT_EQ(committer.counters().batches, 1000u);
  EXPECT_FALSE(notes.ever_went_back());
}

TEST_F(HeldCommitter, WhileOneSyncRunsTheWriterGoesOnAndTheNextSyncCoversItAll) {
  Begin({.sync = Hold()});

  for (uint64_t n = 2; n <= 50; ++n) {
    committer_->Submit(One(MakeBatch(0, n)));
    notes_.WaitForApplied(0, n);
  }
  EXPECT_EQ(notes_.durable(0), 0u);
  EXPECT_EQ(ValueOf(*committer_->durable_view(), 0), "NOT_FOUND");
  gate_.Open();
  notes_.WaitForDurable(0, 50);

  EXPECT_EQ(committer_->counters().syncs, 2u);
  EXPECT_EQ(ValueOf(*committer_->durable_view(), 0), "50");
}

TEST_F(HeldCommitter, EverythingQueuedBecomesOneWrite) {
  Begin({.write = Hold()});

  for (uint32_t partition = 1; partition <= 40; ++partition) {
    committer_->Submit(One(MakeBatch(partition, 1)));
  }
  gate_.Open();
  notes_.WaitForDurable(40, 1);

  EXPECT_EQ(committer_->counters().writes, 2u);
}

// Whoever's batch is being written would wait for two syncs if one began before.
TEST_F(HeldCommitter, ASyncWaitsForTheWriteThatIsUnderWay) {
  std::vector<Batch> batches;
  for (uint64_t number : {1, 2}) {
    batches.push_back(MakeBatch(0, number));
    batches.back().Put(kRows, "large", std::string(300 << 10, 'x'));  // a write of its own
  }
  uint64_t synced_first = 0;
  store_.set_faults({.write =
                         [&](uint64_t nth) {
                           if (nth == 2) gate_.Pass();
                           return absl::OkStatus();
                         },
                     .sync =
                         [&](uint64_t nth) {
                           if (nth == 1) synced_first = store_.written_seq();
                           return absl::OkStatus();
                         }});
  committer_.emplace(&store_, &notes_);
  committer_->Submit(std::move(batches));
  gate_.WaitUntilReached();
  for (int turn = 0; turn < 1'000; ++turn) std::this_thread::yield();  // a sync has every chance
  gate_.Open();
  notes_.WaitForDurable(0, 2);

  EXPECT_EQ(synced_first, 2u);
}

TEST(Committer, AWriteIsBoundedSoThatALongQueueDoesNotHoldUpTheSync) {
  MemoryStore store(Tables());
  Notes notes;
  Committer committer(&store, &notes);
  std::vector<Batch> batches;
  for (uint64_t n = 1; n <= 20; ++n) {
    batches.push_back(MakeBatch(0, n));
    batches.back().Put(kRows, "large", std::string(50'000, 'v'));
  }

  committer.Submit(std::move(batches));
  committer.Stop();

  EXPECT_EQ(committer.counters().writes, 4u);
  EXPECT_GT(committer.counters().bytes, 20u * 50'000);
}

TEST(Committer, AFailedWriteIsReportedOnceAndTheStoreIsNotCalledAgain) {
  MemoryStore store(Tables());
  std::atomic<uint64_t> writes = 0, syncs = 0;
  store.set_faults({.write =
                        [&](uint64_t nth) {
                          writes = nth;
                          return nth == 3 ? absl::ResourceExhaustedError("disk full")
                                          : absl::OkStatus();
                        },
                    .sync =
                        [&](uint64_t nth) {
                          syncs = nth;
                          return absl::OkStatus();
                        }});
  Notes notes;
  Committer committer(&store, &notes);
  for (uint64_t n = 1; n <= 2; ++n) {
    committer.Submit(One(MakeBatch(0, n)));
    notes.WaitForDurable(0, n);
  }

  committer.Submit(One(MakeBatch(0, 3)));
  notes.WaitForFailure();
  committer.Submit(One(MakeBatch(0, 4)));
  committer.Stop();

  EXPECT_EQ(notes.failures(), std::vector<std::string>{"disk full, last durable 2"});
  EXPECT_EQ(writes, 3u);
  EXPECT_EQ(syncs, 2u);
  EXPECT_EQ(notes.applied(0), 2u);
  EXPECT_EQ(notes.durable(0), 2u);
}

TEST(Committer, AFailedSyncAnnouncesNothingAndKeepsTheDurableView) {
  MemoryStore store(Tables());
  store.set_faults({.sync = [](uint64_t nth) {
    return nth == 2 ? absl::InternalError("input/output error") : absl::OkStatus();
  }});
  Notes notes;
  Committer committer(&store, &notes);
  committer.Submit(One(MakeBatch(0, 1)));
  notes.WaitForDurable(0, 1);

  committer.Submit(One(MakeBatch(0, 2)));
  notes.WaitForFailure();
  committer.Stop();

  EXPECT_EQ(notes.failures(), std::vector<std::string>{"input/output error, last durable 1"});
  EXPECT_EQ(notes.durable(0), 1u);
  EXPECT_EQ(ValueOf(*committer.durable_view(), 0), "1");
}

TEST_F(HeldCommitter, ASyncUnderWayWhenAWriteFailsIsNotAnnounced) {
  Begin({.write =
             [](uint64_t nth) { return nth == 2 ? absl::InternalError("no") : absl::OkStatus(); },
         .sync = Hold()});

  committer_->Submit(One(MakeBatch(0, 2)));
  notes_.WaitForFailure();
  gate_.Open();
  committer_->Stop();

  EXPECT_EQ(notes_.durable(0), 0u);
  EXPECT_EQ(notes_.failures(), std::vector<std::string>{"no, last durable 0"});
}

TEST(Committer, WithoutSyncingDurableFollowsTheWrite) {
  MemoryStore store(Tables());
  Notes notes;
  Committer committer(&store, &notes, SyncMode::kNone);

  committer.Submit(One(MakeBatch(0, 1)));
  notes.WaitForDurable(0, 1);

  EXPECT_EQ(store.synced_seq(), 0u);
  EXPECT_EQ(ValueOf(*committer.durable_view(), 0), "1");
  EXPECT_EQ(committer.counters().syncs, 0u);
}

TEST(Committer, ManyPartitionsSubmitAtOnce) {
  MemoryStore store(Tables());
  Notes notes;
  Committer committer(&store, &notes);
  constexpr uint32_t kThreads = 4;
  constexpr uint64_t kBatches = 500;
  std::vector<std::thread> loops;
  for (uint32_t partition = 0; partition < kThreads; ++partition) {
    loops.emplace_back([&, partition] {
      for (uint64_t n = 1; n <= kBatches; ++n) committer.Submit(One(MakeBatch(partition, n)));
    });
  }
  for (std::thread& loop : loops) loop.join();
  committer.Stop();

  for (uint32_t partition = 0; partition < kThreads; ++partition) {
    EXPECT_EQ(notes.durable(partition), kBatches);
    EXPECT_EQ(ValueOf(*committer.durable_view(), partition), fmt::format("{}", kBatches));
  }
  EXPECT_FALSE(notes.ever_went_back());
}

}  // namespace
}  // namespace storage
