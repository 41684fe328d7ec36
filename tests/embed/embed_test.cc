// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The engine embedded in a C++ program, with workers that are function calls, over a real
// directory.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>

#include "engine/api/requests.h"
#include "engine/api/wait_ticket.h"
#include "engine/engine.h"
#include "workers/in_process.h"

namespace {

using engine::Engine;

constexpr char kOrder[] = R"({
  "StartAt": "Price",
  "States": {
    "Price": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:price", "Next": "Charge"},
    "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
               "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2}], "End": true}
  }
})";

class EmbeddedEngine : public testing::Test {
 protected:
  EmbeddedEngine() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-embed-XXXXXX").string();
    directory_ = mkdtemp(name.data());
  }
  ~EmbeddedEngine() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Engine> Open() {
    auto engine = Engine::Open({.data_dir = directory_, .partitions = 4});
    EXPECT_TRUE(engine.ok()) << engine.status();
    return *std::move(engine);
  }

  static engine::RevisionPtr Create(Engine& engine, const std::string& name,
                                    const std::string& definition) {
    std::promise<absl::StatusOr<engine::Created>> done;
    engine::api::CreateStateMachine(
        engine, {.name = name, .definition = definition},
        [&](absl::StatusOr<engine::Created> created) { done.set_value(std::move(created)); });
    absl::StatusOr<engine::Created> created = done.get_future().get();
    EXPECT_TRUE(created.ok()) << created.status();
    return created->revision;
  }

  static absl::StatusOr<engine::api::StartAnswer> Start(Engine& engine, const std::string& name,
                                                        const std::string& input) {
    std::promise<absl::StatusOr<engine::api::StartAnswer>> done;
    engine::api::StartExecution(
        engine, {.state_machine = "order", .name = name, .input = input},
        [&](absl::StatusOr<engine::api::StartAnswer> a) { done.set_value(std::move(a)); });
    return done.get_future().get();
  }

  static engine::ExecutionDescription WaitForEnd(Engine& engine, engine::ExecutionNumber number) {
    std::promise<absl::StatusOr<engine::ExecutionDescription>> done;
    auto ticket = engine::api::WaitForEnd(
        engine, number,
        [&](absl::StatusOr<engine::ExecutionDescription> d) { done.set_value(std::move(d)); });
    absl::StatusOr<engine::ExecutionDescription> description = done.get_future().get();
    EXPECT_TRUE(description.ok()) << description.status();
    return *std::move(description);
  }

  std::string directory_;
};

TEST_F(EmbeddedEngine, RunsAnOrderThroughFunctionsOfThisProgram) {
  auto engine = Open();
  Create(*engine, "order", kOrder);
  workers::InProcessWorker worker(&engine->pool(), {.name = "shop"});
  worker.Function("price", [](const workers::Task&) {
    return workers::Result::Success(R"({"total": 12.50})");
  });
  worker.Function("charge", [](const workers::Task& task) {
    if (task.attempt == 1) return workers::Result::Fail("Busy", "the bank is closed for a moment");
    return workers::Result::Success(R"({"charged": true})");
  });
  ASSERT_TRUE(worker.Start().ok());

  auto started = Start(*engine, "order-1", R"({"sku": "A1"})");
  ASSERT_TRUE(started.ok()) << started.status();
  const engine::ExecutionDescription end = WaitForEnd(*engine, started->number);

  EXPECT_EQ(end.row.status, asl::ExecutionStatus::kSucceeded);
  EXPECT_EQ(end.output, R"({"charged": true})");
  auto history =
      engine::api::GetExecutionHistory(*engine, {.execution_arn = started->execution_arn});
  ASSERT_TRUE(history.ok()) << history.status();
  std::string types;
  for (const asl::HistoryEvent& event : history->events)
    types += std::string(asl::EventTypeName(event.type)) + "\n";
  EXPECT_EQ(types,
            "ExecutionStarted\nTaskStateEntered\nLambdaFunctionScheduled\nLambdaFunctionStarted\n"
            "LambdaFunctionSucceeded\nTaskStateExited\nTaskStateEntered\nLambdaFunctionScheduled\n"
            "LambdaFunctionStarted\nLambdaFunctionFailed\nLambdaFunctionScheduled\nLambdaFunctionSt"
            "arted\n"
            "LambdaFunctionSucceeded\nTaskStateExited\nExecutionSucceeded\n");
}

TEST_F(EmbeddedEngine, KeepsAnExecutionThatWaitsForAWorkerAcrossARestart) {
  engine::api::StartAnswer started;
  {
    auto engine = Open();
    Create(*engine, "order", kOrder);
    started = *Start(*engine, "order-1", R"({"sku": "A1"})");
  }

  auto engine = Open();
  auto described = engine::api::DescribeExecution(*engine, started.execution_arn);
  ASSERT_TRUE(described.ok()) << described.status();
  EXPECT_EQ(described->row.status, asl::ExecutionStatus::kRunning);
  ASSERT_EQ(described->pending.size(), 1u);
  EXPECT_EQ(described->pending[0].queue, "price");
  EXPECT_EQ(described->pending[0].instance, "");

  workers::InProcessWorker worker(&engine->pool(), {.name = "shop"});
  worker.Function("price", [](const workers::Task& task) {
    return workers::Result::Success(std::string(task.input));
  });
  worker.Function("charge", [](const workers::Task& task) {
    return workers::Result::Success(std::string(task.input));
  });
  ASSERT_TRUE(worker.Start().ok());
  EXPECT_EQ(WaitForEnd(*engine, started.number).output, R"({"sku": "A1"})");
}

TEST_F(EmbeddedEngine, TakesANameOnce) {
  auto engine = Open();
  Create(*engine, "order", kOrder);

  auto first = Start(*engine, "order-1", R"({"n": 1})");
  auto again = Start(*engine, "order-1", R"({"n": 1})");
  auto other = Start(*engine, "order-1", R"({"n": 2})");

  ASSERT_TRUE(first.ok() && again.ok());
  EXPECT_EQ(first->number, again->number);
  EXPECT_EQ(other.status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(
      other.status().message(),
      "Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:order:order-1'");
}

}  // namespace
