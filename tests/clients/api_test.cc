// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The API as a client sees it: paging, waiting with a deadline, asking twice, asking for what is
// not there.
#include <set>

#include "fmt/format.h"
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

using asld::v1::Execution;
using asld::v1::GetExecutionHistoryRequest;
using asld::v1::GetExecutionHistoryResponse;
using asld::v1::HistoryEvent;

constexpr char kSleeper[] = R"({
  "StartAt": "Sleep", "States": {"Sleep": {"Type": "Wait", "Seconds": 86400, "End": true}}
})";

class Api : public ClientTest {
 protected:
  std::vector<HistoryEvent> History(const std::string& arn, int page, bool reverse) {
    std::vector<HistoryEvent> events;
    GetExecutionHistoryRequest request;
    request.set_execution_arn(arn);
    request.set_max_results(page);
    request.set_reverse_order(reverse);
    while (true) {
      GetExecutionHistoryResponse response;
      const grpc::Status status = stub_->GetExecutionHistory(Patient().get(), request, &response);
      EXPECT_EQ(Text(status), "OK");
      EXPECT_LE(response.events_size(), page == 0 ? 100 : page);
      events.insert(events.end(), response.events().begin(), response.events().end());
      if (!status.ok() || response.next_token().empty()) return events;
      request.set_next_token(response.next_token());
    }
  }

  // How history answers to this token.
  std::string HistoryWith(const std::string& arn, const std::string& token, bool reverse = false,
                          int page = 2) {
    GetExecutionHistoryRequest request;
    request.set_execution_arn(arn);
    request.set_max_results(page);
    request.set_reverse_order(reverse);
    request.set_next_token(token);
    GetExecutionHistoryResponse response;
    const grpc::Status status = stub_->GetExecutionHistory(Patient().get(), request, &response);
    return status.ok() ? response.next_token() : Text(status);
  }

  std::string StartSleeper() {
    EXPECT_EQ(Text(Create("sleeper", kSleeper)), "OK");
    asld::v1::StartExecutionResponse started;
    EXPECT_EQ(Text(Start("sleeper", "", "{}", &started)), "OK");
    return started.execution_arn();
  }

  // Ten states in a row: 22 events.
  Execution RunTen() {
    std::string states;
    for (int i = 0; i < 10; ++i) {
      states += fmt::format(R"({}"S{}": {{"Type": "Pass", {}}})", i == 0 ? "" : ", ", i,
                            i == 9 ? R"("End": true)" : fmt::format(R"("Next": "S{}")", i + 1));
    }
    EXPECT_EQ(Text(Create("ten", fmt::format(R"({{"StartAt": "S0", "States": {{{}}}}})", states))),
              "OK");
    Execution end;
    EXPECT_EQ(Text(StartAndWait("ten", "", R"({"a": 1})", &end)), "OK");
    return end;
  }
};

