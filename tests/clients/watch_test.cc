// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// WatchExecutions as a client sees it: what is told, from where on, and when it ends.
#include <map>
#include <vector>

#include "fmt/format.h"
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

using asld::v1::ExecutionUpdate;
using asld::v1::WatchExecutionsRequest;

constexpr char kSleeper[] = R"({
  "StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 86400, "End": true}}
})";
// 8 events, in two transitions a second apart.
constexpr char kThree[] = R"({"StartAt": "A", "States": {
  "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Wait", "Seconds": 1, "Next": "C"},
  "C": {"Type": "Pass", "End": true}}})";
constexpr int64_t kThreeEvents = 8;

// One call, read by hand.
class Stream {
 public:
  Stream(asld::v1::Workflows::Stub& stub, const WatchExecutionsRequest& request)
      : context_(Patient()), reader_(stub.WatchExecutions(context_.get(), request)) {
    reader_->WaitForInitialMetadata();
  }

  bool Read(ExecutionUpdate* update) { return reader_->Read(update); }
  // A status may come twice: what the client was told already is passed over.
  template <class Done>
  bool ReadUntil(ExecutionUpdate* update, Done done) {
    while (Read(update)) {
      if (done(*update)) return true;
    }
    return false;
  }
  void Cancel() { context_->TryCancel(); }
  // REQUIRES: Read has said false.
  std::string End() { return Text(reader_->Finish()); }
  std::vector<ExecutionUpdate> ReadAll() {
    std::vector<ExecutionUpdate> all;
    for (ExecutionUpdate update; Read(&update);) all.push_back(update);
    return all;
  }

 private:
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReader<ExecutionUpdate>> reader_;
};

class WatchTest : public ClientTest {
 protected:
  std::string StartOne(const std::string& machine) {
    asld::v1::StartExecutionResponse started;
    EXPECT_EQ(Text(Start(machine, "", "{}", &started)), "OK");
    return started.execution_arn();
  }

  static WatchExecutionsRequest Named(const std::vector<std::string>& arns, bool events) {
    WatchExecutionsRequest request;
    for (const std::string& arn : arns) request.add_execution_arns(arn);
    request.set_include_events(events);
    return request;
  }
};

TEST_F(WatchTest, MissesNoEventOfAHundredExecutions) {
  ASSERT_EQ(Text(Create("watched-hundred", kThree)), "OK");
  WatchExecutionsRequest request;
  request.set_state_machine("watched-hundred");
  request.set_include_events(true);
  Stream stream(*stub_, request);

  for (int i = 0; i < 100; ++i) StartOne("watched-hundred");

  std::map<std::string, int64_t> told;
  for (int ended = 0; ended < 100;) {
    ExecutionUpdate update;
    ASSERT_TRUE(stream.Read(&update)) << stream.End();
    int64_t& last = told[update.execution().execution_arn()];
    for (const asld::v1::HistoryEvent& event : update.events()) ASSERT_EQ(event.id(), ++last);
    ASSERT_EQ(update.last_event(), last);
    if (update.execution().status() != "SUCCEEDED") continue;
    EXPECT_EQ(last, kThreeEvents);
    EXPECT_EQ(update.events(update.events_size() - 1).type(), "ExecutionSucceeded");
    EXPECT_TRUE(update.execution().has_stop_date());
    ++ended;
  }
  EXPECT_EQ(told.size(), 100u);
}

TEST_F(WatchTest, TellsOfOneMachineOnlyAndOfWhatRunsAlready) {
  ASSERT_EQ(Text(Create("watched-sleeper", kSleeper)), "OK");
  ASSERT_EQ(Text(Create("watched-other", kThree)), "OK");
  const std::string running = StartOne("watched-sleeper");
  WatchExecutionsRequest request;
  request.set_state_machine("watched-sleeper");
  Stream stream(*stub_, request);

  ExecutionUpdate update;
  ASSERT_TRUE(stream.Read(&update)) << stream.End();
  EXPECT_EQ(update.execution().execution_arn(), running);
  EXPECT_EQ(update.execution().status(), "RUNNING");
  ASSERT_EQ(update.running_size(), 1);
  EXPECT_EQ(update.running(0).name(), "Sleep");
  EXPECT_EQ(update.events_size(), 0);

  WaitForEnd(StartOne("watched-other"));
  const std::string next = StartOne("watched-sleeper");
  ASSERT_TRUE(stream.ReadUntil(&update, [&](const ExecutionUpdate& told) {
    return told.execution().execution_arn() != running;
  })) << stream.End();
  EXPECT_EQ(update.execution().execution_arn(), next);
}

TEST_F(WatchTest, EndsWhenTheNamedExecutionsHaveEnded) {
  ASSERT_EQ(Text(Create("watched-three", kThree)), "OK");
  ASSERT_EQ(Text(Create("watched-sleeper", kSleeper)), "OK");
  const std::string ended = StartOne("watched-three");
  WaitForEnd(ended);
  const std::string runs = StartOne("watched-sleeper");
  Stream stream(*stub_, Named({ended, runs, ended}, false));

  ExecutionUpdate update;
  std::map<std::string, std::string> statuses;
  while (statuses.size() < 2) {
    ASSERT_TRUE(stream.Read(&update)) << stream.End();
    statuses[update.execution().execution_arn()] = update.execution().status();
  }
  EXPECT_EQ(statuses[ended], "SUCCEEDED");
  EXPECT_EQ(statuses[runs], "RUNNING");
  ASSERT_EQ(Text(Stop(runs)), "OK");

  const std::vector<ExecutionUpdate> rest = stream.ReadAll();
  ASSERT_FALSE(rest.empty());
  EXPECT_EQ(rest.back().execution().status(), "ABORTED");
  EXPECT_EQ(stream.End(), "OK");
}

