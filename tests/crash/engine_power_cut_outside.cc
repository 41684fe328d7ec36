// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/crash/engine_power_cut_outside.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace crash {
namespace {

using asl::EventType;
using asl::ExecutionStatus;
using asl::HistoryEvent;

// A view is one consistent moment, so paging cannot fall between two.
absl::StatusOr<std::vector<HistoryEvent>> ReadAll(const storage::Reader& view,
                                                  const engine::Registry& registry,
                                                  engine::ExecutionNumber number) {
  constexpr size_t kPageEvents = 1'000;
  std::vector<HistoryEvent> all;
  asl::EventId from = asl::EventId::kNone;
  do {
    auto page =
        engine::ReadPage(view, registry, number, from, kPageEvents, storage::Direction::kForward);
    if (!page.ok()) return page.status();
    for (HistoryEvent& event : page->events) all.push_back(std::move(event));
    from = page->next;
  } while (from != asl::EventId::kNone);
  return all;
}

std::string EndOf(const engine::ExecutionDescription& description) {
  return fmt::format("{} {}", asl::StatusName(description.row.status),
                     description.output.value_or("-"));
}

EventType EndEvent(ExecutionStatus status) {
  switch (status) {
    case ExecutionStatus::kRunning:
      return EventType::kUnknown;
    case ExecutionStatus::kSucceeded:
      return EventType::kExecutionSucceeded;
    case ExecutionStatus::kFailed:
      return EventType::kExecutionFailed;
    case ExecutionStatus::kTimedOut:
      return EventType::kExecutionTimedOut;
    case ExecutionStatus::kAborted:
      return EventType::kExecutionAborted;
  }
  return EventType::kUnknown;
}

bool Bears(const HistoryEvent& event, const std::string& mark) {
  if (event.type == EventType::kLambdaFunctionFailed) return event.error.cause == mark;
  return event.type == EventType::kLambdaFunctionSucceeded &&
         event.payload.view().find(mark) != std::string_view::npos;
}

}  // namespace

std::string Shown(const HistoryEvent& event) {
  return fmt::format(
      "{} after {}: {} at {} '{}' '{}' error '{}' '{}' resource '{}' {} {}s {}s",
      asl::ToInt(event.id), asl::ToInt(event.previous), asl::EventTypeName(event.type),
      event.time.value, event.name, event.payload.loaded() ? event.payload.view() : "-",
      event.error.name.value_or("-"), event.error.cause.value_or("-"), event.resource,
      event.role_arn, event.timeout_s.value_or(0), event.heartbeat_s.value_or(0));
}

std::string Outside::ArnOf(const Told& told) const {
  return engine::ExecutionArn(scope_, told.order.machine, told.order.name);
}

size_t Outside::Add(Order order) {
  std::lock_guard lock(mutex_);
  told_.push_back({.order = std::move(order)});
  by_arn_[ArnOf(told_.back())] = told_.size() - 1;
  return told_.size() - 1;
}

Outside::Order Outside::order(size_t index) const {
  std::lock_guard lock(mutex_);
  return told_[index].order;
}

std::string Outside::arn(size_t index) const {
  std::lock_guard lock(mutex_);
  return ArnOf(told_[index]);
}

size_t Outside::size() const {
  std::lock_guard lock(mutex_);
  return told_.size();
}

bool Outside::acknowledged(size_t index) const {
  std::lock_guard lock(mutex_);
  return told_[index].exists;
}

void Outside::Contradict(const std::string& what) {
  std::lock_guard lock(mutex_);
  if (contradiction_.empty()) contradiction_ = what;
}

// "Already exists" is the answer to a repeated start whose execution has ended meanwhile.
void Outside::OnStartReply(size_t index, const absl::StatusOr<engine::api::StartAnswer>& answer) {
  if (!answer.ok() && answer.status().code() != absl::StatusCode::kAlreadyExists) {
    return Contradict(fmt::format("a start was refused: {}", answer.status().ToString()));
  }
  std::lock_guard lock(mutex_);
  Told& told = told_[index];
  told.exists = true;
  if (!answer.ok()) return;
  if (told.number != engine::ExecutionNumber::kNone && told.number != answer->number &&
      contradiction_.empty()) {
    contradiction_ = fmt::format("{} was started twice", ArnOf(told));
  }
  told.number = answer->number;
}

void Outside::OnStopAsked(size_t index) {
  std::lock_guard lock(mutex_);
  told_[index].stop_asked = true;
}

void Outside::OnStopReply(size_t index, const absl::Status& status) {
  if (!status.ok()) return Contradict(fmt::format("a stop was refused: {}", status.ToString()));
  std::lock_guard lock(mutex_);
  told_[index].stopped = true;
}

void Outside::OnHistory(size_t index, const std::vector<HistoryEvent>& events) {
  std::lock_guard lock(mutex_);
  std::vector<std::string>& seen = told_[index].history;
  for (size_t i = 0; i < events.size(); ++i) {
    std::string shown = Shown(events[i]);
    if (i == seen.size()) {
      seen.push_back(std::move(shown));
    } else if (seen[i] != shown && contradiction_.empty()) {
      contradiction_ =
          fmt::format("{}: was shown [{}], then [{}]", ArnOf(told_[index]), seen[i], shown);
    }
  }
}

void Outside::OnDescribed(size_t index, const engine::ExecutionDescription& description) {
  std::lock_guard lock(mutex_);
  Told& told = told_[index];
  if (description.row.status != ExecutionStatus::kRunning) told.end = EndOf(description);
}

