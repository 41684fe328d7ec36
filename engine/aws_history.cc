// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/aws_history.h"

#include "fmt/format.h"

namespace engine {
namespace {

using asl::EventType;
using asl::HistoryEvent;
using asl::JsonWriter;

// These say nothing beyond their type. All others have an object, which may be empty.
bool HasDetails(EventType type) {
  switch (type) {
    case EventType::kUnknown:
    case EventType::kLambdaFunctionStarted:
    case EventType::kMapStateSucceeded:
    case EventType::kMapStateFailed:
    case EventType::kMapStateAborted:
    case EventType::kParallelStateStarted:
    case EventType::kParallelStateSucceeded:
    case EventType::kParallelStateFailed:
    case EventType::kParallelStateAborted:
    case EventType::kTaskStateAborted:
    case EventType::kWaitStateAborted:
      return false;
    default:
      return true;
  }
}

// States of all types enter and leave with the same details.
std::string DetailsName(EventType type) {
  std::string name(asl::EventTypeName(type));
  if (name.ends_with("StateEntered")) return "stateEnteredEventDetails";
  if (name.ends_with("StateExited")) return "stateExitedEventDetails";
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name + "EventDetails";
}

void WritePayload(const HistoryEvent& event, JsonWriter& out) {
  if (!asl::ShowsPayload(event.type) || event.payload.ref.event == asl::EventId::kNone) return;
  const std::string_view text = event.payload.view();
  const auto write = [&](const char* member, const char* about) {
    out.Key(member).String(text).Key(about).BeginObject().Key("truncated").Bool(false).EndObject();
  };
  switch (asl::PayloadFieldOf(event.type)) {
    case asl::PayloadField::kInput:
      return write("input", "inputDetails");
    case asl::PayloadField::kOutput:
      return write("output", "outputDetails");
    case asl::PayloadField::kParameters:
      out.Key("parameters").String(text);
      return;
    case asl::PayloadField::kNone:
    case asl::PayloadField::kAssigned:
      return;
  }
}

std::string_view NameMember(EventType type) {
  if (type == EventType::kActivityStarted) return "workerName";
  return type == EventType::kEvaluationFailed ? "state" : "name";
}

// Each value as its JSON text.
void WriteAssigned(const std::string& object, JsonWriter& out) {
  const asl::JsonParse assigned = asl::ParseJson(object);
  if (!assigned.ok()) return;  // it was parsed when it was written
  out.Key("assignedVariables").BeginObject();
  for (const asl::JsonMember& variable : assigned.value->members()) {
    out.Key(variable.key).String(variable.value.Compact());
  }
  out.EndObject();
  out.Key("assignedVariablesDetails").BeginObject().Key("truncated").Bool(false).EndObject();
}

void WriteDetails(const HistoryEvent& event, const StartedBy& started, bool with_data,
                  JsonWriter& out) {
  const auto text = [&out](std::string_view member, const std::string& value) {
    if (!value.empty()) out.Key(member).String(value);
  };
  const auto number = [&out](const char* member, const std::optional<int64_t>& value) {
    if (value) out.Key(member).Int(*value);
  };
  out.BeginObject();
  text(NameMember(event.type), event.name);
  if (with_data) WritePayload(event, out);
  if (with_data && event.assigned != nullptr) WriteAssigned(*event.assigned, out);
  text("location", event.location);
  text("resourceType", event.resource_type);
  text("resource", event.resource);
  text("region", event.region);
  if (event.type == EventType::kExecutionStarted) {
    text("roleArn", event.role_arn);
    text("stateMachineAliasArn", started.alias_arn);
    text("stateMachineVersionArn", started.version_arn);
  }
  if (event.type != EventType::kExecutionStarted && !event.role_arn.empty())
    out.Key("taskCredentials").BeginObject().Key("roleArn").String(event.role_arn).EndObject();
  number("timeoutInSeconds", event.timeout_s);
  number("heartbeatInSeconds", event.heartbeat_s);
  number("length", event.length);
  number("index", event.index);
  if (event.error.name) out.Key("error").String(*event.error.name);
  if (event.error.cause) out.Key("cause").String(*event.error.cause);
  out.EndObject();
}

}  // namespace

std::string AwsTime(asl::Millis time) {
  return fmt::format("{}.{:03}", time.value / 1'000, time.value % 1'000);
}

void WriteAwsEvent(const HistoryEvent& event, const StartedBy& started, bool with_data,
                   JsonWriter& out) {
  out.BeginObject();
  out.Key("timestamp").Raw(AwsTime(event.time));
  out.Key("type").String(asl::EventTypeName(event.type));
  out.Key("id").Int(asl::ToInt(event.id));
  out.Key("previousEventId").Int(asl::ToInt(event.previous));
  if (HasDetails(event.type)) {
    out.Key(DetailsName(event.type));
    WriteDetails(event, started, with_data, out);
  }
  out.EndObject();
}

}  // namespace engine
