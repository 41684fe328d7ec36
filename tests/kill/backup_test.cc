// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A backup of the real asld, taken while it works, restored with `asld restore`, and served by
// another asld: whatever had ended before the backup is there, byte for byte, and whatever was
// under way goes on.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "absl/cleanup/cleanup.h"
#include "asld/v1/operator.grpc.pb.h"
#include "asld/v1/workflows.grpc.pb.h"
#include "fmt/format.h"
#include "tests/kill/asld_process.h"
#include "tests/kill/engine_calls.h"
#include "workers/client/worker.h"

namespace kill_test {
namespace {

constexpr std::chrono::seconds kLimit{120};
constexpr std::chrono::seconds kTermLimit{10};
constexpr size_t kEndedBefore = 300;

constexpr char kDefinition[] = R"({"StartAt": "A", "States": {
    "A": {"Type": "Pass", "Next": "B"},
    "B": {"Type": "Task", "Next": "C", "Retry": [{"ErrorEquals": ["States.ALL"]}], "ResultPath": "$.b",
          "Resource": "arn:aws:lambda:us-east-1:123456789012:function:step"},
    "C": {"Type": "Parallel", "Next": "D", "ResultPath": "$.c", "Branches": [
      {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": true}}},
      {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2,
        "End": true, "ItemProcessor": {"StartAt": "E", "States": {
          "E": {"Type": "Task", "End": true, "Retry": [{"ErrorEquals": ["States.ALL"]}],
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:step"}}}}}}]},
    "D": {"Type": "Task", "End": true, "Retry": [{"ErrorEquals": ["States.ALL"]}],
          "Resource": "arn:aws:lambda:us-east-1:123456789012:function:step"}}})";

// Ends only by being stopped.
constexpr char kSleeper[] = R"({
  "StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 86400, "End": true}}
})";
constexpr size_t kStill = 130;  // executions of it: more than a page
constexpr char kRunningOne[] = "arn:aws:states:us-east-1:123456789012:execution:still:s-1";

// An execution as a client sees it: its description and its history, every byte.
std::string Seen(EngineCalls& calls, const std::string& arn) {
  const auto execution = calls.Describe(arn);
  const auto history = calls.History(arn);
  if (!execution.ok()) return execution.status().ToString();
  if (!history.ok()) return history.status().ToString();
  std::string bytes = execution->SerializeAsString();
  for (const asld::v1::HistoryEvent& event : *history) bytes += event.SerializeAsString();
  return bytes;
}

// Starts executions one after the other and waits for their end, a few at a time.
class Load {
 public:
  explicit Load(const std::string& address) {
    for (int i = 0; i < kThreads; ++i) {
      threads_.emplace_back([this, address, i] { Run(address, i); });
    }
  }
  ~Load() { Stop(); }
  void Stop() {
    stopping_ = true;
    threads_.clear();
  }
  size_t ended() const {
    std::lock_guard lock(mutex_);
    return ended_.size();
  }
  std::vector<std::string> Ended() const {
    std::lock_guard lock(mutex_);
    return ended_;
  }
  std::vector<std::string> Started() const {
    std::lock_guard lock(mutex_);
    return started_;
  }

 private:
  static constexpr int kThreads = 4;
  static constexpr int kAtOnce = 25;

  void Run(const std::string& address, int thread) {
    EngineCalls calls(address);
    for (int round = 0; !stopping_; ++round) {
      std::vector<std::string> arns;
      for (int i = 0; i < kAtOnce; ++i) {
        const auto arn = calls.Start("chain", fmt::format("e-{}-{}-{}", thread, round, i),
                                     fmt::format(R"({{"n": {}, "items": [1, 2, 3]}})", i));
        if (!arn.ok()) return;
        arns.push_back(*arn);
        std::lock_guard lock(mutex_);
        started_.push_back(*arn);
      }
      for (const std::string& arn : arns) {
        if (!calls.Wait(arn).ok()) return;
        std::lock_guard lock(mutex_);
        ended_.push_back(arn);
      }
    }
  }

  mutable std::mutex mutex_;
  std::vector<std::string> started_, ended_;  // guarded by mutex_
  std::atomic<bool> stopping_ = false;
  std::vector<std::jthread> threads_;
};

class Backup : public testing::Test {
 protected:
  Backup() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-copy-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~Backup() override { std::filesystem::remove_all(directory_); }

  // Runs asld with these arguments to its end.
  int Run(const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {ASLD_BINARY};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Process process(command);
    const std::optional<int> code = process.WaitForEnd(kLimit);
    errors_ = process.errors();
    return code.value_or(-1);
  }
  static grpc::Status BackUp(const Asld& asld, const std::string& directory,
                             asld::v1::BackupResponse* response) {
    const auto stub = asld::v1::Operator::NewStub(
        grpc::CreateChannel(asld.address(), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    asld::v1::BackupRequest request;
    request.set_directory(directory);
    return stub->Backup(&context, request, response);
  }
  // The whole list of a machine's executions with that status.
  static std::vector<asld::v1::ExecutionSummary> List(const Asld& asld, const std::string& machine,
                                                      const std::string& status) {
    const auto stub = asld::v1::Workflows::NewStub(
        grpc::CreateChannel(asld.address(), grpc::InsecureChannelCredentials()));
    asld::v1::ListExecutionsRequest request;
    request.set_state_machine(machine);
    request.set_status_filter(status);
    std::vector<asld::v1::ExecutionSummary> all;
    do {
      grpc::ClientContext context;
      asld::v1::ListExecutionsResponse page;
      const grpc::Status answer = stub->ListExecutions(&context, request, &page);
      EXPECT_TRUE(answer.ok()) << answer.error_message();
      if (!answer.ok()) return all;
      all.insert(all.end(), page.executions().begin(), page.executions().end());
      request.set_next_token(page.next_token());
    } while (!request.next_token().empty());
    return all;
  }
  static std::string Machine(const Asld& asld, const std::string& machine) {
    const auto stub = asld::v1::Workflows::NewStub(
        grpc::CreateChannel(asld.address(), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    asld::v1::DescribeStateMachineRequest request;
    request.set_state_machine(machine);
    asld::v1::StateMachine found;
    const grpc::Status answer = stub->DescribeStateMachine(&context, request, &found);
    return answer.ok() ? found.SerializeAsString() : answer.error_message();
  }
  // A state machine that nothing happens to once they are there, with executions of each kind.
  static void StartStill(EngineCalls& calls) {
    ASSERT_TRUE(calls.Create("still", kSleeper).ok());
    for (size_t i = 0; i < kStill; ++i) {
      const auto arn = calls.Start("still", fmt::format("s-{}", i), "{}");
      ASSERT_TRUE(arn.ok());
      if (i % 2 == 0) {
        ASSERT_TRUE(calls.Stop(*arn).ok());
      }
    }
  }
  // What must be the same in a copy, byte for byte: by what it is.
  static std::map<std::string, std::string> Everything(const Asld& asld,
                                                       const std::vector<std::string>& ended) {
    EngineCalls calls(asld.address());
    std::map<std::string, std::string> all;
    for (const std::string& arn : ended) all[arn] = Seen(calls, arn);
    for (const char* status : {"", "RUNNING", "ABORTED"}) {
      std::string& list = all[fmt::format("list {}", status)];
      for (const auto& one : List(asld, "still", status)) {
        list += one.SerializeAsString();
        all[one.execution_arn()] = Seen(calls, one.execution_arn());
      }
    }
    for (const char* machine : {"chain", "still"})
      all[fmt::format("machine {}", machine)] = Machine(asld, machine);
    return all;
  }
  // Names are taken as before: what ended keeps its name, what runs is what a repeated start means.
  static void ExpectNamesTaken(EngineCalls& calls) {
    EXPECT_TRUE(absl::IsAlreadyExists(calls.TryStart("still", "s-0", "{}").status()));
    EXPECT_EQ(calls.TryStart("still", "s-1", "{}").value_or(""), kRunningOne);
  }
  // A worker of function `step`, running until `stop` goes.
  static std::unique_ptr<workers::Worker> Worker(const std::string& address) {
    auto worker = std::make_unique<workers::Worker>(
        workers::WorkerOptions{.server = address, .name = "backup", .slots = 64});
    worker->Function(
        "step", [](const workers::Task&) { return workers::Result::Success(R"({"done": true})"); });
    return worker;
  }

  std::string directory_, errors_;
};

TEST_F(Backup, WhatEndedBeforeABackupUnderLoadIsTheSameByteForByteOnceItIsRestored) {
  Asld asld(directory_ + "/data");
  ASSERT_TRUE(asld.Start({"--log-level", "error"})) << asld.process().errors();
  const std::unique_ptr<workers::Worker> worker = Worker(asld.address());
  std::jthread working([&] { EXPECT_TRUE(worker->Run().ok()); });
  absl::Cleanup stop = [&] { worker->Stop(); };
  EngineCalls calls(asld.address());
  ASSERT_TRUE(calls.Create("chain", kDefinition).ok());
  StartStill(calls);
  Load load(asld.address());
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  while (load.ended() < kEndedBefore && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  const std::vector<std::string> ended = load.Ended();
  const std::vector<std::string> started = load.Started();
  ASSERT_GE(ended.size(), kEndedBefore);

  asld::v1::BackupResponse response;
  const grpc::Status backed_up = BackUp(asld, directory_ + "/backup", &response);

  ASSERT_TRUE(backed_up.ok()) << backed_up.error_message();
  EXPECT_GT(response.seq(), 0u);
  const std::map<std::string, std::string> expected = Everything(asld, ended);
  ASSERT_GE(expected.size(), kEndedBefore + kStill);
  load.Stop();
  std::move(stop).Invoke();
  working.join();
  ASSERT_EQ(asld.Terminate(kTermLimit), 0) << asld.process().errors();

  ASSERT_EQ(Run({"restore", directory_ + "/backup", "--data-dir", directory_ + "/restored"}), 0)
      << errors_;
  EXPECT_EQ(Run({"verify", "--data-dir", directory_ + "/restored"}), 0);
  Asld second(directory_ + "/restored");
  ASSERT_TRUE(second.Start({"--log-level", "error", "--lease-ms", "200"}))
      << second.process().errors();
  EngineCalls restored(second.address());
  for (const auto& [what, seen] : Everything(second, ended))
    ASSERT_EQ(seen, expected.at(what)) << what;
  ExpectNamesTaken(restored);
  // Some began after `started` was taken, and before the backup.
  std::set<std::string> under_way(started.begin(), started.end());
  for (const auto& one : List(second, "chain", "RUNNING")) under_way.insert(one.execution_arn());
  const std::unique_ptr<workers::Worker> again = Worker(second.address());
  std::jthread going_on([&] { EXPECT_TRUE(again->Run().ok()); });
  const absl::Cleanup stop_again = [&] { again->Stop(); };
  for (const std::string& arn : under_way) {
    const auto end = restored.Wait(arn);
    ASSERT_TRUE(end.ok()) << arn << ": " << end.status();
    EXPECT_EQ(end->status(), "SUCCEEDED") << arn;
  }
  EXPECT_EQ(List(second, "chain", "RUNNING").size(), 0u);
  EXPECT_GE(List(second, "chain", "SUCCEEDED").size(), under_way.size());
  EXPECT_TRUE(restored.Stop(kRunningOne).ok());
  EXPECT_EQ(List(second, "still", "RUNNING").size(), kStill / 2 - 1);
}

TEST_F(Backup, AnythingInTheWayIsSaidAndTheServerGoesOn) {
  Asld asld(directory_ + "/data");
  ASSERT_TRUE(asld.Start({"--log-level", "error"})) << asld.process().errors();
  asld::v1::BackupResponse response;
  const grpc::Status status = BackUp(asld, directory_ + "/data", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(),
            directory_ + "/data: exists already; choose a name that is free");
  EXPECT_EQ(BackUp(asld, "/proc/asld-backup", &response).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);

  EXPECT_EQ(Run({"restore", directory_, "--data-dir", directory_ + "/new"}), 74);
  EXPECT_NE(errors_.find("is no backup of a store"), std::string::npos) << errors_;
  ASSERT_TRUE(BackUp(asld, directory_ + "/backup", &response).ok());
  EXPECT_EQ(Run({"restore", directory_ + "/backup", "--data-dir", directory_ + "/data"}), 74);
  EXPECT_NE(errors_.find("is not empty"), std::string::npos) << errors_;
  EXPECT_EQ(asld.Terminate(kTermLimit), 0) << asld.process().errors();
}

}  // namespace
}  // namespace kill_test
