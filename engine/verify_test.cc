// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A store that a real engine wrote, in which one row at a time is damaged. What verify says of it is
// shown as "table: what" lines.
#include "engine/verify.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>

#include "asl/json.h"
#include "engine/api/requests.h"
#include "engine/records.h"
#include "engine/store_settings.h"
#include "engine/tables.h"
#include "engine/words.h"
#include "storage/key.h"
#include "storage/rocks_store.h"

namespace engine {
namespace {

constexpr char kEnds[] = R"({"StartAt": "A", "States": {
    "A": {"Type": "Pass", "Result": {"a": 1}, "Next": "B"}, "B": {"Type": "Succeed"}}})";
constexpr char kWaits[] = R"({"StartAt": "W", "States": {
    "W": {"Type": "Wait", "Seconds": 86400, "End": true}}})";
constexpr char kTask[] = R"({"StartAt": "T", "States": {"T": {"Type": "Task", "End": true,
    "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f"}}})";

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-verify-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    auto opened = Engine::Open({.data_dir = directory_ + "/data", .partitions = 2, .loops = 1});
    EXPECT_TRUE(opened.ok()) << opened.status();
    Engine& engine = **opened;
    ended_ = Run(engine, "ends", kEnds);
    waiting_ = Run(engine, "waits", kWaits);
    tasked_ = Run(engine, "task", kTask);
    engine.Stop();
    opened->reset();
    auto store = storage::RocksStore::Open(
        {.directory = directory_ + "/data", .tables = AllTables(), .block_cache_bytes = 1 << 20});
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  ~VerifyTest() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  static ExecutionNumber Run(Engine& engine, const std::string& name,
                             const std::string& definition) {
    std::promise<absl::StatusOr<Created>> created;
    api::CreateStateMachine(engine, {.name = name, .definition = definition, .role_arn = ""},
                            [&](absl::StatusOr<Created> r) { created.set_value(std::move(r)); });
    EXPECT_TRUE(created.get_future().get().ok());
    std::promise<absl::StatusOr<api::StartAnswer>> started;
    api::StartExecution(
        engine, {.state_machine = name, .name = "one", .input = R"({"in": 7})"},
        [&](absl::StatusOr<api::StartAnswer> a) { started.set_value(std::move(a)); });
    const absl::StatusOr<api::StartAnswer> answer = started.get_future().get();
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->number : ExecutionNumber::kNone;
  }

  storage::Batch Damage(PartitionId partition) const {
    return storage::Batch(
        {.partition = partition, .epoch = 0, .number = *store_->AppliedNumber(partition) + 1});
  }
  // What verify says after the damage: "table: what" of each violation, or "sound".
  std::string After(const storage::Batch& batch) {
    EXPECT_TRUE(store_->Write({&batch, 1}).ok());
    return Found();
  }
  std::string Found() const {
    const VerifyReport report = Verify(*store_);
    if (report.ok()) return "sound";
    std::string text;
    for (const Violation& v : report.shown) {
      text += (text.empty() ? "" : "; ") + v.table + ": " + v.what;
    }
    return text;
  }
  std::string WithoutRow(Table table, ExecutionNumber execution, const std::string& key) {
    EXPECT_TRUE(store_->Get(table, key)->has_value());
    storage::Batch batch = Damage(PartitionOf(execution));
    batch.Delete(table, key);
    return After(batch);
  }
  // The key of the only row of a table that begins with `prefix`.
  std::string OnlyKey(Table table, const std::string& prefix) const {
    auto rows =
        store_->Scan(table, prefix, storage::PrefixEnd(prefix), storage::Direction::kForward);
    EXPECT_TRUE(rows->Valid());
    return std::string(rows->key());
  }

  std::string directory_;
  std::unique_ptr<storage::RocksStore> store_;
  ExecutionNumber ended_{}, waiting_{}, tasked_{};
};

