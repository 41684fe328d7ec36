// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/operator_client.h"

#include <optional>

#include "asld/v1/operator.grpc.pb.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/workflow_calls.h"

namespace aslctl {

using asld::v1::Operator;

struct OperatorClient::State {
  std::unique_ptr<Operator::Stub> stub;

  template <class Method, class Request>
  auto Call(Method method, const Request& request,
            std::optional<std::chrono::milliseconds> patience = kAnswerMax) {
    return aslctl::Call(*stub, method, request, patience);
  }
};

OperatorClient::OperatorClient(const workers::Server& server) : state_(std::make_unique<State>()) {
  state_->stub = Operator::NewStub(workers::OpenChannel(server, {}));
}

OperatorClient::~OperatorClient() = default;

absl::StatusOr<asld::v1::Status> OperatorClient::GetStatus() {
  return state_->Call(&Operator::Stub::GetStatus, asld::v1::GetStatusRequest());
}

absl::StatusOr<asld::v1::ListParkedResponse> OperatorClient::ListParked() {
  return state_->Call(&Operator::Stub::ListParked, asld::v1::ListParkedRequest());
}

absl::Status OperatorClient::ReleaseParked(const std::string& arn) {
  asld::v1::ReleaseParkedRequest request;
  request.set_execution_arn(arn);
  return state_->Call(&Operator::Stub::ReleaseParked, request).status();
}

absl::StatusOr<asld::v1::ListSourcesResponse> OperatorClient::ListSources() {
  return state_->Call(&Operator::Stub::ListSources, asld::v1::ListSourcesRequest());
}

absl::Status OperatorClient::PauseSource(const std::string& name, bool paused) {
  asld::v1::PauseSourceRequest request;
  request.set_name(name);
  request.set_paused(paused);
  return state_->Call(&Operator::Stub::PauseSource, request).status();
}

absl::StatusOr<asld::v1::BackupResponse> OperatorClient::Backup(const std::string& directory) {
  asld::v1::BackupRequest request;
  request.set_directory(directory);
  return state_->Call(&Operator::Stub::Backup, request, std::nullopt);
}

absl::StatusOr<asld::v1::ListRoutesResponse> OperatorClient::ListRoutes(
    const std::string& function) {
  asld::v1::ListRoutesRequest request;
  request.set_function(function);
  return state_->Call(&Operator::Stub::ListRoutes, request);
}

absl::StatusOr<asld::v1::ReloadRoutesResponse> OperatorClient::ReloadRoutes() {
  return state_->Call(&Operator::Stub::ReloadRoutes, asld::v1::ReloadRoutesRequest());
}

}  // namespace aslctl
