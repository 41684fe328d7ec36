// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// aslctl against a real asld and a real worker: what a shell sees of a workflow's life, and of an
// engine that is not there for a while.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "tests/kill/asld_process.h"
#include "workers/client/worker.h"

namespace client_test {
namespace {

constexpr std::chrono::seconds kPatience{60};

constexpr char kDefinition[] = R"({"StartAt":"Pay","States":{"Pay":{
  "Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:charge",
  "Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":1,"MaxAttempts":1}],
  "Next":"Done"},"Done":{"Type":"Succeed"}}})";
constexpr char kMissing[] = "Task 'Pay' waits for a worker that serves 'charge': none is connected";

std::string Read(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Serves "charge" while it lives: busy on the first attempt when the input says so.
class ChargeWorker {
 public:
  explicit ChargeWorker(const std::string& address) : worker_(address) {
    worker_.Function("charge", [](const workers::Task& task) {
      if (task.attempt == 1 && task.input == "\"busy\"") {
        return workers::Result::Fail("Busy", "try again");
      }
      if (task.input == "\"refused\"") return workers::Result::Fail("Declined", "card refused");
      return workers::Result::Success(R"({"paid":true})");
    });
    thread_ = std::thread([this] { (void)worker_.Run(); });
  }
  ~ChargeWorker() {
    worker_.Stop();
    thread_.join();
  }

 private:
  workers::Worker worker_;
  std::thread thread_;
};

class AslctlTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + fmt::format("aslctl-{}", getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    asld_ = std::make_unique<kill_test::Asld>(folder_ + "/data");
    ASSERT_TRUE(asld_->Start()) << asld_->process().errors();
    std::ofstream(folder_ + "/order.json") << kDefinition;
    ASSERT_EQ(Run("create order " + folder_ + "/order.json"), 0) << errors_;
  }
  void TearDown() override {
    asld_->Kill();
    std::filesystem::remove_all(folder_);
  }

  // Runs it to its end: its exit code; out() and errors_ are what it printed.
  int Run(const std::string& arguments) {
    const std::unique_ptr<kill_test::Process> process = Begin(arguments);
    const std::optional<int> exit = process->WaitForEnd(kPatience);
    errors_ = process->errors();
    return exit.value_or(-1);
  }
  std::unique_ptr<kill_test::Process> Begin(const std::string& arguments) {
    return std::make_unique<kill_test::Process>(
        std::vector<std::string>{"/bin/sh", "-c",
                                 fmt::format("LC_ALL=C.UTF-8 exec {} --address {} {} >{}/out",
                                             ASLCTL_BINARY, asld_->address(), arguments, folder_)});
  }
  std::string out() const { return Read(folder_ + "/out"); }

  std::string folder_;
  std::unique_ptr<kill_test::Asld> asld_;
  std::string errors_;
};

TEST_F(AslctlTest, AWorkflowIsStartedAwaitedAndLookedInto) {
  ChargeWorker worker(asld_->address());

  EXPECT_EQ(Run(R"(start order --name order-1 --input '"busy"' --wait)"), 0) << errors_;
  EXPECT_EQ(out(), "{\"paid\":true}\n");

  EXPECT_EQ(Run("history order/order-1 -o tree"), 0) << errors_;
  EXPECT_NE(out().find("order/order-1  SUCCEEDED after"), std::string::npos) << out();
  EXPECT_NE(out().find("✗ attempt 1"), std::string::npos) << out();
  EXPECT_NE(out().find("Busy: try again"), std::string::npos) << out();
  EXPECT_NE(out().find("✓ attempt 2"), std::string::npos) << out();
  EXPECT_EQ(Run("ls -o name"), 0);
  EXPECT_EQ(out(), "order\n");
}

TEST_F(AslctlTest, AFailedExecutionExitsWith1) {
  ChargeWorker worker(asld_->address());

  EXPECT_EQ(Run(R"(start order --name order-1 --input '"refused"' --wait)"), 1);
  EXPECT_NE(errors_.find("why: Declined: card refused"), std::string::npos) << errors_;
}

