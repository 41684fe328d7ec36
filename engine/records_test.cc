// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/records.h"

#include <map>

#include "engine/tables.h"
#include "gtest/gtest.h"

namespace engine {
namespace {

const ExecutionNumber kExecution = MakeExecutionNumber(asl::Millis{1'700'000'000'000}, 7, 3);

// The puts of a batch, by table and key.
using Rows = std::map<std::pair<storage::TableTag, std::string>, std::string>;
Rows RowsOf(const storage::Batch& batch) {
  class Reader : public storage::BatchVisitor {
   public:
    void Put(storage::TableTag table, std::string_view key, std::string_view value) override {
      rows[{table, std::string(key)}] = std::string(value);
    }
    void Delete(storage::TableTag, std::string_view) override {}
    void DeleteRange(storage::TableTag, std::string_view, std::string_view) override {}
    Rows rows;
  };
  Reader reader;
  storage::BatchHeader header;
  EXPECT_TRUE(storage::Batch::Visit(batch.bytes(), &header, reader).ok());
  return reader.rows;
}

storage::Batch NewBatch() { return storage::Batch({.partition = 3, .epoch = 0, .number = 1}); }

asl::HistoryEvent Event(asl::EventType type, int64_t id, std::string name = "") {
  return {.type = type,
          .id = asl::EventId{id},
          .previous = asl::EventId{id - 1},
          .time = asl::Millis{1'700'000'000'500},
          .name = std::move(name)};
}

asl::Payload Introduced(int64_t event, asl::PayloadField field, std::string text) {
  const auto length = static_cast<uint32_t>(text.size());
  return {.ref = {.event = asl::EventId{event}, .field = field, .offset = 0, .length = length},
          .text = std::make_shared<const std::string>(std::move(text))};
}

const Revision kRevision{.role_arn = "arn:aws:iam::1:role/r",
                         .program = asl::Compile(R"({"StartAt": "First", "States": {
                             "First": {"Type": "Pass", "Next": "Second"},
                             "Second": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f",
                                        "End": true}}})")
                                        .program};

TEST(HistoryRecordTest, EventsComeBackWithTheTextsThatTheyIntroduceAndReferencesToTheOthers) {
  asl::HistoryEvent started = Event(asl::EventType::kExecutionStarted, 1);
  started.payload = Introduced(1, asl::PayloadField::kInput, R"({"n": 1})");
  asl::HistoryEvent entered = Event(asl::EventType::kPassStateEntered, 2, "First");
  entered.payload.ref = {
      .event = asl::EventId{1}, .field = asl::PayloadField::kInput, .offset = 6, .length = 1};
  storage::Batch batch = NewBatch();
  ASSERT_TRUE(PutHistory(kRevision, kExecution, {started, entered}, batch).ok());

  const std::string key = HistoryKey(kExecution, asl::EventId{1});
  const auto events = ReadHistory(&kRevision, key, RowsOf(batch).at({kHistory, key}));

  ASSERT_TRUE(events.ok());
  ASSERT_EQ(events->size(), 2u);
  EXPECT_EQ(*(*events)[0].payload.text, R"({"n": 1})");
  EXPECT_EQ((*events)[1].payload.ref, entered.payload.ref);
  EXPECT_EQ((*events)[1].payload.text, nullptr);
  EXPECT_EQ((*events)[1].name, "First");
  EXPECT_EQ((*events)[1].id, asl::EventId{2});
  EXPECT_EQ((*events)[1].previous, asl::EventId{1});
  EXPECT_EQ((*events)[1].time, started.time);
}

TEST(HistoryRecordTest, VariablesAndTheFieldOfAFailedEvaluationComeBack) {
  asl::HistoryEvent exited = Event(asl::EventType::kPassStateExited, 1, "First");
  exited.payload = Introduced(1, asl::PayloadField::kOutput, "{}");
  exited.assigned = std::make_shared<const std::string>(R"({"v":[1]})");
  asl::HistoryEvent failed = Event(asl::EventType::kEvaluationFailed, 2, "First");
  failed.location = "Output/a";
  storage::Batch batch = NewBatch();
  ASSERT_TRUE(PutHistory(kRevision, kExecution, {exited, failed}, batch).ok());

  const std::string key = HistoryKey(kExecution, asl::EventId{1});
  const auto events = ReadHistory(&kRevision, key, RowsOf(batch).at({kHistory, key}));

  ASSERT_TRUE(events.ok());
  EXPECT_EQ(*asl::TextIn((*events)[0], asl::PayloadField::kAssigned), R"({"v":[1]})");
  EXPECT_EQ(*asl::TextIn((*events)[0], asl::PayloadField::kOutput), "{}");
  EXPECT_EQ((*events)[1].location, "Output/a");
  EXPECT_EQ((*events)[1].name, "First");
  EXPECT_EQ((*events)[1].assigned, nullptr);
}