TEST_F(VerifyTest, WhatAnEngineLeftBehindIsSoundAndCounted) {
  const VerifyReport report = Verify(*store_);
  EXPECT_EQ(VerifyText(report).substr(0, VerifyText(report).find('\n')),
            "2 executions open, 1 ended, 11 events; 0 histories wait to be swept");
  EXPECT_TRUE(VerifyText(report).ends_with("sound\n")) << VerifyText(report);
  EXPECT_EQ(report.rows.at("executions"), 3u);
  EXPECT_EQ(report.rows.at("frames"), 2u);
  EXPECT_EQ(report.rows.at("timers"), 1u);
  EXPECT_EQ(report.rows.at("tasks"), 1u);
  const std::string json = VerifyJson(report);
  EXPECT_FALSE(asl::ValidateJson(json).has_value()) << json;
  EXPECT_TRUE(json.starts_with(R"({"sound":true,"violations":0,)")) << json;
}

TEST_F(VerifyTest, AFrameThatIsMissingIsFoundFromItsExecutionAndFromItsTimer) {
  EXPECT_EQ(WithoutRow(kFrames, waiting_, FrameKey(waiting_, asl::FrameId::kRoot)),
            "executions: is running and has no root frame; timers: its frame is missing");
}

TEST_F(VerifyTest, AFrameOfAnEndedExecutionOrOfNoneIsFound) {
  const std::string row = **store_->Get(kFrames, FrameKey(waiting_, asl::FrameId::kRoot));
  storage::Batch batch = Damage(PartitionOf(ended_));
  batch.Put(kFrames, FrameKey(ended_, asl::FrameId::kRoot), row);
  EXPECT_EQ(After(batch), "executions: has ended and still has frames");
  batch = Damage(PartitionOf(ended_));
  batch.Delete(kFrames, FrameKey(ended_, asl::FrameId::kRoot));
  const ExecutionNumber nobody = MakeExecutionNumber(asl::Millis{5}, 0, PartitionOf(ended_));
  batch.Put(kFrames, FrameKey(nobody, asl::FrameId::kRoot), row);
  EXPECT_EQ(After(batch), "frames: belongs to no execution");
}

TEST_F(VerifyTest, AHistoryRecordThatIsMissingIsFound) {
  EXPECT_EQ(WithoutRow(kHistory, ended_, HistoryKey(ended_, asl::EventId{1})),
            "executions: has no history");
}

TEST_F(VerifyTest, AHistoryThatEndsTwiceOrTooEarlyOrHasAGapIsFound) {
  const auto key = HistoryKey(ended_, asl::EventId{1});
  const std::string record = **store_->Get(kHistory, key);
  const auto events = *ReadHistory(nullptr, key, record);
  const asl::EventId after = events.back().id + 1;

  storage::Batch gap = Damage(PartitionOf(ended_));
  gap.Put(kHistory, HistoryKey(ended_, after + 1), record);
  EXPECT_EQ(After(gap), "history: holds event 8 where 7 should follow") << "six events end it";
  storage::Batch twice = Damage(PartitionOf(ended_));
  twice.Delete(kHistory, HistoryKey(ended_, after + 1));
  const std::string waits = **store_->Get(kHistory, HistoryKey(waiting_, asl::EventId{1}));
  twice.Put(kHistory, HistoryKey(ended_, asl::EventId{1}), waits);
  EXPECT_EQ(After(twice).substr(0, 62),
            "executions: is SUCCEEDED, but its history ends with WaitStateE");
  storage::Batch running = Damage(PartitionOf(waiting_));
  running.Put(kHistory, HistoryKey(waiting_, asl::EventId{1}), record);
  EXPECT_NE(After(running).find("executions: its history has ended, but it is running"),
            std::string::npos);
}

