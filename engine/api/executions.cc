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

}  // namespace

void StartExecution(Engine& engine, StartRequest request, Reply<StartAnswer> reply) {
  absl::StatusOr<RevisionPtr> revision = DescribeStateMachine(engine, request.state_machine);
  if (!revision.ok()) return reply(revision.status());
  const bool fresh_name = request.name.empty();
  if (fresh_name) {
    request.name = NewUuid();
  } else if (absl::Status s = CheckName(request.name); !s.ok()) {
    return reply(s);
  }
  if (request.input.empty()) request.input = "{}";
  if (absl::Status s = CheckInput(request.input); !s.ok()) return reply(s);

  const Hash128 hash = HashName((*revision)->machine, request.name);
  std::string arn = ExecutionArn(engine.scope(), (*revision)->machine, request.name);
  engine.Post(
      OwnerOf(hash, engine.partitions()),
      engine::StartExecution{.revision = *std::move(revision),
                             .name = std::move(request.name),
                             .fresh_name = fresh_name,
                             .input = std::make_shared<const std::string>(std::move(request.input)),
                             .name_hash = hash,
                             .reply = [reply = std::move(reply),
                                       arn = std::move(arn)](absl::StatusOr<Started> started) {
                               if (!started.ok()) return reply(started.status());
                               reply(StartAnswer{.execution_arn = arn,
                                                 .number = started->execution,
                                                 .started_at = started->started_at});
                             }});
}

absl::StatusOr<ExecutionDescription> DescribeExecution(Engine& engine, const std::string& arn) {
  const storage::View view = engine.durable_view();
  absl::StatusOr<ExecutionNumber> number =
      FindExecution(*view, engine.scope(), engine.partitions(), arn);
  if (!number.ok()) return number.status();
  return Describe(*view, engine.registry(), *number);
}

void StopExecution(Engine& engine, StopExecutionRequest request, Reply<asl::Millis> reply) {
  if (request.error.name && request.error.name->size() > asl::kErrorNameMax) {
    return reply(
        absl::InvalidArgumentError(fmt::format("1 validation error detected: Value at 'error' "
                                               "failed to satisfy constraint: Member must have "
                                               "length less than or equal to {}",
                                               asl::kErrorNameMax)));
  }
  if (request.error.cause && request.error.cause->size() > asl::kErrorCauseMax) {
    return reply(
        absl::InvalidArgumentError(fmt::format("1 validation error detected: Value at 'cause' "
                                               "failed to satisfy constraint: Member must have "
                                               "length less than or equal to {}",
                                               asl::kErrorCauseMax)));
  }
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
