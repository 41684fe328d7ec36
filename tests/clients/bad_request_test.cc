// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What no call takes: names and ARNs of nothing, of elsewhere and of no text, pages of no size or
// from nowhere, and directories that no backup can be written to. Every call refuses each with a
// text that fits into a status, and goes on to work.
#include <climits>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "asld/v1/operator.grpc.pb.h"
#include "fmt/format.h"
#include "tests/clients/client_test.h"

namespace client_test {
namespace {

namespace v1 = asld::v1;

constexpr size_t kTextMax = 6'500;  // bytes; a status must fit into the headers of HTTP/2
constexpr char kNotUtf8[] = "a\xff\xfe";

class BadRequest : public ClientTest {
 protected:
  BadRequest() : operator_(v1::Operator::NewStub(channel())) {}

  template <typename Stub, typename Request, typename Response>
  static grpc::Status Call(Stub& stub,
                           grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                        Response*),
                           const Request& request) {
    Response response;
    return (stub.*method)(Patient().get(), request, &response);
  }

  grpc::Status Watch(const v1::WatchExecutionsRequest& request) {
    const auto context = Patient();
    const auto reader = stub_->WatchExecutions(context.get(), request);
    v1::ExecutionUpdate update;
    while (reader->Read(&update)) {
    }
    return reader->Finish();
  }

  using Calls = std::map<std::string, std::function<grpc::Status(const std::string&)>>;

  // Every call that names an execution.
  Calls OfExecutions() {
    using Stub = v1::Workflows::Stub;
    return {{"DescribeExecution",
             [this](const std::string& arn) {
               v1::DescribeExecutionRequest request;
               request.set_execution_arn(arn);
               return Call(*stub_, &Stub::DescribeExecution, request);
             }},
            {"WaitExecution",
             [this](const std::string& arn) {
               v1::DescribeExecutionRequest request;
               request.set_execution_arn(arn);
               return Call(*stub_, &Stub::WaitExecution, request);
             }},
            {"StopExecution", [this](const std::string& arn) { return Stop(arn); }},
            {"GetExecutionHistory",
             [this](const std::string& arn) {
               v1::GetExecutionHistoryRequest request;
               request.set_execution_arn(arn);
               return Call(*stub_, &Stub::GetExecutionHistory, request);
             }},
            {"WatchExecutions",
             [this](const std::string& arn) {
               v1::WatchExecutionsRequest request;
               request.add_execution_arns(arn);
               return Watch(request);
             }},
            {"ReleaseParked", [this](const std::string& arn) {
               v1::ReleaseParkedRequest request;
               request.set_execution_arn(arn);
               return Call(*operator_, &v1::Operator::Stub::ReleaseParked, request);
             }}};
  }

  // Every call that names a state machine, by name or by ARN.
  Calls OfMachines() {
    using Stub = v1::Workflows::Stub;
    return {
        {"UpdateStateMachine",
         [this](const std::string& machine) {
           v1::UpdateStateMachineRequest request;
           request.set_state_machine(machine);
           request.set_definition(Pass());
           return Call(*stub_, &Stub::UpdateStateMachine, request);
         }},
        {"DescribeStateMachine",
         [this](const std::string& machine) {
           v1::DescribeStateMachineRequest request;
           request.set_state_machine(machine);
           return Call(*stub_, &Stub::DescribeStateMachine, request);
         }},
        {"StartExecution", [this](const std::string& machine) { return Start(machine, "", "{}"); }},
        {"StartAndWait",
         [this](const std::string& machine) {
           v1::Execution end;
           return StartAndWait(machine, "", "{}", &end);
         }},
        {"ListExecutions",
         [this](const std::string& machine) {
           v1::ListExecutionsRequest request;
           request.set_state_machine(machine);
           return Call(*stub_, &Stub::ListExecutions, request);
         }},
        {"WatchExecutions", [this](const std::string& machine) {
           v1::WatchExecutionsRequest request;
           request.set_state_machine(machine);
           return Watch(request);
         }}};
  }

