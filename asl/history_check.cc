// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// An event belongs to the stay that its previous event belongs to, or to one around that: a Map's
// end points to an event inside an iteration. So each event's stay is found by climbing.
#include "asl/history_check.h"

#include <fmt/format.h>

#include <algorithm>

namespace asl {
namespace {

// "TaskStateEntered" → "Task", when `what` is "StateEntered".
std::optional<std::string_view> Before(std::string_view name, std::string_view what) {
  if (!name.ends_with(what)) return std::nullopt;
  name.remove_suffix(what.size());
  return name;
}

bool MayPointNowhere(EventType type, bool first_state) {
  return type == EventType::kExecutionStarted || type == EventType::kExecutionAborted ||
         type == EventType::kExecutionTimedOut ||
         (first_state && EventTypeName(type).ends_with("StateEntered")) ||
         type == EventType::kEvaluationFailed;  // of the first state
}

}  // namespace

int HistoryCheck::StayOf(EventId id) const {
  return id == EventId::kNone ? kOutside : stay_of_[static_cast<size_t>(ToInt(id)) - 1];
}

std::string HistoryCheck::Take(const HistoryEvent& event) {
  const auto count = static_cast<int64_t>(types_.size());
  if (ToInt(event.id) != count + 1) return fmt::format("id {} after {}", ToInt(event.id), count);
  if (ended_) return "an event after the one that ends the execution";
  if (ToInt(event.previous) < 0 || event.previous >= event.id) {
    return "the previous event does not come before";
  }
  if (event.previous == EventId::kNone && !MayPointNowhere(event.type, stays_.empty())) {
    return "no previous event";
  }
  if ((event.type == EventType::kExecutionStarted) != (count == 0)) {
    return "the first event, and no other, is ExecutionStarted";
  }
  own_ = StayOf(event.previous);
  std::string wrong = Judge(event);
  types_.push_back(event.type);
  stay_of_.push_back(own_);
  return wrong;
}

std::string HistoryCheck::Judge(const HistoryEvent& event) {
  const std::string_view name = EventTypeName(event.type);
  if (IsTerminal(event.type)) {
    ended_ = true;
    const bool inside = own_ != kOutside && stays_[static_cast<size_t>(own_)].parent != kOutside;
    const bool open = own_ == kOutside || !stays_[static_cast<size_t>(own_)].over;
    if (event.type != EventType::kExecutionSucceeded) return "";
    return inside || open ? "succeeded before its last state was left" : "";
  }
  if (name.starts_with("MapIteration")) return Iterate(event, name.substr(12));
  if (auto type = Before(name, "StateEntered")) return Enter(event, *type);
  if (auto type = Before(name, "StateExited")) return Leave(event, *type);
  if (auto type = Before(name, "StateAborted")) return Abort(event, *type);
  for (std::string_view what : {"Started", "Succeeded", "Failed"}) {
    for (std::string_view type : {"Map", "Parallel"}) {
      if (name == fmt::format("{}State{}", type, what)) return Branch(event, type, what);
    }
  }
  for (std::string_view family : {"LambdaFunction", "Activity", "Task"}) {
    if (name.starts_with(family)) return Work(event, name.substr(family.size()));
  }
  if (event.type == EventType::kEvaluationFailed) return FailEvaluation(event);
  return name == "ExecutionStarted" ? "" : "an event of an unknown type";
}

HistoryCheck::Stay* HistoryCheck::Around(const HistoryEvent& event, std::string_view type,
                                         std::string_view name) {
  for (int at = StayOf(event.previous); at != kOutside;
       at = stays_[static_cast<size_t>(at)].parent) {
    Stay& stay = stays_[static_cast<size_t>(at)];
    if (stay.type != type || (!name.empty() && stay.name != name)) continue;
    own_ = at;
    return &stay;
  }
  return nullptr;
}

// By the state before it in the same scope, or by what begins the scope.
std::string HistoryCheck::Enter(const HistoryEvent& event, std::string_view type) {
  Stay stay{
      .state = event.state, .type = type, .name = event.name, .entered_after = event.previous};
  if (own_ != kOutside) {
    const std::string_view previous =
        EventTypeName(types_[static_cast<size_t>(ToInt(event.previous)) - 1]);
    const bool begins = previous == "MapIterationStarted" || previous == "ParallelStateStarted";
    if (!begins && !previous.ends_with("StateExited")) return "entered by no exit and no begin";
    stay.parent = begins ? own_ : stays_[static_cast<size_t>(own_)].parent;
    if (stay.parent != kOutside && !stays_[static_cast<size_t>(stay.parent)].branches_open) {
      return "entered when the branches around it are over";
    }
  }
  own_ = static_cast<int>(stays_.size());
  stays_.push_back(std::move(stay));
  return "";
}

std::string HistoryCheck::Leave(const HistoryEvent& event, std::string_view type) {
  Stay* stay = Around(event, type, event.name);
  if (stay == nullptr) return "a state was left that was not entered";
  if (stay->over) return "a state was left twice";
  if (stay->attempt != Attempt::kNone) return "a Task was left with an open attempt";
  if (stay->branches_open) return "a state was left with open branches";
  stay->over = true;
  return "";
}

std::string HistoryCheck::Branch(const HistoryEvent& event, std::string_view type,
                                 std::string_view what) {
  Stay* stay = Around(event, type);
  while (stay != nullptr && stay->state != event.state) {
    // One Map inside another: the outer one's end may point deep into the inner one.
    const int parent = stay->parent;
    stay = parent == kOutside ? nullptr : &stays_[static_cast<size_t>(parent)];
    own_ = parent;
  }
  if (stay == nullptr || stay->type != type) return "branches of a state that was not entered";
  if (stay->over) return "branches of a state that is over";
  if (what == "Started") {
    stay->branches_open = true;
    stay->length = event.length.value_or(0);
    stay->iterations.clear();
    stay->iterations_succeeded = 0;
    return "";
  }
  const EventType previous = types_[static_cast<size_t>(ToInt(event.previous)) - 1];
  // Of a state that could not even begin them.
  if (what == "Failed" && previous == EventType::kEvaluationFailed) stay->branches_open = true;
  if (!stay->branches_open) return "branches ended that were not open";
  stay->branches_open = false;
  if (what == "Failed" || type == "Parallel") return "";
  return stay->iterations_succeeded == stay->length ? "" : "a Map succeeded with fewer iterations";
}

std::string HistoryCheck::Iterate(const HistoryEvent& event, std::string_view what) {
  const int64_t index = event.index.value_or(-1);
  Stay* map = nullptr;
  if (what == "Aborted") {
    map = NearFailure(event, [&](const Stay& stay) {
      const auto iteration = stay.iterations.find(index);
      return stay.name == event.name && iteration != stay.iterations.end() && !iteration->second;
    });
  } else {
    map = Around(event, "Map", event.name);
  }
  if (map == nullptr) return "an iteration of a Map that has no such one open";
  if (what == "Started") {
    if (!map->branches_open || index < 0 || index >= map->length) {
      return "an iteration beyond the Map's items";
    }
    return map->iterations.emplace(index, false).second ? "" : "an iteration was started twice";
  }
  const auto iteration = map->iterations.find(index);
  if (iteration == map->iterations.end()) return "an iteration ended that was not started";
  if (iteration->second) return "an iteration ended twice";
  iteration->second = true;
  if (what == "Succeeded") ++map->iterations_succeeded;
  return "";
}

std::string HistoryCheck::Work(const HistoryEvent& event, std::string_view what) {
  Stay* task = Around(event, "Task");
  if (task == nullptr) return "work of no Task";
  if (task->over) return "work of a Task that is over";
  Attempt& attempt = task->attempt;
  if (what == "Scheduled") {
    if (attempt != Attempt::kNone) return "scheduled while an attempt is open";
    attempt = Attempt::kScheduled;
  } else if (what == "Started") {
    if (attempt != Attempt::kScheduled) return "started without being scheduled";
    attempt = Attempt::kStarted;
  } else if (what == "Submitted") {
    if (attempt != Attempt::kStarted) return "submitted without being started";
    attempt = Attempt::kSubmitted;
  } else {
    if (attempt == Attempt::kNone) return "an attempt ended that was not open";
    if (what == "Succeeded" && attempt == Attempt::kScheduled) return "succeeded before its start";
    attempt = Attempt::kNone;
  }
  return "";
}

std::string HistoryCheck::Abort(const HistoryEvent& event, std::string_view type) {
  Stay* stay = NearFailure(event, [&](const Stay& s) { return s.type == type && !s.over; });
  if (stay == nullptr) return "a state was aborted that was not open";
  stay->over = true;
  stay->branches_open = false;
  return "";
}

// It points into the state's stay, or, as the state's first event after it was entered, to what its
// …Entered event points to.
std::string HistoryCheck::FailEvaluation(const HistoryEvent& event) {
  if (event.name.empty()) return "an evaluation of no state";
  for (int at = static_cast<int>(stays_.size()) - 1; at >= 0; --at) {
    const Stay& stay = stays_[static_cast<size_t>(at)];
    if (stay.over || stay.state != event.state) continue;
    const std::vector<int> around = Ancestors(StayOf(event.previous));
    const bool within = std::find(around.begin(), around.end(), at) != around.end();
    if (!within && stay.entered_after != event.previous) continue;
    own_ = at;
    return "";
  }
  return "an evaluation of a state that is not open";
}

// What is aborted points to the failure that ends it, and failures end the innermost branches
// first: so it is the one that shares the most of what is around it with the failure.
HistoryCheck::Stay* HistoryCheck::NearFailure(const HistoryEvent& event,
                                              const std::function<bool(const Stay&)>& may_be) {
  const std::vector<int> around = Ancestors(StayOf(event.previous));
  Stay* nearest = nullptr;
  std::ptrdiff_t shared_most = 0;
  for (int i = 0; i < static_cast<int>(stays_.size()); ++i) {
    Stay& stay = stays_[static_cast<size_t>(i)];
    if (!may_be(stay)) continue;
    const std::vector<int> own = Ancestors(i);
    const auto shared =
        std::mismatch(own.begin(), own.end(), around.begin(), around.end()).first - own.begin();
    if (shared < shared_most) continue;
    shared_most = shared;
    nearest = &stay;
  }
  return nearest;
}

// From the outermost stay to this one.
std::vector<int> HistoryCheck::Ancestors(int stay) const {
  std::vector<int> ancestors;
  for (; stay != kOutside; stay = stays_[static_cast<size_t>(stay)].parent) {
    ancestors.insert(ancestors.begin(), stay);
  }
  return ancestors;
}

}  // namespace asl
