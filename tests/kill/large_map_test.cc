// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One execution with a Map of thousands of Tasks, 40 at a time, over the real asld: killed again and
// again in the middle, or failing there.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include "fmt/format.h"
#include "tests/kill/asld_process.h"
#include "tests/kill/engine_calls.h"
#include "workers/client/worker.h"

namespace kill_test {
namespace {

constexpr size_t kItems = 3'000;  // seven events each: beyond, an execution has too many
constexpr size_t kFailsAt = 2'000;
constexpr size_t kAtOnce = 40;
constexpr int kKills = 4;
constexpr std::chrono::seconds kLimit{120};

constexpr char kDefinition[] = R"({"StartAt": "Items", "States": {
    "Items": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 40, "ResultPath": "$.done",
              "ItemProcessor": {"StartAt": "Step", "States": {"Step": {"Type": "Task", "End": true,
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:step"}}},
              "Catch": [{"ErrorEquals": ["Broken"], "ResultPath": "$.error", "Next": "Repair"}],
              "End": true},
    "Repair": {"Type": "Pass", "Parameters": {"error.$": "$.error.Error"}, "End": true}}})";

std::string Items() {
  std::string items;
  for (size_t i = 0; i < kItems; ++i) items += fmt::format("{}{}", i == 0 ? "" : ",", i);
  return "[" + items + "]";
}

class LargeMap : public testing::Test {
 protected:
  LargeMap() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-map-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    asld_.emplace(directory_ + "/data");
    EXPECT_TRUE(asld_->Start(kFlags)) << asld_->process().errors();
    worker_ = std::make_unique<workers::Worker>(workers::WorkerOptions{
        .server = asld_->address(), .name = "map", .slots = 64, .log = [](std::string_view) {}});
    worker_->Function("step", [this](const workers::Task& task) { return Step(task); });
    working_ = std::jthread([this] { EXPECT_TRUE(worker_->Run().ok()); });
  }
  ~LargeMap() override {
    worker_->Stop();
    working_.join();
    asld_.reset();
    std::filesystem::remove_all(directory_);
  }

  workers::Result Step(const workers::Task& task) {
    ++executed_;
    executed_.notify_all();
    if (task.input == bad_item_) return workers::Result::Fail("Broken", "as wanted");
    return workers::Result::Success(task.input);
  }

  std::map<std::string, size_t> Counts(EngineCalls& calls, const std::string& arn) {
    std::map<std::string, size_t> counts;
    const auto history = calls.History(arn);
    EXPECT_TRUE(history.ok()) << history.status();
    if (!history.ok()) return counts;
    for (const asld::v1::HistoryEvent& event : *history) ++counts[event.type()];
    return counts;
  }

  const std::vector<std::string> kFlags = {"--log-level", "error"};
  std::string directory_;
  std::string bad_item_ = "none";
  std::atomic<size_t> executed_ = 0;
  std::optional<Asld> asld_;
  std::unique_ptr<workers::Worker> worker_;
  std::jthread working_;
};

TEST_F(LargeMap, GoesOnAfterKillsAndRunsNoTaskTwice) {
  EngineCalls calls(asld_->address());
  ASSERT_TRUE(calls.Create("m", kDefinition).ok());
  const auto arn = calls.Start("m", "e", fmt::format(R"({{"items": {}}})", Items()));
  ASSERT_TRUE(arn.ok()) << arn.status();

  for (size_t kill = 1; kill <= kKills; ++kill) {
    while (executed_ < kill * kItems / (kKills + 1)) executed_.wait(executed_);
    asld_->Kill();
    ASSERT_TRUE(asld_->Start(kFlags)) << asld_->process().errors();
  }
  const auto end = calls.Wait(*arn);

  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->status(), "SUCCEEDED") << end->error() << ": " << end->cause();
  EXPECT_EQ(end->output(), fmt::format(R"({{"items":{0},"done":{0}}})", Items()));
  EXPECT_EQ(executed_, kItems);
  auto counts = Counts(calls, *arn);
  EXPECT_EQ(counts["MapIterationStarted"], kItems);
  EXPECT_EQ(counts["MapIterationSucceeded"], kItems);
  EXPECT_EQ(counts["LambdaFunctionSucceeded"], kItems);
  EXPECT_EQ(counts["LambdaFunctionFailed"], 0u);
}

TEST_F(LargeMap, TheIterationThatFailsTakesThoseThatRunWithItAndTheCatchRuns) {
  bad_item_ = fmt::format("{}", kFailsAt);
  EngineCalls calls(asld_->address());
  ASSERT_TRUE(calls.Create("m", kDefinition).ok());
  const auto arn = calls.Start("m", "e", fmt::format(R"({{"items": {}}})", Items()));
  ASSERT_TRUE(arn.ok()) << arn.status();
  const auto end = calls.Wait(*arn);

  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->status(), "SUCCEEDED") << end->error() << ": " << end->cause();
  EXPECT_EQ(end->output(), R"({"error":"Broken"})");
  auto counts = Counts(calls, *arn);
  EXPECT_EQ(counts["MapIterationFailed"], 1u);
  EXPECT_EQ(counts["MapStateFailed"], 1u);
  EXPECT_EQ(counts["MapIterationAborted"], kAtOnce - 1);
  EXPECT_EQ(counts["MapIterationStarted"], counts["MapIterationSucceeded"] +
                                               counts["MapIterationFailed"] +
                                               counts["MapIterationAborted"]);
  EXPECT_EQ(counts["PassStateExited"], 1u);

  // Nothing of it is left: neither rows nor anybody's slot.
  const auto again = calls.Start("m", "after", R"({"items": [1, 2, 3]})");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(calls.Wait(*again)->status(), "SUCCEEDED");
  ASSERT_EQ(asld_->Terminate(kLimit), 0) << asld_->process().errors();
  Process verify({ASLD_BINARY, "verify", "--data-dir", directory_ + "/data"});
  EXPECT_EQ(verify.WaitForEnd(kLimit), 0) << verify.errors();
}

}  // namespace
}  // namespace kill_test
