// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The commands that put definitions on AWS and on asld, one function each: options in, exit code out.
// `plan` and `drift` exit with 2 when there is a difference, and so never with 2 for anything else.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/aslctl/deploy/machine.h"
#include "tools/aslctl/failure.h"
#include "tools/aslctl/output.h"

namespace aslctl {

struct DeployOptions {
  SourceOptions source;
  std::vector<std::string> regions;
  // What goes on top of the descriptor; empty: nothing.
  std::string profile, endpoint, name, role, alias, steps, bake, failure_rate;
  bool yes = false;            // do not ask
  std::optional<int> version;  // rollback: to this one
  Form form = Form::kText;
};

Exit PlanDeployment(const DeployOptions& options);
Exit ApplyDeployment(const DeployOptions& options);
// Plan, question, apply.
Exit Deploy(const DeployOptions& options);
// The plan from the other side: what the service has that the files do not say.
Exit Drift(const DeployOptions& options);
Exit Rollback(const DeployOptions& options);

struct ImportOptions {
  std::string machine;  // name or ARN
  std::string to = "local";
  std::string profile, region, endpoint, alias;
  std::string folder = ".";
  bool force = false;  // overwrite
};
Exit Import(const ImportOptions& options);

struct RoleOptions {
  SourceOptions source;
  std::string region, account;
  Form form = Form::kText;
};
Exit PrintRole(const RoleOptions& options);

}  // namespace aslctl
