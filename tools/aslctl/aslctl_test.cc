// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The program as a shell sees it: what it prints where, and its exit code. The engine is a fake one
// in this process that knows one state machine, "order", and tells of its executions by their
// names.

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "asld/v1/workflows.grpc.pb.h"
#include "tools/aslctl/arguments.h"

namespace aslctl {
namespace {

using grpc::ServerContext;
using grpc::Status;
using grpc::StatusCode;

constexpr char kMachineArn[] = "arn:aws:states:us-east-1:42:stateMachine:order";
constexpr char kExecutionPrefix[] = "arn:aws:states:us-east-1:42:execution:order:";
constexpr char kNothing[] = "127.0.0.1:1";  // nobody listens there

class FakeEngine : public asld::v1::Workflows::Service {
 public:
  FakeEngine() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
    address = fmt::format("127.0.0.1:{}", port);
  }

  Status CreateStateMachine(ServerContext*, const asld::v1::CreateStateMachineRequest* request,
                            asld::v1::CreateStateMachineResponse* response) override {
    if (request->name() == "taken") return {StatusCode::ALREADY_EXISTS, "it exists"};
    if (request->definition() == "{}") return {StatusCode::INVALID_ARGUMENT, "no StartAt"};
    response->set_state_machine_arn(kMachineArn);
    return Status::OK;
  }

  Status DescribeStateMachine(ServerContext*, const asld::v1::DescribeStateMachineRequest* request,
                              asld::v1::StateMachine* machine) override {
    if (request->state_machine() != "order") return {StatusCode::NOT_FOUND, "no such machine"};
    machine->set_state_machine_arn(kMachineArn);
    machine->set_name("order");
    machine->set_definition("{\"StartAt\":\"A\"}");
    machine->mutable_creation_date()->set_seconds(1'763'913'600);
    return Status::OK;
  }

  Status ListStateMachines(ServerContext*, const asld::v1::ListStateMachinesRequest* request,
                           asld::v1::ListStateMachinesResponse* response) override {
    const bool first = request->next_token().empty();
    response->add_state_machines()->set_name(first ? "order" : "refund");
    if (first) response->set_next_token("more");
    return Status::OK;
  }

  Status StartExecution(ServerContext*, const asld::v1::StartExecutionRequest* request,
                        asld::v1::StartExecutionResponse* response) override {
    if (request->state_machine() != "order") return {StatusCode::NOT_FOUND, "no such machine"};
    response->set_execution_arn(kExecutionPrefix + request->name());
    return Status::OK;
  }

  Status DescribeExecution(ServerContext*, const asld::v1::DescribeExecutionRequest* request,
                           asld::v1::Execution* execution) override {
    return Fill(request->execution_arn(), execution);
  }

  Status WaitExecution(ServerContext*, const asld::v1::DescribeExecutionRequest* request,
                       asld::v1::Execution* execution) override {
    const Status status = Fill(request->execution_arn(), execution);
    if (!status.ok() || execution->status() != "RUNNING") return status;
    if (execution->name() == "interrupted") Interrupt();
    // As the engine when the caller's patience is over.
    return {StatusCode::DEADLINE_EXCEEDED, "it runs"};
  }

  std::string address;
  std::string pid_file;  // of the program that calls

 private:
  void Interrupt() const {
    std::ifstream file(pid_file);
    pid_t pid = 0;
    if (file >> pid) kill(pid, SIGINT);
  }

  static Status Fill(const std::string& arn, asld::v1::Execution* execution) {
    const std::string name = arn.substr(arn.rfind(':') + 1);
    if (name == "gone") return {StatusCode::NOT_FOUND, "no such execution"};
    execution->set_execution_arn(arn);
    execution->set_name(name);
    execution->mutable_start_date()->set_seconds(1'763'913'600);
    if (name == "stuck" || name == "interrupted") {
      execution->set_status("RUNNING");
      auto* task = execution->add_pending_tasks();
      task->set_state_name("Pay");
      task->set_queue("charge");
      return Status::OK;
    }
    execution->mutable_stop_date()->set_seconds(1'763'913'602);
    execution->set_status(name == "bad" ? "FAILED" : "SUCCEEDED");
    if (name == "bad") {
      execution->set_error("Declined");
      execution->set_cause("card refused");
    } else {
      execution->set_output(R"({"paid":true})");
    }
    return Status::OK;
  }

  std::unique_ptr<grpc::Server> server_;
};

struct Ran {
  int exit = -1;
  std::string out, err;
};

class Aslctl : public testing::Test {
 protected:
  Ran Run(const std::string& arguments) { return RunAt(engine_.address, arguments); }

  static Ran RunAt(const std::string& address, const std::string& arguments) {
    const std::string base = testing::TempDir() + "aslctl";
    const std::string command = fmt::format(
        "echo $$ >{0}.pid; LC_ALL=C.UTF-8 ASLD_GRPC_ADDRESS={1} exec {2} {3} >{0}.out 2>{0}.err "
        "</dev/null",
        base, address, ASLCTL_PROGRAM, arguments);
    const int status = std::system(command.c_str());
    return {WEXITSTATUS(status), *ReadFile(base + ".out"), *ReadFile(base + ".err")};
  }

  static std::string File(const std::string& name, const std::string& text) {
    const std::string path = testing::TempDir() + name;
    std::ofstream(path) << text;
    return path;
  }

  void SetUp() override { engine_.pid_file = testing::TempDir() + "aslctl.pid"; }

  FakeEngine engine_;
};

TEST_F(Aslctl, ExitsWith2AndThreeLinesWhenTheCommandLineIsWrong) {
  const Ran ran = Run("start");

  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "aslctl: cannot read the command line\n  why: MACHINE is required\n"
            "  fix: aslctl start --help\n");
}

TEST_F(Aslctl, ExitsWith2OnAnUnknownCommandOrAnInputFileThatIsNotThere) {
  EXPECT_EQ(Run("strat order").exit, 2);
  EXPECT_EQ(Run("start order --input @/nowhere").exit, 2);
  EXPECT_EQ(Run("create order /nowhere").exit, 2);
  EXPECT_EQ(Run("history order/good -o tree --reverse").exit, 2);
}

TEST_F(Aslctl, HelpIsData) {
  const Ran ran = Run("start --help");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_NE(ran.out.find("Example: aslctl start order"), std::string::npos);
}

TEST_F(Aslctl, ExitsWith5WhenNoEngineIsThere) {
  const Ran ran = RunAt(kNothing, "ls");

  EXPECT_EQ(ran.exit, 5);
  EXPECT_NE(ran.err.find("fix: start the engine, or give its address"), std::string::npos);
  EXPECT_EQ(RunAt(kNothing, "wait order/good").exit, 5);
}

TEST_F(Aslctl, TheAddressOptionBeatsTheEnvironment) {
  EXPECT_EQ(RunAt(kNothing, "ls --address " + engine_.address).exit, 0);
}

TEST_F(Aslctl, ListsEveryPageOfStateMachines) {
  const Ran ran = Run("ls -o name");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "order\nrefund\n");
}

TEST_F(Aslctl, ExitsWith3WhenTheMachineOrTheExecutionIsNotThere) {
  EXPECT_EQ(Run("describe refund").exit, 3);
  EXPECT_EQ(Run("start refund").exit, 3);
  EXPECT_EQ(Run("describe order/gone").exit, 3);
}

TEST_F(Aslctl, ExitsWith4WhenTheEngineRefuses) {
  const std::string file = File("definition.json", "{}");

  EXPECT_EQ(Run("create taken " + file).exit, 4);
  EXPECT_EQ(Run("create new " + file).exit, 4);
}

TEST_F(Aslctl, StartPrintsTheArnAndNothingElse) {
  const Ran ran = Run("start order --name good");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, std::string(kExecutionPrefix) + "good\n");
  EXPECT_EQ(ran.err, "");
}

TEST_F(Aslctl, StartAndWaitPrintsTheOutputOnStdoutAndTheRestOnStderr) {
  const Ran ran = Run("start order --name good --wait");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "{\"paid\":true}\n");
  EXPECT_NE(ran.err.find("order/good SUCCEEDED after 2.0 s"), std::string::npos);
}

