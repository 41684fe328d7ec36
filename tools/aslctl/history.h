// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A history as the command line shows it: one plain event, whether it came from the engine or from
// the interpreter in this process, and the visits of states that a reader thinks in. Values; pure.
#pragma once

#include <cstdint>
#include <list>
#include <nlohmann/json_fwd.hpp>
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
  std::string name;      // the state's; ActivityStarted: the worker's
  std::string location;  // EvaluationFailed: the field
  std::optional<std::string> input;
  std::optional<std::string> output;
  std::optional<std::string> parameters;
  std::optional<std::string> assigned;  // variables, as a JSON object
  std::optional<std::string> error;
  std::optional<std::string> cause;
  std::string resource;
  std::string resource_type;
  std::string region;
  std::string role_arn;
  std::optional<int64_t> timeout_s;
  std::optional<int64_t> heartbeat_s;
  std::optional<int64_t> length;  // MapStateStarted: iterations
  std::optional<int64_t> index;   // MapIteration…
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
  bool submitted = false;             // its worker is done, and it waits for its task token
  std::optional<int64_t> ended_ms;
  Ended ended = Ended::kNot;
  bool cut = false;   // nothing was heard of it before its execution or state ended
  std::string error;  // "States.Timeout", or empty
  std::string cause;
};

struct Branch;

// One visit of a state, from its …Entered event to its …Exited event or the execution's end.
struct Visit {
  std::string state;
  std::string type;  // "Task", "Choice", …
  int64_t entered_ms = 0;
  std::optional<int64_t> ended_ms;
  Ended ended = Ended::kNot;
  bool failed = false;  // a Parallel or Map whose newest attempt did
  bool caught = false;  // its last attempt failed and a Catcher took over
  std::vector<Attempt> attempts;
  std::list<Branch> branches;     // of a Parallel or Map, in the order begun
  std::optional<int64_t> length;  // iterations of a Map
};

// A branch of a Parallel or an iteration of a Map.
struct Branch {
  int64_t index = 0;  // from 0
  int64_t started_ms = 0;
  std::optional<int64_t> ended_ms;
  Ended ended = Ended::kNot;
  std::list<Visit> visits;  // in the order entered
};

struct Story {
  int64_t started_ms = 0;
  std::optional<int64_t> ended_ms;
  std::string status = "RUNNING";
  std::string error;
  std::string cause;
  std::list<Visit> visits;  // of the top level, in the order entered
};

// REQUIRES: events oldest first.
Story TellStory(const std::vector<Event>& events);

// One line per visit, its attempts beneath when there is more to say than that it went well; what
// went wrong first; branches and iterations hang from their state. `title` names the execution;
// `now_ms` ends what still runs. A Map of many iterations shows those that went wrong and some that
// run, unless all are wanted; it always counts them.
enum class Iterations { kSome, kAll };
std::string RenderTree(const std::string& title, const Story& story, int64_t now_ms,
                       const Style& style, Iterations iterations = Iterations::kSome);

// One row per event: id, time since the first, type, state, what else it says.
std::string RenderTable(const std::vector<Event>& events, const Style& style);

// {"events": […]} with the members that AWS's GetExecutionHistory gives, times in ISO 8601. Nothing
// is cut.
nlohmann::ordered_json HistoryJson(const std::vector<Event>& events);

// "charge" of "arn:aws:lambda:…:function:charge:PROD" and "…:activity:charge".
std::string FunctionName(const std::string& resource);

}  // namespace aslctl