TEST_F(AslctlTest, AnActivityIsTriedByHand) {
  std::ofstream(folder_ + "/paint.json") << R"({"StartAt":"Paint","States":{"Paint":{"Type":"Task",
    "Resource":"arn:aws:states:us-east-1:123456789012:activity:paint","End":true}}})";
  EXPECT_EQ(Run("activity create paint"), 0) << errors_;
  EXPECT_EQ(out(), "arn:aws:states:us-east-1:123456789012:activity:paint\n");
  EXPECT_EQ(Run("activity create paint -o name"), 0) << errors_;
  EXPECT_EQ(Run("activity ls -o name"), 0);
  EXPECT_EQ(out(), "paint\n");
  EXPECT_EQ(Run("activity describe paint -o json"), 0);
  EXPECT_NE(out().find(R"("name": "paint")"), std::string::npos) << out();

  ASSERT_EQ(Run("create paint " + folder_ + "/paint.json"), 0) << errors_;
  ASSERT_EQ(Run("start paint --name one --input '{\"colour\":\"red\"}'"), 0) << errors_;
  ASSERT_EQ(Run("activity poll paint --worker me"), 0) << errors_;
  const std::string polled = out();
  const std::string token = polled.substr(0, polled.find('\n'));
  EXPECT_EQ(polled.substr(token.size()), "\n{\"colour\":\"red\"}\n");
  EXPECT_EQ(Run("task heartbeat " + token), 0) << errors_;
  EXPECT_EQ(Run("task succeed " + token + " --result '\"painted\"'"), 0) << errors_;
  EXPECT_EQ(Run("wait paint/one"), 0) << errors_;
  EXPECT_EQ(out(), "\"painted\"\n");
  EXPECT_EQ(Run("history paint/one"), 0);
  EXPECT_NE(out().find("ActivityStarted"), std::string::npos) << out();

  EXPECT_EQ(Run("activity rm paint"), 0) << errors_;
  for (const char* command : {"describe", "rm", "poll"}) {
    EXPECT_EQ(Run(fmt::format("activity {} paint", command)), 3) << errors_;
    EXPECT_NE(errors_.find("fix: `aslctl activity ls` shows those there are"), std::string::npos);
  }
  EXPECT_EQ(Run("activity ls"), 0);
  EXPECT_EQ(out(), "");
}

TEST_F(AslctlTest, AWaitSaysThatNoWorkerIsThereAndEndsWhenOneHasCome) {
  const auto waiting = Begin("start order --name order-1 --wait");
  ASSERT_TRUE(waiting->WaitForLine(kMissing, kPatience)) << waiting->errors();

  ChargeWorker worker(asld_->address());

  EXPECT_EQ(waiting->WaitForEnd(kPatience), 0) << waiting->errors();
}

TEST_F(AslctlTest, AWaitOutlivesAKillOfTheEngine) {
  const auto waiting = Begin("start order --name order-1 --wait");
  ASSERT_TRUE(waiting->WaitForLine(kMissing, kPatience)) << waiting->errors();

  asld_->Kill();
  ASSERT_TRUE(waiting->WaitForLine("the engine cannot be reached", kPatience)) << waiting->errors();
  ASSERT_TRUE(asld_->Start()) << asld_->process().errors();
  ChargeWorker worker(asld_->address());

  EXPECT_EQ(waiting->WaitForEnd(kPatience), 0) << waiting->errors();
}

TEST_F(AslctlTest, AnInterruptedWaitLeavesTheExecutionRunningUntilItIsStopped) {
  const auto waiting = Begin("start order --name order-1 --wait");
  ASSERT_TRUE(waiting->WaitForLine(kMissing, kPatience)) << waiting->errors();

  waiting->Signal(SIGINT);

  EXPECT_EQ(waiting->WaitForEnd(kPatience), 130);
  EXPECT_EQ(Run("describe order/order-1 -o json"), 0);
  EXPECT_NE(out().find("\"status\": \"RUNNING\""), std::string::npos) << out();
  EXPECT_EQ(Run("stop order/order-1 --error Why --cause because"), 0) << errors_;
  EXPECT_EQ(Run("wait order/order-1"), 1);
  EXPECT_NE(errors_.find("order/order-1 ABORTED"), std::string::npos) << errors_;
}

