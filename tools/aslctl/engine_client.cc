// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/engine_client.h"

#include <utility>

#include "tools/aslctl/arguments.h"
#include "tools/aslctl/workflow_calls.h"

namespace aslctl {
namespace {

using asld::v1::Workflows;

constexpr int kPage = 1000;
constexpr int kReconnectMsMax = 500;

int64_t Ms(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

}  // namespace

struct EngineClient::State {
  std::unique_ptr<Workflows::Stub> stub;

  template <class Request, class Response>
  absl::StatusOr<Response> Call(WorkflowsMethod<Request, Response> method, const Request& request,
                                std::chrono::milliseconds patience = kAnswerMax) {
    grpc::ClientContext context;
    context.set_deadline(gpr_time_from_millis(patience.count(), GPR_TIMESPAN));
    Response response;
    const grpc::Status status = (stub.get()->*method)(&context, request, &response);
    if (!status.ok()) return ToStatus(status);
    return response;
  }
};

EngineClient::EngineClient(const std::string& address) : state_(std::make_unique<State>()) {
  grpc::ChannelArguments arguments;
  // An engine that restarts is back within seconds; gRPC's own back-off grows to two minutes.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  state_->stub = Workflows::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

EngineClient::~EngineClient() = default;

absl::StatusOr<std::string> EngineClient::CreateStateMachine(const std::string& name,
                                                             const std::string& definition) {
  asld::v1::CreateStateMachineRequest request;
  request.set_name(name);
  request.set_definition(definition);
  auto response = state_->Call(&Workflows::Stub::CreateStateMachine, request);
  if (!response.ok()) return response.status();
  return response->state_machine_arn();
}

absl::StatusOr<asld::v1::StateMachine> EngineClient::DescribeStateMachine(const std::string& name) {
  asld::v1::DescribeStateMachineRequest request;
  request.set_state_machine(name);
  return state_->Call(&Workflows::Stub::DescribeStateMachine, request);
}

absl::StatusOr<std::vector<asld::v1::StateMachine>> EngineClient::ListStateMachines() {
  std::vector<asld::v1::StateMachine> all;
  asld::v1::ListStateMachinesRequest request;
  request.set_max_results(kPage);
  while (true) {
    auto page = state_->Call(&Workflows::Stub::ListStateMachines, request);
    if (!page.ok()) return page.status();
    for (auto& machine : *page->mutable_state_machines()) all.push_back(std::move(machine));
    if (page->next_token().empty()) return all;
    request.set_next_token(page->next_token());
  }
}

absl::StatusOr<std::string> EngineClient::StartExecution(const std::string& state_machine,
                                                         const std::string& name,
                                                         const std::string& input) {
  auto response =
      state_->Call(&Workflows::Stub::StartExecution, StartRequest(state_machine, name, input));
  if (!response.ok()) return response.status();
  return response->execution_arn();
}

absl::StatusOr<std::string> EngineClient::ResolveExecution(const std::string& execution) {
  const std::optional<ExecutionName> name = ParseExecutionName(execution);
  if (!name) return execution;
  const auto machine = DescribeStateMachine(name->state_machine);
  if (!machine.ok()) return machine.status();
  return ExecutionArn(machine->state_machine_arn(), name->name);
}

absl::StatusOr<asld::v1::Execution> EngineClient::DescribeExecution(const std::string& arn) {
  return state_->Call(&Workflows::Stub::DescribeExecution, DescribeRequest(arn));
}

absl::StatusOr<asld::v1::Execution> EngineClient::WaitExecution(
    const std::string& arn, std::chrono::milliseconds patience) {
  return state_->Call(&Workflows::Stub::WaitExecution, DescribeRequest(arn), patience);
}

absl::Status EngineClient::StopExecution(const std::string& arn,
                                         const std::optional<std::string>& error,
                                         const std::optional<std::string>& cause) {
  asld::v1::StopExecutionRequest request;
  request.set_execution_arn(arn);
  if (error) request.set_error(*error);
  if (cause) request.set_cause(*cause);
  return state_->Call(&Workflows::Stub::StopExecution, request).status();
}

absl::StatusOr<std::vector<asld::v1::HistoryEvent>> EngineClient::History(const std::string& arn,
                                                                          Order order) {
  asld::v1::GetExecutionHistoryRequest request;
  request.set_execution_arn(arn);
  request.set_max_results(kPage);
  request.set_reverse_order(order == Order::kNewestFirst);
  return AllEvents(request, [this](const asld::v1::GetExecutionHistoryRequest& page) {
    return state_->Call(&Workflows::Stub::GetExecutionHistory, page);
  });
}

int64_t StartedMs(const asld::v1::Execution& execution) { return Ms(execution.start_date()); }

std::optional<int64_t> StoppedMs(const asld::v1::Execution& execution) {
  if (!execution.has_stop_date()) return std::nullopt;
  return Ms(execution.stop_date());
}

int64_t CreatedMs(const asld::v1::StateMachine& state_machine) {
  return Ms(state_machine.creation_date());
}

}  // namespace aslctl
