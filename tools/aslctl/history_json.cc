// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The shape of AWS's GetExecutionHistory, so that what reads the one reads the other: each event's
// particulars are a member named after its type (API reference, "HistoryEvent").

#include <nlohmann/json.hpp>

#include "asl/json.h"
#include "tools/aslctl/history.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

// taskStateEntered's particulars are stateEnteredEventDetails; all others are named after their
// type.
std::string DetailsName(const std::string& type) {
  for (const char* ending : {"StateEntered", "StateExited"}) {
    if (type.ends_with(ending)) {
      return type.ends_with("StateEntered") ? "stateEnteredEventDetails"
                                            : "stateExitedEventDetails";
    }
  }
  std::string name = type + "EventDetails";
  name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name;
}

void Put(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

template <class T>
void Put(Json& json, const char* name, const std::optional<T>& value) {
  if (value) json[name] = *value;
}

const char* NameMember(const std::string& type) {
  if (type == "ActivityStarted") return "workerName";
  return type == "EvaluationFailed" ? "state" : "name";
}

// Each variable's value as its JSON text.
void PutAssigned(Json& details, const std::optional<std::string>& object) {
  if (!object) return;
  const asl::JsonParse assigned = asl::ParseJson(*object);
  if (!assigned.ok()) return;
  for (const asl::JsonMember& variable : assigned.value->members()) {
    details["assignedVariables"][std::string(variable.key)] = variable.value.Compact();
  }
  details["assignedVariablesDetails"] = {{"truncated", false}};
}

Json Details(const Event& event) {
  Json details = Json::object();
  Put(details, NameMember(event.type), event.name);
  Put(details, "resourceType", event.resource_type);
  Put(details, "resource", event.resource);
  Put(details, "region", event.region);
  Put(details, "parameters", event.parameters);
  Put(details, "input", event.input);
  if (event.input) details["inputDetails"] = {{"truncated", false}};
  Put(details, "output", event.output);
  if (event.output) details["outputDetails"] = {{"truncated", false}};
  PutAssigned(details, event.assigned);
  Put(details, "location", event.location);
  if (event.type == "ExecutionStarted") {
    Put(details, "roleArn", event.role_arn);
  } else if (!event.role_arn.empty()) {
    details["taskCredentials"] = {{"roleArn", event.role_arn}};
  }
  Put(details, "error", event.error);
  Put(details, "cause", event.cause);
  Put(details, "timeoutInSeconds", event.timeout_s);
  Put(details, "heartbeatInSeconds", event.heartbeat_s);
  Put(details, "length", event.length);
  Put(details, "index", event.index);
  return details;
}

}  // namespace

Json HistoryJson(const std::vector<Event>& events) {
  Json list = Json::array();
  for (const Event& event : events) {
    Json json{{"timestamp", IsoTime(event.time_ms)},
              {"type", event.type},
              {"id", event.id},
              {"previousEventId", event.previous}};
    if (Json details = Details(event); !details.empty()) {
      json[DetailsName(event.type)] = std::move(details);
    }
    list.push_back(std::move(json));
  }
  return Json{{"events", std::move(list)}};
}

}  // namespace aslctl
