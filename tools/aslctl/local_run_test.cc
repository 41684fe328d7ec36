// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The loop around asl::Advance, in a world that a test plays: time stands still until somebody
// waits, and Tasks answer from a script.

#include "tools/aslctl/local_run.h"

#include <gtest/gtest.h>

#include <deque>

#include "asl/limits.h"

namespace aslctl {
namespace {

using asl::Millis;

class PlayedWorld : public World {
 public:
  Millis Now() override { return now; }
  bool WaitUntil(Millis due) override {
    now = std::max(now, due);
    return true;
  }
  std::optional<TaskEnd> DoTask(const asl::ScheduleTask& task, Millis due) override {
    tasks.push_back(task.target->name + " " + std::string(task.input.view()));
    if (script.empty()) return GaveUp{GaveUp::Why::kNobodyServes, "", task.target->name};
    std::optional<TaskEnd> end = script.front();
    script.pop_front();
    if (!end) now = due;
    return end;
  }
  double Draw() override { return 0.5; }
  void OnEvent(const asl::HistoryEvent& event) override {
    events.emplace_back(asl::EventTypeName(event.type));
  }

  Millis now{1'000'000};
  std::deque<std::optional<TaskEnd>> script;  // how each Task ends; nullopt: its time is up
  std::vector<std::string> tasks;
  std::vector<std::string> events;
};

std::variant<LocalResult, GaveUp> Play(const std::string& definition, PlayedWorld& world) {
  const asl::Compiled compiled = asl::Compile(definition);
  EXPECT_NE(compiled.program, nullptr) << asl::RefusalText(compiled);
  return RunLocally(*compiled.program, "run", R"({"n":1})", world);
}

LocalResult Result(const std::string& definition, PlayedWorld& world) {
  const auto ended = Play(definition, world);
  EXPECT_TRUE(std::holds_alternative<LocalResult>(ended));
  return std::get<LocalResult>(ended);
}

constexpr char kPay[] = R"({"StartAt":"Pay","States":{"Pay":{
  "Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:charge",
  "TimeoutSeconds":5,"HeartbeatSeconds":1,
  "Retry":[{"ErrorEquals":["States.ALL"],"IntervalSeconds":2,"MaxAttempts":1}],"End":true}}})";

TEST(LocalRun, ATaskGetsTheInputAndItsResultIsTheOutput) {
  PlayedWorld world;
  world.script = {TaskEnd(std::string(R"({"paid":true})"))};

  const LocalResult result = Result(kPay, world);

  EXPECT_EQ(result.status, asl::ExecutionStatus::kSucceeded);
  EXPECT_EQ(result.output, R"({"paid":true})");
  EXPECT_EQ(world.tasks, std::vector<std::string>{R"(charge {"n":1})"});
}

TEST(LocalRun, AFailureIsRetriedAfterItsInterval) {
  PlayedWorld world;
  world.script = {TaskEnd(asl::Error{.name = "Declined"}), TaskEnd(std::string("1"))};

  const LocalResult result = Result(kPay, world);

  EXPECT_EQ(result.output, "1");
  EXPECT_EQ(world.now - Millis{1'000'000}, 2'000);
}

TEST(LocalRun, ATaskThatOutlivesItsTimeoutTimesOutAndHeartbeatsAreNotAskedFor) {
  PlayedWorld world;
  world.script = {std::nullopt, std::nullopt};

  const LocalResult result = Result(kPay, world);

  EXPECT_EQ(result.status, asl::ExecutionStatus::kFailed);
  EXPECT_EQ(result.error.name, "States.Timeout");
  EXPECT_EQ(world.now - Millis{1'000'000}, 5'000 + 2'000 + 5'000);
}

TEST(LocalRun, ATaskThatNobodyServesEndsTheRun) {
  PlayedWorld world;

  const auto ended = Play(kPay, world);

  ASSERT_TRUE(std::holds_alternative<GaveUp>(ended));
  EXPECT_EQ(std::get<GaveUp>(ended).function, "charge");
}

TEST(LocalRun, WaitsPassesAndChoicesNeedNobody) {
  PlayedWorld world;

  const LocalResult result = Result(R"({"StartAt":"Cool","States":{
    "Cool":{"Type":"Wait","Seconds":3600,"Next":"Which"},
    "Which":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":1,"Next":"One"}],
      "Default":"Other"},
    "One":{"Type":"Pass","Result":"one","End":true},
    "Other":{"Type":"Fail"}}})",
                                    world);

  EXPECT_EQ(result.output, R"("one")");
  EXPECT_EQ(world.now - Millis{1'000'000}, 3'600'000);
}

// More states than one Advance passes through: the loop must go on where it was cut, up to the
// history's limit.
TEST(LocalRun, ALoopOfPassesRunsToTheLimitOfTheHistory) {
  PlayedWorld world;

  const LocalResult result = Result(R"({"StartAt":"A","States":{
    "A":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericEquals":2,"Next":"Done"}],
      "Default":"B"},
    "B":{"Type":"Pass","Next":"A"},
    "Done":{"Type":"Succeed"}}})",
                                    world);

  EXPECT_EQ(result.status, asl::ExecutionStatus::kFailed);
  EXPECT_EQ(world.events.size(), static_cast<size_t>(asl::kHistoryEventsMax));
}

}  // namespace
}  // namespace aslctl