TEST_F(VerifyTest, AnOrphanTimerIsFoundWhateverItIsAnOrphanOf) {
  const PartitionId partition = PartitionOf(waiting_);
  const asl::Millis later = TimeOf(waiting_) + 999'999;
  storage::Batch batch = Damage(partition);
  PutTimer(partition, {.due = later, .execution = waiting_}, asl::EventId{1}, batch);
  EXPECT_EQ(After(batch), "timers: its frame does not wait for it");
  batch = Damage(partition);
  batch.Delete(kTimers, EncodeTimerKey(partition, {.due = later, .execution = waiting_}));
  PutTimer(partition,
           {.due = later, .execution = MakeExecutionNumber(asl::Millis{5}, 0, partition)},
           asl::EventId{1}, batch);
  EXPECT_EQ(After(batch), "timers: belongs to no execution");
}

TEST_F(VerifyTest, ATimerThatIsMissingIsFoundFromTheFrameThatWaitsForIt) {
  EXPECT_EQ(WithoutRow(kTimers, waiting_, OnlyKey(kTimers, PartitionPrefix(PartitionOf(waiting_)))),
            "frames: waits for a time and has no timer");
}

TEST_F(VerifyTest, ATaskThatIsMissingOrThatNobodyWaitsForIsFound) {
  const PartitionId partition = PartitionOf(tasked_);
  const std::string key = OnlyKey(kTasks, PartitionPrefix(partition));
  const std::string row = **store_->Get(kTasks, key);
  EXPECT_EQ(WithoutRow(kTasks, tasked_, key),
            "frames: waits for a task that has no row, waiting or assigned");
  storage::Batch batch = Damage(partition);
  batch.Put(kTasks, key, row);
  batch.Put(kTasks, TaskKey(partition, "f", 999), row);
  EXPECT_EQ(After(batch), "tasks: no frame waits for it");
  batch = Damage(partition);
  batch.Delete(kTasks, TaskKey(partition, "f", 999));
  batch.Put(kAssigned, FrameKey(tasked_, asl::FrameId::kRoot), "");
  EXPECT_EQ(After(batch),
            "frames: its task waits and is assigned, too; assigned: no frame has a task that a "
            "worker has");
}

TEST_F(VerifyTest, ANameAWordOrARevisionThatIsMissingIsFound) {
  const Hash128 name = HashName("ends", "one");
  EXPECT_EQ(WithoutRow(kNames, ended_, NameKey(PartitionOf(ended_), name)),
            "executions: its name 'one' has no row of it");
  storage::Batch batch = Damage(PartitionOf(ended_));
  PutName(PartitionOf(ended_), name, {.execution = ended_, .input_hash = std::string(16, 'x')},
          batch);
  EXPECT_EQ(After(batch), "sound");
  const ExecutionRow row = *ReadExecution(ended_, **store_->Get(kExecutions, ExecutionKey(ended_)),
                                          *store_->Get(kOutcomes, ExecutionKey(ended_)));
  const std::string word = WordKey(PartitionOf(ended_), WordKind::kRevision, row.revision);
  const std::string revision = **store_->Get(kWords, word);
  storage::Batch text = Damage(0);
  text.Delete(kRevisions, RevisionKey(revision));
  const std::string found = After(text);
  EXPECT_NE(found.find("machines: its revision " + revision), std::string::npos) << found;
  EXPECT_NE(found.find("executions: its revision " + revision), std::string::npos) << found;
  EXPECT_NE(WithoutRow(kWords, ended_, word).find("executions: names word"), std::string::npos);
}

TEST_F(VerifyTest, AVersionOfNoRevisionAndAnAliasOfNoVersionAreFound) {
  const MachineRow machine = *ReadMachine(**store_->Get(kMachines, MachineKey("ends")));
  const Revision current{.id = machine.revision, .machine = "ends", .created = machine.created};
  storage::Batch sound = Damage(0);
  PutMachine(current, 1, sound);
  PutVersion("ends", {.number = 1, .revision = current.id}, sound);
  PutAlias("ends", {.name = "PROD", .routes = {{.version = 1}}}, sound);
  EXPECT_EQ(After(sound), "sound");

  storage::Batch lost = Damage(0);
  lost.Delete(kVersions, VersionKey("ends", 1));
  EXPECT_EQ(After(lost), "aliases: leads to version 1, which is missing");
  storage::Batch odd = Damage(0);
  PutVersion("ends", {.number = 1, .revision = "none"}, odd);
  PutVersion("ends", {.number = 2, .revision = current.id}, odd);
  PutVersion("gone", {.number = 1, .revision = current.id}, odd);
  PutAlias("ends", {.name = "PROD", .routes = {{.version = 1, .weight = 99}}}, odd);
  EXPECT_EQ(After(odd),
            "versions: its revision none is missing, another's, or cannot be run; "
            "versions: its state machine 'ends' is missing, or gave out no such number; "
            "versions: its state machine 'gone' is missing, or gave out no such number; "
            "aliases: its weights are 99 together");
}

