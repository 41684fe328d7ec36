// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The service as a worker sees it on the wire: real streams over a real server.
#include "workers/grpc_hub.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "asld/v1/workers.grpc.pb.h"
#include "fmt/core.h"
#include "grpcpp/create_channel.h"
#include "workers/hub_server.h"
#include "workers/limits.h"

namespace workers {
namespace {

using asld::v1::EngineMessage;
using asld::v1::WorkerMessage;

// One stream, spoken by hand.
class RawWorker {
 public:
  explicit RawWorker(const std::string& address)
      : stub_(asld::v1::Workers::NewStub(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))),
        stream_(stub_->Serve(&context_)) {}
  ~RawWorker() { context_.TryCancel(); }

  void Say(const WorkerMessage& message) { stream_->Write(message); }
  EngineMessage Hear() {
    EngineMessage message;
    EXPECT_TRUE(stream_->Read(&message));
    return message;
  }
  void Leave() { stream_->WritesDone(); }
  void Break() { context_.TryCancel(); }
  // What the engine ended the stream with, as CODE: text. Reads what comes before.
  std::string End() {
    EngineMessage message;
    while (stream_->Read(&message)) {
    }
    grpc::Status status = stream_->Finish();
    return fmt::format("{}: {}", static_cast<int>(status.error_code()), status.error_message());
  }

 private:
  std::unique_ptr<asld::v1::Workers::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<WorkerMessage, EngineMessage>> stream_;
};

WorkerMessage Hello(const std::string& instance = "w", uint32_t slots = 2) {
  WorkerMessage message;
  message.mutable_hello()->set_instance_id(instance);
  message.mutable_hello()->add_functions("pay");
  message.mutable_hello()->add_activities("ship");
  message.mutable_hello()->set_slots(slots);
  return message;
}

class HubTest : public testing::Test {
 protected:
  // A connected worker.
  std::unique_ptr<RawWorker> Join(const WorkerMessage& hello = Hello()) {
    auto worker = std::make_unique<RawWorker>(server_.address());
    worker->Say(hello);
    EXPECT_TRUE(server_.engine.WaitFor(
        fmt::format("connected {} as {}", hello.hello().instance_id(),
                    hello.hello().worker_name().empty() ? hello.hello().instance_id()
                                                        : hello.hello().worker_name())));
    return worker;
  }
  // What a stream that begins with this message ends with.
  std::string Refused(const WorkerMessage& first) {
    RawWorker worker(server_.address());
    worker.Say(first);
    return worker.End();
  }

