// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/grpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>

#include <chrono>

#include "engine/grpc_workflows.h"
#include "fmt/format.h"
#include "workers/grpc_hub.h"

namespace engine {
namespace {

constexpr std::chrono::seconds kDrain{2};

}  // namespace

struct GrpcServer::State {
  std::unique_ptr<grpc::Service> workflows;
  std::unique_ptr<grpc::Service> workers;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(Engine* engine,
                                                              const std::string& address) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  auto state = std::make_unique<State>();
  state->workflows = NewWorkflowsService(engine);
  state->workers = workers::MakeWorkersService(&engine->pool());
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &state->port);
  builder.RegisterService(state->workflows.get());
  builder.RegisterService(state->workers.get());
  workers::ConfigureServer(&builder);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT,
                             0);  // a second server on the port must fail, not share it
  state->server = builder.BuildAndStart();
  if (state->server == nullptr || state->port == 0) {
    return absl::UnavailableError(fmt::format(
        "cannot listen at {}: is another process using it? Choose another with --grpc-address",
        address));
  }
  return std::unique_ptr<GrpcServer>(new GrpcServer(std::move(state)));
}

GrpcServer::GrpcServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
GrpcServer::~GrpcServer() { Stop(); }

int GrpcServer::port() const { return state_->port; }

void GrpcServer::Stop() { state_->server->Shutdown(std::chrono::system_clock::now() + kDrain); }

}  // namespace engine
