// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the tests of the program share: a fake engine in this process that knows the state machines
// "order" and "refund" and tells of the executions of the first by their names, and aslctl run as a
// shell runs it. For tests only.
#pragma once

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "asld/v1/operator.grpc.pb.h"
#include "asld/v1/workflows.grpc.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/clock.h"

namespace aslctl {

using grpc::ServerContext;
using grpc::Status;
using grpc::StatusCode;

inline constexpr char kMachineArn[] = "arn:aws:states:us-east-1:42:stateMachine:order";
inline constexpr char kExecutionPrefix[] = "arn:aws:states:us-east-1:42:execution:order:";
inline constexpr char kNothing[] = "127.0.0.1:1";  // nobody listens there

// The operator's half.
class FakeOperator : public asld::v1::Operator::Service {
 public:
  Status GetStatus(ServerContext*, const asld::v1::GetStatusRequest*,
                   asld::v1::Status* status) override {
    *status = next;
    const int64_t now = WallMs();
    status->mutable_now()->set_seconds(now / 1000 + skew_s);
    status->mutable_started()->set_seconds(now / 1000 - 3600);
    next.set_transitions(next.transitions() + 500);
    return Status::OK;
  }

  Status ListParked(ServerContext*, const asld::v1::ListParkedRequest*,
                    asld::v1::ListParkedResponse* response) override {
    auto& parked = *response->add_executions();
    parked.set_execution_arn(std::string(kExecutionPrefix) + "crasher");
    parked.set_crashes(3);
    return Status::OK;
  }

  Status ReleaseParked(ServerContext*, const asld::v1::ReleaseParkedRequest* request,
                       asld::v1::ReleaseParkedResponse*) override {
    released = request->execution_arn();
    return Status::OK;
  }

  Status ListRoutes(ServerContext*, const asld::v1::ListRoutesRequest* request,
                    asld::v1::ListRoutesResponse* response) override {
    auto& lambda = *response->add_routes();
    lambda.set_match("pay-*");
    lambda.set_to("lambda");
    lambda.set_endpoint("http://127.0.0.1:3001");
    lambda.set_concurrency(20);
    lambda.set_origin("/etc/asld.yaml:3");
    if (!request->function().empty()) return Status::OK;
    auto& mock = *response->add_routes();
    mock.set_match("flaky");
    mock.set_to("mock");
    mock.set_error("Lambda.TooManyRequestsException");
    mock.set_origin("/etc/asld.yaml:7");
    auto& rest = *response->add_routes();
    rest.set_match("*");
    rest.set_to("worker");
    rest.set_origin("default");
    return Status::OK;
  }

  Status ReloadRoutes(ServerContext*, const asld::v1::ReloadRoutesRequest*,
                      asld::v1::ReloadRoutesResponse*) override {
    return {StatusCode::INVALID_ARGUMENT, "/etc/asld.yaml:4: routes[0].to is 'lamda'"};
  }

  Status Backup(ServerContext*, const asld::v1::BackupRequest* request,
                asld::v1::BackupResponse* response) override {
    if (!request->directory().starts_with('/')) {
      return {StatusCode::INVALID_ARGUMENT, "not an absolute path"};
    }
    response->set_bytes(3 << 20);
    response->set_files(7);
    response->set_seq(42);
    return Status::OK;
  }

  asld::v1::Status next;  // what GetStatus answers, but for its times
  int64_t skew_s = 0;
  std::string released;
};

class FakeEngine : public asld::v1::Workflows::Service {
 public:
  FakeEngine() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(this);
    builder.RegisterService(&operator_service);
    server_ = builder.BuildAndStart();
    address = fmt::format("127.0.0.1:{}", port);
  }

  Status CreateStateMachine(ServerContext*, const asld::v1::CreateStateMachineRequest* request,
                            asld::v1::CreateStateMachineResponse* response) override {
    if (request->name() == "taken") return {StatusCode::ALREADY_EXISTS, "it exists"};
    if (request->definition() == "{}") return {StatusCode::INVALID_ARGUMENT, "no StartAt"};
    response->set_state_machine_arn(kMachineArn);
    if (request->publish()) {
      response->set_state_machine_version_arn(fmt::format("{}:1", kMachineArn));
    }
    return Status::OK;
  }