  HubServer server_{HubOptions{.hello_limit = std::chrono::seconds(60)}};
};

TEST_F(HubTest, AWorkerServesTheFunctionsAndActivitiesItNames) {
  WorkerMessage hello = Hello();
  hello.mutable_hello()->set_worker_name("till 4");

  auto worker = Join(hello);
  // The event comes before the worker can be given tasks; a second one proves that the first is in.
  auto other = Join(Hello("other"));
  other->Break();
  EXPECT_TRUE(server_.engine.WaitFor("lost other"));

  EXPECT_EQ(server_.pool().WorkersFor("pay"), 1u);
  EXPECT_EQ(server_.pool().WorkersFor("activity:ship"), 1u);
  EXPECT_EQ(server_.pool().WorkersFor("ship"), 0u);
}

TEST_F(HubTest, EveryFieldOfATaskArrives) {
  auto worker = Join();
  auto text = std::make_shared<std::string>(R"({"a":{"b":1}})");

  server_.Send({.tasks = {{.token = "t1",
                           .queue = "pay",
                           .qualifier = "live",
                           .text = text,
                           .offset = 5,
                           .length = 7,
                           .attempt = 3,
                           .timeout_s = 60,
                           .heartbeat_s = 10,
                           .execution_arn = "arn:x",
                           .state_name = "Pay",
                           .idempotency_key = "k"},
                          {.token = "t2", .queue = "activity:ship"}}});

  EngineMessage message = worker->Hear();
  ASSERT_EQ(message.tasks_size(), 2);
  EXPECT_EQ(
      message.tasks(0).ShortDebugString(),
      "token: \"t1\" function: \"pay\" qualifier: \"live\" input: \"{\\\"b\\\":1}\" attempt: 3 "
      "timeout_s: 60 heartbeat_s: 10 execution_arn: \"arn:x\" state_name: \"Pay\" "
      "idempotency_key: \"k\"");
  EXPECT_EQ(message.tasks(1).ShortDebugString(), "token: \"t2\" activity: \"ship\" attempt: 1");
}

TEST_F(HubTest, AcknowledgementsAndWithdrawalsArrive) {
  auto worker = Join();

  server_.Send({.acknowledgements = {{"t1", AckOutcome::kAccepted, ""},
                                     {"t2", AckOutcome::kAlreadyAnswered, "twice"},
                                     {"t3", AckOutcome::kNoLongerWanted, ""},
                                     {"t4", AckOutcome::kRefused, "too large"}},
                .withdrawn = {"t5"}});

  EXPECT_EQ(worker->Hear().ShortDebugString(),
            "acknowledgements { token: \"t1\" outcome: ACCEPTED } "
            "acknowledgements { token: \"t2\" outcome: ALREADY_ANSWERED message: \"twice\" } "
            "acknowledgements { token: \"t3\" outcome: NO_LONGER_WANTED } "
            "acknowledgements { token: \"t4\" outcome: REFUSED message: \"too large\" } "
            "withdrawn: \"t5\"");
}

TEST_F(HubTest, AnswersArriveInOrder) {
  auto worker = Join();
  WorkerMessage message;
  for (int i = 0; i < 5; ++i) message.add_answers()->set_token(fmt::format("t{}", i));
  message.mutable_answers(0)->mutable_received();
  message.mutable_answers(1)->mutable_heartbeat();
  message.mutable_answers(2)->mutable_success()->set_output("{ \"x\" : 1 }");
  message.mutable_answers(3)->mutable_failure()->set_error("E");
  message.mutable_answers(4)->mutable_failure()->set_cause("c");

  worker->Say(message);

  EXPECT_TRUE(server_.engine.WaitFor("received t0"));
  EXPECT_TRUE(server_.engine.WaitFor("heartbeat t1"));
  EXPECT_TRUE(server_.engine.WaitFor("success t2={ \"x\" : 1 }"));
  EXPECT_TRUE(server_.engine.WaitFor("failure t3=E/-"));
  EXPECT_TRUE(server_.engine.WaitFor("failure t4=-/c"));
}

TEST_F(HubTest, HeldTasksArriveWithTheHello) {
  WorkerMessage hello = Hello();
  hello.mutable_hello()->add_held()->set_token("t1");
  asld::v1::Held* finished = hello.mutable_hello()->add_held();
  finished->set_token("t2");
  finished->mutable_finished()->mutable_success()->set_output("7");
  RawWorker worker(server_.address());

  worker.Say(hello);

  EXPECT_TRUE(server_.engine.WaitFor("connected w as w runs:t1 finished:t2=7"));
}

TEST_F(HubTest, AnswersMayComeWithTheHello) {
  WorkerMessage hello = Hello();
  hello.add_answers()->set_token("t1");
  hello.mutable_answers(0)->mutable_received();

  auto worker = Join(hello);

  EXPECT_TRUE(server_.engine.WaitFor("received t1"));
}

TEST_F(HubTest, TheFirstMessageMustBeHello) {
  WorkerMessage message;
  message.set_draining(true);

  EXPECT_EQ(Refused(message), "3: the first message of a worker's stream must be hello");
}

TEST_F(HubTest, HelloMustComeOnce) {
  auto worker = Join();

  worker->Say(Hello());

  EXPECT_EQ(worker->End(), "3: hello must come once, in the first message");
  EXPECT_TRUE(server_.engine.WaitFor("lost w"));
}

TEST_F(HubTest, ABadHelloIsRefusedWithWhatIsWrong) {
  EXPECT_EQ(Refused(Hello(std::string(129, 'x'))),
            "3: the instance id must have 1 to 128 bytes, not 129");
  EXPECT_EQ(Refused(Hello("w", 0)), "3: slots must be 1 to 100000, not 0");
  WorkerMessage colon = Hello();
  colon.mutable_hello()->add_functions("activity:pay");
  EXPECT_EQ(Refused(colon),
            "3: \"activity:pay\" is not a function's name: it must not be empty or hold a colon");
  WorkerMessage nameless = Hello();
  nameless.mutable_hello()->add_activities("");
  EXPECT_EQ(Refused(nameless), "3: an activity's name must not be empty");
  WorkerMessage held = Hello();
  held.mutable_hello()->add_held()->set_token("t1");
  held.mutable_hello()->mutable_held(0)->mutable_finished()->mutable_received();
  EXPECT_EQ(Refused(held), "3: a finished held task must carry success or failure");
  held.mutable_hello()->mutable_held(0)->mutable_finished()->set_token("t2");
  held.mutable_hello()->mutable_held(0)->mutable_finished()->mutable_success();
  EXPECT_EQ(Refused(held), "3: a held task's result must be about the same token");
  EXPECT_TRUE(server_.engine.Take().empty());
}

TEST_F(HubTest, ABadAnswerEndsTheStream) {
  auto worker = Join();
  WorkerMessage message;
  message.add_answers()->set_token(std::string(65, 't'));
  worker->Say(message);
  EXPECT_EQ(worker->End(), "3: an answer's token must have 1 to 64 bytes, not 65");

  worker = Join();
  message.mutable_answers(0)->set_token("t");
  worker->Say(message);
  EXPECT_EQ(worker->End(),
            "3: an answer must say received, heartbeat, success or failure, and one said nothing");
}

TEST_F(HubTest, AMessageThatIsTooLargeEndsTheStream) {
  auto worker = Join();
  WorkerMessage message;
  message.add_answers()->set_token("t");
  message.mutable_answers(0)->mutable_success()->set_output(std::string(17 << 20, '1'));

  worker->Say(message);

  EXPECT_TRUE(server_.engine.WaitFor("lost w"));
}

TEST_F(HubTest, ALostConnectionIsHeardOnce) {
  auto worker = Join();

  worker->Break();

  EXPECT_TRUE(server_.engine.WaitFor("lost w"));
  auto again = Join();
  EXPECT_TRUE(server_.engine.Take().empty());
}

TEST_F(HubTest, AWorkerThatEndsItsSideIsGone) {
  auto worker = Join();

  worker->Leave();

  EXPECT_EQ(worker->End(), "0: ");
  EXPECT_TRUE(server_.engine.WaitFor("lost w"));
}

TEST_F(HubTest, ANewerStreamReplacesTheOlderAndWhatWaitedInItIsDropped) {
  auto older = Join();

  auto newer = Join();

  EXPECT_EQ(older->End(), "10: a newer connection of the same worker instance replaced this one");
  server_.Send({.withdrawn = {"t1"}});
  EXPECT_EQ(newer->Hear().ShortDebugString(), "withdrawn: \"t1\"");
}

TEST_F(HubTest, ADrainingWorkerIsToldWhenNoTaskCanComeAndIsStillAcknowledged) {
  auto worker = Join();
  while (server_.pool().WorkersFor("pay") == 0) std::this_thread::yield();
  Pool::Client client(&server_.pool());
  std::optional<Slot> slot = client.TakeSlot("pay", 0);
  ASSERT_TRUE(slot.has_value());
  WorkerMessage drain;
  drain.set_draining(true);
  drain.add_answers()->set_token("t1");
  drain.mutable_answers(0)->mutable_success();
  worker->Say(drain);
  EXPECT_TRUE(server_.engine.WaitFor("success t1="));

  server_.Send({.withdrawn = {"t2"}});
  server_.pool().Return(slot->session);
  EXPECT_EQ(worker->Hear().ShortDebugString(), "withdrawn: \"t2\"");
  EXPECT_EQ(worker->Hear().ShortDebugString(), "drained: true");
  server_.Send({.acknowledgements = {{.token = "t1"}}});
  EXPECT_EQ(worker->Hear().acknowledgements_size(), 1);

  worker->Leave();
  EXPECT_EQ(worker->End(), "0: ");
  EXPECT_TRUE(server_.engine.WaitFor("lost w"));
}

TEST_F(HubTest, AWorkerThatComesBackDrainingIsOfferedNothing) {
  Pool::Client client(&server_.pool());
  EXPECT_FALSE(client.TakeSlot("pay", 0).has_value());
  WorkerMessage hello = Hello();
  hello.mutable_hello()->add_held()->set_token("t1");
  hello.set_draining(true);
  RawWorker worker(server_.address());

  worker.Say(hello);
  EXPECT_TRUE(server_.engine.WaitFor("connected w as w runs:t1"));
  server_.pool().Return(server_.engine.last_session());

  EXPECT_EQ(worker.Hear().ShortDebugString(), "drained: true");
  EXPECT_TRUE(server_.engine.slots().empty());
}

TEST_F(HubTest, MessagesAreCutAtOneMebibyteAndNothingIsLost) {
  auto worker = Join();
  const auto text = std::make_shared<std::string>(256 << 10, '1');
  Outgoing outgoing;
  for (int i = 0; i < 40; ++i) {
    outgoing.tasks.push_back({.token = fmt::format("t{}", i),
                              .queue = "pay",
                              .text = text,
                              .length = static_cast<uint32_t>(text->size())});
  }
  outgoing.withdrawn = {"t0", "t39"};
  server_.Send(std::move(outgoing));

  int tasks = 0;
  int withdrawn = 0;
  while (withdrawn < 2) {
    EngineMessage message = worker->Hear();
    EXPECT_LE(message.ByteSizeLong(), kMessageBytesMax + 1024);
    for (const asld::v1::Task& task : message.tasks()) {
      EXPECT_EQ(task.token(), fmt::format("t{}", tasks++));
    }
    withdrawn += message.withdrawn_size();
    EXPECT_TRUE(withdrawn == 0 || tasks == 40) << "withdrawn before it was sent";
  }
  EXPECT_EQ(tasks, 40);
}

TEST_F(HubTest, WhatWaitsForASlowConnectionGrowsIntoBatches) {
  constexpr int kSends = 20'000;
  auto worker = Join();
  for (int i = 0; i < kSends; ++i) {
    server_.Send({.acknowledgements = {{.token = std::string(60, 't')}}});
  }

  int acknowledgements = 0;
  int messages = 0;
  for (; acknowledgements < kSends; ++messages) {
    acknowledgements += worker->Hear().acknowledgements_size();
  }

  EXPECT_EQ(acknowledgements, kSends);
  EXPECT_LT(messages, kSends / 2);
}

TEST_F(HubTest, ManyThreadsMaySendAtOnceWhileConnectionsBreak) {
  constexpr int kThreads = 4;
  std::atomic<bool> stop = false;
  std::vector<std::thread> senders;
  for (int i = 0; i < kThreads; ++i) {
    senders.emplace_back([&] {
      while (!stop) {
        server_.Send({.acknowledgements = {{.token = "t"}}, .withdrawn = {"t"}});
        std::this_thread::yield();
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    auto worker = Join();
    worker->Hear();
    worker->Break();
  }
  stop = true;
  for (std::thread& thread : senders) thread.join();
}

TEST_F(HubTest, TheServerStopsWhileStreamsAreOpen) {
  std::vector<std::unique_ptr<RawWorker>> workers;
  for (int i = 0; i < 20; ++i) workers.push_back(Join(Hello(fmt::format("w{}", i))));
  RawWorker silent(server_.address());
  server_.Send({.tasks = {{.token = "t", .queue = "pay"}}});

  server_.Stop();

  int lost = 0;
  for (const std::string& line : server_.engine.Take()) lost += line.starts_with("lost");
  EXPECT_EQ(lost, 20);
}

TEST(HubLimits, AStreamThatNeverSaysHelloIsEnded) {
  HubServer server(HubOptions{.hello_limit = std::chrono::milliseconds(20)});

  RawWorker worker(server.address());

  EXPECT_EQ(worker.End(), "4: no hello came on this stream");
}

}  // namespace
}  // namespace workers
