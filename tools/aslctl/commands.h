// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The commands, one function each: options in, exit code out; data goes to stdout and everything
// else to stderr. main.cc fills the options from the command line and says what they mean.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/aslctl/failure.h"

namespace aslctl {

class EngineClient;

enum class Form {
  kText,
  kJson,
  kName,
  kTable,
  kTree
};  // -o; which ones a command knows, main.cc says

// commands_machines.cc
struct CreateOptions {
  std::string name, file;
  Form form = Form::kText;
};
Exit Create(EngineClient& engine, const CreateOptions& options);
Exit List(EngineClient& engine, Form form);
// A state machine's name or ARN; or an execution's, which goes to DescribeExecution.
Exit Describe(EngineClient& engine, const std::string& what, Form form);

// commands_executions.cc
struct StartOptions {
  std::string state_machine, name;
  std::string input = "{}";  // JSON, @FILE or -
  bool wait = false;
  std::optional<double> timeout_s;
  Form form = Form::kText;
};
Exit Start(EngineClient& engine, const StartOptions& options);
Exit Wait(EngineClient& engine, const std::string& execution, std::optional<double> timeout_s,
          Form form);
Exit DescribeExecution(EngineClient& engine, const std::string& execution, Form form);
struct HistoryOptions {
  std::string execution;
  bool reverse = false;  // REQUIRES: not a tree, which is told from its beginning
  Form form = Form::kTable;
};
Exit History(EngineClient& engine, const HistoryOptions& options);
struct StopOptions {
  std::string execution;
  std::optional<std::string> error, cause;
};
Exit Stop(EngineClient& engine, const StopOptions& options);

// validate.cc: no engine needed.
Exit Validate(const std::vector<std::string>& files, Form form);
// "FILE:LINE:COLUMN: message (CODE at /States/Pay)" per problem of the definition; empty when it is
// good.
std::string ListProblems(const std::string& file, const std::string& definition);

// run.cc: no engine needed.
struct RunOptions {
  std::string file;
  std::string input = "{}";
  std::string name = "run";
  std::map<std::string, std::string> commands;  // by function or activity name; "*" for all others
  bool fast_waits = false;
  bool quiet = false;
  Form form = Form::kText;
};
Exit Run(const RunOptions& options);

}  // namespace aslctl