  // Whether the call was refused as the caller's mistake, in words that a client receives whole.
  static void ExpectRefused(const std::string& call, const std::string& value,
                            const grpc::Status& status) {
    const std::string shown = fmt::format("{} of '{}'", call, value.substr(0, 60));
    if (value == kNotUtf8) {
      // It cannot be parsed as a message; the code is gRPC's own.
      EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << shown << Text(status);
      return;
    }
    EXPECT_FALSE(status.error_message().empty()) << shown;
    EXPECT_LE(status.error_message().size(), kTextMax) << shown;
    EXPECT_TRUE(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT ||
                status.error_code() == grpc::StatusCode::NOT_FOUND)
        << shown << ": " << Text(status);
  }

  std::string BackUp(const std::string& directory) {
    v1::BackupRequest request;
    request.set_directory(directory);
    return Text(Call(*operator_, &v1::Operator::Stub::Backup, request));
  }

  std::unique_ptr<v1::Operator::Stub> operator_;
};

TEST_F(BadRequest, OfAnExecutionThatCannotBeIsRefusedByEveryCall) {
  ASSERT_EQ(Text(Create("there", Pass())), "OK");
  v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("there", "one", "{}", &end)), "OK");
  const std::string arn = end.execution_arn();
  std::string elsewhere = arn, foreign = arn;
  elsewhere.replace(elsewhere.find("us-east-1"), 9, "eu-west-9");
  foreign.replace(foreign.find("123456789012"), 12, "210987654321");

  for (const auto& [name, call] : OfExecutions()) {
    for (const std::string& bad :
         {std::string("one"), std::string("arn:"), std::string(":::::::"), elsewhere, foreign,
          arn + ":more", arn + " ", arn.substr(0, arn.size() - 1), ArnOf("stateMachine", "there"),
          ArnOf("execution", "there"), ArnOf("execution", ":one"), arn + std::string(1, '\0'),
          std::string(kNotUtf8), std::string(1 << 20, 'x'), arn + std::string(1 << 20, 'x')}) {
      ExpectRefused(name, bad, call(bad));
    }
    if (name != "WatchExecutions") ExpectRefused(name, "", call(""));
  }
}

TEST_F(BadRequest, OfAStateMachineThatCannotBeIsRefusedByEveryCall) {
  ASSERT_EQ(Text(Create("there", Pass())), "OK");
  const std::string arn = ArnOf("stateMachine", "there");
  std::string elsewhere = arn, foreign = arn;
  elsewhere.replace(elsewhere.find("us-east-1"), 9, "eu-west-9");
  foreign.replace(foreign.find("123456789012"), 12, "210987654321");

  for (const auto& [name, call] : OfMachines()) {
    for (const std::string& bad :
         {std::string("nowhere"), std::string("arn:"), elsewhere, foreign, arn + ":1", arn + " ",
          ArnOf("execution", "there:one"), arn.substr(0, arn.size() - 5),
          std::string("there") + std::string(1, '\0'), std::string(kNotUtf8),
          std::string(1 << 20, 'x'), arn + std::string(1 << 20, 'x')}) {
      ExpectRefused(name, bad, call(bad));
    }
    ExpectRefused(name, "", call(""));
  }
}

