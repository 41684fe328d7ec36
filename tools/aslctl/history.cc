// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/history.h"

#include "asl/history_event.h"
#include "asld/v1/workflows.pb.h"

namespace aslctl {

Event FromProto(const asld::v1::HistoryEvent& event) {
  Event out{.id = event.id(),
            .previous = event.previous_event_id(),
            .type = event.type(),
            .time_ms = event.timestamp().seconds() * 1000 + event.timestamp().nanos() / 1'000'000,
            .name = event.name(),
            .location = event.location(),
            .resource = event.resource(),
            .resource_type = event.resource_type(),
            .region = event.region(),
            .role_arn = event.role_arn()};
  if (event.has_input()) out.input = event.input();
  if (event.has_output()) out.output = event.output();
  if (event.has_parameters()) out.parameters = event.parameters();
  if (event.has_assigned_variables()) out.assigned = event.assigned_variables();
  if (event.has_error()) out.error = event.error();
  if (event.has_cause()) out.cause = event.cause();
  if (event.has_timeout_in_seconds()) out.timeout_s = event.timeout_in_seconds();
  if (event.has_heartbeat_in_seconds()) out.heartbeat_s = event.heartbeat_in_seconds();
  if (event.has_length()) out.length = event.length();
  if (event.has_index()) out.index = event.index();
  return out;
}

Event FromInterpreter(const asl::HistoryEvent& event) {
  Event out{.id = asl::ToInt(event.id),
            .previous = asl::ToInt(event.previous),
            .type = std::string(asl::EventTypeName(event.type)),
            .time_ms = event.time.value,
            .name = event.name,
            .location = event.location,
            .error = event.error.name,
            .cause = event.error.cause,
            .resource = event.resource,
            .resource_type = event.resource_type,
            .region = event.region,
            .role_arn = event.role_arn,
            .timeout_s = event.timeout_s,
            .heartbeat_s = event.heartbeat_s,
            .length = event.length,
            .index = event.index};
  if (event.assigned != nullptr) out.assigned = *event.assigned;
  if (!asl::ShowsPayload(event.type)) return out;
  switch (asl::PayloadFieldOf(event.type)) {
    case asl::PayloadField::kNone:
    case asl::PayloadField::kAssigned:
      break;
    case asl::PayloadField::kInput:
      out.input = std::string(event.payload.view());
      break;
    case asl::PayloadField::kOutput:
      out.output = std::string(event.payload.view());
      break;
    case asl::PayloadField::kParameters:
      out.parameters = std::string(event.payload.view());
      break;
  }
  return out;
}

std::string FunctionName(const std::string& resource) {
  for (std::string_view kind : {":function:", ":activity:"}) {
    const size_t at = resource.find(kind);
    if (at == resource.npos) continue;
    const std::string name = resource.substr(at + kind.size());
    return name.substr(0, name.find(':'));
  }
  return resource;
}

}  // namespace aslctl
