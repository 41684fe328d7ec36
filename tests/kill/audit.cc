// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/kill/audit.h"

#include <map>
#include <set>
#include <tuple>

#include "fmt/format.h"
#include "google/protobuf/util/message_differencer.h"

namespace kill_test {
namespace {

using asld::v1::HistoryEvent;
using Events = std::vector<HistoryEvent>;
using google::protobuf::util::MessageDifferencer;

constexpr int64_t kPauseMs = 1'000;  // of the state Pause

// An attempt at a Task: execution, state, attempt.
using Attempt = std::tuple<std::string, std::string, uint32_t>;

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
    if (waited && i > 0 && Ms(event) - Ms(events[i - 1]) < kPauseMs) bad("a wait ended early");
  }
}

void CheckSeen(const Seen& seen, const asld::v1::Execution& now, const Events& events,
               Report& report, AuditTotals& totals) {
  if (now.status() != seen.wanted_status) {
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

// The attempts that a history tells of: the state entered last, and how often a task was scheduled
// in it.
void GatherAttempts(const Seen& seen, const Events& events, std::set<Attempt>& attempts) {
  std::string state;
  uint32_t attempt = 0;
  for (const HistoryEvent& event : events) {
    if (event.type() == "TaskStateEntered") {
      state = event.name();
      attempt = 0;
    }
    if (IsScheduled(event.type())) attempts.insert({seen.arn, state, ++attempt});
  }
}

void CheckEffects(const std::set<Attempt>& attempts, const std::vector<Effect>& effects,
                  WorkersFate fate, Report& report, AuditTotals& totals) {
  std::map<std::string, int> per_token;
  std::map<Attempt, int> per_attempt;
  for (const Effect& effect : effects) {
    const Attempt attempt{effect.execution_arn, effect.state, effect.attempt};
    const std::string what =
        fmt::format("{} {} attempt {}", effect.execution_arn, effect.state, effect.attempt);
    if (++per_token[effect.token] == 2) report.Add(Finding::kTwice, what + ", under one token");
    if (++per_attempt[attempt] > 1) {
      ++totals.repeated;
      if (fate == WorkersFate::kSurvive) report.Add(Finding::kTwice, what);
    }
    if (!attempts.contains(attempt)) report.Add(Finding::kEffects, what + " is in no history");
  }
  for (const Attempt& attempt : attempts) {
    if (per_attempt.contains(attempt)) continue;
    report.Add(Finding::kEffects, fmt::format("{} {} attempt {} never ran", std::get<0>(attempt),
                                              std::get<1>(attempt), std::get<2>(attempt)));
  }
}

}  // namespace

AuditTotals Audit(EngineCalls& calls, const std::vector<Seen>& seen,
                  const std::vector<Effect>& effects, WorkersFate fate, Report& report) {
  AuditTotals totals{.executions = seen.size(), .effects = effects.size()};
  std::set<Attempt> attempts;
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
