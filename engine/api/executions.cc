// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include <atomic>

#include "asl/json.h"
#include "asl/limits.h"
#include "engine/api/requests.h"
#include "engine/api/wait_ticket.h"
#include "fmt/format.h"

namespace engine::api {
namespace {

absl::Status CheckInput(const std::string& input) {
  if (input.size() > asl::kPayloadBytesMax) {
    return absl::InvalidArgumentError(
        fmt::format("1 validation error detected: Value at 'input' failed to satisfy constraint: "
                    "Member must have "
                    "length less than or equal to {}",
                    asl::kPayloadBytesMax));
  }
  if (const std::optional<asl::JsonError> error = asl::ValidateJson(input)) {
    return absl::InvalidArgumentError(
        fmt::format("Invalid State Machine Execution Input: '{}'", error->message));
  }
  return absl::OkStatus();
}

// A version went between two looks at the registry.
absl::Status HasChanged(const std::string& state_machine) {
  return absl::AbortedError(fmt::format(
      "State Machine Has Changed: '{}' was updated or deleted meanwhile; start it again",
      state_machine));
}

// Which revision is to run, and as what. False: HasChanged.
bool AimAt(Engine& engine, const Target& target, engine::StartExecution& command) {
  if (!target.version && !target.alias) return true;
  const auto& versions = target.versions->versions;
  const Version& first =
      target.version ? *target.version : versions.at(target.alias->routes.front().version);
  command.revision = engine.registry().FindRevision(first.revision);
  command.version = first.number;
  if (!target.alias) return command.revision != nullptr;
  command.alias = target.alias->name;
  if (target.alias->routes.size() > 1) {
    const AliasRoute& route = target.alias->routes.back();
    command.other = {
        .revision = engine.registry().FindRevision(versions.at(route.version).revision),
        .version = route.version,
        .weight = route.weight};
    if (command.other->revision == nullptr) return false;
  }
  return command.revision != nullptr;
}

}  // namespace

void StartExecution(Engine& engine, StartRequest request, Reply<StartAnswer> reply) {
  if (absl::Status s = engine.CheckDiskSpace(); !s.ok()) return reply(s);
  absl::StatusOr<Target> target = FindTarget(engine, request.state_machine);
  if (!target.ok()) return reply(target.status());
  const std::string& machine = target->machine->machine;
  if (target->machine->deleting) {
    return reply(absl::FailedPreconditionError(fmt::format(
        "State Machine is being deleted: '{}'", StateMachineArn(engine.scope(), machine))));
  }
  const bool fresh_name = request.name.empty();
  if (fresh_name) {
    request.name = NewExecutionName(engine.clock().Now());
  } else if (absl::Status s = CheckName(request.name); !s.ok()) {
    return reply(s);
  }
  if (request.input.empty()) request.input = "{}";
  if (absl::Status s = CheckInput(request.input); !s.ok()) return reply(s);

  const Hash128 hash = HashName(machine, request.name);
  std::string arn = ExecutionArn(engine.scope(), machine, request.name);
  engine::StartExecution command{
      .revision = target->machine,
      .name = std::move(request.name),
      .fresh_name = fresh_name,
      .input = std::make_shared<const std::string>(std::move(request.input)),
      .name_hash = hash,
      .reply = [reply = std::move(reply),
                arn = std::move(arn)](absl::StatusOr<Started> started) mutable {
        if (!started.ok()) return reply(started.status());
        reply(StartAnswer{.execution_arn = std::move(arn),
                          .number = started->execution,
                          .started_at = started->started_at,
                          .existing = started->existing});
      }};
  if (!AimAt(engine, *target, command)) return command.reply(HasChanged(request.state_machine));
  engine.Post(OwnerOf(hash, engine.partitions()), std::move(command));
}

absl::StatusOr<ExecutionDescription> DescribeExecution(Engine& engine, const std::string& arn) {
  const storage::View view = engine.durable_view();
  absl::StatusOr<ExecutionNumber> number =
      FindExecution(*view, engine.scope(), engine.partitions(), arn);
  if (!number.ok()) return number.status();
  return Describe(*view, engine.registry(), *number);
}

absl::StatusOr<RevisionPtr> DescribeStateMachineForExecution(Engine& engine,
                                                             const std::string& arn) {
  const storage::View view = engine.durable_view();
  absl::StatusOr<ExecutionNumber> number =
      FindExecution(*view, engine.scope(), engine.partitions(), arn);
  if (!number.ok()) return number.status();
  const absl::StatusOr<ExecutionRow> row = ReadStatus(*view, *number);
  if (!row.ok()) return row.status();
  return RevisionOf(*view, engine.registry(), *number, *row);
}

void StopExecution(Engine& engine, StopExecutionRequest request, Reply<asl::Millis> reply) {
  if (absl::Status s = CheckError(request.error); !s.ok()) return reply(s);
  absl::StatusOr<ExecutionNumber> number = FindExecution(
      *engine.durable_view(), engine.scope(), engine.partitions(), request.execution_arn);
  if (!number.ok()) return reply(number.status());
  engine.Post(PartitionOf(*number), engine::StopExecution{.execution = *number,
                                                          .error = std::move(request.error),
                                                          .reply = std::move(reply)});
}

// Adds the waiter before looking, so that an end between the two is seen by one of them; the flag
// lets only one reply.
std::shared_ptr<WaitTicket> WaitForEnd(Engine& engine, ExecutionNumber execution,
                                       Reply<ExecutionDescription> reply) {
  auto ticket = std::make_shared<WaitTicket>(&engine.waiters(), execution);
  auto answer = [&engine, execution, replied = std::make_shared<std::atomic<bool>>(false),
                 reply = std::move(reply)] {
    if (!replied->exchange(true))
      reply(Describe(*engine.durable_view(), engine.registry(), execution));
  };
  ticket->Arm(answer);
  const absl::StatusOr<ExecutionRow> row = ReadStatus(*engine.durable_view(), execution);
  if (!row.ok() || row->status != asl::ExecutionStatus::kRunning) {
    ticket->Cancel();
    answer();
  }
  return ticket;
}

}  // namespace engine::api
