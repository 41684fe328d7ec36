// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// State machines that are updated and deleted while executions of theirs run, over a directory that
// is opened again.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include "engine/api/requests.h"
#include "engine/engine.h"
#include "engine/engine_testing.h"
#include "fmt/format.h"

namespace engine {
namespace {

constexpr char kSleeper[] = R"({
  "StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 86400, "End": true}}
})";

class RevisionsTest : public testing::Test {
 protected:
  RevisionsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-revisions-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    Reopen();
  }
  ~RevisionsTest() override {
    engine_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Reopen() {
    engine_.reset();
    auto engine = Engine::Open({.data_dir = directory_, .partitions = 3});
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }

  std::string Create(const std::string& definition) {
    const auto created = Get<Created>([&](auto reply) {
      api::CreateStateMachine(*engine_, {.name = "m", .definition = definition}, reply);
    });
    return created.ok() ? created->revision->id : created.status().ToString();
  }
  std::string Update(std::optional<std::string> definition,
                     std::optional<std::string> role = std::nullopt) {
    const auto updated = Get<Updated>([&](auto reply) {
      api::UpdateStateMachine(
          *engine_, {.state_machine = "m", .definition = definition, .role_arn = role}, reply);
    });
    return updated.ok() ? updated->revision->id : updated.status().ToString();
  }
  void Delete() {
    ASSERT_TRUE(Get<bool>([&](auto reply) { api::DeleteStateMachine(*engine_, "m", reply); }).ok());
  }
  std::string Start(const std::string& name) {
    const auto started = Get<api::StartAnswer>([&](auto reply) {
      api::StartExecution(*engine_, {.state_machine = "m", .name = name}, reply);
    });
    return started.ok() ? started->execution_arn : started.status().ToString();
  }
  void Stop(const std::string& arn) {
    ASSERT_TRUE(Get<asl::Millis>([&](auto reply) {
                  api::StopExecution(*engine_, {.execution_arn = arn, .error = {}}, reply);
                }).ok());
  }
  std::string DefinitionOf(const std::string& arn) {
    const auto execution = api::DescribeExecution(*engine_, arn);
    return execution.ok() ? execution->revision->definition : execution.status().ToString();
  }

  // Housekeeping's own passes bring it about; the test ends here when it does not.
  void AwaitThat(const std::function<bool()>& happened) {
    while (!happened()) {
      engine_->housekeeping().Nudge();
      std::this_thread::yield();
    }
  }
  using Posts = std::vector<std::string>;
  Posts PostedBySweepOf(Registry& registry) {
    Posts posted;
    const auto post = [&posted](PartitionId, Command command) {
      if (auto* machine = std::get_if<RemoveMachine>(&command)) {
        posted.push_back("RemoveMachine " + machine->revision->id);
      } else if (auto* revision = std::get_if<RemoveRevision>(&command)) {
        posted.push_back("RemoveRevision " + revision->revision->id);
      } else {
        posted.push_back("something else");
      }
    };
    const auto busy = SweepRevisions({.registry = &registry,
                                      .partitions = engine_->partitions(),
                                      .durable_view = [&] { return engine_->durable_view(); },
                                      .post = post,
                                      .barrier = [] { return std::nullopt; }});
    EXPECT_TRUE(busy.ok()) << busy.status();
    EXPECT_EQ(*busy, !posted.empty());
    return posted;
  }
  bool Exists() { return engine_->registry().FindMachine("m") != nullptr; }

  std::string directory_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(RevisionsTest, AnExecutionKeepsItsRevisionOverAnUpdateAndARestart) {
  const std::string first = Create(kSleeper);
  const std::string arn = Start("old");

  const std::string second = Update(Pass(2));
  EXPECT_NE(second, first);
  const std::string newer = Start("new");
  Reopen();

  EXPECT_EQ(DefinitionOf(arn), kSleeper);
  EXPECT_EQ(DefinitionOf(newer), Pass(2));
  EXPECT_EQ(engine_->registry().FindMachine("m")->id, second);
  Stop(arn);
  EXPECT_EQ(api::DescribeExecution(*engine_, arn)->row.status, asl::ExecutionStatus::kAborted);
}

TEST_F(RevisionsTest, TheSameTextAndSettingsAreTheSameRevision) {
  const std::string first = Create(Pass(1));

  EXPECT_EQ(Update(Pass(1)), first);
  EXPECT_EQ(Update(std::nullopt, ""), first);
  const std::string with_role = Update(std::nullopt, "arn:aws:iam::1:role/r");
  EXPECT_NE(with_role, first);
  EXPECT_EQ(engine_->registry().FindMachine("m")->definition, Pass(1));
  EXPECT_EQ(Update(Pass(1), ""), first);
  EXPECT_EQ(Update(std::nullopt),
            "INVALID_ARGUMENT: Missing Required Parameter: 'Either the definition or the role ARN "
            "must be specified'");
}

TEST_F(RevisionsTest, ARevisionThatNoExecutionUsesGoesOnceItIsSuperseded) {
  const std::string first = Create(Pass(1));
  const std::string second = Update(Pass(2));

  AwaitThat([&] { return engine_->registry().FindRevision(first) == nullptr; });

  EXPECT_NE(engine_->registry().FindRevision(second), nullptr);
  EXPECT_EQ(Update(Pass(1)), first);
  EXPECT_EQ(DefinitionOf(Start("again")), Pass(1));
  Reopen();
  EXPECT_EQ(engine_->registry().FindMachine("m")->id, first);
}

TEST_F(RevisionsTest, ARevisionStaysAsLongAsAnExecutionThatMayUseItIsKept) {
  const std::string first = Create(Pass(1));
  const std::string arn = Start("kept");
  Update(Pass(2));

  AwaitThat([&] { return engine_->registry().FindRevision(first)->closed != asl::Millis{}; });
  for (int i = 0; i < 3; ++i) EXPECT_EQ(PostedBySweepOf(engine_->registry()), Posts{});

  Reopen();
  EXPECT_EQ(DefinitionOf(arn), Pass(1));
}

// It would be a version of nothing, were the engine to look or to stop between the two.
TEST_F(RevisionsTest, TheRevisionOfAVersionGoesAfterItsStateMachine) {
  Registry registry;
  const Revision old{.id = "0", .machine = "gone", .closed = asl::Millis{1}};
  registry.Publish(std::make_shared<const Revision>(old));
  Revision current{.id = "1", .machine = "gone", .closed = asl::Millis{1}};
  current.current = current.deleting = true;
  registry.Publish(std::make_shared<const Revision>(current));
  Versions versions{.machine = "gone", .last = 1};
  versions.Add({.number = 1, .revision = old.id});
  registry.Publish(std::make_shared<const Versions>(versions));

  EXPECT_EQ(PostedBySweepOf(registry), Posts{"RemoveMachine 1"});

  registry.ForgetMachine("gone");
  current.current = current.deleting = false;
  registry.Publish(std::make_shared<const Revision>(current));
  EXPECT_EQ(PostedBySweepOf(registry), (Posts{"RemoveRevision 0", "RemoveRevision 1"}));
}

TEST_F(RevisionsTest, ADeletedStateMachineRunsOutAndItsNameIsFreeAgain) {
  constexpr char kDeleting[] =
      "FAILED_PRECONDITION: State Machine is being deleted: "
      "'arn:aws:states:us-east-1:123456789012:stateMachine:m'";
  Create(kSleeper);
  const std::string arn = Start("last");

  Delete();
  Delete();

  EXPECT_TRUE(engine_->registry().FindMachine("m")->deleting);
  EXPECT_EQ(Start("late"), kDeleting);
  EXPECT_EQ(Update(Pass(2)), kDeleting);
  EXPECT_EQ(Create(kSleeper), kDeleting);
  EXPECT_EQ(Create(Pass(2)), kDeleting);
  Reopen();
  EXPECT_TRUE(engine_->registry().FindMachine("m")->deleting);
  Stop(arn);
  AwaitThat([&] { return !Exists(); });
  EXPECT_EQ(DefinitionOf(arn), kSleeper) << "a kept execution keeps its revision";
  Delete();
  Reopen();
  EXPECT_FALSE(Exists());
  EXPECT_EQ(DefinitionOf(arn), kSleeper);

  Create(Pass(2));
  EXPECT_EQ(DefinitionOf(Start("new")), Pass(2));
  const auto list = api::ListExecutions(*engine_, {.state_machine = "m"});
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->executions.size(), 2u) << "its kept executions are of the same name";
}

