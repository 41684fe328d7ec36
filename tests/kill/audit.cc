// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/kill/audit.h"

#include <map>

#include "fmt/format.h"
#include "google/protobuf/util/message_differencer.h"

namespace kill_test {
namespace {

using asld::v1::HistoryEvent;
using Events = std::vector<HistoryEvent>;
using google::protobuf::util::MessageDifferencer;

constexpr int64_t kPauseMs = 1'000;  // of the state Pause

// An attempt at a Task: execution, and id of its …Scheduled event.
using Attempt = std::pair<std::string, int64_t>;
// Whether something came of it. One that was given up (its branch, or all of the execution) may or
// may not have run.
using Attempts = std::map<Attempt, bool>;

bool IsTerminal(const std::string& type) {
  return type == "ExecutionSucceeded" || type == "ExecutionFailed" || type == "ExecutionAborted" ||
         type == "ExecutionTimedOut";
}

bool IsScheduled(const std::string& type) {
  return type == "LambdaFunctionScheduled" || type == "TaskScheduled" ||
         type == "ActivityScheduled";
}

int64_t Ms(const HistoryEvent& event) {
  return event.timestamp().seconds() * 1'000 + event.timestamp().nanos() / 1'000'000;
}

void CheckShape(const Seen& seen, const Events& events, Report& report) {
  const auto bad = [&](const std::string& what) {
    report.Add(Finding::kHistory, fmt::format("{}: {}", seen.arn, what));
  };
  if (events.empty()) return bad("is empty");
  for (size_t i = 0; i < events.size(); ++i) {
    const HistoryEvent& event = events[i];
    if (event.id() != static_cast<int64_t>(i) + 1)
      bad(fmt::format("event {} has id {}", i + 1, event.id()));
    if (event.previous_event_id() >= event.id())
      bad(fmt::format("event {} comes after itself", event.id()));
    if (IsTerminal(event.type()) != (i + 1 == events.size())) {
      bad(fmt::format("{} is event {} of {}", event.type(), i + 1, events.size()));
    }
    if (event.error() == "Lambda.Unknown")
      bad(fmt::format("event {}: {}", event.id(), event.cause()));
    const bool waited = event.type() == "WaitStateExited";
    const int64_t before = event.previous_event_id();  // checked above
    if (waited && before > 0 && Ms(event) - Ms(events[static_cast<size_t>(before) - 1]) < kPauseMs)
      bad("a wait ended early");
  }
}

void CheckSeen(const Seen& seen, const asld::v1::Execution& now, const Events& events,
               Report& report, AuditTotals& totals) {
  const bool as_wanted = seen.wanted_status == kAnyEnd ? now.status() != "RUNNING"
                                                       : now.status() == seen.wanted_status;
  if (!as_wanted) {
    const Finding finding = now.status() == "RUNNING" ? Finding::kHangs : Finding::kLost;
    report.Add(finding, fmt::format("{} is {}{} and should be {}", seen.arn, now.status(),
                                    now.parked() ? " (parked)" : "", seen.wanted_status));
  }
  if (seen.end && !MessageDifferencer::Equals(*seen.end, now)) {
    report.Add(Finding::kLost, fmt::format("{} ended as\n{}and is now\n{}", seen.arn,
                                           seen.end->DebugString(), now.DebugString()));
  }
  for (size_t i = 0; i < seen.history.size(); ++i) {
    ++totals.compared;
    if (i < events.size() && MessageDifferencer::Equals(seen.history[i], events[i])) continue;
    report.Add(Finding::kLost, fmt::format("{}: event {} was shown as {}", seen.arn, i + 1,
                                           seen.history[i].ShortDebugString()));
    return;
  }
}

void GatherAttempts(const Seen& seen, const Events& events, Attempts& attempts) {
  for (const HistoryEvent& event : events) {
    if (IsScheduled(event.type())) attempts[{seen.arn, event.id()}] = false;
    const auto before = attempts.find({seen.arn, event.previous_event_id()});
    if (before != attempts.end()) before->second = true;
  }
}

void CheckEffects(const Attempts& attempts, const std::vector<Effect>& effects, WorkersFate fate,
                  Report& report, AuditTotals& totals) {
  std::map<std::string, int> per_token;
  std::map<Attempt, int> per_attempt;
  for (const Effect& effect : effects) {
    const Attempt attempt{effect.execution_arn, effect.scheduled};
    const std::string what =
        fmt::format("{} {} attempt {}", effect.execution_arn, effect.state, effect.attempt);
    if (++per_token[effect.token] == 2) report.Add(Finding::kTwice, what + ", under one token");
    if (++per_attempt[attempt] > 1) {
      ++totals.repeated;
      if (fate == WorkersFate::kSurvive) report.Add(Finding::kTwice, what);
    }
    if (!attempts.contains(attempt)) report.Add(Finding::kEffects, what + " is in no history");
  }
  for (const auto& [attempt, ended] : attempts) {
    if (!ended || per_attempt.contains(attempt)) continue;
    report.Add(Finding::kEffects,
               fmt::format("{} task #{} never ran", attempt.first, attempt.second));
  }
}

}  // namespace

AuditTotals Audit(EngineCalls& calls, const std::vector<Seen>& seen,
                  const std::vector<Effect>& effects, WorkersFate fate, Report& report) {
  AuditTotals totals{.executions = seen.size(), .effects = effects.size()};
  Attempts attempts;
  for (const Seen& one : seen) {
    const absl::StatusOr<asld::v1::Execution> now = calls.Describe(one.arn);
    const absl::StatusOr<Events> events = calls.History(one.arn);
    if (!now.ok() || !events.ok()) {
      report.Add(
          Finding::kLost,
          fmt::format("{}: {}", one.arn, (now.ok() ? events.status() : now.status()).ToString()));
      continue;
    }
    totals.events += events->size();
    totals.succeeded += now->status() == "SUCCEEDED";
    totals.aborted += now->status() == "ABORTED";
    CheckSeen(one, *now, *events, report, totals);
    CheckShape(one, *events, report);
    GatherAttempts(one, *events, attempts);
  }
  totals.attempts = attempts.size();
  CheckEffects(attempts, effects, fate, report, totals);
  return totals;
}

}  // namespace kill_test
