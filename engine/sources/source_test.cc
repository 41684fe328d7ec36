// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One source over a queue and an engine whose answers and time the test gives.
#include "engine/sources/source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "asl/json.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "workers/aws/fake_transport.h"

namespace engine::sources {
namespace {

using workers::aws::FakeTransport;
using workers::aws::HttpFailure;
using workers::aws::HttpFailureKind;
using workers::aws::HttpRequest;

class FakeExecutions : public Executions {
 public:
  void Start(const std::string&, std::string name, std::string input,
             std::function<void(StartOutcome)> done) override {
    trace += fmt::format("start {} {};", name, input);
    starts[name] = std::move(done);
  }
  Ticket AwaitEnd(ExecutionNumber execution, std::function<void(bool)> done) override {
    ends[static_cast<uint64_t>(execution)] = std::move(done);
    return nullptr;
  }
  std::string Unready(const std::string&) override { return unready; }

  std::string trace;
  std::string unready;
  std::map<std::string, std::function<void(StartOutcome)>> starts;
  std::map<uint64_t, std::function<void(bool)>> ends;
};

class SourceTest : public testing::Test {
 protected:
  void Open(const std::function<void(Options&)>& edit = [](Options&) {}) {
    Options options;
    options.name = "orders";
    options.queue = "http://q/1/orders";
    options.state_machine = "order";
    edit(options);
    client_ = std::make_unique<workers::aws::Client>(
        workers::aws::Client::Options{
            .settings = {.variables = [](const std::string&) { return std::nullopt; }},
            .region = "eu-west-1",
            .credentials = workers::aws::Credentials{"AKID", workers::aws::Secret("s"), {}, {}}},
        &transport_,
        workers::aws::TimeAndChance{[] { return absl::FromUnixSeconds(1792411200); },
                                    [] { return 0.0; }, [] { return std::string("uuid"); }});
    source_ = std::make_shared<Source>(std::move(options), &executions_, client_.get(), &transport_,
                                       &board_);
    source_->Start();
    // Credentials come from another thread; after that everything is this one's.
    transport_.AwaitSent(executions_.unready.empty() ? 2 : 1);
    Run();
  }
  // The test's thread plays the transport's, so another one closes.
  void TearDown() override {
    if (client_ == nullptr) return;
    source_.reset();
    std::atomic<bool> closed = false;
    std::thread closing([&] {
      client_.reset();
      closed = true;
      transport_.After(absl::ZeroDuration(), [] {});
    });
    transport_.RunUntil([&] { return closed.load(); });
    closing.join();
  }

  // Answers every call but receives, and notes it.
  void Run() {
    transport_.RunDue();
    while (seen_ < transport_.sent()) {
      const uint64_t number = ++seen_;
      const HttpRequest request = transport_.AwaitSent(number);
      const std::string target(
          workers::aws::FindHeader(request.headers, "X-Amz-Target")->substr(10));
      if (target == "ReceiveMessage") {
        receives_.insert(number);
      } else if (target == "GetQueueAttributes") {
        Answer(number, R"({"Attributes":{"ApproximateNumberOfMessages":"7","RedrivePolicy":)"
                       R"("{\"deadLetterTargetArn\":\"arn:aws:sqs:x:1:dead\"}"}})");
      } else {
        Answer(number, Batch(request.body));
      }
    }
  }
  std::string Batch(const std::string& body) {
    const asl::Json json = *asl::ParseJson(body).value;
    std::string good, bad;
    for (const asl::Json entry : json.Find("Entries")->items()) {
      const std::string id(entry.Find("Id")->as_string());
      const std::string handle(entry.Find("ReceiptHandle")->as_string());
      const auto visibility = entry.Find("VisibilityTimeout");
      trace_ += visibility ? fmt::format("{} invisible for {};", handle, visibility->source())
                           : fmt::format("delete {};", handle);
      const bool fails = failing_.contains(handle);
      (fails ? bad : good) += fmt::format(R"({}{{"Id":"{}","Code":"X","SenderFault":false}})",
                                          (fails ? bad : good).empty() ? "" : ",", id);
    }
    return fmt::format(R"({{"Successful":[{}],"Failed":[{}]}})", good, bad);
  }
  void Answer(uint64_t number, const std::string& body) {
    transport_.Answer(number, workers::aws::HttpResponse{200, {}, body});
  }
  void Advance(absl::Duration time) {
    transport_.Advance(time);
    Run();
  }
  // Lets what gathers be sent.
  void Settle() {
    Run();
    Advance(absl::Milliseconds(5));
  }

