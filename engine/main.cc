// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld: builds everything, in order, and takes it down again on SIGTERM or SIGINT. Exit codes: 0
// stopped on request, 2 usage, 69 the address is taken, 74 the store failed or cannot be opened
// (sysexits.h).
#include <pthread.h>
#include <signal.h>

#include <cstdio>

#include "engine/config.h"
#include "engine/engine.h"
#include "engine/grpc_server.h"
#include "fmt/format.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace {

constexpr int kExitAddressTaken = 69;
constexpr int kExitStore = 74;

int Refuse(const absl::Status& status, int code) {
  std::fputs(
      fmt::format("asld: {}; exiting with code {}\n", std::string(status.message()), code).c_str(),
      stderr);
  return code;
}

void PrintCounters(const engine::Engine::Counters& counters) {
  std::fputs(fmt::format("commits: writes={} syncs={} batches={} bytes={} transitions={}\n",
                         counters.commits.writes, counters.commits.syncs, counters.commits.batches,
                         counters.commits.bytes, counters.partitions.transitions)
                 .c_str(),
             stderr);
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
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  spdlog::set_default_logger(spdlog::stderr_logger_mt("asld"));
  spdlog::set_level(spdlog::level::from_str(config->log_level));

  absl::StatusOr<std::unique_ptr<engine::Engine>> engine = engine::Engine::Open(config->engine);
  if (!engine.ok()) return Refuse(engine.status(), kExitStore);
  absl::StatusOr<std::unique_ptr<engine::GrpcServer>> server =
      engine::GrpcServer::Start(engine->get(), config->grpc_address);
  if (!server.ok()) return Refuse(server.status(), kExitAddressTaken);
  std::fputs(fmt::format("asld: ready: grpc at port {}, {} partitions, data in {}\n",
                         (*server)->port(), (*engine)->partitions(), config->engine.data_dir)
                 .c_str(),
             stderr);

  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("signal {}: stopping", signal);
  (*server)->Stop();
  (*engine)->Stop();
  PrintCounters((*engine)->counters());
  return 0;
}
