// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Updating and deleting state machines, their versions and aliases, as a client sees it.
#include <thread>

#include "tests/clients/client_test.h"

namespace client_test {
namespace {

constexpr char kSleeper[] = R"({
  "StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 86400, "End": true}}
})";

class Machines : public ClientTest {
 protected:
  std::string Update(const std::string& machine, const std::string& definition) {
    asld::v1::UpdateStateMachineRequest request;
    request.set_state_machine(machine);
    if (!definition.empty()) request.set_definition(definition);
    asld::v1::UpdateStateMachineResponse response;
    const grpc::Status status = stub_->UpdateStateMachine(Patient().get(), request, &response);
    if (!status.ok()) return Text(status);
    EXPECT_TRUE(response.has_update_date());
    return response.revision_id();
  }
  std::string Delete(const std::string& machine) {
    asld::v1::DeleteStateMachineRequest request;
    request.set_state_machine(machine);
    asld::v1::DeleteStateMachineResponse response;
    return Text(stub_->DeleteStateMachine(Patient().get(), request, &response));
  }
  grpc::Status DescribeMachine(const std::string& machine, asld::v1::StateMachine* found) {
    asld::v1::DescribeStateMachineRequest request;
    request.set_state_machine(machine);
    return stub_->DescribeStateMachine(Patient().get(), request, found);
  }
};

TEST_F(Machines, StartsAfterAnUpdateUseTheNewDefinitionAndRunningOnesKeepTheirs) {
  ASSERT_EQ(Text(Create("updated", kSleeper)), "OK");
  ASSERT_EQ(Text(Start("updated", "before", "{}")), "OK");

  const std::string id = Update("updated", Pass(R"("Result": 7,)"));

  asld::v1::StateMachine machine;
  ASSERT_EQ(Text(DescribeMachine("updated", &machine)), "OK");
  EXPECT_EQ(machine.revision_id(), id);
  EXPECT_EQ(machine.status(), "ACTIVE");
  asld::v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("updated", "after", "{}", &end)), "OK");
  EXPECT_EQ(end.output(), "7");
  EXPECT_EQ(Describe(ArnOf("execution", "updated:before")).status(), "RUNNING");
  EXPECT_EQ(Update(ArnOf("stateMachine", "updated"), Pass(R"("Result": 7,)")), id);
}

TEST_F(Machines, AnUpdateThatCannotBeIsRefused) {
  ASSERT_EQ(Text(Create("not-updated", kSleeper)), "OK");

  EXPECT_TRUE(StartsWith(Update("not-updated", "{}"),
                         "INVALID_ARGUMENT: Invalid State Machine Definition: '"));
  EXPECT_TRUE(StartsWith(Update("not-updated", ""), "INVALID_ARGUMENT: Missing Required"));
  EXPECT_TRUE(StartsWith(Update("no-such", kSleeper), "NOT_FOUND: State Machine Does Not Exist"));
}

TEST_F(Machines, VersionsAndAliasesAreStartedAndShown) {
  ASSERT_EQ(Text(Create("versioned", Pass(R"("Result": 1,)"))), "OK");
  asld::v1::PublishStateMachineVersionRequest publish;
  publish.set_state_machine("versioned");
  publish.set_description("first");
  asld::v1::StateMachineVersion version;
  ASSERT_EQ(Text(stub_->PublishStateMachineVersion(Patient().get(), publish, &version)), "OK");
  EXPECT_EQ(version.state_machine_version_arn(), ArnOf("stateMachine", "versioned:1"));
  Update("versioned", Pass(R"("Result": 2,)"));

  asld::v1::CreateStateMachineAliasRequest create;
  create.set_name("PROD");
  create.add_routes()->set_version("versioned:1");
  create.mutable_routes(0)->set_weight(100);
  asld::v1::StateMachineAlias alias;
  ASSERT_EQ(Text(stub_->CreateStateMachineAlias(Patient().get(), create, &alias)), "OK");
  EXPECT_EQ(alias.state_machine_alias_arn(), ArnOf("stateMachine", "versioned:PROD"));
  EXPECT_EQ(alias.routes(0).version(), version.state_machine_version_arn());

  asld::v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("versioned:PROD", "by-alias", "{}", &end)), "OK");
  EXPECT_EQ(end.output(), "1");
  EXPECT_EQ(end.state_machine_arn(), ArnOf("stateMachine", "versioned"));
  EXPECT_EQ(end.state_machine_version_arn(), version.state_machine_version_arn());
  EXPECT_EQ(end.state_machine_alias_arn(), alias.state_machine_alias_arn());
  asld::v1::StateMachine shown;
  ASSERT_EQ(Text(DescribeMachine("versioned:1", &shown)), "OK");
  EXPECT_EQ(shown.definition(), Pass(R"("Result": 1,)"));
  EXPECT_EQ(shown.description(), "first");

  asld::v1::DeleteStateMachineVersionRequest remove;
  remove.set_version("versioned:1");
  asld::v1::DeleteStateMachineVersionResponse removed;
  EXPECT_TRUE(StartsWith(Text(stub_->DeleteStateMachineVersion(Patient().get(), remove, &removed)),
                         "FAILED_PRECONDITION: Version to be deleted must not be referenced"));
}

TEST_F(Machines, ADeletedOneIsDeletingUntilItsLastExecutionHasEnded) {
  ASSERT_EQ(Text(Create("doomed", kSleeper)), "OK");
  ASSERT_EQ(Text(Start("doomed", "last", "{}")), "OK");

  EXPECT_EQ(Delete(ArnOf("stateMachine", "doomed")), "OK");
  EXPECT_EQ(Delete("doomed"), "OK");

  asld::v1::StateMachine machine;
  ASSERT_EQ(Text(DescribeMachine("doomed", &machine)), "OK");
  EXPECT_EQ(machine.status(), "DELETING");
  EXPECT_TRUE(StartsWith(Text(Start("doomed", "late", "{}")),
                         "FAILED_PRECONDITION: State Machine is being deleted: "));
  EXPECT_TRUE(StartsWith(Text(Create("doomed", kSleeper)),
                         "FAILED_PRECONDITION: State Machine is being deleted: "));
  ASSERT_EQ(Text(Stop(ArnOf("execution", "doomed:last"))), "OK");
  while (DescribeMachine("doomed", &machine).ok()) std::this_thread::yield();
  EXPECT_TRUE(StartsWith(Text(Start("doomed", "later", "{}")), "NOT_FOUND: State Machine Does"));
  EXPECT_EQ(Describe(ArnOf("execution", "doomed:last")).status(), "ABORTED");

  EXPECT_EQ(Text(Create("doomed", Pass())), "OK");
  EXPECT_EQ(Text(Start("doomed", "new", "{}")), "OK");
}

TEST_F(Machines, DeletingWhatIsNotThereIsOk) {
  EXPECT_EQ(Delete("never-was"), "OK");
  EXPECT_EQ(Delete(ArnOf("stateMachine", "never-was")), "OK");
  EXPECT_TRUE(StartsWith(Delete("arn:nonsense"), "INVALID_ARGUMENT: Invalid Arn: "));
}

}  // namespace
}  // namespace client_test
