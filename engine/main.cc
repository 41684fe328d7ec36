// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld: builds everything, in order, and takes it down again on SIGTERM or SIGINT. Exit codes are
// in config.h.
#include <pthread.h>
#include <signal.h>

#include "engine/aws_json.h"
#include "engine/config.h"
#include "engine/descriptors.h"
#include "engine/engine.h"
#include "engine/grpc_server.h"
#include "engine/http_server.h"
#include "engine/offline.h"
#include "engine/operator_pages.h"
#include "engine/sources/sources.h"
#include "fmt/format.h"
#include "workers/aws/http_client.h"
#include "workers/lambda_service.h"
#include "workers/sqs_service.h"

namespace {

void PrintCounters(const engine::Engine::Counters& counters) {
  engine::Announce(
      engine::LogLevel::kInfo,
      fmt::format("commits: writes={} syncs={} batches={} bytes={} transitions={}",
                  counters.commits.writes, counters.commits.syncs, counters.commits.batches,
                  counters.commits.bytes, counters.partitions.transitions));
}

// HTTP is up first, so that whoever watches sees a long start; and down last.
absl::StatusOr<std::unique_ptr<engine::HttpServer>> StartHttp(const engine::Config& config,
                                                              engine::OperatorPages& pages,
                                                              engine::AwsJson& aws) {
  if (config.http_address.empty()) return nullptr;
  engine::HttpLimits limits = config.http;
  limits.connections = engine::RaiseDescriptors(limits.connections);
  return engine::HttpServer::Start(
      config.http_address,
      [pages = pages.handler(), &aws](engine::HttpRequest request,
                                      engine::HttpServer::Reply reply) {
        if (engine::AwsJson::IsCall(request)) {
          aws.Answer(std::move(request), std::move(reply));
        } else {
          pages(std::move(request), std::move(reply));
        }
      },
      limits, config.tls, engine::AwsJson::Refusal);
}

void SayReady(const engine::Config& config, const engine::Engine& engine,
              const engine::GrpcServer& grpc, const engine::HttpServer* http) {
  const std::string http_port =
      http == nullptr ? "" : fmt::format(", http at port {}", http->port());
  engine::Announce(engine::LogLevel::kInfo,
                   fmt::format("ready: grpc at port {}{}, {} partitions, data in {}", grpc.port(),
                               http_port, engine.partitions(), config.engine.data_dir));
}

// What this process calls for Tasks.
void AddServices(engine::Engine& engine, workers::aws::HttpTransport* transport,
                 const std::string& region) {
  engine.services().Add("lambda", std::make_unique<workers::LambdaService>(
                                      transport, [&engine](std::string_view function) {
                                        return engine.routes()->TargetOf(function);
                                      }));
  engine.services().Add("sqs", std::make_unique<workers::SqsService>(transport, region));
}

// Until SIGTERM or SIGINT, which it answers with; SIGHUP reads the routes again.
int WaitForStop(engine::Engine& engine, const sigset_t& signals) {
  for (;;) {
    int signal = 0;
    sigwait(&signals, &signal);
    if (signal != SIGHUP) return signal;
    const absl::Status status = engine.ReloadRoutes();
    engine::Log(status.ok() ? engine::LogLevel::kInfo : engine::LogLevel::kError, {},
                status.ok()
                    ? "routes: read again"
                    : fmt::format("routes: not changed: {}", std::string(status.message())));
  }
}

int Serve(const engine::Config& config, const sigset_t& signals) {
  engine::OperatorPages pages;
  absl::StatusOr<std::unique_ptr<engine::AwsGate>> gate = engine::AwsGate::Open(config.aws);
  if (!gate.ok()) return engine::Refuse(gate.status(), engine::kExitUsage);
  engine::AwsJson aws(*std::move(gate));
  absl::StatusOr<std::unique_ptr<engine::HttpServer>> http = StartHttp(config, pages, aws);
  if (!http.ok()) return engine::Refuse(http.status(), engine::kExitAddressTaken);
  absl::StatusOr<std::unique_ptr<workers::aws::HttpClient>> calls =
      workers::aws::HttpClient::Start({});
  if (!calls.ok()) return engine::Refuse(calls.status(), engine::kExitStore);
  absl::StatusOr<std::unique_ptr<engine::Engine>> engine = engine::Engine::Open(config.engine);
  if (!engine.ok()) return engine::Refuse(engine.status(), engine::kExitStore);
  AddServices(**engine, calls->get(), config.engine.scope.region);
  absl::StatusOr<std::unique_ptr<engine::GrpcServer>> grpc =
      engine::GrpcServer::Start(engine->get(), config.grpc_address, config.tls);
  if (!grpc.ok()) return engine::Refuse(grpc.status(), engine::kExitAddressTaken);
  absl::StatusOr<std::unique_ptr<engine::sources::Sources>> sources =
      engine::sources::Sources::Start(config.sources, engine->get());
  if (!sources.ok()) return engine::Refuse(sources.status(), engine::kExitUsage);
  pages.Show(engine->get());
  aws.Show(engine->get());
  SayReady(config, **engine, **grpc, http->get());

  const int signal = WaitForStop(**engine, signals);
  engine::Log(engine::LogLevel::kInfo, {}, fmt::format("signal {}: stopping", signal));
  pages.Show(nullptr);
  aws.Show(nullptr);
  (*sources)->Stop();
  (*grpc)->Stop();
  (*engine)->Stop();
  if (*http != nullptr) (*http)->Stop();
  PrintCounters((*engine)->counters());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  std::optional<engine::Config> config = engine::ReadConfig(argc, argv, &exit_code);
  if (!config) return exit_code;

  // Every thread inherits the mask, so that only sigwait below sees these signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  engine::SetUpLog(config->log_format, config->log_level);
  switch (config->purpose) {
    case engine::Purpose::kPrintConfig:
      return engine::RunPrintConfig(*config);
    case engine::Purpose::kRestore:
      return engine::RunRestore(*config);
    case engine::Purpose::kVerify:
      return engine::RunVerify(*config);
    case engine::Purpose::kReleaseReserve:
      return engine::RunReleaseReserve(*config);
    case engine::Purpose::kDoctor:
      return engine::RunDoctor(*config);
    case engine::Purpose::kServe:
      break;
  }
  return Serve(*config, signals);
}
