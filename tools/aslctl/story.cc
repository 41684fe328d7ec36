// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// From events to visits. An attempt's events carry one of three prefixes (LambdaFunction, Task,
// Activity); what follows the prefix says what happened, so one rule serves all three.
//
// Where an event belongs is told by its previousEventId: to the scope (top level, branch, iteration)
// of the event before. A state that is entered right after a ParallelStateStarted begins a branch,
// a MapIterationStarted begins an iteration; what ends a Parallel, a Map or an iteration names an
// event within it, and belongs to the nearest scope outwards in which such a thing is open.

#include <string_view>
#include <unordered_map>

#include "tools/aslctl/history.h"

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

void End(Branch& branch, int64_t time_ms, Ended ended);

// With everything within it that still runs.
void End(Visit& visit, int64_t time_ms, Ended ended) {
  if (visit.ended != Ended::kNot) return;
  for (Branch& branch : visit.branches) End(branch, time_ms, ended);
  visit.ended_ms = time_ms;
  visit.ended = ended;
  if (visit.attempts.empty() || visit.attempts.back().ended != Ended::kNot) return;
  visit.attempts.back().ended_ms = time_ms;
  visit.attempts.back().ended = ended;
  visit.attempts.back().cut = true;
}

void End(Branch& branch, int64_t time_ms, Ended ended) {
  if (branch.ended != Ended::kNot) return;
  branch.ended_ms = time_ms;
  branch.ended = ended;
  for (Visit& visit : branch.visits) End(visit, time_ms, ended);
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
  if (part == "Submitted") {
    attempt.submitted = true;
    return;
  }
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

// Where events are told: one per branch and iteration, and the top level.
struct Scope {
  std::list<Visit>* visits = nullptr;
  Branch* branch = nullptr;  // null: the top level
  bool iteration = false;
  Scope* outer = nullptr;

  // The state it is in, when that is still open.
  Visit* open() const {
    const bool none = visits->empty() || visits->back().ended != Ended::kNot;
    return none ? nullptr : &visits->back();
  }
};

class Teller {
 public:
  explicit Teller(Story& story) : story_(story) { scopes_.push_back({.visits = &story_.visits}); }

  void Tell(const Event& event) {
    const auto before = places_.find(event.previous);
    Scope* scope = before == places_.end() ? &scopes_.front() : before->second.scope;
    const bool opens = before != places_.end() && before->second.opens;
    places_[event.id] = {.scope = Place(event, scope, opens),
                         .opens = event.type == "ParallelStateStarted"};
  }

 private:
  // Tells the event; the scope that the next one belongs to.
  Scope* Place(const Event& event, Scope* scope, bool begins_branch) {
    if (const auto type = StateType(event.type, "StateEntered")) {
      if (begins_branch && scope->open() != nullptr) {
        Visit& parallel = *scope->open();
        scope = Begin(parallel, static_cast<int64_t>(parallel.branches.size()), event, scope);
      }
      scope->visits->push_back({.state = event.name, .type = *type, .entered_ms = event.time_ms});
      return scope;
    }
    if (OnExecution(event, story_)) {
      const bool well = story_.status == "SUCCEEDED";
      if (Visit* open = scopes_.front().open()) {
        End(*open, event.time_ms, well ? Ended::kWell : Ended::kBadly);
      }
      return scope;
    }
    if (event.type.starts_with("MapIteration")) return OnIteration(event, scope);
    const bool of_map = event.type.starts_with("MapState");
    if (of_map || event.type.starts_with("ParallelState")) {
      return OnBranching(event, Outwards(scope, of_map ? "Map" : "Parallel"));
    }
    Visit* visit = scope->open();
    if (visit == nullptr) return scope;
    if (StateType(event.type, "StateExited")) {
      Exit(*visit, event);
    } else if (StateType(event.type, "StateAborted")) {
      End(*visit, event.time_ms, Ended::kBadly);
    } else if (const std::string_view part = AttemptPart(event.type); !part.empty()) {
      OnAttempt(event, part, *visit);
    }
    return scope;
  }

  Scope* OnIteration(const Event& event, Scope* scope) {
    if (event.type == "MapIterationStarted") {
      Scope* at = Outwards(scope, "Map");
      return at->open() == nullptr ? at : Begin(*at->open(), event.index.value_or(0), event, at);
    }
    const auto is_it = [&event](const Scope& at) {
      return at.iteration && at.branch->ended == Ended::kNot &&
             at.branch->index == event.index.value_or(0);
    };
    while (scope->outer != nullptr && !is_it(*scope)) scope = scope->outer;
    if (scope->branch == nullptr) return scope;
    const bool well = event.type == "MapIterationSucceeded";
    End(*scope->branch, event.time_ms, well ? Ended::kWell : Ended::kBadly);
    return scope->outer;
  }

  Scope* OnBranching(const Event& event, Scope* scope) {
    Visit* visit = scope->open();
    if (visit == nullptr) return scope;
    if (event.type.ends_with("Started")) {
      visit->length = event.length;
      visit->failed = false;
    } else if (event.type.ends_with("StateExited")) {
      Exit(*visit, event);
    } else if (event.type.ends_with("StateAborted")) {
      End(*visit, event.time_ms, Ended::kBadly);
    } else {
      const bool well = event.type.ends_with("Succeeded");
      for (Branch& branch : visit->branches) {
        End(branch, event.time_ms, well ? Ended::kWell : Ended::kBadly);
      }
      visit->failed = !well;
    }
    return scope;
  }

  static void Exit(Visit& visit, const Event& event) {
    visit.caught =
        visit.failed || (!visit.attempts.empty() && visit.attempts.back().ended == Ended::kBadly);
    End(visit, event.time_ms, visit.caught ? Ended::kBadly : Ended::kWell);
  }

  Scope* Begin(Visit& visit, int64_t index, const Event& event, Scope* outer) {
    visit.branches.push_back({.index = index, .started_ms = event.time_ms});
    scopes_.push_back({.visits = &visit.branches.back().visits,
                       .branch = &visit.branches.back(),
                       .iteration = visit.type == "Map",
                       .outer = outer});
    return &scopes_.back();
  }

  // The nearest one that is in a state of this type; the top level when there is none.
  static Scope* Outwards(Scope* scope, std::string_view type) {
    while (scope->outer != nullptr && (scope->open() == nullptr || scope->open()->type != type)) {
      scope = scope->outer;
    }
    return scope;
  }

  struct Placed {
    Scope* scope = nullptr;
    bool opens = false;  // a branch begins with the state that is entered next
  };
  Story& story_;
  std::list<Scope> scopes_;
  std::unordered_map<int64_t, Placed> places_;  // by event
};

}  // namespace

Story TellStory(const std::vector<Event>& events) {
  Story story;
  if (!events.empty()) story.started_ms = events.front().time_ms;
  Teller teller(story);
  for (const Event& event : events) teller.Tell(event);
  return story;
}

}  // namespace aslctl
