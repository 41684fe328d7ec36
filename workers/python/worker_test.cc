// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The Python library as a real process, against a real server that is stopped and started under it.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "workers/hub_server.h"

namespace workers {
namespace {

class PythonWorkerTest : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    std::string address = server_.address();
    std::string python = ASLD_PYTHON;
    std::string script = ASLD_SOURCE "/workers/python/worker_for_test.py";
    std::string path = "PYTHONPATH=" ASLD_PYTHON_WORKER;
    char* argv[] = {python.data(), script.data(), address.data(), nullptr};
    char* environment[] = {path.data(), nullptr};
    ASSERT_EQ(posix_spawn(&process_, python.c_str(), &actions, nullptr, argv, environment), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    input_ = ends[1];
    EXPECT_TRUE(server_.engine.WaitFor("connected w as snake"));
  }
  void TearDown() override {
    close(input_);
    if (process_ == 0) return;
    kill(process_, SIGKILL);
    Wait();
  }
  int Wait() {
    int status = 0;
    waitpid(std::exchange(process_, 0), &status, 0);
    return status;
  }
  void OpenGate() { ASSERT_EQ(write(input_, "go\n", 3), 3); }
  void SendTask(const std::string& token, const std::string& queue, uint32_t heartbeat_s = 0) {
    const auto text = std::make_shared<std::string>("[1]");
    EXPECT_TRUE(server_.Send({.tasks = {{.token = token,
                                         .queue = queue,
                                         .text = text,
                                         .length = 3,
                                         .attempt = 2,
                                         .heartbeat_s = heartbeat_s,
                                         .idempotency_key = "k"}}}));
  }
  bool Heard(const std::string& line) { return server_.engine.WaitFor(line); }

  HubServer server_;
  pid_t process_ = 0;
  int input_ = -1;
};

constexpr char kFirstEcho[] = R"(={"call": 1, "input": [1], "attempt": 2, "key": "k"})";

TEST_F(PythonWorkerTest, ATaskIsReceivedAndExecuted) {
  SendTask("t1", "echo");

  EXPECT_TRUE(Heard("received t1"));
  EXPECT_TRUE(Heard(std::string("success t1") + kFirstEcho));
}

TEST_F(PythonWorkerTest, FailuresHaveTheNamesThatTheDefinitionMatches) {
  SendTask("t1", "decline");
  EXPECT_TRUE(Heard("failure t1=CardDeclined/over the limit ?"));
  SendTask("t2", "raise");
  EXPECT_EQ(server_.engine.WaitForPrefix("failure t2").substr(0, 20), "failure t2=KeyError/");
  SendTask("t3", "not json");
  EXPECT_EQ(server_.engine.WaitForPrefix("failure t3").substr(0, 22), "failure t3=ValueError/");
  SendTask("t4", "nobody");
  EXPECT_TRUE(
      Heard("failure t4=UnknownFunction/this worker has no function or activity \"nobody\""));
}

TEST_F(PythonWorkerTest, AResultIsKeptUntilAcknowledgedOverConnections) {
  SendTask("t1", "echo");
  EXPECT_TRUE(Heard(std::string("success t1") + kFirstEcho));

  server_.Restart();
  EXPECT_TRUE(Heard(std::string("connected w as snake finished:t1") + kFirstEcho));
  server_.Send({.acknowledgements = {{.token = "t1"}}});
  SendTask("t2", "decline");
  EXPECT_TRUE(Heard("failure t2=CardDeclined/over the limit ?"));
  server_.Restart();

  EXPECT_TRUE(Heard("connected w as snake finished:t2=CardDeclined/over the limit ?"));
}

TEST_F(PythonWorkerTest, ATaskThatRunsWhileTheEngineIsAwayIsListedAndRunsOnce) {
  SendTask("t1", "activity:gated");
  EXPECT_TRUE(Heard("received t1"));

  server_.Restart();
  EXPECT_TRUE(Heard("connected w as snake runs:t1"));
  EXPECT_TRUE(Heard("received t1"));
  SendTask("t1", "activity:gated");
  OpenGate();

  EXPECT_TRUE(Heard(R"(success t1={"call": 1, "line": "go"})"));
  SendTask("t1", "activity:gated");
  EXPECT_TRUE(Heard(R"(success t1={"call": 1, "line": "go"})"));
}

TEST_F(PythonWorkerTest, HeartbeatsComeByThemselvesAndAWithdrawnTaskIsTold) {
  SendTask("t1", "until withdrawn", 1);
  SendTask("t2", "until withdrawn");
  SendTask("t3", "echo");
  EXPECT_TRUE(Heard("heartbeat t1"));

  server_.Send({.acknowledgements = {{"t1", AckOutcome::kNoLongerWanted, ""}}});

  // Both threads were busy; the third task shows that one is free again.
  EXPECT_TRUE(Heard(std::string("success t3") + kFirstEcho));
  server_.Send({.withdrawn = {"t2"}});
  kill(process_, SIGTERM);
  server_.Send({.acknowledgements = {{.token = "t3"}}});
  EXPECT_EQ(Wait(), 0);
}

TEST_F(PythonWorkerTest, SigtermFinishesWhatItHas) {
  Pool::Client client(&server_.pool());
  while (server_.pool().WorkersFor("activity:gated") == 0) std::this_thread::yield();
  ASSERT_TRUE(client.TakeSlot("activity:gated", 0).has_value());
  SendTask("t1", "activity:gated");
  EXPECT_TRUE(Heard("received t1"));

  kill(process_, SIGTERM);
  while (server_.pool().WorkersFor("echo") > 0) std::this_thread::yield();
  OpenGate();
  EXPECT_TRUE(Heard(R"(success t1={"call": 1, "line": "go"})"));
  server_.pool().Return(server_.engine.last_session());
  server_.Send({.acknowledgements = {{.token = "t1"}}});

  EXPECT_EQ(Wait(), 0);
}

TEST_F(PythonWorkerTest, ASecondSigtermDoesNotWaitForTheEngine) {
  SendTask("t1", "until withdrawn");
  EXPECT_TRUE(Heard("received t1"));

  kill(process_, SIGTERM);
  while (server_.pool().WorkersFor("echo") > 0) std::this_thread::yield();
  kill(process_, SIGTERM);

  EXPECT_EQ(WEXITSTATUS(Wait()), 1);
}

}  // namespace
}  // namespace workers
