// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The subcommands of asld_bench for what grows: many executions, long histories, large Maps.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace CLI {
class App;
}
namespace grpc {
class Channel;
}

namespace bench {

struct ScaleCommand {
  CLI::App* app = nullptr;
  // The figures as JSON text.
  std::function<absl::StatusOr<std::string>(const std::shared_ptr<grpc::Channel>& channel)> run;
};

std::vector<ScaleCommand> AddScaleCommands(CLI::App& app);

}  // namespace bench
