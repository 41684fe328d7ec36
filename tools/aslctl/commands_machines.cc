// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <cstdio>

#include "asld/v1/workflows.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/execution_text.h"

namespace aslctl {

Exit Create(EngineClient& engine, const CreateOptions& options) {
  const std::string what = fmt::format("cannot create '{}'", options.name);
  const auto definition = ReadFile(options.file);
  if (!definition.ok()) {
    return Tell({.exit = Exit::kUsage,
                 .what = what,
                 .why = std::string(definition.status().message()),
                 .fix = "give the file that holds the definition"});
  }
  const auto arn = engine.CreateStateMachine(options.name, *definition);
  if (arn.ok()) {
    fmt::print("{}",
               options.form == Form::kJson ? OneMemberJson("stateMachineArn", *arn) : *arn + "\n");
    return Exit::kOk;
  }
  Failure failure = FailureOf(arn.status(), what);
  if (absl::IsInvalidArgument(arn.status())) {
    // The same compiler is here, and knows lines and columns.
    const std::string problems = ListProblems(options.file, *definition);
    fmt::print(stderr, "{}", problems);
    if (!problems.empty()) failure.why = "the definition has the problems listed above";
  } else if (absl::IsAlreadyExists(arn.status())) {
    failure.fix =
        fmt::format("`aslctl describe {}` shows what is there; choose another name", options.name);
  }
  return Tell(failure);
}

Exit List(EngineClient& engine, Form form) {
  const auto machines = engine.ListStateMachines();
  if (!machines.ok()) return Tell(FailureOf(machines.status(), "cannot list state machines"));
  if (form == Form::kJson) {
    fmt::print("{}", StateMachinesJson(*machines));
  } else if (form == Form::kName) {
    for (const asld::v1::StateMachine& machine : *machines) fmt::print("{}\n", machine.name());
  } else if (machines->empty()) {
    fmt::print(stderr, "no state machines yet: aslctl create NAME FILE makes one\n");
  } else {
    fmt::print("{}", StateMachinesText(*machines, StyleOf(stdout)));
  }
  return Exit::kOk;
}

Exit Describe(EngineClient& engine, const std::string& what, Form form) {
  if (IsExecutionArn(what) || ParseExecutionName(what)) {
    return DescribeExecution(engine, what, form);
  }
  const auto machine = engine.DescribeStateMachine(what);
  if (!machine.ok()) {
    return Tell(FailureOf(machine.status(), fmt::format("cannot describe '{}'", what)));
  }
  fmt::print("{}", form == Form::kJson ? StateMachineJson(*machine)
                                       : StateMachineText(*machine, StyleOf(stdout)));
  return Exit::kOk;
}

}  // namespace aslctl
