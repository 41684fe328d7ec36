// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// asld's settings: each is a flag and an ASLD_… variable. Read once by main.
#pragma once

#include <optional>
#include <string>

#include "engine/engine.h"

namespace engine {

struct Config {
  EngineOptions engine;
  std::string grpc_address = "127.0.0.1:8084";
  std::string log_level = "info";
};

// nullopt: the process should exit with *exit_code (help, version, or a usage error that was
// printed).
std::optional<Config> ReadConfig(int argc, char** argv, int* exit_code);

}  // namespace engine
