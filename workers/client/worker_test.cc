// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The worker library against a real server that is stopped and started under it.
#include "workers/client/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "workers/hub_server.h"

namespace workers {
namespace {

// Functions wait here until a test lets them go on.
class Gate {
 public:
  void Open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

class WorkerTest : public testing::Test {
 protected:
  // Runs a worker with two functions: `echo` answers with its input; `gated` waits for gate_ first.
  void Run(WorkerOptions options = {}) {
    options.server = server_.address();
    if (options.instance.empty()) options.instance = "w";
    options.log = [](std::string_view) {};
    worker_.emplace(options);
    worker_->Function("echo", [this](const Task& task) {
      ++calls_;
      return Result::Success(task.input);
    });
    worker_->Function("gated", [this](const Task& task) {
      ++calls_;
      gate_.Pass();
      return Result::Success(task.input);
    });
    worker_->Function("until withdrawn", [](const Task& task) {
      while (!task.withdrawn()) std::this_thread::yield();
      return Result::Success("too late");
    });
    running_ = std::thread([this] { status_ = worker_->Run(); });
  }
  void Connected(const std::string& what = "") {
    EXPECT_TRUE(server_.engine.WaitFor("connected w as w" + what));
  }
  void SendTask(const std::string& token, const std::string& function, uint32_t heartbeat_s = 0) {
    auto text = std::make_shared<std::string>("\"" + token + "\"");
    EXPECT_TRUE(server_.Send({.tasks = {{.token = token,
                                         .queue = function,
                                         .text = text,
                                         .length = static_cast<uint32_t>(text->size()),
                                         .heartbeat_s = heartbeat_s}}}));
  }
  void Acknowledge(const std::string& token) {
    EXPECT_TRUE(server_.Send({.acknowledgements = {{.token = token}}}));
  }
  // The worker says that it leaves, has nothing more, and Run returns.
  absl::Status StopAndWait() {
    worker_->Stop();
    running_.join();
    return status_;
  }
  void TearDown() override {
    gate_.Open();
    if (!running_.joinable()) return;
    worker_->Stop();
    worker_->Stop();
    running_.join();
  }