TEST_F(WatchTest, ResumesAtAnEvent) {
  ASSERT_EQ(Text(Create("watched-three", kThree)), "OK");
  const std::string arn = StartOne("watched-three");
  WaitForEnd(arn);
  WatchExecutionsRequest request = Named({arn}, true);
  request.set_from_event(5);
  Stream stream(*stub_, request);

  std::vector<int64_t> ids;
  for (const ExecutionUpdate& update : stream.ReadAll()) {
    for (const auto& event : update.events()) ids.push_back(event.id());
  }

  EXPECT_EQ(ids, (std::vector<int64_t>{5, 6, 7, 8}));
  EXPECT_EQ(stream.End(), "OK");
}

TEST_F(WatchTest, ALongHistoryComesInPortionsAndItsStatusWithTheLast) {
  std::string states;
  for (int i = 0; i < 1'500; ++i) {
    states += fmt::format(R"("S{}": {{"Type": "Pass", "Next": "S{}"}}, )", i, i + 1);
  }
  ASSERT_EQ(Text(Create("watched-long", fmt::format(R"({{"StartAt": "S0", "States": {{{}
      "S1500": {{"Type": "Succeed"}}}}}})",
                                                    states))),
            "OK");
  const std::string arn = StartOne("watched-long");
  WaitForEnd(arn);
  Stream stream(*stub_, Named({arn}, true));

  const std::vector<ExecutionUpdate> updates = stream.ReadAll();

  ASSERT_GT(updates.size(), 3u);
  EXPECT_EQ(updates.front().execution().status(), "RUNNING");
  EXPECT_EQ(updates.back().execution().status(), "SUCCEEDED");
  EXPECT_EQ(updates.back().last_event(), 3'004);
}

TEST_F(WatchTest, ShowsWhetherAWorkerHasTheTask) {
  ASSERT_EQ(Text(Create("watched-task", OneTask("watched-function"))), "OK");
  const std::string arn = StartOne("watched-task");
  Stream stream(*stub_, Named({arn}, false));
  ExecutionUpdate update;
  ASSERT_TRUE(stream.Read(&update)) << stream.End();
  ASSERT_EQ(update.running_size(), 1);
  EXPECT_EQ(update.running(0).attempt(), 1u);
  EXPECT_FALSE(update.running(0).received());

  RawWorker worker(channel(), "watched-worker", "watched-function");
  asld::v1::WorkerMessage message;
  const std::string token = worker.NextTask().token();
  auto& answer = *message.add_answers();
  answer.set_token(token);
  answer.mutable_received();
  ASSERT_TRUE(worker.Say(message));
  ASSERT_TRUE(stream.ReadUntil(&update, [](const ExecutionUpdate& told) {
    return told.running_size() != 1 || told.running(0).received();
  })) << stream.End();
  EXPECT_EQ(update.running_size(), 1);

  ASSERT_TRUE(worker.Succeed(token, "{}"));
  ASSERT_TRUE(stream.ReadUntil(&update, [](const ExecutionUpdate& told) {
    return told.running_size() == 0;
  })) << stream.End();
  EXPECT_EQ(update.execution().status(), "SUCCEEDED");
}

TEST_F(WatchTest, ACancelledWatchLeavesTheOthersAlone) {
  ASSERT_EQ(Text(Create("watched-three", kThree)), "OK");
  WatchExecutionsRequest all;
  all.set_all(true);
  Stream cancelled(*stub_, all);
  Stream stays(*stub_, all);

  cancelled.Cancel();
  cancelled.ReadAll();
  EXPECT_TRUE(StartsWith(cancelled.End(), "CANCELLED"));

  const std::string arn = StartOne("watched-three");
  ExecutionUpdate update;
  while (update.execution().execution_arn() != arn || update.execution().status() == "RUNNING") {
    ASSERT_TRUE(stays.Read(&update)) << stays.End();
  }
}

TEST_F(WatchTest, RefusesWhatItCannotWatch) {
  const auto end = [this](const WatchExecutionsRequest& request) {
    Stream stream(*stub_, request);
    stream.ReadAll();
    return stream.End();
  };
  const std::string nobody = ArnOf("execution", "nobody:nothing");
  WatchExecutionsRequest two = Named({nobody}, true);
  two.set_all(true);
  WatchExecutionsRequest from;
  from.set_all(true);
  from.set_include_events(true);
  from.set_from_event(2);
  WatchExecutionsRequest machine;
  machine.set_state_machine("nobody");

  EXPECT_TRUE(StartsWith(end({}), "INVALID_ARGUMENT: say what to watch in one way"));
  EXPECT_TRUE(StartsWith(end(two), "INVALID_ARGUMENT: say what to watch in one way"));
  EXPECT_TRUE(StartsWith(end(from), "INVALID_ARGUMENT: from_event goes with"));
  EXPECT_TRUE(StartsWith(end(machine), "NOT_FOUND: State Machine Does Not Exist"));
  EXPECT_TRUE(StartsWith(end(Named({nobody}, false)), "NOT_FOUND: Execution Does Not Exist"));
  EXPECT_TRUE(StartsWith(end(Named(std::vector<std::string>(1'001, nobody), false)),
                         "INVALID_ARGUMENT: 1001 executions in one call"));
}

}  // namespace
}  // namespace client_test
