// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/config.h"

#include <CLI/CLI.hpp>

namespace engine {

std::optional<Config> ReadConfig(int argc, char** argv, int* exit_code) {
  Config config;
  config.engine.data_dir = "asld-data";
  CLI::App app("asld: a durable workflow engine for Amazon States Language", "asld");
  app.set_version_flag("--version", std::string("asld ") + ASLD_VERSION);
  app.add_option("--data-dir", config.engine.data_dir,
                 "Directory that holds everything; created when missing")
      ->envname("ASLD_DATA_DIR")
      ->capture_default_str();
  app.add_option("--grpc-address", config.grpc_address, "HOST:PORT to listen at for gRPC")
      ->envname("ASLD_GRPC_ADDRESS")
      ->capture_default_str();
  app.add_option("--partitions", config.engine.partitions,
                 "Fixed when the data directory is created")
      ->envname("ASLD_PARTITIONS")
      ->check(CLI::Range(1u, kPartitionsMax))
      ->capture_default_str();
  app.add_option("--loops", config.engine.loops, "Threads that run partitions; 0: one per core")
      ->envname("ASLD_LOOPS")
      ->check(CLI::Range(0u, kPartitionsMax))
      ->capture_default_str();
  app.add_option("--region", config.engine.scope.region, "Region in ARNs")
      ->envname("AWS_DEFAULT_REGION")
      ->capture_default_str();
  app.add_option("--account", config.engine.scope.account, "Account id in ARNs")
      ->envname("AWS_ACCOUNT_ID")
      ->capture_default_str();
  app.add_option("--lease-ms", config.engine.lease_ms,
                 "How long a task waits for its lost worker to come back")
      ->envname("ASLD_LEASE_MS")
      ->check(CLI::Range(int64_t{100}, int64_t{3'600'000}))
      ->capture_default_str();
  app.add_option("--cache-bytes", config.engine.cache_bytes, "Memory for executions")
      ->envname("ASLD_CACHE_BYTES")
      ->capture_default_str();
  app.add_option("--redeliver", config.engine.redeliver,
                 "Functions whose tasks are sent again, at least once, when their worker is lost "
                 "(comma separated)")
      ->envname("ASLD_REDELIVER")
      ->delimiter(',');
  app.add_flag("--accept-loss", config.engine.accept_loss,
               "Open the store although acknowledged commits are missing from it");
  std::string sync = "pipelined";
  app.add_option("--sync", sync, "'none' acknowledges before the disk has it: for measuring only")
      ->check(CLI::IsMember({"pipelined", "none"}))
      ->capture_default_str();
  app.add_option("--log-level", config.log_level, "trace, debug, info, warning, error or off")
      ->envname("ASLD_LOG_LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    *exit_code = code == 0 ? 0 : 2;
    return std::nullopt;
  }
  if (sync == "none") config.engine.sync = storage::SyncMode::kNone;
  return config;
}

}  // namespace engine
