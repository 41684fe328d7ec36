// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld's command line: what it is asked to do, and its settings, each of which is a flag, an ASLD_…
// variable and a key of the configuration file. The table of them is in config.cc and nowhere else.
// Read once by main.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/aws_gate.h"
#include "engine/engine.h"
#include "engine/http_server.h"
#include "engine/log.h"
#include "engine/sources/options.h"

namespace engine {

// How asld ends. Its --help says the same.
inline constexpr int kExitFound = 1;          // verify or doctor found something
inline constexpr int kExitUsage = 2;          // the command line or the configuration
inline constexpr int kExitAddressTaken = 69;  // sysexits.h EX_UNAVAILABLE
inline constexpr int kExitStore = 74;         // EX_IOERR

enum class Purpose : uint8_t {
  kServe,
  kPrintConfig,  // `asld config`: the settings in effect and where each comes from
  kRestore,      // `asld restore BACKUP`: makes a data directory of a backup
  kVerify,       // `asld verify`: holds every row of a closed data directory to what must be true
  kReleaseReserve,  // `asld --release-reserve`: gives a full disk its reserve back
  kDoctor,          // `asld doctor`: looks at the machine as asld with these settings would find it
};

struct Config {
  Purpose purpose = Purpose::kServe;
  std::string backup;  // of kRestore
  bool json = false;   // of kVerify
  EngineOptions engine;
  std::string grpc_address;
  std::string http_address;  // empty: no HTTP
  std::vector<sources::Options> sources;
  HttpLimits http;
  TlsFiles tls;  // for HTTP and gRPC
  AwsGateOptions aws;
  std::string log_level;
  LogFormat log_format = LogFormat::kText;
  std::string printed;  // all settings with their origin, one a line
};

// nullopt: the process should exit with *exit_code (help, version, or an error that was printed as
// one line).
std::optional<Config> ReadConfig(int argc, char** argv, int* exit_code);

}  // namespace engine
