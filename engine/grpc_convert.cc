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

void Convert(const asl::Problem& problem, asld::v1::Problem& out) {
  out.set_code(problem.code);
  out.set_message(problem.message);
  out.set_location(problem.location);
  out.set_line(problem.line);
  out.set_column(problem.column);
  out.set_severity(std::string(asl::SeverityName(problem.severity)));
}

// What a list and a description of an execution have in common.
template <class Message>
void ConvertStart(const Engine& engine, const std::string& machine, const ExecutionRow& row,
                  Message& out) {
  out.set_execution_arn(ExecutionArn(engine.scope(), machine, row.name));
  out.set_state_machine_arn(StateMachineArn(engine.scope(), machine));
  out.set_name(row.name);
  const std::string_view status = asl::StatusName(row.status);
  out.set_status(status.data(), status.size());
  Convert(row.started, *out.mutable_start_date());
  if (row.status != asl::ExecutionStatus::kRunning) Convert(row.stopped, *out.mutable_stop_date());
  if (row.version != 0) {
    out.set_state_machine_version_arn(VersionArn(engine.scope(), machine, row.version));
  }
  if (!row.alias.empty()) {
    out.set_state_machine_alias_arn(QualifiedArn(engine.scope(), machine, row.alias));
  }
}

void Convert(const Engine& engine, const std::string& machine, const Version& version,
             asld::v1::StateMachineVersion& out) {
  out.set_state_machine_version_arn(VersionArn(engine.scope(), machine, version.number));
  Convert(version.created, *out.mutable_creation_date());
  out.set_description(version.description);
  out.set_revision_id(version.revision);
}

void Convert(const Engine& engine, const std::string& machine, const Alias& alias,
             asld::v1::StateMachineAlias& out) {
  out.set_state_machine_alias_arn(QualifiedArn(engine.scope(), machine, alias.name));
  out.set_name(alias.name);
  out.set_description(alias.description);
  for (const AliasRoute& route : alias.routes) {
    asld::v1::AliasRoute& converted = *out.add_routes();
    converted.set_version(VersionArn(engine.scope(), machine, route.version));
    converted.set_weight(static_cast<int32_t>(route.weight));
  }
  Convert(alias.created, *out.mutable_creation_date());
  Convert(alias.updated, *out.mutable_update_date());
}

void Convert(const Engine& engine, const api::MachineDescription& description,
             asld::v1::StateMachine& out) {
  Convert(engine, *description.revision, true, out);
  const Revision& machine = *description.machine;
  out.set_status(machine.deleting ? "DELETING" : "ACTIVE");
  Convert(machine.created, *out.mutable_creation_date());
  if (!description.version) return;
  const Version& version = *description.version;
  out.set_state_machine_arn(VersionArn(engine.scope(), machine.machine, version.number));
  Convert(version.created, *out.mutable_creation_date());
  out.set_description(version.description);
}

void Convert(const Engine& engine, const Revision& revision, bool with_definition,
             asld::v1::StateMachine& out) {
  out.set_state_machine_arn(StateMachineArn(engine.scope(), revision.machine));
  out.set_name(revision.machine);
  if (with_definition) out.set_definition(revision.definition);
  out.set_role_arn(revision.role_arn);
  Convert(revision.created, *out.mutable_creation_date());
  out.set_revision_id(revision.id);
  out.set_status(revision.deleting ? "DELETING" : "ACTIVE");
}

void Convert(Engine& engine, const ExecutionDescription& description, asld::v1::Execution& out) {
  ConvertStart(engine, description.revision->machine, description.row, out);
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

void Convert(const Engine& engine, const std::string& machine, const ListedExecution& execution,
             asld::v1::ExecutionSummary& out) {
  ConvertStart(engine, machine, execution.row, out);
}

void Convert(asl::HistoryEvent&& event, asld::v1::HistoryEvent& out) {
  out.set_id(asl::ToInt(event.id));
  out.set_previous_event_id(asl::ToInt(event.previous));
  const std::string_view type = asl::EventTypeName(event.type);
  out.set_type(type.data(), type.size());
  Convert(event.time, *out.mutable_timestamp());
  out.set_name(std::move(event.name));
  if (event.payload.ref.event != asl::EventId::kNone) {
    const std::string_view text = event.payload.view();
    switch (asl::PayloadFieldOf(event.type)) {
      case asl::PayloadField::kInput:
        out.set_input(text.data(), text.size());
        break;
      case asl::PayloadField::kOutput:
        out.set_output(text.data(), text.size());
        break;
      case asl::PayloadField::kParameters:
        out.set_parameters(text.data(), text.size());
        break;
      case asl::PayloadField::kNone:
      case asl::PayloadField::kAssigned:
        break;
    }
  }
  if (event.error.name) out.set_error(*std::move(event.error.name));
  if (event.error.cause) out.set_cause(*std::move(event.error.cause));
  out.set_resource(std::move(event.resource));
  out.set_resource_type(std::move(event.resource_type));
  out.set_region(std::move(event.region));
  if (event.timeout_s) out.set_timeout_in_seconds(*event.timeout_s);
  if (event.heartbeat_s) out.set_heartbeat_in_seconds(*event.heartbeat_s);
  if (event.length) out.set_length(*event.length);
  if (event.index) out.set_index(*event.index);
  out.set_role_arn(std::move(event.role_arn));
  if (event.assigned != nullptr) out.set_assigned_variables(*event.assigned);
  out.set_location(std::move(event.location));
}

}  // namespace engine