// What the definition or the events before tell is left out; what differs is stored.
TEST(HistoryRecordTest, EventsOfAStepComeBackWithNamesAndPayloadsThatWereNotStored) {
  const asl::StateIndex second{1};
  std::vector<asl::HistoryEvent> events = {
      Event(asl::EventType::kPassStateExited, 7, "First"),
      Event(asl::EventType::kTaskStateEntered, 8, "Second"),
      Event(asl::EventType::kLambdaFunctionScheduled, 9),
      Event(asl::EventType::kLambdaFunctionStarted, 10),
      Event(asl::EventType::kActivityStarted, 11, "a worker"),
      Event(asl::EventType::kTaskStateEntered, 12, "a name of its own")};
  events[0].payload = Introduced(7, asl::PayloadField::kOutput, "[1]");
  events[1].state = events[2].state = events[5].state = second;
  events[1].payload.ref = events[2].payload.ref = events[0].payload.ref;
  events[2].resource = "arn:aws:lambda:us-east-1:1:function:f";
  events[2].timeout_s = 30;
  events[5].previous = asl::EventId{3};
  storage::Batch batch = NewBatch();
  ASSERT_TRUE(PutHistory(kRevision, kExecution, events, batch).ok());
  const Rows rows = RowsOf(batch);
  EXPECT_LT(rows.begin()->second.size(), 60u);

  const auto read = ReadHistory(&kRevision, rows.begin()->first.second, rows.begin()->second);

  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->size(), events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ((*read)[i].type, events[i].type);
    EXPECT_EQ((*read)[i].previous, events[i].previous);
    EXPECT_EQ((*read)[i].name, events[i].name);
    EXPECT_EQ((*read)[i].resource, events[i].resource);
    EXPECT_EQ((*read)[i].timeout_s, events[i].timeout_s);
    EXPECT_EQ((*read)[i].payload.ref, events[i].payload.ref);
    EXPECT_EQ((*read)[i].time, events[i].time);
  }
}

TEST(HistoryRecordTest, AnAbsentCauseAndAnEmptyOneStayApart) {
  asl::HistoryEvent failed = Event(asl::EventType::kLambdaFunctionFailed, 5);
  failed.error = {.name = "", .cause = std::nullopt};
  storage::Batch batch = NewBatch();
  ASSERT_TRUE(PutHistory(kRevision, kExecution, {failed}, batch).ok());

  const Rows rows = RowsOf(batch);
  const auto events = ReadHistory(&kRevision, rows.begin()->first.second, rows.begin()->second);

  ASSERT_TRUE(events.ok());
  EXPECT_EQ((*events)[0].error, failed.error);
}

TEST(HistoryRecordTest, AGapAForwardPointerAndATextThatIsMissingAreRefusedBeforeTheyAreWritten) {
  storage::Batch batch = NewBatch();
  EXPECT_FALSE(PutHistory(kRevision, kExecution,
                          {Event(asl::EventType::kPassStateEntered, 2),
                           Event(asl::EventType::kPassStateExited, 4)},
                          batch)
                   .ok());
  asl::HistoryEvent forward = Event(asl::EventType::kPassStateEntered, 2);
  forward.previous = asl::EventId{2};
  EXPECT_FALSE(PutHistory(kRevision, kExecution, {forward}, batch).ok());
  asl::HistoryEvent textless = Event(asl::EventType::kPassStateEntered, 2);
  textless.payload = Introduced(2, asl::PayloadField::kInput, "{}");
  textless.payload.text = nullptr;
  EXPECT_FALSE(PutHistory(kRevision, kExecution, {textless}, batch).ok());
  EXPECT_TRUE(batch.empty());
}

