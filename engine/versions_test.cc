// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Versions and aliases of a state machine that changes, over a directory that is opened again.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include "engine/api/requests.h"
#include "engine/clock.h"
#include "engine/engine.h"
#include "engine/engine_testing.h"
#include "engine/verify.h"
#include "fmt/format.h"

namespace engine {
namespace {

constexpr char kArn[] = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

class VersionsTest : public testing::Test {
 protected:
  VersionsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-versions-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    Reopen();
  }
  ~VersionsTest() override {
    Close();
    std::filesystem::remove_all(directory_);
  }

  void Close() {
    ticket_.reset();  // it refers to the engine
    engine_.reset();
  }

  void Reopen() {
    Close();
    auto engine = Engine::Open({.data_dir = directory_, .partitions = 3});
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }

  uint32_t Create(const std::string& definition, bool publish = false) {
    const auto created = Get<Created>([&](auto reply) {
      api::CreateStateMachine(
          *engine_, {.name = "m", .definition = definition, .publish = {publish, ""}}, reply);
    });
    EXPECT_TRUE(created.ok()) << created.status();
    return created->version;
  }
  uint32_t Update(const std::string& definition, bool publish = false) {
    const auto updated = Get<Updated>([&](auto reply) {
      api::UpdateStateMachine(*engine_,
                              {.state_machine = "m",
                               .definition = definition,
                               .role_arn = std::nullopt,
                               .publish = {publish, ""}},
                              reply);
    });
    EXPECT_TRUE(updated.ok()) << updated.status();
    return updated->version;
  }
  std::string Publish(std::optional<std::string> revision = std::nullopt) {
    const auto version = Get<Version>([&](auto reply) {
      api::PublishStateMachineVersion(
          *engine_, {.state_machine = "m", .revision_id = revision, .description = ""}, reply);
    });
    return version.ok() ? fmt::format("{}", version->number) : version.status().ToString();
  }
  std::string Unpublish(int number) {
    const auto deleted = Get<bool>([&](auto reply) {
      api::DeleteStateMachineVersion(*engine_, fmt::format("m:{}", number), reply);
    });
    if (!deleted.ok()) return deleted.status().ToString();
    return *deleted ? "deleted" : "none";
  }
  // "3 2 1"
  std::string Versions(const std::string& token = "", int32_t count = 0) {
    const auto page = api::ListStateMachineVersions(*engine_, "m", count, token);
    if (!page.ok()) return page.status().ToString();
    std::string text;
    for (const Version& version : page->versions) text += fmt::format("{} ", version.number);
    next_ = page->next_token;
    return text;
  }

  // "PROD", {{3, 90}, {2, 10}}
  using Routes = std::vector<std::pair<int, int>>;
  static std::vector<api::RouteRequest> ToRequests(const Routes& routes) {
    std::vector<api::RouteRequest> requests;
    for (const auto& [version, weight] : routes) {
      requests.push_back({.version = fmt::format("m:{}", version), .weight = weight});
    }
    return requests;
  }
  std::string Alias(const std::string& name, const Routes& routes) {
    const auto alias = Get<api::AliasAnswer>([&](auto reply) {
      api::CreateStateMachineAlias(
          *engine_, {.name = name, .description = "", .routes = ToRequests(routes)}, reply);
    });
    return alias.ok() ? "ok" : alias.status().ToString();
  }
  std::string Lead(const std::string& name, const Routes& routes) {
    const auto alias = Get<api::AliasAnswer>([&](auto reply) {
      api::UpdateStateMachineAlias(
          *engine_,
          {.alias = "m:" + name, .description = std::nullopt, .routes = ToRequests(routes)}, reply);
    });
    return alias.ok() ? "ok" : alias.status().ToString();
  }
  std::string Aliases(const std::string& of = "m", const std::string& token = "",
                      int32_t count = 0) {
    const auto page = api::ListStateMachineAliases(*engine_, of, count, token);
    if (!page.ok()) return page.status().ToString();
    std::string text;
    for (const engine::Alias& alias : page->aliases) text += alias.name + " ";
    next_ = page->next_token;
    return text;
  }

