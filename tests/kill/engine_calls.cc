// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/kill/engine_calls.h"

#include "fmt/format.h"
#include "tools/aslctl/workflow_calls.h"

namespace kill_test {
namespace {

using aslctl::AllEvents;
using aslctl::DescribeRequest;
using aslctl::StartRequest;
using aslctl::ToStatus;
using asld::v1::Workflows;

template <class Request, class Response>
using Method = grpc::Status (Workflows::Stub::*)(grpc::ClientContext*, const Request&, Response*);

// No call is open longer: what takes longer hangs.
constexpr int64_t kCallMsMax = 180'000;
constexpr int kReconnectMsMax = 200;
constexpr int kPage = 50;  // small, so that a history has several

}  // namespace

struct EngineCalls::State {
  std::unique_ptr<Workflows::Stub> stub;

  template <class Request, class Response>
  absl::StatusOr<Response> Call(Method<Request, Response> method, const Request& request,
                                bool* repeated = nullptr) {
    while (true) {
      grpc::ClientContext context;
      context.set_wait_for_ready(true);
      context.set_deadline(gpr_time_from_millis(kCallMsMax, GPR_TIMESPAN));
      Response response;
      const grpc::Status status = (stub.get()->*method)(&context, request, &response);
      if (status.ok()) return response;
      if (status.error_code() != grpc::StatusCode::UNAVAILABLE) return ToStatus(status);
      if (repeated != nullptr) *repeated = true;
    }
  }
};

EngineCalls::EngineCalls(const std::string& address) : state_(std::make_unique<State>()) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  state_->stub = Workflows::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

EngineCalls::~EngineCalls() = default;

absl::Status EngineCalls::Create(const std::string& name, const std::string& definition) {
  asld::v1::CreateStateMachineRequest request;
  request.set_name(name);
  request.set_definition(definition);
  return state_->Call(&Workflows::Stub::CreateStateMachine, request).status();
}

absl::StatusOr<std::string> EngineCalls::Start(const std::string& machine, const std::string& name,
                                               const std::string& input) {
  bool repeated = false;
  auto response =
      state_->Call(&Workflows::Stub::StartExecution, StartRequest(machine, name, input), &repeated);
  if (response.ok()) return response->execution_arn();
  // The first try was carried out, and the execution has ended since.
  if (!repeated || !absl::IsAlreadyExists(response.status())) return response.status();
  return fmt::format("arn:aws:states:us-east-1:123456789012:execution:{}:{}", machine, name);
}

absl::StatusOr<std::string> EngineCalls::TryStart(const std::string& machine,
                                                  const std::string& name,
                                                  const std::string& input) {
  grpc::ClientContext context;
  context.set_deadline(gpr_time_from_millis(kCallMsMax, GPR_TIMESPAN));
  asld::v1::StartExecutionResponse response;
  const grpc::Status status =
      state_->stub->StartExecution(&context, StartRequest(machine, name, input), &response);
  if (!status.ok()) return ToStatus(status);
  return response.execution_arn();
}

absl::Status EngineCalls::Stop(const std::string& arn) {
  asld::v1::StopExecutionRequest request;
  request.set_execution_arn(arn);
  request.set_error("Stopped");
  return state_->Call(&Workflows::Stub::StopExecution, request).status();
}

absl::StatusOr<asld::v1::Execution> EngineCalls::Wait(const std::string& arn) {
  return state_->Call(&Workflows::Stub::WaitExecution, DescribeRequest(arn));
}

absl::StatusOr<asld::v1::Execution> EngineCalls::Describe(const std::string& arn) {
  return state_->Call(&Workflows::Stub::DescribeExecution, DescribeRequest(arn));
}

absl::StatusOr<std::vector<asld::v1::HistoryEvent>> EngineCalls::History(const std::string& arn) {
  asld::v1::GetExecutionHistoryRequest request;
  request.set_execution_arn(arn);
  request.set_max_results(kPage);
  return AllEvents(request, [this](const asld::v1::GetExecutionHistoryRequest& page) {
    return state_->Call(&Workflows::Stub::GetExecutionHistory, page);
  });
}

}  // namespace kill_test