TEST_F(Api, HistoryIsTheSameInPagesOfAnySizeAndBackwards) {
  const std::string arn = RunTen().execution_arn();
  const std::vector<HistoryEvent> all = History(arn, 1'000, false);
  ASSERT_EQ(all.size(), 22u);

  for (const int page : {0, 1, 3, 21, 22}) {
    const std::vector<HistoryEvent> forward = History(arn, page, false);
    std::vector<HistoryEvent> backward = History(arn, page, true);
    std::reverse(backward.begin(), backward.end());
    ASSERT_EQ(forward.size(), all.size()) << "pages of " << page;
    ASSERT_EQ(backward.size(), all.size()) << "pages of " << page;
    for (size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(all[i].id(), static_cast<int64_t>(i) + 1);
      EXPECT_EQ(forward[i].SerializeAsString(), all[i].SerializeAsString());
      EXPECT_EQ(backward[i].SerializeAsString(), all[i].SerializeAsString());
    }
  }
}

TEST_F(Api, AForgedPageTokenIsRefused) {
  const std::string arn = RunTen().execution_arn();
  const std::string token = HistoryWith(arn, "");
  ASSERT_FALSE(token.empty());
  constexpr char kRefused[] = "INVALID_ARGUMENT: Invalid Token: 'Invalid token'";

  for (const std::string& forged :
       {std::string("x"), std::string("!!!"), std::string("AAAA"), token + token,
        token.substr(0, token.size() / 2), std::string(100'000, 'A')}) {
    EXPECT_EQ(HistoryWith(arn, forged), kRefused) << forged.substr(0, 80);
  }
  EXPECT_EQ(HistoryWith(arn, token, true), kRefused) << "of the other direction";
  asld::v1::ListStateMachinesRequest list;
  list.set_next_token("x");
  asld::v1::ListStateMachinesResponse response;
  EXPECT_EQ(Text(stub_->ListStateMachines(Patient().get(), list, &response)), kRefused);
}

TEST_F(Api, APageHoldsOneToAThousand) {
  const std::string arn = RunTen().execution_arn();
  EXPECT_EQ(HistoryWith(arn, "", false, 1'001),
            "INVALID_ARGUMENT: 1 validation error detected: Value '1001' at 'maxResults' failed to "
            "satisfy constraint: "
            "Member must have value less than or equal to 1000");
  EXPECT_TRUE(StartsWith(HistoryWith(arn, "", false, -1),
                         "INVALID_ARGUMENT: 1 validation error detected: Value '-1'"));
}

TEST_F(Api, StateMachinesAreListedOnceEachInPages) {
  std::set<std::string> created;
  for (int i = 0; i < 7; ++i) {
    created.insert(fmt::format("listed-{}", i));
    ASSERT_EQ(Text(Create(fmt::format("listed-{}", i), Pass())), "OK");
  }

  std::vector<std::string> names;
  asld::v1::ListStateMachinesRequest request;
  request.set_max_results(3);
  do {
    asld::v1::ListStateMachinesResponse response;
    ASSERT_EQ(Text(stub_->ListStateMachines(Patient().get(), request, &response)), "OK");
    ASSERT_LE(response.state_machines_size(), 3);
    for (const auto& machine : response.state_machines()) {
      names.push_back(machine.name());
      EXPECT_EQ(machine.state_machine_arn(), ArnOf("stateMachine", machine.name()));
    }
    request.set_next_token(response.next_token());
  } while (!request.next_token().empty());

  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  EXPECT_TRUE(std::includes(names.begin(), names.end(), created.begin(), created.end()));
}

TEST_F(Api, StartAndWaitEndsAtTheClientsDeadlineAndTheExecutionRunsOn) {
  ASSERT_EQ(Text(Create("sleeper", kSleeper)), "OK");
  asld::v1::StartExecutionRequest request;
  request.set_state_machine("sleeper");
  request.set_name("outlives-its-caller");
  grpc::ClientContext context;
  context.set_deadline(gpr_time_from_millis(500, GPR_TIMESPAN));
  Execution end;

  EXPECT_TRUE(
      StartsWith(Text(stub_->StartAndWait(&context, request, &end)), "DEADLINE_EXCEEDED: "));

  EXPECT_EQ(Describe(ArnOf("execution", "sleeper:outlives-its-caller")).status(), "RUNNING");
}

TEST_F(Api, AWaitingCallerIsAnsweredWhenTheExecutionIsStopped) {
  const std::string arn = StartSleeper();
  asld::v1::DescribeExecutionRequest request;
  request.set_execution_arn(arn);
  auto context = Patient();
  grpc::CompletionQueue queue;
  auto call = stub_->AsyncWaitExecution(context.get(), request, &queue);
  Execution end;
  grpc::Status status;
  call->Finish(&end, &status, nullptr);

  ASSERT_EQ(Text(Stop(arn, "Enough")), "OK");

  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_EQ(Text(status), "OK");
  EXPECT_EQ(end.status(), "ABORTED");
  EXPECT_EQ(end.error(), "Enough");
}

TEST_F(Api, StoppingTwiceKeepsTheFirstStop) {
  const std::string arn = StartSleeper();
  ASSERT_EQ(Text(Stop(arn, "First")), "OK");
  const Execution once = Describe(arn);

  EXPECT_EQ(Text(Stop(arn, "Second")), "OK");

  EXPECT_EQ(once.status(), "ABORTED");
  EXPECT_EQ(Describe(arn).SerializeAsString(), once.SerializeAsString());
  EXPECT_EQ(History(arn, 0, false).size(), 3u);
}

TEST_F(Api, StoppingWithTooLongAnErrorIsRefused) {
  const std::string arn = StartSleeper();
  EXPECT_TRUE(StartsWith(Text(Stop(arn, std::string(257, 'e'))),
                         "INVALID_ARGUMENT: 1 validation error detected: Value at 'error'"));
  EXPECT_EQ(Describe(arn).status(), "RUNNING");
  EXPECT_EQ(Text(Stop(arn, std::string(256, 'e'))), "OK");
}

TEST_F(Api, AskingForWhatIsNotThereIsNotFound) {
  const std::string machine = ArnOf("stateMachine", "nobody");
  const std::string execution = ArnOf("execution", "nobody:nothing");
  asld::v1::DescribeStateMachineRequest describe;
  describe.set_state_machine("nobody");
  asld::v1::StateMachine answer;
  EXPECT_EQ(Text(stub_->DescribeStateMachine(Patient().get(), describe, &answer)),
            fmt::format("NOT_FOUND: State Machine Does Not Exist: '{}'", machine));
  EXPECT_EQ(Text(Start(machine, "", "{}")),
            fmt::format("NOT_FOUND: State Machine Does Not Exist: '{}'", machine));

  const std::string missing = fmt::format("NOT_FOUND: Execution Does Not Exist: '{}'", execution);
  asld::v1::DescribeExecutionRequest request;
  request.set_execution_arn(execution);
  Execution unused;
  EXPECT_EQ(Text(stub_->DescribeExecution(Patient().get(), request, &unused)), missing);
  EXPECT_EQ(Text(stub_->WaitExecution(Patient().get(), request, &unused)), missing);
  EXPECT_EQ(Text(Stop(execution)), missing);
  EXPECT_EQ(HistoryWith(execution, ""), missing);
  EXPECT_EQ(Text(Stop("nonsense")),
            "INVALID_ARGUMENT: Invalid Arn: 'Invalid ARN prefix: nonsense'");
}

TEST_F(Api, CreatingTheSameAgainAnswersWithWhatExists) {
  asld::v1::CreateStateMachineResponse first, again;
  ASSERT_EQ(Text(Create("same", Pass(), &first)), "OK");

  EXPECT_EQ(Text(Create("same", Pass(), &again)), "OK");
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Text(Create("same", Pass(R"("Comment": "other", )"))),
            fmt::format("ALREADY_EXISTS: State Machine Already Exists: '{}'",
                        ArnOf("stateMachine", "same")));
}

TEST_F(Api, StartingTheSameAgainAnswersWithTheSameWhileItRuns) {
  ASSERT_EQ(Text(Create("sleeper", kSleeper)), "OK");
  asld::v1::StartExecutionResponse first, again;
  const std::string taken = fmt::format("ALREADY_EXISTS: Execution Already Exists: '{}'",
                                        ArnOf("execution", "sleeper:the-same"));
  ASSERT_EQ(Text(Start("sleeper", "the-same", R"({"n": 1})", &first)), "OK");

  EXPECT_EQ(Text(Start("sleeper", "the-same", R"({"n": 1})", &again)), "OK");
  EXPECT_EQ(again.SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Text(Start("sleeper", "the-same", R"({"n":1})")), taken)
      << "another spelling is another input";

  ASSERT_EQ(Text(Stop(first.execution_arn())), "OK");
  EXPECT_EQ(Text(Start("sleeper", "the-same", R"({"n": 1})")), taken);
}

TEST_F(Api, ATaskThatNobodyServesSaysSo) {
  ASSERT_EQ(Text(Create("lonely", OneTask("nobody-serves-this"))), "OK");
  asld::v1::StartExecutionResponse started;
  ASSERT_EQ(Text(Start("lonely", "", "{}", &started)), "OK");

  const Execution execution = Describe(started.execution_arn());

  ASSERT_EQ(execution.pending_tasks_size(), 1);
  EXPECT_EQ(execution.pending_tasks(0).queue(), "nobody-serves-this");
  EXPECT_EQ(execution.pending_tasks(0).workers(), 0u);
  EXPECT_EQ(execution.pending_tasks(0).worker_instance(), "");
}

}  // namespace
}  // namespace client_test
