// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/context.h"

#include "asl/json.h"
#include "asl/timestamp.h"

namespace asl {

std::string MakeContextObject(const ExecutionInfo& info, std::string_view execution_input,
                              const StateVisit& visit) {
  JsonWriter out;
  out.BeginObject();
  out.Key("Execution").BeginObject();
  out.Key("Id").String(info.arn);
  out.Key("Input").Raw(execution_input);
  out.Key("StartTime").String(FormatTimestamp(info.started_at));
  out.Key("Name").String(info.name);
  out.Key("RoleArn").String(info.role_arn);
  out.Key("RedriveCount").Int(0);
  out.EndObject();
  out.Key("StateMachine").BeginObject();
  out.Key("Id").String(info.state_machine_arn);
  out.Key("Name").String(info.state_machine_name);
  out.EndObject();
  out.Key("State").BeginObject();
  out.Key("Name").String(visit.name);
  out.Key("EnteredTime").String(FormatTimestamp(visit.entered_at));
  if (visit.retry_count) out.Key("RetryCount").Int(*visit.retry_count);
  out.EndObject();
  if (visit.item) {
    out.Key("Map").BeginObject().Key("Item").BeginObject();
    out.Key("Index").Int(visit.item->index);
    out.Key("Value").Raw(visit.item->value);
    out.EndObject().EndObject();
  }
  if (visit.task_token) {
    out.Key("Task").BeginObject().Key("Token").String(*visit.task_token).EndObject();
  }
  out.EndObject();
  return out.Take();
}

}  // namespace asl
