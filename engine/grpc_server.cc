// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/grpc_server.h"

#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "absl/synchronization/mutex.h"
#include "engine/grpc_activities.h"
#include "engine/grpc_operator.h"
#include "engine/grpc_workflows.h"
#include "engine/log.h"
#include "fmt/format.h"
#include "workers/grpc_hub.h"

namespace engine {
namespace {

// For answers on their way; streams of workers and waiting calls would never end by themselves.
constexpr std::chrono::milliseconds kDrain{500};

// gRPC prints its own lines, in its own form, also for what is told as a status anyway.
void LogOfGrpc(gpr_log_func_args* line) {
  Log(LogLevel::kDebug, {}, fmt::format("grpc: {}", line->message));
}

absl::StatusOr<std::string> ReadPem(const std::string& path) {
  std::ifstream file(path);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file || text.empty()) {
    return absl::InvalidArgumentError(fmt::format("{} cannot be read, or is empty", path));
  }
  return text;
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CredentialsOf(const TlsFiles& tls) {
  if (tls.certificate.empty()) return grpc::InsecureServerCredentials();
  absl::StatusOr<std::string> certificate = ReadPem(tls.certificate);
  if (!certificate.ok()) return certificate.status();
  absl::StatusOr<std::string> key = ReadPem(tls.key);
  if (!key.ok()) return key.status();
  grpc::SslServerCredentialsOptions options(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  options.pem_key_cert_pairs.push_back({*std::move(key), *std::move(certificate)});
  return grpc::SslServerCredentials(options);
}

}  // namespace

struct GrpcServer::State {
  std::unique_ptr<grpc::Service> workflows;
  std::unique_ptr<grpc::Service> workers;
  std::unique_ptr<grpc::Service> operations;
  std::unique_ptr<grpc::Service> activities;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(Engine* engine,
                                                              const std::string& address,
                                                              const TlsFiles& tls) {
  absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials = CredentialsOf(tls);
  if (!credentials.ok()) return credentials.status();
  gpr_set_log_function(LogOfGrpc);
  // Debian's Abseil is built with its debug checks: every lock that gRPC takes would enter a graph
  // of all locks, to find cycles in gRPC's own code.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  auto state = std::make_unique<State>();
  state->workflows = NewWorkflowsService(engine);
  state->workers = workers::MakeWorkersService(&engine->pool());
  state->operations = NewOperatorService(engine);
  state->activities = NewActivitiesService(engine);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address, *credentials, &state->port);
  builder.RegisterService(state->workflows.get());
  builder.RegisterService(state->workers.get());
  builder.RegisterService(state->operations.get());
  builder.RegisterService(state->activities.get());
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
