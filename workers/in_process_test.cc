// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/in_process.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>

#include "workers/fake_engine.h"

namespace workers {
namespace {

class InProcessTest : public testing::Test {
 protected:
  void Send(Outgoing outgoing) { pool_.Send(engine_.last_session(), std::move(outgoing)); }
  TaskRequest Request(const std::string& token, const std::string& queue,
                      const std::string& input) {
    return {.token = token,
            .queue = queue,
            .text = std::make_shared<std::string>("[" + input + "]"),
            .offset = 1,
            .length = static_cast<uint32_t>(input.size())};
  }

  FakeEngine engine_;
  Pool pool_{&engine_};
};

TEST_F(InProcessTest, AFunctionIsCalledWithItsInputAndAnswers) {
  InProcessWorker worker(&pool_);
  worker.Function("double", [](const Task& task) {
    return Result::Success(std::to_string(2 * std::stoi(task.input)));
  });
  worker.Activity("ship", [](const Task& task) { return Result::Fail("Lost", task.activity); });
  ASSERT_TRUE(worker.Start().ok());

  Send({.tasks = {Request("t1", "double", "21")}});
  EXPECT_TRUE(engine_.WaitFor("received t1"));
  EXPECT_TRUE(engine_.WaitFor("success t1=42"));
  Send({.tasks = {Request("t2", "activity:ship", "{}")}});
  EXPECT_TRUE(engine_.WaitFor("received t2"));
  EXPECT_TRUE(engine_.WaitFor("failure t2=Lost/ship"));
}

TEST_F(InProcessTest, AnExceptionIsAFailureOfItsTaskOnly) {
  InProcessWorker worker(&pool_, {.slots = 1});
  worker.Function("bad", [](const Task&) -> Result { throw std::runtime_error("oh no"); });
  ASSERT_TRUE(worker.Start().ok());

  Send({.tasks = {Request("t1", "bad", "1"), Request("t2", "other", "1")}});

  EXPECT_TRUE(engine_.WaitFor("failure t1=UncaughtException/oh no"));
  EXPECT_TRUE(engine_.WaitFor(
      "failure t2=UnknownFunction/this worker has no function or activity \"other\""));
}

TEST_F(InProcessTest, AWithdrawnTaskIsTold) {
  InProcessWorker worker(&pool_, {.slots = 1});
  worker.Function("wait", [](const Task& task) {
    while (task.input == "1" && !task.withdrawn()) std::this_thread::yield();
    return Result::Success(task.input);
  });
  ASSERT_TRUE(worker.Start().ok());
  Send({.tasks = {Request("t1", "wait", "1"), Request("t2", "wait", "2")}});
  EXPECT_TRUE(engine_.WaitFor("received t1"));

  // The only thread comes to the second task when the first was told.
  Send({.withdrawn = {"t1"}});

  EXPECT_TRUE(engine_.WaitFor("received t2"));
  EXPECT_TRUE(engine_.WaitFor("success t2=2"));
}

TEST_F(InProcessTest, DrainWaitsUntilEveryTaskIsOver) {
  InProcessWorker worker(&pool_, {.slots = 1});
  std::atomic<bool> go = false;
  worker.Function("wait", [&](const Task&) {
    while (!go) std::this_thread::yield();
    return Result::Success("1");
  });
  ASSERT_TRUE(worker.Start().ok());
  Pool::Client client(&pool_);
  std::optional<Slot> slot = client.TakeSlot("wait", 0);
  ASSERT_TRUE(slot.has_value());
  Send({.tasks = {Request("t1", "wait", "1")}});

  std::atomic<bool> drained = false;
  std::thread draining([&] {
    worker.Drain();
    drained = true;
  });
  EXPECT_TRUE(engine_.WaitFor("received t1"));
  EXPECT_FALSE(drained);
  go = true;
  EXPECT_TRUE(engine_.WaitFor("success t1=1"));
  pool_.Return(slot->session);
  EXPECT_FALSE(drained);
  Send({.acknowledgements = {{.token = "t1"}}});
  draining.join();

  EXPECT_TRUE(drained);
}

TEST_F(InProcessTest, EveryWorkerIsANewInstance) {
  std::string first;
  {
    InProcessWorker worker(&pool_, {.name = "billing"});
    worker.Function("f", [](const Task&) { return Result::Success("1"); });
    ASSERT_TRUE(worker.Start().ok());
    first = engine_.Take().at(0);
  }
  EXPECT_EQ(engine_.Take().at(0).substr(0, 13), "lost billing-");
  InProcessWorker worker(&pool_, {.name = "billing"});
  ASSERT_TRUE(worker.Start().ok());

  std::string second = engine_.Take().at(0);
  EXPECT_EQ(first.substr(0, 18), "connected billing-");
  EXPECT_EQ(second.substr(0, 18), "connected billing-");
  EXPECT_NE(first, second);
}

TEST_F(InProcessTest, ABrokenLimitIsTold) {
  InProcessWorker worker(&pool_, {.slots = 0});

  EXPECT_EQ(worker.Start().message(), "slots must be 1 to 100000, not 0");
}

}  // namespace
}  // namespace workers
