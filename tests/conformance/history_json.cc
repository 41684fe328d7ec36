// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Events as GetExecutionHistory shows them (API model, HistoryEvent), without their times.
#include <set>

#include "asl/json.h"
#include "tests/conformance/recorded_history.h"

namespace conformance {
namespace {

using asl::EventType;
using asl::HistoryEvent;
using asl::PayloadField;
using asl::TestDriver;

std::string DetailsKey(const HistoryEvent& event) {
  const std::string type(EventTypeName(event.type));
  if (type.ends_with("StateEntered")) return "stateEnteredEventDetails";
  if (type.ends_with("StateExited")) return "stateExitedEventDetails";
  std::string key = type + "EventDetails";
  key[0] = static_cast<char>(key[0] - 'A' + 'a');
  return key;
}

// Others have an object, which may be empty.
bool HasDetails(EventType type) {
  static const std::set<EventType> kWithout = {
      EventType::kLambdaFunctionStarted, EventType::kMapStateSucceeded,
      EventType::kMapStateFailed,        EventType::kMapStateAborted,
      EventType::kParallelStateStarted,  EventType::kParallelStateSucceeded,
      EventType::kParallelStateFailed,   EventType::kParallelStateAborted,
      EventType::kTaskStateAborted,      EventType::kWaitStateAborted};
  return kWithout.count(type) == 0;
}

void AddPayload(const TestDriver& driver, const HistoryEvent& event, OrderedJson* details) {
  if (!ShowsPayload(event.type)) return;
  switch (PayloadFieldOf(event.type)) {
    case PayloadField::kNone:
    case PayloadField::kAssigned:
      return;
    case PayloadField::kInput:
      (*details)["input"] = driver.TextOf(event.payload.ref);
      (*details)["inputDetails"]["truncated"] = false;
      return;
    case PayloadField::kOutput:
      (*details)["output"] = driver.TextOf(event.payload.ref);
      (*details)["outputDetails"]["truncated"] = false;
      return;
    case PayloadField::kParameters:
      (*details)["parameters"] = driver.TextOf(event.payload.ref);
      return;
  }
}

const char* NameKey(EventType type) {
  if (type == EventType::kActivityStarted) return "workerName";
  return type == EventType::kEvaluationFailed ? "state" : "name";
}

// Each value as its JSON text.
void AddAssigned(const std::string& object, OrderedJson* details) {
  const asl::JsonParse assigned = asl::ParseJson(object);
  for (const asl::JsonMember& variable : assigned.value->members()) {
    (*details)["assignedVariables"][std::string(variable.key)] = variable.value.Compact();
  }
  (*details)["assignedVariablesDetails"]["truncated"] = false;
}

OrderedJson EventJson(const TestDriver& driver, const HistoryEvent& event) {
  OrderedJson details = OrderedJson::object();
  AddPayload(driver, event, &details);
  if (!event.name.empty()) details[NameKey(event.type)] = event.name;
  if (event.assigned != nullptr) AddAssigned(*event.assigned, &details);
  if (!event.location.empty()) details["location"] = event.location;
  if (!event.resource.empty()) details["resource"] = event.resource;
  if (!event.resource_type.empty()) details["resourceType"] = event.resource_type;
  if (!event.region.empty()) details["region"] = event.region;
  if (event.type == EventType::kExecutionStarted) {
    details["roleArn"] = event.role_arn;
  } else if (!event.role_arn.empty()) {
    details["taskCredentials"]["roleArn"] = event.role_arn;
  }
  if (event.timeout_s) details["timeoutInSeconds"] = *event.timeout_s;
  if (event.heartbeat_s) details["heartbeatInSeconds"] = *event.heartbeat_s;
  if (event.length) details["length"] = *event.length;
  if (event.index) details["index"] = *event.index;
  if (event.error.name) details["error"] = *event.error.name;
  if (event.error.cause) details["cause"] = *event.error.cause;
  OrderedJson json;
  json["id"] = ToInt(event.id);
  json["previousEventId"] = ToInt(event.previous);
  json["type"] = EventTypeName(event.type);
  if (HasDetails(event.type)) json[DetailsKey(event)] = std::move(details);
  return json;
}

}  // namespace

OrderedJson HistoryJson(const TestDriver& driver) {
  OrderedJson events = OrderedJson::array();
  for (const HistoryEvent& event : driver.events()) events.push_back(EventJson(driver, event));
  return events;
}

}  // namespace conformance
