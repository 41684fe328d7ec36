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

#include "asl/definition.h"
#include "tools/aslctl/failure.h"
#include "tools/aslctl/output.h"
#include "tools/aslctl/queue.h"
#include "workers/client/channel.h"

namespace aslctl {

class EngineClient;

// commands_machines.cc
struct CreateOptions {
  std::string name, file;
  bool publish = false;  // a version, too
  Form form = Form::kText;
};
Exit Create(EngineClient& engine, const CreateOptions& options);
struct UpdateOptions {
  std::string machine;
  std::optional<std::string> file, role_arn;  // at least one
  bool publish = false;                       // a version, too
  Form form = Form::kText;
};
Exit Update(EngineClient& engine, const UpdateOptions& options);
struct DeleteOptions {
  std::string machine;
  bool yes = false;  // do not ask
};
Exit Delete(EngineClient& engine, const DeleteOptions& options);
struct ListOptions {
  std::string machine;  // its executions; empty: the state machines
  std::string status;   // of executions; empty: any
  size_t limit = 100;   // of executions
  Form form = Form::kText;
};
Exit List(EngineClient& engine, const ListOptions& options);
// A state machine's name or ARN; or an execution's, which goes to DescribeExecution.
struct DescribeOptions {
  std::string what;
  Form form = Form::kText;
};
Exit Describe(EngineClient& engine, const DescribeOptions& options);

// commands_versions.cc: a version is "MACHINE:3", an alias "MACHINE:NAME".
struct PublishOptions {
  std::string machine, description;
  std::optional<std::string> revision;  // must be the current one
  Form form = Form::kText;
};
Exit PublishVersion(EngineClient& engine, const PublishOptions& options);
struct VersionsOptions {
  std::string machine;
  Form form = Form::kText;
};
Exit ListVersions(EngineClient& engine, const VersionsOptions& options);
Exit DeleteVersion(EngineClient& engine, const std::string& version);
using AliasesOptions = VersionsOptions;
Exit ListAliases(EngineClient& engine, const AliasesOptions& options);
struct SetAliasOptions {
  std::string alias;
  std::vector<std::string> routes;  // "3", or "3=90" and "2=10"
  std::optional<std::string> description;
  Form form = Form::kText;
};
Exit SetAlias(EngineClient& engine, const SetAliasOptions& options);  // creates it, too
Exit DeleteAlias(EngineClient& engine, const std::string& alias);

// commands_executions.cc
struct StartOptions {
  std::string state_machine, name;
  std::string input = "{}";  // JSON, @FILE or -
  bool wait = false;
  bool watch = false;  // REQUIRES: not both
  std::optional<double> timeout_s;
  Form form = Form::kText;
};
Exit Start(EngineClient& engine, const StartOptions& options);
struct WaitOptions {
  std::string execution;
  std::optional<double> timeout_s;
  Form form = Form::kText;
};
Exit Wait(EngineClient& engine, const WaitOptions& options);
Exit DescribeExecution(EngineClient& engine, const std::string& execution, Form form);
struct HistoryOptions {
  std::string execution;
  bool reverse = false;  // REQUIRES: not a tree, which is told from its beginning
  bool all = false;      // in a tree: every iteration of a Map
  Form form = Form::kText;
};
Exit History(EngineClient& engine, const HistoryOptions& options);
struct StopOptions {
  std::string execution;
  std::optional<std::string> error, cause;
};
Exit Stop(EngineClient& engine, const StopOptions& options);

// commands_tasks.cc: the Task that waits for a task token.
struct TaskSuccessOptions {
  std::string token;
  std::string result = "{}";  // JSON, @FILE or -
};
Exit SucceedTask(EngineClient& engine, const TaskSuccessOptions& options);
struct TaskFailureOptions {
  std::string token;
  std::optional<std::string> error, cause;
};
Exit FailTask(EngineClient& engine, const TaskFailureOptions& options);
Exit KeepTaskAlive(EngineClient& engine, const std::string& token);

// commands_activities.cc
struct ActivityOptions {
  std::string activity;  // name or ARN; not for a list
  std::string worker;    // of a poll: what the execution's history calls it
  Form form = Form::kText;
};
Exit CreateActivity(const workers::Server& server, const ActivityOptions& options);
Exit ListActivities(const workers::Server& server, const ActivityOptions& options);
Exit DescribeActivity(const workers::Server& server, const ActivityOptions& options);
Exit DeleteActivity(const workers::Server& server, const ActivityOptions& options);
Exit PollActivity(const workers::Server& server, const ActivityOptions& options);

// watch.cc
using WatchOptions = WaitOptions;
Exit Watch(EngineClient& engine, const WatchOptions& options);
// REQUIRES: an execution's ARN.
Exit WatchToEnd(EngineClient& engine, const std::string& arn, std::optional<double> timeout_s,
                Form form);

// commands_operate.cc, top.cc, doctor.cc: asld.v1.Operator at an address.
Exit ShowStatus(const workers::Server& server, Form form);
struct TopOptions {
  double interval_s = 1;
  uint64_t count = 0;  // 0: until interrupted
};
Exit Top(const workers::Server& server, const TopOptions& options);
Exit ListParked(const workers::Server& server, Form form);
// `function`: only the route that it takes; empty: all.
Exit ListRoutes(const workers::Server& server, const std::string& function, Form form);
Exit ReloadRoutes(const workers::Server& server);
Exit ReleaseParked(EngineClient& engine, const workers::Server& server,
                   const std::string& execution);
Exit Backup(const workers::Server& server, const std::string& directory, Form form);

// commands_sources.cc: queues that drive executions.
Exit ListSources(const workers::Server& server, Form form);
Exit PauseSource(const workers::Server& server, const std::string& name, bool paused);

// commands_dlq.cc: their dead-letter queues.
struct DlqOptions {
  std::string queue;  // URL, ARN or name; or a source's name
  QueueOptions reach;
  size_t limit = 100;
  std::string to;  // of redrive: a queue; empty: where they came from
  Form form = Form::kText;
};
Exit ListDeadLetters(EngineClient& engine, const workers::Server& server,
                     const DlqOptions& options);
Exit RedriveDeadLetters(const workers::Server& server, const DlqOptions& options);
Exit Doctor(const workers::Server& server, Form form);

// validate.cc: no engine needed.
struct ValidateOptions {
  std::vector<std::string> files;
  asl::MachineType type = asl::MachineType::kStandard;
  bool strict = false;  // warnings are errors
  Form form = Form::kText;
};
Exit Validate(const ValidateOptions& options);

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
