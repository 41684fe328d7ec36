// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// From events to visits. An attempt's events carry one of three prefixes (LambdaFunction, Task,
// Activity); what follows the prefix says what happened, so one rule serves all three.

#include "tools/aslctl/history.h"

#include <cassert>
#include <string_view>

#include "asl/history_event.h"
#include "asld/v1/workflows.pb.h"

namespace aslctl {
namespace {

// "Scheduled" of "LambdaFunctionScheduled"; empty for other events.
std::string_view AttemptPart(std::string_view type) {
  for (std::string_view prefix : {"LambdaFunction", "Task", "Activity"}) {
    if (!type.starts_with(prefix)) continue;
    type.remove_prefix(prefix.size());
    return type.starts_with("State") ? "" : type;  // TaskStateEntered is the state's
  }
  return "";
}

// "Task" of "TaskStateEntered" when it ends so.
std::optional<std::string> StateType(std::string_view type, std::string_view ending) {
  if (!type.ends_with(ending)) return std::nullopt;
  return std::string(type.substr(0, type.size() - ending.size()));
}

void End(Visit& visit, int64_t time_ms, Ended ended) {
  if (visit.ended != Ended::kNot) return;
  visit.ended_ms = time_ms;
  visit.ended = ended;
  if (visit.attempts.empty() || visit.attempts.back().ended != Ended::kNot) return;
  visit.attempts.back().ended_ms = time_ms;
  visit.attempts.back().ended = ended;
  visit.attempts.back().cut = true;
}

void OnAttempt(const Event& event, std::string_view part, Visit& visit) {
  if (part == "Scheduled") {
    // The integration's ARN names nobody; its parameters do (arn:aws:states:::lambda:invoke).
    const std::string function = event.type == "TaskScheduled" && !event.resource_type.empty()
                                     ? event.resource_type + ":" + event.resource
                                     : FunctionName(event.resource);
    visit.attempts.push_back({.function = function, .scheduled_ms = event.time_ms});
    return;
  }
  if (visit.attempts.empty()) return;
  Attempt& attempt = visit.attempts.back();
  if (part == "Started") {
    attempt.started_ms = event.time_ms;
    attempt.worker = event.name;
    return;
  }
  attempt.ended_ms = event.time_ms;
  attempt.ended = part == "Succeeded" ? Ended::kWell : Ended::kBadly;
  attempt.error = event.error.value_or("");
  attempt.cause = event.cause.value_or("");
}

// Sets how the execution ended; true when this event ends it.
bool OnExecution(const Event& event, Story& story) {
  if (event.type == "ExecutionSucceeded") {
    story.status = "SUCCEEDED";
  } else if (event.type == "ExecutionFailed") {
    story.status = "FAILED";
  } else if (event.type == "ExecutionAborted") {
    story.status = "ABORTED";
  } else if (event.type == "ExecutionTimedOut") {
    story.status = "TIMED_OUT";
  } else {
    return false;
  }
  story.ended_ms = event.time_ms;
  story.error = event.error.value_or("");
  story.cause = event.cause.value_or("");
  return true;
}

}  // namespace

Event FromProto(const asld::v1::HistoryEvent& event) {
  Event out{.id = event.id(),
            .previous = event.previous_event_id(),
            .type = event.type(),
            .time_ms = event.timestamp().seconds() * 1000 + event.timestamp().nanos() / 1'000'000,
            .name = event.name(),
            .resource = event.resource(),
            .resource_type = event.resource_type(),
            .region = event.region(),
            .role_arn = event.role_arn()};
  if (event.has_input()) out.input = event.input();
  if (event.has_output()) out.output = event.output();
  if (event.has_parameters()) out.parameters = event.parameters();
  if (event.has_error()) out.error = event.error();
  if (event.has_cause()) out.cause = event.cause();
  if (event.has_timeout_in_seconds()) out.timeout_s = event.timeout_in_seconds();
  if (event.has_heartbeat_in_seconds()) out.heartbeat_s = event.heartbeat_in_seconds();
  return out;
}

Event FromInterpreter(const asl::HistoryEvent& event) {
  Event out{.id = asl::ToInt(event.id),
            .previous = asl::ToInt(event.previous),
            .type = std::string(asl::EventTypeName(event.type)),
            .time_ms = event.time.value,
            .name = event.name,
            .error = event.error.name,
            .cause = event.error.cause,
            .resource = event.resource,
            .resource_type = event.resource_type,
            .region = event.region,
            .role_arn = event.role_arn,
            .timeout_s = event.timeout_s,
            .heartbeat_s = event.heartbeat_s};
  switch (asl::PayloadFieldOf(event.type)) {
    case asl::PayloadField::kNone:
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

Story TellStory(const std::vector<Event>& events) {
  Story story;
  if (!events.empty()) story.started_ms = events.front().time_ms;
  for (const Event& event : events) {
    if (const auto type = StateType(event.type, "StateEntered")) {
      story.visits.push_back({.state = event.name, .type = *type, .entered_ms = event.time_ms});
      continue;
    }
    if (OnExecution(event, story)) {
      const bool well = story.status == "SUCCEEDED";
      if (!story.visits.empty()) {
        End(story.visits.back(), event.time_ms, well ? Ended::kWell : Ended::kBadly);
      }
      continue;
    }
    if (story.visits.empty()) continue;
    Visit& visit = story.visits.back();
    if (StateType(event.type, "StateExited")) {
      visit.caught = !visit.attempts.empty() && visit.attempts.back().ended == Ended::kBadly;
      End(visit, event.time_ms, visit.caught ? Ended::kBadly : Ended::kWell);
    } else if (StateType(event.type, "StateAborted")) {
      End(visit, event.time_ms, Ended::kBadly);
    } else if (const std::string_view part = AttemptPart(event.type); !part.empty()) {
      OnAttempt(event, part, visit);
    }
  }
  return story;
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
