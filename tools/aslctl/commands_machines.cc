// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "asld/v1/workflows.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/definition_file.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/execution_text.h"
#include "tools/aslctl/not_found.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

// What the engine says of a definition it refuses: the same compiler is here, and knows lines and
// columns.
Failure DefinitionFailure(Failure failure, const DefinitionFile& file) {
  const std::string problems = ListProblems(file, file.Refusals());
  fmt::print(stderr, "{}", problems);
  if (!problems.empty()) failure.why = "the definition has the problems listed above";
  return failure;
}

// A file that is no YAML: there is nothing to send.
std::optional<Failure> NoDefinition(const DefinitionFile& file, const std::string& what) {
  if (!file.json().empty()) return std::nullopt;
  return DefinitionFailure({.exit = Exit::kRefused, .what = what, .why = "the file is empty"},
                           file);
}

Failure FileFailure(const absl::Status& status, std::string what) {
  return {.exit = Exit::kUsage,
          .what = std::move(what),
          .why = std::string(status.message()),
          .fix = "give the file that holds the definition"};
}

// The id of what was made, and the version's ARN when one was asked for.
Exit PrintMade(Form form, const char* member, const EngineClient::Made& made) {
  Json json = {{member, made.id}};
  if (!made.version_arn.empty()) json["stateMachineVersionArn"] = made.version_arn;
  const std::string version = made.version_arn.empty() ? "" : made.version_arn + "\n";
  Print(form, json, {.name = member}, made.id + "\n" + version);
  return Exit::kOk;
}

}  // namespace

Exit Create(EngineClient& engine, const CreateOptions& options) {
  const std::string what = fmt::format("cannot create '{}'", options.name);
  const auto file = DefinitionFile::Read(options.file);
  if (!file.ok()) return Tell(FileFailure(file.status(), what));
  if (const auto failure = NoDefinition(*file, what)) return Tell(*failure);
  const auto made = engine.CreateStateMachine(options.name, file->json(), options.publish);
  if (made.ok()) return PrintMade(options.form, "stateMachineArn", *made);
  Failure failure = FailureOf(made.status(), what);
  if (absl::IsInvalidArgument(made.status())) {
    failure = DefinitionFailure(failure, *file);
  } else if (absl::IsAlreadyExists(made.status())) {
    failure.fix = fmt::format("`aslctl update {0} FILE` changes it, `aslctl describe {0}` shows it",
                              options.name);
  }
  return Tell(failure);
}

Exit Update(EngineClient& engine, const UpdateOptions& options) {
  const std::string what = fmt::format("cannot update '{}'", options.machine);
  EngineClient::Changes changes{.role_arn = options.role_arn, .publish = options.publish};
  std::optional<DefinitionFile> file;
  if (options.file) {
    auto read = DefinitionFile::Read(*options.file);
    if (!read.ok()) return Tell(FileFailure(read.status(), what));
    file = *std::move(read);
    if (const auto failure = NoDefinition(*file, what)) return Tell(*failure);
    changes.definition = file->json();
  }
  const auto revision = engine.UpdateStateMachine(options.machine, changes);
  if (!revision.ok()) {
    const Failure failure = MachineFailure(engine, revision.status(), what, options.machine);
    const bool refused = absl::IsInvalidArgument(revision.status()) && file;
    return Tell(refused ? DefinitionFailure(failure, *file) : failure);
  }
  return PrintMade(options.form, "revisionId", *revision);
}

Exit Delete(EngineClient& engine, const DeleteOptions& options) {
  const std::string what = fmt::format("cannot delete '{}'", options.machine);
  // The engine says OK of what does not exist; a person has mistyped it.
  if (const auto machine = engine.DescribeStateMachine(options.machine); !machine.ok()) {
    return Tell(MachineFailure(engine, machine.status(), what, options.machine));
  }
  if (!options.yes) {
    const bool asks = isatty(STDIN_FILENO) == 1;
    const std::string question = fmt::format(
        "Delete '{}'? No execution can be started any more; those that run go on to their end.",
        options.machine);
    if (!asks || !Confirm(question)) {
      return Tell({.exit = Exit::kUsage,
                   .what = fmt::format("'{}' is not deleted", options.machine),
                   .why = asks ? "the answer was not yes" : "nobody is here to confirm it",
                   .fix = "--yes deletes without asking"});
    }
  }
  if (const absl::Status s = engine.DeleteStateMachine(options.machine); !s.ok()) {
    return Tell(MachineFailure(engine, s, what, options.machine));
  }
  fmt::print(stderr, "deleted {}\n", ShortName(options.machine));
  return Exit::kOk;
}

static Exit ListMachines(EngineClient& engine, Form form) {
  const auto machines = engine.ListStateMachines();
  if (!machines.ok()) return Tell(FailureOf(machines.status(), "cannot list state machines"));
  if (machines->empty()) {
    fmt::print(stderr, "no state machines yet: aslctl create NAME FILE makes one\n");
  }
  Print(form, StateMachinesJson(*machines), {.name = "name", .list = "stateMachines"},
        machines->empty() ? "" : StateMachinesText(*machines, StyleOf(stdout)));
  return Exit::kOk;
}

Exit List(EngineClient& engine, const ListOptions& options) {
  if (options.machine.empty()) return ListMachines(engine, options.form);
  const auto executions = engine.ListExecutions(options.machine, options.status, options.limit);
  if (!executions.ok()) {
    return Tell(MachineFailure(engine, executions.status(),
                               fmt::format("cannot list the executions of '{}'", options.machine),
                               options.machine));
  }
  if (executions->empty()) fmt::print(stderr, "no such executions\n");
  Print(options.form, ExecutionsJson(*executions), {.name = "executionArn", .list = "executions"},
        executions->empty() ? "" : ExecutionsText(*executions, StyleOf(stdout)));
  return Exit::kOk;
}

Exit Describe(EngineClient& engine, const DescribeOptions& options) {
  const auto& [what, form] = options;
  if (IsExecutionArn(what) || ParseExecutionName(what)) {
    return DescribeExecution(engine, what, form);
  }
  const auto machine = engine.DescribeStateMachine(what);
  if (!machine.ok()) {
    return Tell(
        MachineFailure(engine, machine.status(), fmt::format("cannot describe '{}'", what), what));
  }
  Print(form, StateMachineJson(*machine), {.name = "name"},
        StateMachineText(*machine, StyleOf(stdout)));
  return Exit::kOk;
}

}  // namespace aslctl
