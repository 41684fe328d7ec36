// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/hub_server.h"

#include <cassert>

#include "fmt/core.h"
#include "grpcpp/impl/service_type.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "workers/client/clock.h"

namespace workers {

// In the order in which an engine has them: the Pool outlives the service, the service the server.
struct HubServer::Running {
  explicit Running(Events* events) : pool(events) {}
  Pool pool;
  std::unique_ptr<grpc::Service> service;
  std::unique_ptr<grpc::Server> server;
};

HubServer::HubServer(HubOptions options) : options_(options) { Start(); }
HubServer::~HubServer() { Stop(); }

void HubServer::Start() {
  running_ = std::make_unique<Running>(&engine);
  running_->service = MakeWorkersService(&running_->pool, options_);
  grpc::ServerBuilder builder;
  ConfigureServer(&builder);
  builder.AddListeningPort(fmt::format("127.0.0.1:{}", port_), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(running_->service.get());
  running_->server = builder.BuildAndStart();
  assert(running_->server != nullptr && "the port is taken");
}

void HubServer::Stop() {
  if (running_ == nullptr) return;
  running_->server->Shutdown(SystemNow());
  running_.reset();
}

std::string HubServer::address() const { return fmt::format("127.0.0.1:{}", port_); }
Pool& HubServer::pool() { return running_->pool; }

}  // namespace workers