asl::Frame WaitingFrame() {
  asl::Frame frame;
  frame.state = asl::StateIndex{4};
  frame.waiting = asl::Waiting::kTask;
  frame.entered = asl::EventId{8};
  frame.entered_at = asl::Millis{1'700'000'000'400};
  frame.last_event = asl::EventId{10};
  frame.input.ref = {
      .event = asl::EventId{7}, .field = asl::PayloadField::kOutput, .offset = 2, .length = 9};
  frame.retries = {0, 2};
  frame.retry_count = 2;
  frame.timeout_due = asl::Millis{1'700'000'060'000};
  frame.task = asl::TaskInFlight{.scheduled = asl::EventId{9},
                                 .started = asl::EventId{10},
                                 .attempt = 3,
                                 .timeout_s = 60,
                                 .queue = "pay",
                                 .queue_number = 12};
  return frame;
}

FrameRow Stored(const asl::Frame& frame, const Task* assigned, FrameWords words) {
  storage::Batch batch = NewBatch();
  PutFrame(kExecution, frame, assigned, words, batch);
  const Rows rows = RowsOf(batch);
  const auto row = ReadFrame(rows.begin()->first.second, rows.begin()->second);
  EXPECT_TRUE(row.ok());
  return row.ok() ? *row : FrameRow{};
}

TEST(FrameRecordTest, AFrameComesBackAsItWasButForItsQueueWhichIsAWord) {
  asl::Frame frame = WaitingFrame();

  const FrameRow row = Stored(frame, nullptr, {.queue = 5});

  const asl::Frame& read = row.frame;
  EXPECT_EQ(read.state, frame.state);
  EXPECT_EQ(read.waiting, frame.waiting);
  EXPECT_EQ(read.entered, frame.entered);
  EXPECT_EQ(read.entered_at, frame.entered_at);
  EXPECT_EQ(read.last_event, frame.last_event);
  EXPECT_EQ(read.input.ref, frame.input.ref);
  EXPECT_EQ(read.retries, frame.retries);
  EXPECT_EQ(read.retry_count, frame.retry_count);
  EXPECT_EQ(read.delay_due, asl::kNever);
  EXPECT_EQ(read.timeout_due, frame.timeout_due);
  frame.task->queue.clear();
  EXPECT_EQ(read.task, frame.task);
  EXPECT_EQ(row.words.queue, 5u);
  EXPECT_FALSE(row.assigned);
}

TEST(FrameRecordTest, AFrameWithoutATaskComesBackWhateverItWaitsFor) {
  for (const asl::Waiting waiting :
       {asl::Waiting::kNothing, asl::Waiting::kDelay, asl::Waiting::kRetry}) {
    asl::Frame frame = WaitingFrame();
    frame.task.reset();
    frame.waiting = waiting;
    frame.parent = asl::FrameId{3};
    frame.delay_due = asl::Millis{1'600'000'000'000};  // a clock may have stood still for long
    frame.timeout_due = asl::kNever;

    const FrameRow row = Stored(frame, nullptr, {});

    EXPECT_EQ(row.frame.waiting, waiting);
    EXPECT_EQ(row.frame.parent, frame.parent);
    EXPECT_EQ(row.frame.delay_due, frame.delay_due);
    EXPECT_EQ(row.frame.timeout_due, asl::kNever);
    EXPECT_FALSE(row.frame.task);
  }
}

TEST(FrameRecordTest, VariablesComeBackAsReferences) {
  asl::Frame frame = WaitingFrame();
  frame.task.reset();
  const asl::PayloadRef one{
      .event = asl::EventId{3}, .field = asl::PayloadField::kAssigned, .offset = 5, .length = 4};
  const asl::PayloadRef other{
      .event = asl::EventId{7}, .field = asl::PayloadField::kAssigned, .offset = 9, .length = 2};
  frame.variables = {{"a", {.ref = one, .text = nullptr}},
                     {"Größe", {.ref = other, .text = nullptr}}};

  const FrameRow row = Stored(frame, nullptr, {});

  ASSERT_EQ(row.frame.variables.size(), 2u);
  EXPECT_EQ(row.frame.variables[0].name, "a");
  EXPECT_EQ(row.frame.variables[0].value.ref, one);
  EXPECT_EQ(row.frame.variables[1].name, "Größe");
  EXPECT_EQ(row.frame.variables[1].value.ref, other);
}