TEST_F(Aslctl, AFailedExecutionExitsWith1AndSaysWhatWhyAndHowToGoOn) {
  const Ran ran = Run("wait order/bad");

  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err,
            "aslctl: order/bad FAILED after 2.0 s\n  why: Declined: card refused\n"
            "  fix: aslctl history arn:aws:states:us-east-1:42:execution:order:bad -o tree\n");
}

TEST_F(Aslctl, WaitingForAWorkerThatIsNotThereIsSaidOnceAndEndsWith124) {
  const Ran ran = Run("start order --name stuck --wait --timeout 2");

  EXPECT_EQ(ran.exit, 124);
  EXPECT_EQ(ran.err,
            "started arn:aws:states:us-east-1:42:execution:order:stuck\n"
            "Task 'Pay' waits for a worker that serves 'charge': none is connected\n"
            "aslctl: order/stuck has not ended after 2.0 s\n"
            "  why: it runs on; only the waiting is over\n"
            "  fix: aslctl wait arn:aws:states:us-east-1:42:execution:order:stuck\n");
}

TEST_F(Aslctl, CtrlCLetsGoOfAnExecutionAndSaysThatItRunsOn) {
  const Ran ran = Run("wait order/interrupted");

  EXPECT_EQ(ran.exit, 130);
  EXPECT_NE(ran.err.find("why: it runs on in the engine"), std::string::npos);
}

TEST_F(Aslctl, DescribeShowsWhatAnExecutionWaitsFor) {
  const Ran ran = Run("describe order/stuck");

  EXPECT_EQ(ran.exit, 0);
  EXPECT_NE(ran.out.find("Waits      Task 'Pay' waits for a worker that serves 'charge'"),
            std::string::npos);
  EXPECT_NE(Run("describe order/good -o json").out.find("\"status\": \"SUCCEEDED\""),
            std::string::npos);
}

TEST_F(Aslctl, ColoursAreForTerminalsOrWhoeverAsks) {
  EXPECT_EQ(Run("describe order/good").out.find('\x1b'), std::string::npos);
  EXPECT_NE(Run("describe order/good --color always").out.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace aslctl
