// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/grpc_convert.h"

#include "fmt/format.h"

namespace engine {

namespace {

// A status travels in HTTP/2 headers, of which a client takes 8 KiB in all; bytes that are not
// printable ASCII are percent-encoded there. One that is larger never arrives: the client sees
// RESOURCE_EXHAUSTED and no text at all.
constexpr size_t kStatusBytesMax = 6'000;

std::string FitStatus(std::string_view message) {
  size_t encoded = 0;
  size_t end = 0;
  for (; end < message.size() && encoded <= kStatusBytesMax; ++end) {
    const char c = message[end];
    encoded += c >= 0x20 && c < 0x7f && c != '%' ? 1 : 3;
  }
  if (end == message.size()) return std::string(message);
  while (end > 0 && (message[end] & 0xc0) == 0x80) --end;  // no half character
  return fmt::format("{}... ({} bytes in all)", message.substr(0, end), message.size());
}

}  // namespace

// absl's canonical codes are gRPC's, number for number.
grpc::Status ToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      FitStatus(std::string(status.message())));
}

void Convert(asl::Millis time, google::protobuf::Timestamp& out) {
  out.set_seconds(time.value / 1'000);
  out.set_nanos(static_cast<int32_t>(time.value % 1'000 * 1'000'000));
}

void Convert(const Engine& engine, const Revision& revision, bool with_definition,
             asld::v1::StateMachine& out) {
  out.set_state_machine_arn(StateMachineArn(engine.scope(), revision.machine));
  out.set_name(revision.machine);
  if (with_definition) out.set_definition(revision.definition);
  out.set_role_arn(revision.role_arn);
  Convert(revision.created, *out.mutable_creation_date());
  out.set_revision_id(revision.id);
}

void Convert(Engine& engine, const ExecutionDescription& description, asld::v1::Execution& out) {
  const ExecutionRow& row = description.row;
  out.set_execution_arn(ExecutionArn(engine.scope(), description.revision->machine, row.name));
  out.set_state_machine_arn(StateMachineArn(engine.scope(), description.revision->machine));
  out.set_name(row.name);
  const std::string_view status = asl::StatusName(row.status);
  out.set_status(status.data(), status.size());
  Convert(row.started, *out.mutable_start_date());
  if (row.status != asl::ExecutionStatus::kRunning) Convert(row.stopped, *out.mutable_stop_date());
  out.set_input(description.input);
  if (description.output) out.set_output(*description.output);
  if (description.error.name) out.set_error(*description.error.name);
  if (description.error.cause) out.set_cause(*description.error.cause);
  out.set_parked(description.parked);
  for (const PendingTask& task : description.pending) {
    asld::v1::PendingTask& pending = *out.add_pending_tasks();
    pending.set_state_name(task.state_name);
    pending.set_queue(task.queue);
    pending.set_attempt(task.attempt);
    pending.set_worker_instance(task.instance);
    pending.set_workers(static_cast<uint32_t>(engine.pool().WorkersFor(task.queue)));
  }
}

void Convert(const asl::HistoryEvent& event, asld::v1::HistoryEvent& out) {
  out.set_id(asl::ToInt(event.id));
  out.set_previous_event_id(asl::ToInt(event.previous));
  const std::string_view type = asl::EventTypeName(event.type);
  out.set_type(type.data(), type.size());
  Convert(event.time, *out.mutable_timestamp());
  out.set_name(event.name);
  if (event.payload.ref.event != asl::EventId::kNone) {
    const std::string text(event.payload.view());
    switch (asl::PayloadFieldOf(event.type)) {
      case asl::PayloadField::kInput:
        out.set_input(text);
        break;
      case asl::PayloadField::kOutput:
        out.set_output(text);
        break;
      case asl::PayloadField::kParameters:
        out.set_parameters(text);
        break;
      case asl::PayloadField::kNone:
        break;
    }
  }
  if (event.error.name) out.set_error(*event.error.name);
  if (event.error.cause) out.set_cause(*event.error.cause);
  out.set_resource(event.resource);
  out.set_resource_type(event.resource_type);
  out.set_region(event.region);
  if (event.timeout_s) out.set_timeout_in_seconds(*event.timeout_s);
  if (event.heartbeat_s) out.set_heartbeat_in_seconds(*event.heartbeat_s);
  out.set_role_arn(event.role_arn);
}

}  // namespace engine
