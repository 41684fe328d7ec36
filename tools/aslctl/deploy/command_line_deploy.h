// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The part of the tree of commands that deploys: names, options, help.
#pragma once

#include <functional>

#include "tools/aslctl/deploy/commands_deploy.h"

namespace CLI {
class App;
}

namespace aslctl {

struct DeployCommandLine {
  DeployOptions deploy;
  ImportOptions import;
  RoleOptions role;
};

// `line` and `chosen` must outlive `app`.
void AddDeployCommands(CLI::App& app, DeployCommandLine& line, std::function<Exit()>& chosen);

}  // namespace aslctl