  std::string Start(const std::string& target, const std::string& name) {
    const auto started = Get<api::StartAnswer>([&](auto reply) {
      api::StartExecution(*engine_, {.state_machine = target, .name = name}, reply);
    });
    if (!started.ok()) return started.status().ToString();
    const auto found = Get<ExecutionDescription>(
        [&](auto reply) { ticket_ = api::WaitForEnd(*engine_, started->number, reply); });
    return Told(*found);
  }
  // "m:PROD → 2: output"
  static std::string Told(const ExecutionDescription& found) {
    return fmt::format("{} → {}: {}", found.row.alias, found.row.version,
                       found.output.value_or(""));
  }
  std::string Executions(const std::string& target) {
    const auto list = api::ListExecutions(*engine_, {.state_machine = target});
    if (!list.ok()) return list.status().ToString();
    std::string text;
    for (const ListedExecution& execution : list->executions) text += execution.row.name + " ";
    return text;
  }
  // Lists go by the millisecond of the start: of two in the same one any may come first.
  static void AwaitNextMillisecond() {
    const asl::Millis now = SystemClock().Now();
    while (SystemClock().Now() == now) std::this_thread::yield();
  }
  std::string CurrentId() { return engine_->registry().FindMachine("m")->id; }

  // Housekeeping's own passes bring it about; the test ends here when it does not.
  void AwaitThat(const std::function<bool()>& happened) {
    while (!happened()) {
      engine_->housekeeping().Nudge();
      std::this_thread::yield();
    }
  }
  void ExpectSound() {
    const VerifyReport report = Verify(*engine_->durable_view(), {.partitions = 3});
    EXPECT_TRUE(report.ok()) << VerifyText(report);
  }

  std::string directory_;
  std::unique_ptr<Engine> engine_;
  std::string next_;  // of the last page
  std::shared_ptr<api::WaitTicket> ticket_;
};

TEST_F(VersionsTest, ARevisionHasOneVersionAndNoNumberIsUsedAgain) {
  EXPECT_EQ(Create(Pass(1)), 0u);

  EXPECT_EQ(Publish(), "1");
  EXPECT_EQ(Publish(), "1");
  EXPECT_EQ(Update(Pass(1), true), 1u);
  EXPECT_EQ(Update(Pass(2), true), 2u);
  EXPECT_EQ(Unpublish(2), "deleted");
  EXPECT_EQ(Unpublish(2), "none");
  Reopen();
  EXPECT_EQ(Publish(), "3");
  EXPECT_EQ(Update(Pass(1), true), 1u) << "its version is still there";
  EXPECT_EQ(Versions(), "3 1 ");
  ExpectSound();
}

TEST_F(VersionsTest, PublishingChecksWhichRevisionIsCurrent) {
  Create(Pass(1));
  const std::string first = CurrentId();

  EXPECT_EQ(Publish(first),
            fmt::format("FAILED_PRECONDITION: Failed to publish the State Machine version for "
                        "revision {}. The current State Machine revision is INITIAL.",
                        first));
  EXPECT_EQ(Publish("INITIAL"), "1");
  Update(Pass(2));
  EXPECT_EQ(Publish("INITIAL"),
            fmt::format("FAILED_PRECONDITION: Failed to publish the State Machine version for "
                        "revision INITIAL. The current State Machine revision is {}.",
                        CurrentId()));
  EXPECT_EQ(Publish(CurrentId()), "2");
}

TEST_F(VersionsTest, AVersionKeepsItsRevisionAndIsStartedUntilItIsDeleted) {
  Create(Pass(1), true);
  const std::string first = CurrentId();
  Update(Pass(2));
  const std::string second = CurrentId();
  Update(Pass(3));
  // One without a version goes, which shows that the other one could have.
  AwaitThat([&] { return engine_->registry().FindRevision(second) == nullptr; });
  Reopen();

  EXPECT_EQ(Start("m:1", "old"), " → 1: 1");
  AwaitNextMillisecond();
  EXPECT_EQ(Start("m", "new"), " → 0: 3");
  AwaitNextMillisecond();
  EXPECT_EQ(Start(std::string(kArn) + ":1", "older"), " → 1: 1");
  EXPECT_EQ(Executions("m:1"), "older old ");
  EXPECT_EQ(Executions("m"), "older new old ");
  EXPECT_EQ(api::DescribeVersion(*engine_, "m:1")->revision->id, first);

  EXPECT_EQ(Unpublish(1), "deleted");
  AwaitThat([&] { return engine_->registry().FindRevision(first)->closed != asl::Millis{}; });
  EXPECT_EQ(Start("m:1", "late"),
            fmt::format("NOT_FOUND: State Machine Does Not Exist: '{}:1'", kArn));
  ExpectSound();
}

TEST_F(VersionsTest, AnAliasSendsEachShareOfTheStartsToItsVersion) {
  Create(Pass(1), true);
  Update(Pass(2), true);
  ASSERT_EQ(Alias("PROD", {{1, 50}, {2, 50}}), "ok");

  std::map<std::string, int> seen;
  for (int i = 0; i < 60; ++i) ++seen[Start("m:PROD", fmt::format("e{}", i))];
  EXPECT_EQ(seen.size(), 2u);  // one alone: once in 2^59
  EXPECT_GT(seen["PROD → 1: 1"], 0);
  EXPECT_GT(seen["PROD → 2: 2"], 0);
  ASSERT_EQ(Lead("PROD", {{1, 0}, {2, 100}}), "ok");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Start("m:PROD", fmt::format("f{}", i)), "PROD → 2: 2");