  // "a" or "a:GROUP": its handle is "a1", and with a number behind it, that one: "a2".
  static std::string Message(const std::string& name, const std::string& body, int count = 1,
                             const std::string& group = "") {
    const std::string of_group =
        group.empty() ? "" : fmt::format(R"(,"MessageGroupId":"{}")", group);
    return fmt::format(R"({{"MessageId":"{0}","ReceiptHandle":"{0}{1}","Body":"{2}",)"
                       R"("Attributes":{{"ApproximateReceiveCount":"{1}"{3}}}}})",
                       name, count, body, of_group);
  }
  // The oldest receive that waits gets these.
  void Deliver(const std::vector<std::string>& messages) {
    ASSERT_FALSE(receives_.empty());
    const uint64_t number = *receives_.begin();
    receives_.erase(receives_.begin());
    Answer(number, fmt::format(R"({{"Messages":[{}]}})", fmt::join(messages, ",")));
    Settle();
  }
  void Started(const std::string& id, StartOutcome outcome) {
    executions_.starts.at("sqs-" + id)(std::move(outcome));
    Settle();
  }
  void Start(const std::string& id, uint64_t execution = 1) {
    Started(id, {.kind = StartOutcome::Kind::kStarted, .execution = ExecutionNumber{execution}});
  }
  void End(uint64_t execution, bool succeeded) {
    executions_.ends.at(execution)(succeeded);
    Settle();
  }

  std::string Starts() { return std::exchange(executions_.trace, ""); }
  std::string Calls() { return std::exchange(trace_, ""); }
  // "received 1: started 1 duplicates 0 rejected 0 returned 0 pending 0".
  std::string Counts() {
    Advance(kTick);
    const SourceStatus status = board_.List().at(0);
    const SourceCounts& n = status.counts;
    EXPECT_EQ(n.received, n.started + n.duplicates + n.rejected + n.returned + status.pending);
    return fmt::format("received {}: started {} duplicates {} rejected {} returned {} pending {}",
                       n.received, n.started, n.duplicates, n.rejected, n.returned, status.pending);
  }
  std::string State() {
    Advance(kTick);
    return board_.List().at(0).state;
  }