TEST(FrameRecordTest, AnAssignedTaskComesBackFromItsFramesRow) {
  Task task;
  task.id = {kExecution, asl::EventId{9}};
  task.number = 12;
  task.attempt = 3;
  task.timeout_s = 60;
  task.qualifier = "live";
  task.role = "arn:aws:iam::1:role/r";
  task.delivery = 2;
  task.instance = "w1";
  task.received = true;
  task.input = {
      .event = asl::EventId{9}, .field = asl::PayloadField::kParameters, .offset = 0, .length = 4};

  const FrameRow row = Stored(WaitingFrame(), &task, {.queue = 5, .worker = 7});

  ASSERT_TRUE(row.assigned);
  const Task& read = *row.assigned;
  EXPECT_EQ(row.words.worker, 7u);
  EXPECT_EQ(read.id, task.id);
  EXPECT_EQ(read.delivery, 2u);
  EXPECT_EQ(read.number, 12u);
  EXPECT_EQ(read.attempt, 3u);
  EXPECT_EQ(read.timeout_s, 60u);
  EXPECT_EQ(read.heartbeat_s, 0u);
  EXPECT_EQ(read.qualifier, "live");
  EXPECT_EQ(read.role, task.role);
  EXPECT_EQ(read.input, task.input);
  EXPECT_TRUE(read.received);
  EXPECT_TRUE(read.stored_assigned);
}

TEST(FrameRecordTest, EveryProperPrefixOfARowIsAnError) {
  Task task;
  task.delivery = 2;
  task.qualifier = "live";
  task.role = "arn:aws:iam::1:role/r";
  storage::Batch batch = NewBatch();
  PutFrame(kExecution, WaitingFrame(), &task, {.queue = 5, .worker = 7}, batch);
  const Rows rows = RowsOf(batch);
  const std::string& key = rows.begin()->first.second;
  const std::string& bytes = rows.begin()->second;
  EXPECT_TRUE(ReadFrame(key, bytes).ok());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ReadFrame(key, std::string_view(bytes).substr(0, size)).ok()) << size;
  }
}

TEST(ResultRecordTest, ResultsOfBranchesThatFollowEachOtherComeBackFromTheRowOfTheFirst) {
  const asl::ResultKey first{asl::ChildFrame(asl::EventId{3}, 0), 4};
  std::vector<asl::PayloadRef> refs;
  for (const int64_t event : {9, 14, 1'000'000}) {
    refs.push_back({.event = asl::EventId{event},
                    .field = asl::PayloadField::kOutput,
                    .offset = 7,
                    .length = 300});
  }
  storage::Batch batch = NewBatch();
  PutResults(kExecution, first, refs, batch);
  const Rows rows = RowsOf(batch);

  ASSERT_EQ(rows.size(), 1u);
  const std::string& row = rows.at({kResults, ResultKeyOf(kExecution, first)});
  EXPECT_EQ(*ReadResults(row), refs);
  EXPECT_FALSE(ReadResults(row.substr(0, row.size() - 1)).ok());
  EXPECT_FALSE(ReadResults(row.substr(0, 1)).ok());
}

TEST(TaskRecordTest, AWaitingTaskComesBackInItsPlace) {
  Task task;
  task.id = {kExecution, asl::EventId{9}};
  task.queue = "activity:cook";
  task.number = 12;
  task.qualifier = "live";
  task.role = "arn:aws:iam::1:role/r";
  task.heartbeat_s = 5;
  storage::Batch batch = NewBatch();
  PutTask(3, task, batch);

  const Rows rows = RowsOf(batch);
  const auto key = DecodeTaskKey(rows.begin()->first.second);
  ASSERT_TRUE(key);
  const auto read = ReadTask(key->queue, key->number, rows.begin()->second);

  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->id, task.id);
  EXPECT_EQ(read->delivery, task.delivery);
  EXPECT_EQ(read->queue, task.queue);
  EXPECT_EQ(read->number, 12u);
  EXPECT_EQ(read->qualifier, "live");
  EXPECT_EQ(read->role, task.role);
  EXPECT_EQ(read->heartbeat_s, 5u);
}

