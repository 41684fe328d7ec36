// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The tree of commands: names, options, help, and what each one does. The one source that the
// parser, `completion` and `man` read. Every help text ends with an example.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/aslctl/commands.h"
#include "tools/aslctl/deploy/command_line_deploy.h"
#include "tools/aslctl/style.h"

namespace CLI {
class App;
}

namespace aslctl {

struct CommandLine {
  workers::Server server;
  ColorChoice color = ColorChoice::kAuto;
  std::function<Exit()> chosen;  // set by parsing

  CreateOptions create;
  UpdateOptions update;
  DeleteOptions remove;
  ListOptions list;
  DescribeOptions describe;
  PublishOptions publish;
  VersionsOptions versions;
  std::string version_deleted;
  AliasesOptions aliases;
  SetAliasOptions alias_set;
  std::string alias_deleted;
  StartOptions start;
  WaitOptions wait;
  WatchOptions watch;
  HistoryOptions history;
  StopOptions stop;
  TaskSuccessOptions task_success;
  TaskFailureOptions task_failure;
  std::string task_heartbeat;
  ActivityOptions activity;
  ValidateOptions validate;
  RunOptions run;
  std::vector<std::string> run_tasks;
  Form status_form = Form::kText;
  TopOptions top;
  Form parked_form = Form::kText;
  std::string function;  // of routes
  Form routes_form = Form::kText;
  std::string released;
  Form sources_form = Form::kText;
  std::string source;
  DlqOptions dlq;
  std::string backup;
  Form backup_form = Form::kText;
  Form doctor_form = Form::kText;
  DeployCommandLine deploy;
  std::string shell;
  std::string complete;
};

// `line` must outlive `app`.
void Build(CLI::App& app, CommandLine& line);

// What is nearest to a word of `rest` that nobody understood; empty when nothing is.
std::string NearestTo(const CLI::App& app, const std::vector<std::string>& rest);

}  // namespace aslctl