  FakeTransport transport_;
  FakeExecutions executions_;
  SourceBoard board_;
  std::unique_ptr<workers::aws::Client> client_;
  std::shared_ptr<Source> source_;
  uint64_t seen_ = 0;
  std::set<uint64_t> receives_;
  std::set<std::string> failing_;  // handles
  std::string trace_;
};

void Succeeded(Options& options) { options.ack = Ack::kSucceeded; }
void Fifo(Options& options) { options.queue += ".fifo"; }

TEST_F(SourceTest, AMessageIsDeletedWhenItsStartIsDurable) {
  Open();

  Deliver({Message("a", "1")});
  EXPECT_EQ(Starts(), "start sqs-a 1;");
  EXPECT_EQ(Calls(), "");
  Start("a");

  EXPECT_EQ(Calls(), "delete a1;");
  EXPECT_EQ(Counts(), "received 1: started 1 duplicates 0 rejected 0 returned 0 pending 0");
}

TEST_F(SourceTest, ARedeliveredMessageIsADuplicateWhateverBecameOfItsExecution) {
  Open();

  Deliver({Message("a", "1"), Message("b", "2")});
  Started("a", {.kind = StartOutcome::Kind::kRunning, .execution = ExecutionNumber{1}});
  Started("b", {.kind = StartOutcome::Kind::kEnded, .succeeded = false});

  EXPECT_EQ(Calls(), "delete a1;delete b1;");
  EXPECT_EQ(Counts(), "received 2: started 0 duplicates 2 rejected 0 returned 0 pending 0");
}

TEST_F(SourceTest, WithAckSucceededItIsKeptInvisibleAndDeletedAtTheEnd) {
  Open(Succeeded);

  Deliver({Message("a", "1")});
  Start("a", 5);
  EXPECT_EQ(Calls(), "");
  Advance(absl::Seconds(16));
  EXPECT_EQ(Calls(), "a1 invisible for 30;");
  Advance(absl::Seconds(16));
  EXPECT_EQ(Calls(), "a1 invisible for 30;");
  End(5, true);

  EXPECT_EQ(Calls(), "delete a1;");
}

TEST_F(SourceTest, WithAckSucceededAFailureHandsItBackAtOnce) {
  Open(Succeeded);

  Deliver({Message("a", "1")});
  Start("a", 5);
  End(5, false);
  EXPECT_EQ(Calls(), "a1 invisible for 0;");

  Deliver({Message("a", "1", 2)});
  Started("a", {.kind = StartOutcome::Kind::kEnded, .succeeded = false});
  EXPECT_EQ(Calls(), "a2 invisible for 1;");
  EXPECT_EQ(Counts(), "received 2: started 1 duplicates 1 rejected 0 returned 0 pending 0");
}

TEST_F(SourceTest, AMessageThatComesAgainWhileItIsInHandIsDeletedByItsNewestHandle) {
  Open(Succeeded);
  Deliver({Message("a", "1")});
  Start("a", 5);

  Deliver({Message("a", "1", 2)});
  End(5, true);

  EXPECT_EQ(Starts(), "start sqs-a 1;");
  EXPECT_EQ(Calls(), "delete a2;");
  EXPECT_EQ(Counts(), "received 2: started 1 duplicates 1 rejected 0 returned 0 pending 0");
}

TEST_F(SourceTest, AGroupsNextMessageWaitsUntilTheEarlierOneIsAcked) {
  Open(Fifo);

  Deliver({Message("a", "1", 1, "g"), Message("b", "2", 1, "g"), Message("c", "3", 1, "h")});
  EXPECT_EQ(Starts(), "start sqs-a 1;start sqs-c 3;");
  failing_ = {"a1"};
  Start("a");
  EXPECT_EQ(Starts(), "");
  failing_.clear();
  Advance(absl::Seconds(2));
  Settle();

  EXPECT_EQ(Starts(), "start sqs-b 2;");
}

TEST_F(SourceTest, AMessageThatIsHandedBackTakesThoseOfItsGroupAlong) {
  Open([](Options& options) {
    Fifo(options);
    Succeeded(options);
  });

  Deliver({Message("a", "1", 1, "g"), Message("b", "2", 1, "g"), Message("c", "3", 1, "g")});
  Start("a", 5);
  End(5, false);

  EXPECT_EQ(Starts(), "start sqs-a 1;");
  EXPECT_EQ(Calls(), "a1 invisible for 0;b1 invisible for 0;c1 invisible for 0;");
  EXPECT_EQ(Counts(), "received 3: started 1 duplicates 0 rejected 0 returned 2 pending 0");
}

TEST_F(SourceTest, PoisonComesBackLaterEachTimeAndNeverInAHotLoop) {
  Open();

  Deliver({Message("a", "plain")});
  EXPECT_EQ(Calls(), "a1 invisible for 0;");
  Deliver({Message("a", "plain", 4)});
  EXPECT_EQ(Calls(), "a4 invisible for 4;");

  EXPECT_EQ(Starts(), "");
  EXPECT_EQ(Counts(), "received 2: started 0 duplicates 0 rejected 2 returned 0 pending 0");
}

TEST_F(SourceTest, WhatNoFilterMatchesIsDeleted) {
  Open([](Options& options) {
    options.filters.push_back(*Pattern::Compile(*asl::ParseJson(R"({"body":[2]})").value));
  });

  Deliver({Message("a", "1"), Message("b", "2")});
  EXPECT_EQ(Starts(), "start sqs-b 2;");
  EXPECT_EQ(Calls(), "delete a1;");
  EXPECT_EQ(Counts(), "received 2: started 0 duplicates 0 rejected 1 returned 0 pending 1");
}

TEST_F(SourceTest, ItTakesNoMoreThanItsWindow) {
  Open([](Options& options) { options.window = 2; });

  Deliver({Message("a", "1"), Message("b", "2")});
  EXPECT_TRUE(receives_.empty());
  EXPECT_EQ(State(), "full");
  Start("a");

  EXPECT_EQ(receives_.size(), 1u);
}

TEST_F(SourceTest, NoMoreExecutionsRunThanItsConcurrency) {
  Open([](Options& options) { options.concurrency = 1; });

  Deliver({Message("a", "1")});
  Start("a", 5);
  EXPECT_EQ(Calls(), "delete a1;");
  EXPECT_TRUE(receives_.empty());
  End(5, false);

  EXPECT_EQ(receives_.size(), 1u);
}

TEST_F(SourceTest, ItTakesNothingWhileTheEngineIsBehind) {
  executions_.unready = "the engine is behind";
  Open();

  EXPECT_TRUE(receives_.empty());
  EXPECT_EQ(State(), "the engine is behind");
  executions_.unready = "";
  Advance(kTick);

  EXPECT_EQ(receives_.size(), 1u);
}

TEST_F(SourceTest, WhatTheEngineRefusesIsReturnedAndNothingTakenForAWhile) {
  Open();

  Deliver({Message("a", "1")});
  Deliver({});
  Started("a", {.kind = StartOutcome::Kind::kRefused, .why = "no disk"});

  EXPECT_EQ(Calls(), "a1 invisible for 5;");
  EXPECT_EQ(Counts(), "received 1: started 0 duplicates 0 rejected 0 returned 1 pending 0");
  EXPECT_EQ(State(), "failing: no disk");
}

TEST_F(SourceTest, AfterAFailedReceiveItWaitsLongerEachTime) {
  Open();
  const auto fail = [this] {
    while (!receives_.empty()) {
      const uint64_t number = *receives_.begin();
      receives_.erase(receives_.begin());
      transport_.Answer(number, workers::aws::HttpResponse{
                                    400, {}, R"({"__type":"QueueDoesNotExist","message":"no"})"});
      Run();
    }
  };

  fail();
  EXPECT_EQ(State(), "failing: QueueDoesNotExist: no");
  Advance(absl::Milliseconds(500));
  EXPECT_TRUE(receives_.empty());
  Advance(absl::Milliseconds(500));
  EXPECT_EQ(receives_.size(), 1u);
  fail();
  Advance(absl::Milliseconds(1'500));
  EXPECT_TRUE(receives_.empty());
  Advance(absl::Seconds(1));
  EXPECT_EQ(receives_.size(), 1u);
}

TEST_F(SourceTest, APausedSourceTakesNothing) {
  Open();
  ASSERT_TRUE(board_.SetPaused("orders", true).ok());
  Deliver({});
  EXPECT_TRUE(receives_.empty());
  EXPECT_EQ(State(), "paused");

  ASSERT_TRUE(board_.SetPaused("orders", false).ok());
  Advance(kTick);

  EXPECT_EQ(receives_.size(), 1u);
}

TEST_F(SourceTest, AStopHandsBackWhatWaitsAndDeletesWhatIsDone) {
  Open(Fifo);
  Deliver({Message("a", "1", 1, "g"), Message("b", "2", 1, "g")});
  bool stopped = false;

  source_->Stop([&] { stopped = true; });
  Settle();
  EXPECT_EQ(Calls(), "b1 invisible for 0;");
  EXPECT_FALSE(stopped);
  Start("a");
  Settle();

  EXPECT_EQ(Calls(), "delete a1;");
  EXPECT_TRUE(stopped);
}

TEST_F(SourceTest, TheQueueTellsWhatWaitsAndItsDeadLetterQueue) {
  Open();
  Settle();
  Advance(kTick);

  const SourceStatus status = board_.List().at(0);
  EXPECT_EQ(status.visible, 7u);
  EXPECT_EQ(status.dead_letter_queue, "arn:aws:sqs:x:1:dead");
}

}  // namespace
}  // namespace engine::sources
