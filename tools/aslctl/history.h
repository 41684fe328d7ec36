// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A history as the command line shows it: one plain event, whether it came from the engine or from
// the interpreter in this process, and the visits of states that a reader thinks in. Values; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/aslctl/style.h"

namespace asld::v1 {
class HistoryEvent;
}
namespace asl {
struct HistoryEvent;
}

namespace aslctl {

struct Event {
  int64_t id = 0;
  int64_t previous = 0;
  std::string type;  // AWS's name
  int64_t time_ms = 0;
  std::string name;  // the state's; ActivityStarted: the worker's
  std::optional<std::string> input;
  std::optional<std::string> output;
  std::optional<std::string> parameters;
  std::optional<std::string> error;
  std::optional<std::string> cause;
  std::string resource;
  std::string resource_type;
  std::string region;
  std::string role_arn;
  std::optional<int64_t> timeout_s;
  std::optional<int64_t> heartbeat_s;
};

Event FromProto(const asld::v1::HistoryEvent& event);
// REQUIRES: the event's payload is loaded.
Event FromInterpreter(const asl::HistoryEvent& event);

enum class Ended { kNot, kWell, kBadly };

// One attempt of a Task: from its …Scheduled event to its end.
struct Attempt {
  std::string function;  // or activity
  std::string worker;    // activities only
  int64_t scheduled_ms = 0;
  std::optional<int64_t> started_ms;  // absent: no worker has said that it has it
  std::optional<int64_t> ended_ms;
  Ended ended = Ended::kNot;
  bool cut = false;   // nothing was heard of it before its execution or state ended
  std::string error;  // "States.Timeout", or empty
  std::string cause;
};

// One visit of a state, from its …Entered event to its …Exited event or the execution's end.
struct Visit {
  std::string state;
  std::string type;  // "Task", "Choice", …
  int64_t entered_ms = 0;
  std::optional<int64_t> ended_ms;
  Ended ended = Ended::kNot;
  bool caught = false;  // its last attempt failed and a Catcher took over
  std::vector<Attempt> attempts;
};

struct Story {
  int64_t started_ms = 0;
  std::optional<int64_t> ended_ms;
  std::string status = "RUNNING";
  std::string error;
  std::string cause;
  std::vector<Visit> visits;  // in the order entered
};

// REQUIRES: events oldest first.
Story TellStory(const std::vector<Event>& events);

// One line per visit, its attempts beneath when there is more to say than that it went well; what
// went wrong first. `title` names the execution; `now_ms` ends what still runs.
std::string RenderTree(const std::string& title, const Story& story, int64_t now_ms,
                       const Style& style);

// One row per event: id, time since the first, type, state, what else it says.
std::string RenderTable(const std::vector<Event>& events, const Style& style);

// {"events": […]} with the members that AWS's GetExecutionHistory gives, times in ISO 8601. Nothing
// is cut.
std::string RenderJson(const std::vector<Event>& events);

// "charge" of "arn:aws:lambda:…:function:charge:PROD" and "…:activity:charge".
std::string FunctionName(const std::string& resource);

}  // namespace aslctl