  Reopen();
  ASSERT_EQ(Lead("PROD", {{1, 100}}), "ok");
  EXPECT_EQ(Start("m:PROD", "back"), "PROD → 1: 1");
  const auto history = api::GetExecutionHistory(
      *engine_, {.execution_arn = ExecutionArn({}, "m", "back"), .token = ""});
  EXPECT_EQ(history->version_arn, std::string(kArn) + ":1");
  EXPECT_EQ(history->alias_arn, std::string(kArn) + ":PROD");
  EXPECT_EQ(api::ListExecutions(*engine_, {.state_machine = "m:PROD"})->executions.size(), 71u);
  ExpectSound();
}

TEST_F(VersionsTest, AVersionGoesNotBeforeItsAliases) {
  Create(Pass(1), true);
  Update(Pass(2), true);
  ASSERT_EQ(Alias("A", {{1, 100}}), "ok");
  ASSERT_EQ(Alias("B", {{1, 1}, {2, 99}}), "ok");

  EXPECT_EQ(Unpublish(1),
            "FAILED_PRECONDITION: Version to be deleted must not be referenced by an alias. "
            "Current list of aliases referencing this version: [A, B]");
  EXPECT_EQ(Aliases("m:2"), "B ");
  ASSERT_EQ(Lead("B", {{2, 100}}), "ok");
  EXPECT_EQ(Aliases("m:1"), "A ");
  ASSERT_TRUE(
      *Get<bool>([&](auto reply) { api::DeleteStateMachineAlias(*engine_, "m:A", reply); }));
  EXPECT_EQ(Unpublish(1), "deleted");
}

TEST_F(VersionsTest, RoutesMustBeOfVersionsThatAreThereAndAddUp) {
  Create(Pass(1), true);
  Update(Pass(2), true);

  EXPECT_EQ(Alias("A", {{1, 100}}), "ok");
  EXPECT_EQ(Alias("A", {{1, 100}}), "ok") << "the same again";
  EXPECT_EQ(Alias("A", {{2, 100}}),
            "FAILED_PRECONDITION: Failed to create alias because an alias with the same name and a "
            "different routing configuration already exists.");
  EXPECT_EQ(Alias("B", {{3, 100}}), fmt::format("NOT_FOUND: Resource not found: '{}:3'", kArn));
  EXPECT_EQ(Alias("B", {{1, 50}, {2, 49}}),
            "INVALID_ARGUMENT: Sum of routing configuration weights must equal 100. Received: [50, "
            "49]");
  EXPECT_EQ(Alias("B", {{1, 50}, {1, 50}}),
            "INVALID_ARGUMENT: Routing configuration must contain distinct state machine version "
            "ARNs. Received: [m:1, m:1]");
  EXPECT_EQ(Alias("B", {{1, -1}, {2, 101}}),
            "INVALID_ARGUMENT: 1 validation error detected: Value '-1' at "
            "'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must have "
            "value greater than or equal to 0");
  EXPECT_EQ(Alias("B", {}),
            "INVALID_ARGUMENT: 1 validation error detected: Value '[]' at 'routingConfiguration' "
            "failed to satisfy constraint: Member must have length greater than or equal to 1");
  EXPECT_EQ(Lead("C", {{1, 100}}), "NOT_FOUND: Request references a resource that does not exist.");
}