TEST_F(VerifyTest, AnExecutionThatIsNotListedOrNotAmongTheEndedOnesIsFound) {
  const std::string prefix = PartitionPrefix(PartitionOf(ended_));
  EXPECT_EQ(WithoutRow(kEnded, ended_, OnlyKey(kEnded, prefix)),
            "executions: has ended and is not in the index of ends");
  std::string listed;
  for (auto rows =
           store_->Scan(kListing, prefix, storage::PrefixEnd(prefix), storage::Direction::kForward);
       rows->Valid(); rows->Next()) {
    if (DecodeListingKey(rows->key()) == ended_) listed = rows->key();
  }
  const std::string found = WithoutRow(kListing, ended_, listed);
  EXPECT_NE(found.find("executions: is not listed under its machine and status"), std::string::npos)
      << found;
  EXPECT_NE(found.find("listing: 1 executions are listed, and there are 2"), std::string::npos)
      << found;
}

TEST_F(VerifyTest, LettersWithAGapAndLettersNeverSentAreFound) {
  storage::Batch batch = Damage(0);
  for (const uint64_t number : {1, 3}) {
    batch.Put(kOutbox, OutboxKey(0, 1, number), EncodeProbe("hello"));
  }
  batch.Put(kOutbox, OutboxKey(0, 1, 0), U64(3));
  EXPECT_EQ(After(batch), "outbox: letter 3 follows on 1");
  batch = Damage(0);
  batch.Put(kOutbox, OutboxKey(0, 1, 2), EncodeProbe("hello"));
  EXPECT_EQ(After(batch), "sound");
  storage::Batch received = Damage(1);
  received.Put(kInbox, InboxKey(1, 0), U64(4));
  EXPECT_EQ(After(received), "inbox: letter 4 was applied and never sent");
}

TEST_F(VerifyTest, AStoreOfAnotherFormatIsNeitherReadNorOpened) {
  storage::Batch newer = Damage(0);
  newer.Put(kSettings, "format", U64(kStoreFormat + 1));
  EXPECT_EQ(After(newer),
            "settings: the store is of format 4, and this asld reads format 3: open it "
            "with the newer asld that wrote it");
  storage::Batch older = Damage(0);
  older.Delete(kSettings, "format");
  EXPECT_EQ(After(older),
            "settings: the store is of format 1, and this asld reads format 3: open it "
            "with the older asld that wrote it");
  store_.reset();
  const auto opened = Engine::Open({.data_dir = directory_ + "/data"});
  EXPECT_TRUE(absl::IsFailedPrecondition(opened.status())) << opened.status();
}

TEST_F(VerifyTest, ManyViolationsAreCountedAndOnlyTheFirstAreShown) {
  storage::Batch batch = Damage(0);
  for (uint32_t i = 0; i < 1'000; ++i) {
    batch.Put(kNames, NameKey(0, {.high = i, .low = i}), "?");
  }
  ASSERT_TRUE(store_->Write({&batch, 1}).ok());
  const VerifyReport report = Verify(*store_);
  EXPECT_EQ(report.violations, 1'000u);
  EXPECT_EQ(report.shown.size(), kViolationsShownMax);
  EXPECT_TRUE(VerifyText(report).ends_with("and 900 more\n1000 violations\n"));
}

}  // namespace
}  // namespace engine