TEST(ExecutionRecordTest, OneThatEndedInItsFirstTurnTellsSoInItsOwnRowAndAnyOtherInARowOfItsOwn) {
  Execution execution;
  execution.number = kExecution;
  execution.info.started_at = TimeOf(kExecution);
  storage::Batch batch = NewBatch();
  PutExecution(execution, {.revision = 1}, batch);
  const std::string running = RowsOf(batch).begin()->second;
  EXPECT_EQ(ReadExecution(kExecution, running, std::nullopt)->status,
            asl::ExecutionStatus::kRunning);

  execution.status = asl::ExecutionStatus::kFailed;
  execution.stopped_at = TimeOf(kExecution) + 5;
  execution.next_event = asl::EventId{4};
  PutOutcome(execution, batch);
  const std::string outcome = RowsOf(batch)[{kOutcomes, ExecutionKey(kExecution)}];
  PutExecution(execution, {.revision = 1}, batch);
  const std::string ended = RowsOf(batch)[{kExecutions, ExecutionKey(kExecution)}];
  for (const auto& read : {ReadExecution(kExecution, running, outcome),
                           ReadExecution(kExecution, ended, std::nullopt)}) {
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->status, asl::ExecutionStatus::kFailed);
    EXPECT_EQ(read->stopped, execution.stopped_at);
    EXPECT_EQ(read->last_event, asl::EventId{3});
  }
}

TEST(RowTest, ARowOfAnotherVersionOrCutShortIsAnErrorThatNamesItsTable) {
  storage::Batch batch = NewBatch();
  PutTimer(3, {.due = asl::Millis{5}, .execution = kExecution}, asl::EventId{9}, batch);
  std::string row = RowsOf(batch).begin()->second;
  EXPECT_TRUE(ReadTimer(row).ok());

  row[0] = 99;
  EXPECT_EQ(ReadTimer(row).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(std::string(ReadTimer(row).status().message()).find("timers"), std::string::npos);
  EXPECT_FALSE(ReadName("").ok());
  EXPECT_FALSE(ReadExecution(kExecution, "\x01\xff", std::nullopt).ok());
}

TEST(KeyTest, TimersSortByDueTimeAndHistoryByExecutionThenEvent) {
  const TimerKey early{.due = asl::Millis{255}, .execution = kExecution};
  const TimerKey late{.due = asl::Millis{256}, .execution = ExecutionNumber{1}};
  EXPECT_LT(EncodeTimerKey(3, early), EncodeTimerKey(3, late));
  EXPECT_EQ(DecodeTimerKey(EncodeTimerKey(3, late)), late);

  const std::string first = HistoryKey(kExecution, asl::EventId{255});
  EXPECT_LT(first, HistoryKey(kExecution, asl::EventId{256}));
  EXPECT_LT(HistoryKey(kExecution, asl::EventId{256}),
            HistoryKey(ExecutionNumber{ToInt(kExecution) + 1}, asl::EventId{1}));
}

TEST(KeyTest, NamesOfTheEnginesOwnMakingLieInTheOrderOfTheirTimeAndOthersByTheirHash) {
  const Hash128 early = HashName("m", "019ad000-0000-7fff-bfff-ffffffffffff");
  const Hash128 late = HashName("m", "019ad000-0001-7000-8000-000000000000");
  EXPECT_EQ(early.high, 0x019a'd000'0000'7fffu);
  EXPECT_LT(NameKey(3, early), NameKey(3, late));
  const Hash128 elsewhere = HashName("n", "019ad000-0000-7fff-bfff-ffffffffffff");
  EXPECT_EQ(elsewhere.high, early.high);
  EXPECT_NE(elsewhere.low, early.low) << "of another state machine";

  for (const std::string name :
       {"019ad000-0000-4fff-bfff-ffffffffffff", "019AD000-0000-7fff-bfff-ffffffffffff",
        "019ad000-0000-7fff-bfff-fffffffffffg", "019ad000-0000-7fff-bfff_ffffffffffff",
        "019ad000-0000-7fff-bfff-ffffffffffff0", "one"}) {
    EXPECT_EQ(HashName("m", name), HashBytes("m:" + name)) << name;
  }
}

}  // namespace
}  // namespace engine