TEST_F(BadRequest, OfAPageThatCannotBeIsRefused) {
  ASSERT_EQ(Text(Create("there", Pass())), "OK");
  v1::Execution end;
  ASSERT_EQ(Text(StartAndWait("there", "", "{}", &end)), "OK");
  const auto ask = [&](int size, const std::string& token) {
    v1::ListExecutionsRequest executions;
    executions.set_state_machine("there");
    executions.set_max_results(size);
    executions.set_next_token(token);
    v1::ListStateMachinesRequest machines;
    machines.set_max_results(size);
    machines.set_next_token(token);
    v1::GetExecutionHistoryRequest history;
    history.set_execution_arn(end.execution_arn());
    history.set_max_results(size);
    history.set_next_token(token);
    using Stub = v1::Workflows::Stub;
    const std::string shown = fmt::format("{} {}", size, token);
    ExpectRefused("ListExecutions", shown, Call(*stub_, &Stub::ListExecutions, executions));
    ExpectRefused("ListStateMachines", shown, Call(*stub_, &Stub::ListStateMachines, machines));
    ExpectRefused("GetExecutionHistory", shown, Call(*stub_, &Stub::GetExecutionHistory, history));
  };
  for (const int size : {-1, INT_MIN, 1'001, INT_MAX}) ask(size, "");
  for (const std::string& token :
       {std::string("x"), std::string("===="), std::string(1, '\0'), std::string(100'000, 'A')}) {
    ask(1, token);
  }
}

TEST_F(BadRequest, OfAPageOfAnotherHistoryIsRefused) {
  ASSERT_EQ(Text(Create("there", Pass())), "OK");
  v1::Execution one, other;
  ASSERT_EQ(Text(StartAndWait("there", "", "{}", &one)), "OK");
  ASSERT_EQ(Text(StartAndWait("there", "", "{}", &other)), "OK");
  v1::GetExecutionHistoryRequest request;
  request.set_execution_arn(one.execution_arn());
  request.set_max_results(1);
  v1::GetExecutionHistoryResponse page;
  ASSERT_EQ(Text(stub_->GetExecutionHistory(Patient().get(), request, &page)), "OK");
  ASSERT_FALSE(page.next_token().empty());

  v1::ListStateMachinesRequest machines;
  machines.set_next_token(page.next_token());
  ExpectRefused("a history's token", "",
                Call(*stub_, &v1::Workflows::Stub::ListStateMachines, machines));
  const auto ask = [&](const std::string& token) {
    request.set_next_token(token);
    return Call(*stub_, &v1::Workflows::Stub::GetExecutionHistory, request);
  };
  ExpectRefused("a token cut short", "", ask(page.next_token().substr(1)));
  EXPECT_EQ(Text(ask(page.next_token())), "OK");
  request.set_execution_arn(other.execution_arn());
  ExpectRefused("another's token", "", ask(page.next_token()));
}

TEST_F(BadRequest, OfABackupThatCannotBeWrittenIsRefusedAndLeavesNothingBehind) {
  std::string name = (std::filesystem::temp_directory_path() / "asld-bad-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  std::ofstream(folder / "file") << "here";
  const std::string under = folder.string() + "/";
  for (const std::string& directory :
       {std::string(), std::string("backup"), std::string("./backup"), std::string("../backup"),
        std::string("/"), folder.string(), under, under + "file", under + "file/backup",
        under + "no/such/parent", std::string("/proc/backup"), std::string("/dev/null"),
        under + std::string(300, 'n'), under + std::string(5'000, 'n'),
        under + std::string("nul\0nul", 7), under + std::string(1 << 20, 'n')}) {
    const std::string answer = BackUp(directory);
    EXPECT_TRUE(StartsWith(answer, "FAILED_PRECONDITION: ") ||
                StartsWith(answer, "INVALID_ARGUMENT: "))
        << directory.substr(0, 80) << ": " << answer.substr(0, 300);
    EXPECT_LE(answer.size(), kTextMax);
  }
  EXPECT_TRUE(StartsWith(BackUp(under + kNotUtf8), "UNIMPLEMENTED: "));
  const auto left = std::filesystem::directory_iterator(folder);
  EXPECT_EQ(std::distance(begin(left), end(left)), 1);
  EXPECT_EQ(BackUp(under + "backup"), "OK");
  std::filesystem::remove_all(folder);
}

TEST_F(BadRequest, ToWatchWhatCannotBeWatchedIsRefused) {
  ASSERT_EQ(Text(Create("there", Pass())), "OK");
  v1::WatchExecutionsRequest nothing;
  ExpectRefused("a watch", "nothing", Watch(nothing));
  v1::WatchExecutionsRequest twice;
  twice.set_all(true);
  twice.set_state_machine("there");
  ExpectRefused("a watch", "of all and of one", Watch(twice));
  for (const int64_t event : {int64_t{-1}, INT64_MIN}) {
    v1::WatchExecutionsRequest before;
    before.add_execution_arns(ArnOf("execution", "there:one"));
    before.set_include_events(true);
    before.set_from_event(event);
    ExpectRefused("a watch", "from before the beginning", Watch(before));
  }
}

}  // namespace
}  // namespace client_test
