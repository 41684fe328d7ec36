// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The life of one message in hand: drawn in source.h.
#include <algorithm>

#include "engine/log.h"
#include "engine/sources/source.h"
#include "fmt/format.h"

namespace engine::sources {

namespace {

// What the engine refuses for a passing reason comes again, and not at once.
constexpr absl::Duration kRefusedDelay = absl::Seconds(5);

}  // namespace

void Source::Begin(const Id& id, Held& held) {
  held.stage = Stage::kStarting;
  if (held.reading.verdict == Reading::Verdict::kStart) {
    return executions_.Start(
        options_.state_machine, ExecutionNameOf(id), std::move(held.reading.text),
        [self = weak_from_this(), id, delivery = held.delivery](const StartOutcome& outcome) {
          const std::shared_ptr<Source> source = self.lock();
          if (source == nullptr) return;
          source->Later(absl::ZeroDuration(), [source = source.get(), id, delivery, outcome] {
            source->OnStarted(id, delivery, outcome);
          });
        });
  }
  ++told_.counts.rejected;
  if (held.reading.verdict == Reading::Verdict::kUnwanted) {
    ++told_.counts.unwanted;
    return Delete(id, held);
  }
  Spoilt(id, held);
}

// The reason may show parts of the message, and payloads are never logged: `aslctl dlq ls` finds it
// out again.
void Source::Spoilt(const Id& id, Held& held) {
  ++told_.counts.poison;
  Log(LogLevel::kWarning, {},
      fmt::format("source {}: message {} can never start an execution; {}", options_.name, id,
                  options_.poison == Poison::kDelete ? "it is deleted" : "it is handed back"));
  if (options_.poison == Poison::kDelete) return Delete(id, held);
  HandBack(id, ReturnDelay(held.receive_count));
}

void Source::OnStarted(const Id& id, uint64_t delivery, const StartOutcome& outcome) {
  using Kind = StartOutcome::Kind;
  Held* const held = Find(id, delivery);
  if (held == nullptr) return;
  switch (outcome.kind) {
    case Kind::kBadInput:
      ++told_.counts.rejected;
      return Spoilt(id, *held);
    case Kind::kRefused:
      ++told_.counts.returned;
      Failing(outcome.why);
      return HandBack(id, std::max(kRefusedDelay, ReturnDelay(held->receive_count)));
    case Kind::kStarted:
      ++told_.counts.started;
      break;
    case Kind::kRunning:
    case Kind::kEnded:
      ++told_.counts.duplicates;
      break;
  }
  if (options_.ack == Ack::kStarted) {
    if (outcome.kind != Kind::kEnded) CountOpen(outcome.execution);
    return Delete(id, *held);
  }
  if (outcome.kind == Kind::kEnded) {
    if (outcome.succeeded) return Delete(id, *held);
    return HandBack(id, ReturnDelay(held->receive_count));
  }
  held->stage = Stage::kRunning;
  held->ticket = executions_.AwaitEnd(
      outcome.execution, [self = weak_from_this(), id, delivery](bool succeeded) {
        const std::shared_ptr<Source> source = self.lock();
        if (source == nullptr) return;
        source->Later(absl::ZeroDuration(), [source = source.get(), id, delivery, succeeded] {
          source->OnEnded(id, delivery, succeeded);
        });
      });
}

void Source::OnEnded(const Id& id, uint64_t delivery, bool succeeded) {
  Held* const held = Find(id, delivery);
  if (held == nullptr || held->stage != Stage::kRunning) return;
  held->ticket = nullptr;
  if (succeeded) return Delete(id, *held);
  ++told_.counts.failed;
  HandBack(id, ReturnDelay(held->receive_count));
}

// With ack started the message is gone long before its execution; who limits how many run waits for
// their ends all the same. A new process knows nothing of those of the one before.
void Source::CountOpen(ExecutionNumber execution) {
  if (options_.concurrency == 0) return;
  open_.emplace(execution, nullptr);
  open_[execution] =
      executions_.AwaitEnd(execution, [self = weak_from_this(), execution](bool succeeded) {
        const std::shared_ptr<Source> source = self.lock();
        if (source == nullptr) return;
        source->Later(absl::ZeroDuration(), [source = source.get(), execution, succeeded] {
          if (source->open_.erase(execution) == 0) return;
          if (!succeeded) ++source->told_.counts.failed;
          source->Receive();
        });
      });
}

void Source::Delete(const Id& id, Held& held) {
  held.stage = Stage::kDeleting;
  deletes_.push_back({id, held.delivery, absl::ZeroDuration()});
  FlushSoon();
}

void Source::HandBack(const Id& id, absl::Duration delay) {
  for (const Id& one : TakeOutOfGroup(id)) {
    Held& held = held_.at(one);
    if (held.stage == Stage::kWaiting) ++told_.counts.returned;
    held.stage = Stage::kReturning;
    held.ticket = nullptr;
    returns_.push_back({one, held.delivery, delay});
  }
  FlushSoon();
}

void Source::Forget(const Id& id) {
  for (const Id& one : TakeOutOfGroup(id)) {
    if (held_.at(one).stage == Stage::kWaiting) ++told_.counts.returned;
    held_.erase(one);
  }
}

std::vector<Source::Id> Source::TakeOutOfGroup(const Id& id) {
  const auto found = groups_.find(held_.at(id).group);
  if (found == groups_.end()) return {id};
  std::deque<Id>& group = found->second;
  const auto from = std::find(group.begin(), group.end(), id);
  std::vector<Id> tail(from, group.end());
  group.erase(from, group.end());
  if (group.empty()) groups_.erase(found);
  return tail;
}

void Source::Gone(const Id& id) {
  const auto node = held_.extract(id);
  const auto found = groups_.find(node.mapped().group);
  if (found == groups_.end()) return;
  found->second.pop_front();
  if (found->second.empty()) {
    groups_.erase(found);
    return;
  }
  const Id next = found->second.front();
  Held& held = held_.at(next);
  if (transport_.Now() >= held.deadline) return Forget(next);
  Begin(next, held);
}

}  // namespace engine::sources