TEST_F(AslctlTest, AWatchShowsTheStatesAndOutlivesAKillOfTheEngine) {
  ASSERT_EQ(Run("start order --name order-1"), 0);
  const auto watching = Begin("watch order/order-1 -o json");
  ASSERT_TRUE(watching->WaitForLine("Pay  Task", kPatience)) << watching->errors();

  asld_->Kill();
  ASSERT_TRUE(asld_->Start()) << asld_->process().errors();
  ChargeWorker worker(asld_->address());

  EXPECT_EQ(watching->WaitForEnd(kPatience), 0) << watching->errors();
  EXPECT_NE(watching->errors().find("✓ Succeeded"), std::string::npos) << watching->errors();
  EXPECT_NE(out().find("\"status\": \"SUCCEEDED\""), std::string::npos) << out();
}

TEST_F(AslctlTest, AMachineIsChangedListedAndDeleted) {
  ChargeWorker worker(asld_->address());
  ASSERT_EQ(Run("start order --name order-1 --watch"), 0) << errors_;
  std::ofstream(folder_ + "/new.json") << R"({"StartAt":"A","States":{"A":{"Type":"Succeed"}}})";

  EXPECT_EQ(Run("update order " + folder_ + "/new.json"), 0) << errors_;
  EXPECT_EQ(Run("start order --name order-2 --watch"), 0) << errors_;
  EXPECT_EQ(Run("ls order --status SUCCEEDED -o name"), 0) << errors_;
  EXPECT_NE(out().find("order-1\n"), std::string::npos) << out();
  EXPECT_NE(out().find("order-2\n"), std::string::npos) << out();
  EXPECT_EQ(Run("describe order/order-3"), 3);
  EXPECT_NE(errors_.find("did you mean 'order-1'"), std::string::npos) << errors_;

  // One that sleeps, so that the deletion cannot be over before the next start asks.
  std::ofstream(folder_ + "/sleeps.json")
      << R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":86400,"End":true}}})";
  EXPECT_EQ(Run("update order " + folder_ + "/sleeps.json"), 0) << errors_;
  EXPECT_EQ(Run("start order --name order-4"), 0) << errors_;
  EXPECT_EQ(Run("delete order --yes"), 0) << errors_;
  EXPECT_EQ(Run("start order"), 4) << errors_;
}

TEST_F(AslctlTest, TheOperatorsCommandsWork) {
  EXPECT_EQ(Run("status"), 0) << errors_;
  EXPECT_EQ(Run("doctor"), 0) << out();
  EXPECT_EQ(Run("top --interval 0.1 --count 2"), 0) << errors_;
  EXPECT_EQ(Run("parked"), 0) << errors_;
  EXPECT_EQ(Run("backup " + folder_ + "/copy"), 0) << errors_;
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/copy"));

  ASSERT_EQ(Run("start order"), 0);
  EXPECT_EQ(Run("doctor"), 1);
  EXPECT_NE(out().find("start a worker that serves 'charge'"), std::string::npos) << out();
}

TEST_F(AslctlTest, RefusalsHaveTheirExitCodes) {
  std::ofstream(folder_ + "/bad.json") << R"({"StartAt":"Nowhere","States":{}})";

  EXPECT_EQ(Run("describe nix"), 3);
  EXPECT_EQ(Run("history order/nix"), 3);
  EXPECT_EQ(Run("create bad " + folder_ + "/bad.json"), 4);
  EXPECT_NE(errors_.find("bad.json:1:"), std::string::npos) << errors_;
  EXPECT_EQ(Run("start order --input '{'"), 4);
  asld_->Kill();
  EXPECT_EQ(Run("ls"), 5);
}

}  // namespace
}  // namespace client_test