TEST_F(RevisionsTest, AStartThatWasOnItsWayWhileItsRevisionWentIsRefused) {
  Create(Pass(1));
  const RevisionPtr old = engine_->registry().FindMachine("m");
  Update(Pass(2));
  AwaitThat([&] { return engine_->registry().FindRevision(old->id) == nullptr; });

  const auto started = Get<Started>([&](auto reply) {
    engine_->Post(1, StartExecution{.revision = old,
                                    .name = "late",
                                    .fresh_name = false,
                                    .input = std::make_shared<const std::string>("{}"),
                                    .name_hash = HashName("m", "late"),
                                    .reply = reply});
  });

  EXPECT_EQ(started.status().code(), absl::StatusCode::kAborted) << started.status();
}

// Starts that hold a revision while it is superseded, closed and taken away: each is refused or
// begins, and what began can be described after a restart.
TEST_F(RevisionsTest, NoExecutionBeginsWithARevisionThatIsGone) {
  Create(Pass(0));
  std::atomic<bool> stop{false};
  std::vector<std::string> started;
  std::thread starter([&] {
    for (int i = 0; !stop; ++i) {
      const std::string arn = Start(fmt::format("s{}", i));
      if (arn.rfind("arn:", 0) == 0) started.push_back(arn);
    }
  });
  for (int round = 1; round <= 20; ++round) {
    const std::string before = engine_->registry().FindMachine("m")->id;
    Update(Pass(round % 3));
    AwaitThat([&] {
      const RevisionPtr old = engine_->registry().FindRevision(before);
      return old == nullptr || old->closed != asl::Millis{};
    });
  }
  Delete();
  AwaitThat([&] { return !Exists(); });
  stop = true;
  starter.join();

  Reopen();
  ASSERT_GT(started.size(), 0u);
  for (const std::string& arn : started) {
    EXPECT_EQ(DefinitionOf(arn).rfind("{", 0), 0u) << DefinitionOf(arn);
  }
}

}  // namespace
}  // namespace engine