TEST_F(VersionsTest, ListsArePagedAndATokenOutlivesARestartAndFitsNoOtherList) {
  Create(Pass(0), true);
  for (int i = 1; i < 5; ++i) Update(Pass(i), true);
  for (const char* name : {"c", "a", "b"}) ASSERT_EQ(Alias(name, {{1, 100}}), "ok");

  EXPECT_EQ(Versions("", 2), "5 4 ");
  const std::string of_versions = next_;
  EXPECT_EQ(Aliases("m", "", 2), "a b ");
  const std::string of_aliases = next_;
  Reopen();
  EXPECT_EQ(Versions(of_versions, 2), "3 2 ");
  EXPECT_EQ(Versions(next_), "1 ");
  EXPECT_EQ(next_, "");
  EXPECT_EQ(Aliases("m", of_aliases), "c ");

  constexpr char kInvalid[] = "INVALID_ARGUMENT: Invalid Token: 'Invalid token'";
  EXPECT_EQ(Aliases("m", of_versions), kInvalid);
  EXPECT_EQ(Versions(of_aliases), kInvalid);
  EXPECT_EQ(Aliases("m:1", of_aliases), kInvalid);
}

TEST_F(VersionsTest, TheyGoWithTheirStateMachine) {
  Create(Pass(1), true);
  Update(Pass(2), true);
  ASSERT_EQ(Alias("PROD", {{1, 100}}), "ok");
  Start("m:PROD", "kept");

  ASSERT_TRUE(Get<bool>([&](auto reply) { api::DeleteStateMachine(*engine_, "m", reply); }).ok());
  AwaitThat([&] { return engine_->registry().FindMachine("m") == nullptr; });

  EXPECT_EQ(engine_->registry().FindVersions("m"), nullptr);
  ExpectSound();
  Create(Pass(1), true);
  EXPECT_EQ(Versions(), "1 ");
  EXPECT_EQ(Aliases(), "");
  Reopen();
  EXPECT_EQ(Versions(), "1 ");
  EXPECT_EQ(Told(*api::DescribeExecution(*engine_, ExecutionArn({}, "m", "kept"))), "PROD → 1: 1");
}

TEST_F(VersionsTest, ThereAreLimits) {
  Create(Pass(0), true);
  for (size_t i = 0; i < kAliasesMax; ++i) {
    ASSERT_EQ(Alias(fmt::format("a{}", i), {{1, 100}}), "ok");
  }
  EXPECT_EQ(Alias("more", {{1, 100}}),
            "RESOURCE_EXHAUSTED: Service Quota Exceeded: a state machine can have 100 aliases; "
            "delete some");
  for (size_t i = 1; i < kVersionsMax; ++i) {
    ASSERT_EQ(Update(Pass(static_cast<int>(i)), true), i + 1);
  }
  constexpr char kFull[] =
      "RESOURCE_EXHAUSTED: Service Quota Exceeded: a state machine can have 1000 versions; delete "
      "some";
  const auto refused = Get<Updated>([&](auto reply) {
    api::UpdateStateMachine(*engine_,
                            {.state_machine = "m",
                             .definition = Pass(-1),
                             .role_arn = std::nullopt,
                             .publish = {true, ""}},
                            reply);
  });
  EXPECT_EQ(refused.status().ToString(), kFull);
  EXPECT_EQ(engine_->registry().FindMachine("m")->definition, Pass(999)) << "nothing was changed";
  Update(Pass(-1));
  EXPECT_EQ(Publish(), kFull);
  EXPECT_EQ(Unpublish(2), "deleted");
  EXPECT_EQ(Publish(), "1001");
}

}  // namespace
}  // namespace engine
