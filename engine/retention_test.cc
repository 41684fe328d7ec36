// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Retention of a whole engine over a directory, with executions kept for a millisecond. The rules of
// the calendar are tests/sim/retention_test.cc's.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <set>
#include <thread>

#include "engine/api/requests.h"
#include "engine/engine.h"
#include "engine/tables.h"
#include "fmt/format.h"

namespace engine {
namespace {

constexpr char kDefinition[] = R"({
  "StartAt": "C",
  "States": {
    "C": {"Type": "Choice", "Choices": [{"Variable": "$.sleep", "BooleanEquals": true, "Next": "S"}],
          "Default": "P"},
    "S": {"Type": "Wait", "Seconds": 86400, "End": true},
    "P": {"Type": "Pass", "End": true}
  }
})";

class RetentionTest : public testing::Test {
 protected:
  RetentionTest() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-retention-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    Open(1);
    std::promise<void> created;
    api::CreateStateMachine(*engine_, {.name = "m", .definition = kDefinition},
                            [&](const absl::StatusOr<Created>& r) {
                              EXPECT_TRUE(r.ok()) << r.status();
                              created.set_value();
                            });
    created.get_future().get();
  }
  ~RetentionTest() override {
    engine_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Open(int64_t retention_ms) {
    engine_.reset();
    auto engine =
        Engine::Open({.data_dir = directory_, .partitions = 4, .retention_ms = retention_ms});
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }

  std::string Start(const std::string& name, bool sleep) {
    std::promise<std::string> done;
    api::StartExecution(*engine_,
                        {.state_machine = "m",
                         .name = name,
                         .input = sleep ? R"({"sleep": true})" : R"({"sleep": false})"},
                        [&](const absl::StatusOr<api::StartAnswer>& answer) {
                          done.set_value(answer.ok() ? answer->execution_arn
                                                     : std::string(answer.status().message()));
                        });
    return done.get_future().get();
  }

  // Executions whose history is in the store.
  std::set<ExecutionNumber> Histories() {
    std::set<ExecutionNumber> found;
    const storage::View view = engine_->durable_view();
    for (auto rows = view->Scan(kHistory, "", ""); rows->Valid(); rows->Next()) {
      found.insert(DecodeHistoryKey(rows->key())->execution);
    }
    return found;
  }

  // Housekeeping's own passes bring it about; the test ends here when it does not.
  void AwaitThat(const std::function<bool()>& happened) {
    while (!happened()) {
      engine_->housekeeping().Nudge();
      std::this_thread::yield();
    }
  }

  std::string directory_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(RetentionTest, HistoryOfRetiredExecutionsIsSweptAndThatOfOthersBetweenThemStays) {
  std::vector<std::string> sleepers;
  for (int i = 0; i < 60; ++i) {
    const std::string arn = Start(fmt::format("e{}", i), i % 20 == 7);
    if (i % 20 == 7) sleepers.push_back(arn);
  }

  AwaitThat([&] { return Histories().size() == sleepers.size(); });

  for (const std::string& arn : sleepers) {
    EXPECT_EQ(api::DescribeExecution(*engine_, arn)->row.status, asl::ExecutionStatus::kRunning);
    EXPECT_GT(api::GetExecutionHistory(*engine_, {.execution_arn = arn})->events.size(), 2u);
  }
  EXPECT_EQ(api::ListExecutions(*engine_, {.state_machine = "m"})->executions.size(), 3u);
  EXPECT_EQ(Start("e1", false),
            "Execution Already Exists: 'arn:aws:states:us-east-1:123456789012:execution:m:e1'");
  Open(1);
  EXPECT_EQ(Histories().size(), sleepers.size());
}

TEST_F(RetentionTest, HistoryThatAnEarlierProcessLeftIsSweptToo) {
  Open(int64_t{90} * 86'400'000);
  for (int i = 0; i < 20; ++i) Start(fmt::format("e{}", i), false);
  EXPECT_EQ(Histories().size(), 20u);

  Open(1);

  AwaitThat([&] { return Histories().empty(); });
}

// So that rows of names lie, and go, in the order of time.
TEST_F(RetentionTest, AnExecutionWithoutANameIsNamedByTheTimeOfItsStart) {
  const auto before = static_cast<uint64_t>(engine_->clock().Now().value);
  const std::string arn = Start("", /*sleep=*/true);
  const auto after = static_cast<uint64_t>(engine_->clock().Now().value);
  const uint64_t named = HashName("m", arn.substr(arn.rfind(':') + 1)).high >> 16;
  EXPECT_LE(before, named) << arn;
  EXPECT_LE(named, after) << arn;
}

}  // namespace
}  // namespace engine