// A task is handed out again, under its token, only when it is known not to have been received; and
// here what is sent is received.
void Outside::OnHandedOut(const workers::TaskRequest& task) {
  const std::optional<engine::TokenParts> parts = engine::DecodeToken(task.token);
  std::lock_guard lock(mutex_);
  const auto found = by_arn_.find(task.execution_arn);
  if (found == by_arn_.end() || !parts) {
    if (contradiction_.empty()) contradiction_ = "a task of nobody: " + task.execution_arn;
    return;
  }
  Told& told = told_[found->second];
  if (!tokens_.emplace(task.token, found->second).second && contradiction_.empty()) {
    contradiction_ = fmt::format("{}: the task of event {} was handed out twice", ArnOf(told),
                                 asl::ToInt(parts->id.scheduled));
  }
  told.scheduled.push_back(parts->id.scheduled);
}

void Outside::OnAccepted(const std::string& token, const std::string& mark) {
  std::lock_guard lock(mutex_);
  told_[tokens_.at(token)].accepted.push_back(mark);
}

std::string Outside::CheckHistory(const Told& told, ExecutionStatus status,
                                  const std::vector<HistoryEvent>& events) const {
  if (events.empty()) return "has no history";
  for (size_t i = 0; i < events.size(); ++i) {
    const HistoryEvent& event = events[i];
    if (asl::ToInt(event.id) != static_cast<int64_t>(i) + 1) {
      return fmt::format("event {} is missing", i + 1);
    }
    if (event.previous >= event.id) return fmt::format("event {} comes after itself", i + 1);
    if (asl::IsTerminal(event.type) && i + 1 < events.size()) {
      return fmt::format("goes on after {}", asl::EventTypeName(event.type));
    }
    if (i < told.history.size() && told.history[i] != Shown(event)) {
      return fmt::format("was shown [{}], has [{}]", told.history[i], Shown(event));
    }
  }
  if (told.history.size() > events.size()) {
    return fmt::format("{} events were shown, it has {}", told.history.size(), events.size());
  }
  const EventType last = events.back().type;
  if (asl::IsTerminal(last) ? last != EndEvent(status) : status != ExecutionStatus::kRunning) {
    return fmt::format("is {} after {}", asl::StatusName(status), asl::EventTypeName(last));
  }
  return "";
}

std::string Outside::CheckTasks(const Told& told, const std::vector<HistoryEvent>& events) const {
  for (const asl::EventId id : told.scheduled) {
    const auto index = static_cast<size_t>(asl::ToInt(id)) - 1;
    if (index >= events.size() || events[index].type != EventType::kLambdaFunctionScheduled) {
      return fmt::format("a worker was given the task of event {}, which is none", index + 1);
    }
  }
  for (const std::string& mark : told.accepted) {
    const auto count = std::count_if(events.begin(), events.end(),
                                     [&](const HistoryEvent& e) { return Bears(e, mark); });
    if (count != 1) return fmt::format("the accepted result {} is there {} times", mark, count);
  }
  return "";
}

std::string Outside::Check(const Told& told, const storage::Reader& view,
                           const engine::Registry& registry, bool ended) const {
  const auto number = engine::FindExecution(view, scope_, partitions_, ArnOf(told));
  if (number.status().code() == absl::StatusCode::kNotFound && !told.exists) return "";
  if (!number.ok()) return number.status().ToString();
  if (told.number != engine::ExecutionNumber::kNone && told.number != *number) {
    return "is another execution than the one acknowledged";
  }
  const auto described = engine::Describe(view, registry, *number);
  if (!described.ok()) return described.status().ToString();
  const auto events = ReadAll(view, registry, *number);
  if (!events.ok()) return events.status().ToString();

  const ExecutionStatus status = described->row.status;
  if (described->input != told.order.input) return "has another input";
  if (described->parked) return "is parked";
  if (told.stopped && status == ExecutionStatus::kRunning) return "runs, and was stopped";
  if (told.end && *told.end != EndOf(*described)) {
    return fmt::format("ended as {}, is {}", *told.end, EndOf(*described));
  }
  const bool as_wanted = status == told.order.wanted ||
                         (told.stop_asked && status == ExecutionStatus::kAborted) ||
                         (!ended && status == ExecutionStatus::kRunning);
  if (!as_wanted) {
    return fmt::format("is {}, last {}", asl::StatusName(status), Shown(events->back()));
  }
  std::string bad = CheckHistory(told, status, *events);
  return bad.empty() ? CheckTasks(told, *events) : bad;
}

std::string Outside::Contradiction(const storage::Reader& view, const engine::Registry& registry,
                                   bool ended) {
  std::lock_guard lock(mutex_);
  if (!contradiction_.empty()) return contradiction_;
  for (const Told& told : told_) {
    if (std::string bad = Check(told, view, registry, ended); !bad.empty()) {
      return fmt::format("{}: {}", ArnOf(told), bad);
    }
  }
  return "";
}

Outside::Totals Outside::totals() const {
  std::lock_guard lock(mutex_);
  Totals totals{.handed_out = tokens_.size()};
  for (const Told& told : told_) {
    totals.starts += told.exists;
    totals.stops += told.stopped;
    totals.events += told.history.size();
    totals.accepted += told.accepted.size();
  }
  return totals;
}

}  // namespace crash