  HubServer server_;
  Gate gate_;
  std::atomic<int> calls_ = 0;
  std::optional<Worker> worker_;
  std::thread running_;
  absl::Status status_;
};

TEST_F(WorkerTest, ATaskIsReceivedExecutedAndAcknowledged) {
  Run();
  Connected();

  SendTask("t1", "echo");

  EXPECT_TRUE(server_.engine.WaitFor("received t1"));
  EXPECT_TRUE(server_.engine.WaitFor("success t1=\"t1\""));
  Acknowledge("t1");
  EXPECT_TRUE(StopAndWait().ok());
}

TEST_F(WorkerTest, AnIdleWorkerStopsAtOnce) {
  Run();
  Connected();

  EXPECT_TRUE(StopAndWait().ok());
  EXPECT_TRUE(server_.engine.WaitFor("lost w"));
}

TEST_F(WorkerTest, AWorkerThatFindsNoEngineStopsAtOnce) {
  server_.Stop();
  Run();

  EXPECT_TRUE(StopAndWait().ok());
}

TEST_F(WorkerTest, AWorkerWaitsForTheEngineToStart) {
  server_.Stop();
  Run();

  server_.Start();

  Connected();
}

TEST_F(WorkerTest, AResultIsKeptUntilAcknowledgedOverConnections) {
  Run();
  Connected();
  SendTask("t1", "echo");
  EXPECT_TRUE(server_.engine.WaitFor("success t1=\"t1\""));

  server_.Restart();
  Connected(" finished:t1=\"t1\"");
  server_.Restart();
  Connected(" finished:t1=\"t1\"");
  Acknowledge("t1");
  // The result of a task that came after the acknowledgement shows that this was taken in.
  SendTask("t2", "echo");
  EXPECT_TRUE(server_.engine.WaitFor("success t2=\"t2\""));
  server_.Restart();

  Connected(" finished:t2=\"t2\"");
  EXPECT_EQ(calls_, 2);
}

TEST_F(WorkerTest, ATaskThatRunsWhileTheEngineIsAwayIsListedAndRunsOnce) {
  Run();
  Connected();
  SendTask("t1", "gated");
  EXPECT_TRUE(server_.engine.WaitFor("received t1"));

  server_.Restart();
  Connected(" runs:t1");
  EXPECT_TRUE(server_.engine.WaitFor("received t1"));
  SendTask("t1", "gated");
  gate_.Open();

  EXPECT_TRUE(server_.engine.WaitFor("success t1=\"t1\""));
  EXPECT_EQ(calls_, 1);
}

TEST_F(WorkerTest, ATaskThatEndsWhileTheEngineIsAwayHandsItsResultInLater) {
  Run();
  Connected();
  SendTask("t1", "gated");
  EXPECT_TRUE(server_.engine.WaitFor("received t1"));
  server_.Stop();

  gate_.Open();
  worker_->Stop();
  server_.Start();

  // With the hello, unless the function ended only after it.
  if (server_.engine.WaitForPrefix("connected w") == "connected w as w runs:t1") {
    EXPECT_TRUE(server_.engine.WaitFor("success t1=\"t1\""));
  }
  server_.pool().Return(server_.engine.last_session());
  Acknowledge("t1");
  running_.join();
  EXPECT_TRUE(status_.ok());
}

TEST_F(WorkerTest, ADuplicateOfAFinishedTaskIsAnsweredWithoutRunningAgain) {
  Run();
  Connected();
  SendTask("t1", "echo");
  EXPECT_TRUE(server_.engine.WaitFor("success t1=\"t1\""));

  SendTask("t1", "echo");

  EXPECT_TRUE(server_.engine.WaitFor("success t1=\"t1\""));
  EXPECT_EQ(calls_, 1);
}

TEST_F(WorkerTest, AWithdrawnTaskIsTold) {
  Run({.slots = 1});
  Connected();
  SendTask("t1", "until withdrawn");
  SendTask("t2", "echo");
  EXPECT_TRUE(server_.engine.WaitFor("received t1"));

  EXPECT_TRUE(server_.Send({.withdrawn = {"t1"}}));

  EXPECT_TRUE(server_.engine.WaitFor("success t2=\"t2\""));
}

TEST_F(WorkerTest, AHeartbeatAnsweredWithNoLongerWantedStopsTheTask) {
  Run({.slots = 1});
  Connected();
  SendTask("t1", "until withdrawn", 1);
  SendTask("t2", "echo");
  EXPECT_TRUE(server_.engine.WaitFor("heartbeat t1"));

  EXPECT_TRUE(server_.Send({.acknowledgements = {{"t1", AckOutcome::kNoLongerWanted, ""}}}));

  EXPECT_TRUE(server_.engine.WaitFor("success t2=\"t2\""));
}

TEST_F(WorkerTest, HeartbeatsComeByThemselvesForAsLongAsTheFunctionRuns) {
  Run();
  Connected();
  SendTask("t1", "gated", 1);

  EXPECT_TRUE(server_.engine.WaitFor("heartbeat t1"));
  EXPECT_TRUE(server_.engine.WaitFor("heartbeat t1"));
  gate_.Open();
  EXPECT_TRUE(server_.engine.WaitFor("success t1=\"t1\""));
}

TEST_F(WorkerTest, AStoppingWorkerFinishesWhatItHas) {
  Run();
  Connected();
  Pool::Client client(&server_.pool());
  while (server_.pool().WorkersFor("gated") == 0) std::this_thread::yield();
  ASSERT_TRUE(client.TakeSlot("gated", 0).has_value());
  SendTask("t1", "gated");
  EXPECT_TRUE(server_.engine.WaitFor("received t1"));

  worker_->Stop();
  while (server_.pool().WorkersFor("gated") > 0) std::this_thread::yield();
  gate_.Open();
  EXPECT_TRUE(server_.engine.WaitFor("success t1=\"t1\""));
  server_.pool().Return(server_.engine.last_session());
  Acknowledge("t1");
  running_.join();

  EXPECT_TRUE(status_.ok());
}

TEST_F(WorkerTest, StoppingTwiceDoesNotWaitForTheEngine) {
  Run();
  Connected();
  SendTask("t1", "until withdrawn");
  SendTask("t2", "echo");
  EXPECT_TRUE(server_.engine.WaitFor("success t2=\"t2\""));

  worker_->Stop();
  worker_->Stop();
  running_.join();

  EXPECT_EQ(status_.message(), "2 results were not acknowledged by the engine");
}

TEST_F(WorkerTest, StoppingDoesNotWaitLongerThanItsLimit) {
  Run({.drain_limit = std::chrono::milliseconds(1)});
  Connected();
  SendTask("t1", "until withdrawn");
  EXPECT_TRUE(server_.engine.WaitFor("received t1"));

  EXPECT_EQ(StopAndWait().message(), "1 results were not acknowledged by the engine");
}

TEST_F(WorkerTest, ARefusedWorkerSaysWhy) {
  Run({.slots = 200'000, .threads = 1});
  running_.join();

  EXPECT_EQ(status_, absl::InvalidArgumentError("slots must be 1 to 100000, not 200000"));
}

TEST_F(WorkerTest, AResultThatFillsSeveralMessagesArrives) {
  Run({.slots = 12});
  Connected();
  auto text = std::make_shared<std::string>("\"" + std::string(250 << 10, 'x') + "\"");
  Outgoing outgoing;
  for (int i = 0; i < 12; ++i) {
    outgoing.tasks.push_back({.token = "t" + std::to_string(i),
                              .queue = "echo",
                              .text = text,
                              .length = static_cast<uint32_t>(text->size())});
  }
  server_.Send(std::move(outgoing));
  int done = 0;
  while (done < 12) done += !server_.engine.WaitForPrefix("success t").empty();

  server_.Restart();
  const std::string hello = server_.engine.WaitForPrefix("connected w");

  int with_hello = 0;
  for (int i = 0; i < 12; ++i) {
    with_hello += hello.find(" finished:t" + std::to_string(i) + "=") != hello.npos;
  }
  EXPECT_EQ(with_hello, 4) << "as many as fit into 1 MiB";
  for (; with_hello < 12; ++with_hello) {
    EXPECT_NE(server_.engine.WaitForPrefix("success t"), "");
  }
  EXPECT_EQ(calls_, 12);
}

TEST_F(WorkerTest, SigtermStopsTheWorker) {
  server_.Stop();
  server_.Start();
  WorkerOptions options{
      .server = server_.address(), .instance = "w", .log = [](std::string_view) {}};
  worker_.emplace(options);
  worker_->StopOnSignals();
  running_ = std::thread([this] { status_ = worker_->Run(); });
  Connected();

  raise(SIGTERM);
  running_.join();

  EXPECT_TRUE(status_.ok());
}

}  // namespace
}  // namespace workers
