// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/engine_client.h"

#include <algorithm>
#include <utility>

#include "tools/aslctl/arguments.h"
#include "tools/aslctl/update_stream.h"
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

  template <class Method, class Request>
  auto Call(Method method, const Request& request,
            std::chrono::milliseconds patience = kAnswerMax) {
    return aslctl::Call(*stub, method, request, patience);
  }
};

EngineClient::EngineClient(const workers::Server& server) : state_(std::make_unique<State>()) {
  grpc::ChannelArguments arguments;
  // An engine that restarts is back within seconds; gRPC's own back-off grows to two minutes.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMsMax);
  state_->stub = Workflows::NewStub(workers::OpenChannel(server, arguments));
}

EngineClient::~EngineClient() = default;

absl::StatusOr<EngineClient::Made> EngineClient::CreateStateMachine(const std::string& name,
                                                                    const std::string& definition,
                                                                    bool publish) {
  asld::v1::CreateStateMachineRequest request;
  request.set_name(name);
  request.set_definition(definition);
  request.set_publish(publish);
  auto response = state_->Call(&Workflows::Stub::CreateStateMachine, request);
  if (!response.ok()) return response.status();
  return Made{response->state_machine_arn(), response->state_machine_version_arn()};
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

absl::StatusOr<EngineClient::Made> EngineClient::UpdateStateMachine(const std::string& name,
                                                                    const Changes& changes) {
  asld::v1::UpdateStateMachineRequest request;
  request.set_state_machine(name);
  if (changes.definition) request.set_definition(*changes.definition);
  if (changes.role_arn) request.set_role_arn(*changes.role_arn);
  request.set_publish(changes.publish);
  auto response = state_->Call(&Workflows::Stub::UpdateStateMachine, request);
  if (!response.ok()) return response.status();
  return Made{response->revision_id(), response->state_machine_version_arn()};
}

absl::Status EngineClient::DeleteStateMachine(const std::string& name) {
  asld::v1::DeleteStateMachineRequest request;
  request.set_state_machine(name);
  return state_->Call(&Workflows::Stub::DeleteStateMachine, request).status();
}

absl::StatusOr<asld::v1::StateMachineVersion> EngineClient::PublishVersion(
    const std::string& machine, const std::optional<std::string>& revision,
    const std::string& description) {
  asld::v1::PublishStateMachineVersionRequest request;
  request.set_state_machine(machine);
  if (revision) request.set_revision_id(*revision);
  request.set_description(description);
  return state_->Call(&Workflows::Stub::PublishStateMachineVersion, request);
}

absl::StatusOr<std::vector<asld::v1::StateMachineVersion>> EngineClient::ListVersions(
    const std::string& machine) {
  std::vector<asld::v1::StateMachineVersion> all;
  asld::v1::ListStateMachineVersionsRequest request;
  request.set_state_machine(machine);
  request.set_max_results(kPage);
  while (true) {
    auto page = state_->Call(&Workflows::Stub::ListStateMachineVersions, request);
    if (!page.ok()) return page.status();
    for (auto& version : *page->mutable_versions()) all.push_back(std::move(version));
    if (page->next_token().empty()) return all;
    request.set_next_token(page->next_token());
  }
}

absl::Status EngineClient::DeleteVersion(const std::string& version) {
  asld::v1::DeleteStateMachineVersionRequest request;
  request.set_version(version);
  return state_->Call(&Workflows::Stub::DeleteStateMachineVersion, request).status();
}

template <class Request>
static void SetAliasChanges(const EngineClient::AliasChanges& changes, Request& request) {
  if (changes.description) request.set_description(*changes.description);
  for (const auto& [version, weight] : changes.routes) {
    asld::v1::AliasRoute& route = *request.add_routes();
    route.set_version(version);
    route.set_weight(weight);
  }
}

absl::StatusOr<asld::v1::StateMachineAlias> EngineClient::CreateAlias(const std::string& name,
                                                                      const AliasChanges& alias) {
  asld::v1::CreateStateMachineAliasRequest request;
  request.set_name(name);
  SetAliasChanges(alias, request);
  return state_->Call(&Workflows::Stub::CreateStateMachineAlias, request);
}

absl::StatusOr<asld::v1::StateMachineAlias> EngineClient::UpdateAlias(const std::string& alias,
                                                                      const AliasChanges& changes) {
  asld::v1::UpdateStateMachineAliasRequest request;
  request.set_alias(alias);
  SetAliasChanges(changes, request);
  return state_->Call(&Workflows::Stub::UpdateStateMachineAlias, request);
}

absl::StatusOr<std::vector<asld::v1::StateMachineAlias>> EngineClient::ListAliases(
    const std::string& machine) {
  asld::v1::ListStateMachineAliasesRequest request;
  request.set_state_machine(machine);
  request.set_max_results(kPage);  // there are 100 at most
  const auto page = state_->Call(&Workflows::Stub::ListStateMachineAliases, request);
  if (!page.ok()) return page.status();
  return std::vector<asld::v1::StateMachineAlias>(page->aliases().begin(), page->aliases().end());
}

absl::Status EngineClient::DeleteAlias(const std::string& alias) {
  asld::v1::DeleteStateMachineAliasRequest request;
  request.set_alias(alias);
  return state_->Call(&Workflows::Stub::DeleteStateMachineAlias, request).status();
}

absl::StatusOr<std::vector<asld::v1::ExecutionSummary>> EngineClient::ListExecutions(
    const std::string& state_machine, const std::string& status, size_t limit) {
  std::vector<asld::v1::ExecutionSummary> all;
  asld::v1::ListExecutionsRequest request;
  request.set_state_machine(state_machine);
  request.set_status_filter(status);
  while (all.size() < limit) {
    request.set_max_results(static_cast<int32_t>(std::min<size_t>(limit - all.size(), kPage)));
    auto page = state_->Call(&Workflows::Stub::ListExecutions, request);
    if (!page.ok()) return page.status();
    for (auto& execution : *page->mutable_executions()) all.push_back(std::move(execution));
    if (page->next_token().empty()) break;
    request.set_next_token(page->next_token());
  }
  return all;
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

absl::Status EngineClient::SendTaskSuccess(const std::string& token, const std::string& output) {
  asld::v1::SendTaskSuccessRequest request;
  request.set_task_token(token);
  request.set_output(output);
  return state_->Call(&Workflows::Stub::SendTaskSuccess, request).status();
}

absl::Status EngineClient::SendTaskFailure(const std::string& token,
                                           const std::optional<std::string>& error,
                                           const std::optional<std::string>& cause) {
  asld::v1::SendTaskFailureRequest request;
  request.set_task_token(token);
  if (error) request.set_error(*error);
  if (cause) request.set_cause(*cause);
  return state_->Call(&Workflows::Stub::SendTaskFailure, request).status();
}

absl::Status EngineClient::SendTaskHeartbeat(const std::string& token) {
  asld::v1::SendTaskHeartbeatRequest request;
  request.set_task_token(token);
  return state_->Call(&Workflows::Stub::SendTaskHeartbeat, request).status();
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

std::unique_ptr<UpdateStream> EngineClient::Watch(const std::string& arn, int64_t from_event) {
  asld::v1::WatchExecutionsRequest request;
  request.add_execution_arns(arn);
  request.set_include_events(true);
  request.set_from_event(from_event);
  return std::make_unique<UpdateStream>(*state_->stub, request);
}

int64_t StartedMs(const asld::v1::Execution& execution) { return Ms(execution.start_date()); }

std::optional<int64_t> StoppedMs(const asld::v1::Execution& execution) {
  if (!execution.has_stop_date()) return std::nullopt;
  return Ms(execution.stop_date());
}

int64_t CreatedMs(const asld::v1::StateMachine& state_machine) {
  return Ms(state_machine.creation_date());
}
int64_t CreatedMs(const asld::v1::StateMachineVersion& version) {
  return Ms(version.creation_date());
}
int64_t CreatedMs(const asld::v1::StateMachineAlias& alias) { return Ms(alias.creation_date()); }
int64_t UpdatedMs(const asld::v1::StateMachineAlias& alias) { return Ms(alias.update_date()); }

}  // namespace aslctl