  Status DescribeStateMachine(ServerContext*, const asld::v1::DescribeStateMachineRequest* request,
                              asld::v1::StateMachine* machine) override {
    if (request->state_machine() != "order") return {StatusCode::NOT_FOUND, "no such machine"};
    machine->set_state_machine_arn(kMachineArn);
    machine->set_revision_id("0042");
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

  Status UpdateStateMachine(ServerContext*, const asld::v1::UpdateStateMachineRequest* request,
                            asld::v1::UpdateStateMachineResponse* response) override {
    if (request->state_machine() != "order") return {StatusCode::NOT_FOUND, "no such machine"};
    if (request->definition() == "{}") return {StatusCode::INVALID_ARGUMENT, "no StartAt"};
    response->set_revision_id("r2");
    return Status::OK;
  }

  Status DeleteStateMachine(ServerContext*, const asld::v1::DeleteStateMachineRequest* request,
                            asld::v1::DeleteStateMachineResponse*) override {
    deleted = request->state_machine();
    return Status::OK;
  }

  // "order" has the versions 2 and 1, and the alias PROD, which leads to both.
  Status PublishStateMachineVersion(ServerContext*,
                                    const asld::v1::PublishStateMachineVersionRequest* request,
                                    asld::v1::StateMachineVersion* version) override {
    if (request->state_machine() != "order") return {StatusCode::NOT_FOUND, "no such machine"};
    if (request->has_revision_id()) return {StatusCode::FAILED_PRECONDITION, "it is another one"};
    return FillVersion(3, request->description(), version);
  }

  Status ListStateMachineVersions(ServerContext*,
                                  const asld::v1::ListStateMachineVersionsRequest* request,
                                  asld::v1::ListStateMachineVersionsResponse* response) override {
    if (request->state_machine() != "order") return {StatusCode::NOT_FOUND, "no such machine"};
    const bool first = request->next_token().empty();
    if (first) response->set_next_token("more");
    return FillVersion(first ? 2 : 1, first ? "with refunds" : "", response->add_versions());
  }

  Status DeleteStateMachineVersion(ServerContext*,
                                   const asld::v1::DeleteStateMachineVersionRequest* request,
                                   asld::v1::DeleteStateMachineVersionResponse*) override {
    deleted = request->version();
    return Status::OK;
  }

  Status CreateStateMachineAlias(ServerContext*,
                                 const asld::v1::CreateStateMachineAliasRequest* request,
                                 asld::v1::StateMachineAlias* alias) override {
    return FillAlias(request->name(), request->routes(), alias);
  }

  Status UpdateStateMachineAlias(ServerContext*,
                                 const asld::v1::UpdateStateMachineAliasRequest* request,
                                 asld::v1::StateMachineAlias* alias) override {
    if (request->alias() != "order:PROD") return {StatusCode::NOT_FOUND, "no such alias"};
    return FillAlias("PROD", request->routes(), alias);
  }

  Status ListStateMachineAliases(ServerContext*,
                                 const asld::v1::ListStateMachineAliasesRequest* request,
                                 asld::v1::ListStateMachineAliasesResponse* response) override {
    if (request->state_machine() != "order") return {StatusCode::NOT_FOUND, "no such machine"};
    asld::v1::UpdateStateMachineAliasRequest routes;
    for (int version : {2, 1}) {
      asld::v1::AliasRoute& route = *routes.add_routes();
      route.set_version(fmt::format("{}:{}", kMachineArn, version));
      route.set_weight(version == 2 ? 90 : 10);
    }
    return FillAlias("PROD", routes.routes(), response->add_aliases());
  }

  Status DeleteStateMachineAlias(ServerContext*,
                                 const asld::v1::DeleteStateMachineAliasRequest* request,
                                 asld::v1::DeleteStateMachineAliasResponse*) override {
    deleted = request->alias();
    return Status::OK;
  }

  Status ListExecutions(ServerContext*, const asld::v1::ListExecutionsRequest* request,
                        asld::v1::ListExecutionsResponse* response) override {
    if (request->state_machine() != "order") return {StatusCode::NOT_FOUND, "no such machine"};
    for (const std::string name : {"good", "bad"}) {
      asld::v1::Execution whole;
      Fill(kExecutionPrefix + name, &whole);
      const std::string& filter = request->status_filter();
      if (!filter.empty() && whole.status() != filter) continue;
      auto& execution = *response->add_executions();
      execution.set_execution_arn(whole.execution_arn());
      execution.set_name(name);
      execution.set_status(whole.status());
      *execution.mutable_start_date() = whole.start_date();
      *execution.mutable_stop_date() = whole.stop_date();
    }
    return Status::OK;
  }

  // "good" has run to its end; "broken" breaks off once in the middle; "interrupted" goes on until
  // the caller is interrupted.
  Status WatchExecutions(ServerContext*, const asld::v1::WatchExecutionsRequest* request,
                         grpc::ServerWriter<asld::v1::ExecutionUpdate>* writer) override {
    const std::string arn = request->execution_arns(0);
    const std::string name = arn.substr(arn.rfind(':') + 1);
    const int64_t last = name == "good" || request->from_event() > 1 ? 4 : 2;
    asld::v1::ExecutionUpdate update;
    update.mutable_execution()->set_execution_arn(arn);
    update.mutable_execution()->set_status(last == 4 ? "SUCCEEDED" : "RUNNING");
    const char* types[] = {"ExecutionStarted", "TaskStateEntered", "TaskStateExited",
                           "ExecutionSucceeded"};
    for (int64_t id = std::max<int64_t>(request->from_event(), 1); id <= last; ++id) {
      auto& event = *update.add_events();
      event.set_id(id);
      event.set_previous_event_id(id - 1);
      event.set_type(types[id - 1]);
      event.mutable_timestamp()->set_seconds(1'763'913'600 + id);
      if (id == 2 || id == 3) event.set_name("Pay");
    }
    writer->Write(update);
    if (name == "interrupted") {
      Interrupt();
      return {StatusCode::UNAVAILABLE, "it goes on"};
    }
    return name == "broken" && last == 2 ? Status(StatusCode::UNAVAILABLE, "broken off")
                                         : Status::OK;
  }

  std::string address;
  std::string deleted;
  FakeOperator operator_service;
  std::string pid_file;  // of the program that calls

 private:
  void Interrupt() const {
    std::ifstream file(pid_file);
    pid_t pid = 0;
    if (file >> pid) kill(pid, SIGINT);
  }

  static Status FillVersion(int number, const std::string& description,
                            asld::v1::StateMachineVersion* version) {
    version->set_state_machine_version_arn(fmt::format("{}:{}", kMachineArn, number));
    version->mutable_creation_date()->set_seconds(1'763'913'600);
    version->set_revision_id("0042");
    version->set_description(description);
    return Status::OK;
  }

  template <class Routes>
  static Status FillAlias(const std::string& name, const Routes& routes,
                          asld::v1::StateMachineAlias* alias) {
    alias->set_state_machine_alias_arn(fmt::format("{}:{}", kMachineArn, name));
    alias->set_name(name);
    for (const asld::v1::AliasRoute& route : routes) *alias->add_routes() = route;
    alias->mutable_creation_date()->set_seconds(1'763'913'600);
    alias->mutable_update_date()->set_seconds(1'763'913'600);
    return Status::OK;
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
    const std::string base = Base();
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

  void SetUp() override { engine_.pid_file = Base() + ".pid"; }

  static std::string Base() { return testing::TempDir() + fmt::format("aslctl-{}", getpid()); }

  FakeEngine engine_;
};

}  // namespace aslctl
