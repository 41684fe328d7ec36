// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/auditor.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "asl/limits.h"
#include "engine/records.h"
#include "engine/tables.h"
#include "engine/tasks.h"
#include "engine/words.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace sim {
namespace {

using asl::EventType;
using engine::ExecutionNumber;
using engine::PartitionId;

constexpr size_t kAuditedInSquareMax = 2'000;  // events

std::string Shown(ExecutionNumber execution) { return fmt::format("{:016x}", ToInt(execution)); }

bool IsScheduled(EventType type) {
  return type == EventType::kLambdaFunctionScheduled || type == EventType::kTaskScheduled ||
         type == EventType::kActivityScheduled;
}

bool IsResult(EventType type) {
  return type == EventType::kLambdaFunctionSucceeded || type == EventType::kLambdaFunctionFailed ||
         type == EventType::kTaskSubmitted || type == EventType::kTaskSucceeded ||
         type == EventType::kTaskFailed || type == EventType::kActivitySucceeded ||
         type == EventType::kActivityFailed;
}

bool IsTimedOut(EventType type) {
  return type == EventType::kLambdaFunctionTimedOut || type == EventType::kTaskTimedOut ||
         type == EventType::kActivityTimedOut;
}

const asl::HistoryEvent& At(const Auditor::Facts& facts, asl::EventId id) {
  return facts.events.at(static_cast<size_t>(asl::ToInt(id)) - 1);
}

std::string Assignment(const engine::TaskId& task, uint32_t delivery, std::string_view worker) {
  return fmt::format("{:016x} {} {} {}", engine::ToInt(task.execution), asl::ToInt(task.scheduled),
                     delivery, worker);
}

template <typename K>
void EraseLost(std::map<std::pair<PartitionId, K>, uint64_t>& said,
               const std::function<uint64_t(PartitionId)>& survived) {
  std::erase_if(said,
                [&](const auto& entry) { return entry.second > survived(entry.first.first); });
}

}  // namespace

class Auditor::Reader : public storage::BatchVisitor {
 public:
  Reader(Auditor* auditor, PartitionId partition, uint64_t number)
      : a_(*auditor), partition_(partition), number_(number) {}

  void Put(storage::TableTag table, std::string_view key, std::string_view value) override {
    if (table == engine::kHistory) {
      records_.emplace_back(key, value);
      return;
    }
    storage::KeyReader parts(key);
    parts.U16();
    if (table == engine::kExecutions) {
      const ExecutionNumber execution{parts.U64()};
      Facts& facts = a_.executions_[execution];
      const auto row = engine::ReadExecution(execution, value, std::nullopt);
      if (!row.ok())
        return a_.checks_->Fail("execution rows can be read back",
                                std::string(row.status().message()));
      std::tie(facts.revision, facts.definition) =
          a_.revisions_[Word(engine::WordKind::kRevision, row->revision)];
      if (facts.begun == 0) facts.begun = number_;
    } else if (table == engine::kFrames) {
      const auto frame = engine::ReadFrame(key, value);
      if (!frame.ok())
        return a_.checks_->Fail("frame rows can be read back",
                                std::string(frame.status().message()));
      if (!frame->assigned) return;
      const std::string worker = Word(engine::WordKind::kWorker, frame->words.worker);
      a_.assignments_.try_emplace(
          {partition_, Assignment(frame->assigned->id, frame->assigned->delivery, worker)},
          number_);
    } else if (table == engine::kWords) {
      a_.words_[std::string(key)] = value;
    } else if (table == engine::kOutbox) {
      const auto letter = engine::DecodeOutboxKey(key);
      a_.letters_.try_emplace({partition_, {letter->receiver, letter->number}}, number_);
    } else if (table == engine::kInbox) {
      a_.applied_.try_emplace({partition_, {*engine::DecodeInboxKey(key), *engine::ReadU64(value)}},
                              number_);
    }
  }
  void Delete(storage::TableTag, std::string_view) override {}
  void DeleteRange(storage::TableTag, std::string_view, std::string_view) override {}

  // After everything else: the row of an execution comes behind what its first turn did.
  void ReadRecords() {
    for (const auto& [key, value] : records_) {
      const ExecutionNumber execution{storage::KeyReader(key).U64()};
      const engine::RevisionPtr revision = a_.executions_[execution].revision;
      const auto events = engine::ReadHistory(revision.get(), key, value);
      if (!events.ok())
        return a_.checks_->Fail("history rows can be read back",
                                std::string(events.status().message()));
      a_.OnHistory(execution, *events, number_);
    }
  }

 private:
  std::string Word(engine::WordKind kind, uint32_t number) const {
    return a_.words_[engine::WordKey(partition_, kind, number)];
  }

  Auditor& a_;
  const PartitionId partition_;
  const uint64_t number_;
  std::vector<std::pair<std::string, std::string>> records_;  // of history
};

void Auditor::OnBatch(const storage::Batch& batch) {
  storage::BatchHeader header;
  Reader reader(this, batch.header().partition, batch.header().number);
  const absl::Status status = storage::Batch::Visit(batch.bytes(), &header, reader);
  if (!status.ok()) return checks_->Fail("batches can be read back", std::string(status.message()));
  reader.ReadRecords();
}

void Auditor::OnHistory(ExecutionNumber execution, const std::vector<asl::HistoryEvent>& events,
                        uint64_t batch) {
  Facts& facts = executions_[execution];
  for (const asl::HistoryEvent& event : events) {
    CheckEvent(execution, facts, event);
    facts.events.push_back(event);
    if (asl::IsTerminal(event.type)) facts.ended = batch;
  }
  facts.records.emplace_back(facts.events.size(), batch);
}

void Auditor::CheckEvent(ExecutionNumber execution, const Facts& facts,
                         const asl::HistoryEvent& event) {
  const auto next = static_cast<int64_t>(facts.events.size()) + 1;
  const auto found = [&] {
    return fmt::format("execution {} event {} {} after {}, previous {}", Shown(execution),
                       asl::ToInt(event.id), asl::EventTypeName(event.type), next - 1,
                       asl::ToInt(event.previous));
  };
  if (asl::ToInt(event.id) != next) return checks_->Fail("history ids are dense from 1", found());
  if (event.previous >= event.id)
    return checks_->Fail("previousEventId is below its event's id", found());
  if ((next == 1) != (event.type == EventType::kExecutionStarted)) {
    return checks_->Fail("a history begins with ExecutionStarted, once", found());
  }
  if (next == 1) return;
  if (asl::IsTerminal(facts.events.back().type))
    return checks_->Fail("nothing follows the end of a history", found());
  if (event.time < facts.events.back().time)
    return checks_->Fail("a partition's clock never goes back", found());
  // A definition without a mistake does not end so before its history is full: it is the engine's
  // own fault, say a payload that it could not read.
  const bool mistaken = facts.definition != nullptr && facts.definition->has_mistake;
  const bool full = next == asl::kHistoryEventsMax;
  if (event.error.name == asl::kStatesRuntime && !mistaken && !full) {
    return checks_->Fail("no execution fails with States.Runtime",
                         found() + ": " + event.error.cause.value_or(""));
  }
  CheckIterations(execution, facts, event);
  CheckTiming(execution, facts, event);
}

// Of one Map state, which these definitions run once at a time in an execution. Takes the square of
// the history's length, so the tests of large Maps count for themselves.
void Auditor::CheckIterations(ExecutionNumber execution, const Facts& facts,
                              const asl::HistoryEvent& event) {
  if (event.type != EventType::kMapIterationStarted &&
      event.type != EventType::kMapIterationSucceeded &&
      event.type != EventType::kMapStateSucceeded) {
    return;
  }
  if (facts.events.size() > kAuditedInSquareMax) return;
  int64_t same = 0, length = 0;
  bool started = false;
  for (auto it = facts.events.rbegin(); it != facts.events.rend(); ++it) {
    if (it->type == EventType::kMapStateStarted) {
      length = it->length.value_or(0);
      break;
    }
    if (event.type == EventType::kMapStateSucceeded) {
      same += it->type == EventType::kMapIterationSucceeded ? 1 : 0;
    } else if (it->index == event.index) {
      same += it->type == event.type ? 1 : 0;
      started = started || it->type == EventType::kMapIterationStarted;
    }
  }
  const bool as_it_must = event.type == EventType::kMapStateSucceeded
                              ? same == length
                              : same == 0 && *event.index < length &&
                                    started == (event.type == EventType::kMapIterationSucceeded);
  if (as_it_must) return;
  checks_->Fail(
      "each iteration begins once and ends once",
      fmt::format("execution {} event {} {} {}: {} of {}", Shown(execution), asl::ToInt(event.id),
                  asl::EventTypeName(event.type), event.index.value_or(-1), same, length));
}

// Times in a history are the partition's clock, by which timers are judged; early is measured
// against the event from which AWS counts.
void Auditor::CheckTiming(ExecutionNumber execution, const Facts& facts,
                          const asl::HistoryEvent& event) {
  const auto require = [&](std::string_view what, const asl::HistoryEvent& since, int64_t seconds) {
    if (event.time - since.time >= seconds * 1'000) return;
    checks_->Fail(
        "timers are never early",
        fmt::format("execution {}: {} {} ms after event {}, wanted {} s", Shown(execution), what,
                    event.time - since.time, asl::ToInt(since.id), seconds));
  };
  if (facts.definition == nullptr || event.previous == asl::EventId::kNone) {
    if (event.type == EventType::kExecutionTimedOut && facts.definition != nullptr) {
      require("execution timeout", facts.events.front(), facts.definition->timeout_s);
    }
    return;
  }
  const asl::HistoryEvent& previous = At(facts, event.previous);
  if (event.type == EventType::kWaitStateExited) {
    auto wait = facts.definition->wait_s.find(event.name);
    if (wait != facts.definition->wait_s.end()) require("a Wait ended", previous, wait->second);
  } else if (IsScheduled(event.type) && (IsResult(previous.type) || IsTimedOut(previous.type))) {
    const asl::HistoryEvent* state = &previous;
    while (state->type != EventType::kTaskStateEntered) state = &At(facts, state->previous);
    auto interval = facts.definition->interval_s.find(state->name);
    if (interval != facts.definition->interval_s.end())
      require("a retry began", previous, interval->second);
  } else if (IsTimedOut(event.type)) {
    // LambdaFunctionScheduled shows no heartbeat; these definitions give none to such Tasks.
    const bool submitted = previous.type == EventType::kTaskSubmitted;
    const asl::HistoryEvent& started = submitted ? At(facts, previous.previous) : previous;
    const asl::HistoryEvent& scheduled = At(facts, started.previous);
    const int64_t timeout = scheduled.timeout_s.value_or(asl::kNever.value / 1'000'000);
    require("a task timed out", started,
            std::min(timeout, scheduled.heartbeat_s.value_or(timeout)));
  }
}

void Auditor::OnCrash(const std::function<uint64_t(PartitionId)>& survived) {
  for (auto it = executions_.begin(); it != executions_.end();) {
    const uint64_t newest = survived(PartitionOf(it->first));
    Facts& facts = it->second;
    if (facts.begun > newest || facts.begun == 0) {
      it = executions_.erase(it);
      continue;
    }
    while (!facts.records.empty() && facts.records.back().second > newest) facts.records.pop_back();
    facts.events.resize(facts.records.empty() ? 0 : facts.records.back().first);
    if (facts.ended > newest) facts.ended = 0;
    ++it;
  }
  EraseLost(assignments_, survived);
  EraseLost(letters_, survived);
  EraseLost(applied_, survived);
}

void Auditor::RequireDurable(std::string_view what, uint64_t batch, uint64_t durable,
                             const std::string& detail) {
  if (batch != 0 && batch <= durable) return;
  checks_->Fail("no effect leaves before its batch is durable",
                fmt::format("{} {}: batch {}, durable {}", what, detail, batch, durable));
}

void Auditor::OnStartAcknowledged(ExecutionNumber execution, uint64_t durable) {
  auto it = executions_.find(execution);
  RequireDurable("start of", it == executions_.end() ? 0 : it->second.begun, durable,
                 Shown(execution));
}

void Auditor::OnTokenAcknowledged(const engine::TaskId& id, uint64_t durable) {
  auto it = executions_.find(id.execution);
  if (it == executions_.end())
    return checks_->Fail("an accepted task token's execution exists", Shown(id.execution));
  const Facts& facts = it->second;
  for (size_t i = 0; i < facts.events.size(); ++i) {
    const asl::HistoryEvent& event = facts.events[i];
    if (event.type != EventType::kTaskSucceeded && event.type != EventType::kTaskFailed) continue;
    asl::EventId before = event.previous;
    if (At(facts, before).type == EventType::kTaskSubmitted) before = At(facts, before).previous;
    if (At(facts, before).previous != id.scheduled) continue;
    const auto record = std::find_if(facts.records.begin(), facts.records.end(),
                                     [&](const auto& entry) { return entry.first > i; });
    return RequireDurable("task token of", record->second, durable, Shown(id.execution));
  }
  checks_->Fail("what came by an accepted task token is in the history", Shown(id.execution));
}

void Auditor::OnStopAcknowledged(ExecutionNumber execution, uint64_t durable) {
  auto it = executions_.find(execution);
  RequireDurable("stop of", it == executions_.end() ? 0 : it->second.ended, durable,
                 Shown(execution));
}

void Auditor::CheckAccepted(const workers::Acknowledgement& acknowledgement, uint64_t durable) {
  const std::string& token = acknowledgement.token;
  const auto parts = engine::DecodeToken(token);
  if (!parts) return checks_->Fail("only tokens of the engine are accepted", "a forged token");
  if (!sent_.contains(token))
    return checks_->Fail("what is accepted was sent as a result", Shown(parts->id.execution));
  auto it = executions_.find(parts->id.execution);
  if (it == executions_.end())
    return checks_->Fail("an accepted result's execution exists", Shown(parts->id.execution));
  const Facts& facts = it->second;
  const auto result =
      std::find_if(facts.events.begin(), facts.events.end(), [&](const asl::HistoryEvent& event) {
        return IsResult(event.type) && At(facts, event.previous).previous == parts->id.scheduled;
      });
  const auto position = static_cast<size_t>(result - facts.events.begin());
  const auto record = std::find_if(facts.records.begin(), facts.records.end(),
                                   [&](const auto& entry) { return entry.first > position; });
  if (acknowledgement.outcome == workers::AckOutcome::kAccepted) {
    if (result == facts.events.end()) {
      return checks_->Fail("an accepted result shows in the history",
                           fmt::format("execution {} scheduled {}", Shown(parts->id.execution),
                                       asl::ToInt(parts->id.scheduled)));
    }
    if (++accepted_[token] > 1)
      return checks_->Fail("one result per token is accepted", Shown(parts->id.execution));
    const std::string text =
        result->payload.text != nullptr ? *result->payload.text : result->error.name.value_or("");
    const std::vector<std::string>& sent = sent_[token];
    // lambda:invoke wraps the output.
    const bool known = std::any_of(sent.begin(), sent.end(), [&](const std::string& s) {
      return text.find(s) != std::string::npos;
    });
    if (!known) return checks_->Fail("the history shows the result that was sent", text);
  }
  if (record != facts.records.end())
    RequireDurable("acknowledgement", record->second, durable, Shown(parts->id.execution));
}

void Auditor::OnRelease(PartitionId partition, const engine::Effect& effect, uint64_t durable,
                        const std::string& instance) {
  if (const auto* dispatch = std::get_if<engine::DispatchTask>(&effect)) {
    if (instance.empty()) return;  // the session is gone: it will come back as not sent
    const auto task = engine::DecodeToken(dispatch->request.token);
    auto it = assignments_.find({partition, Assignment(task->id, task->delivery, instance)});
    RequireDurable("dispatch of", it == assignments_.end() ? 0 : it->second, durable,
                   dispatch->request.state_name + " to " + instance);
  } else if (const auto* answer = std::get_if<engine::AcknowledgeAnswer>(&effect)) {
    if (answer->acknowledgement.outcome != workers::AckOutcome::kNoLongerWanted) {
      CheckAccepted(answer->acknowledgement, durable);
    }
  } else if (const auto* message = std::get_if<engine::SendMessage>(&effect)) {
    auto it = letters_.find({partition, {message->receiver, message->number}});
    RequireDurable("message", it == letters_.end() ? 0 : it->second, durable,
                   fmt::format("{}", message->number));
  } else if (const auto* applied = std::get_if<engine::AcknowledgeMessages>(&effect)) {
    if (applied->number == 0) return;
    auto it = applied_.find({partition, {applied->sender, applied->number}});
    RequireDurable("message receipt", it == applied_.end() ? 0 : it->second, durable,
                   fmt::format("{}", applied->number));
  } else if (const auto* end = std::get_if<engine::AnnounceEnd>(&effect)) {
    OnStopAcknowledged(end->execution, durable);
  }
}

size_t Auditor::open() const {
  return static_cast<size_t>(
      std::count_if(executions_.begin(), executions_.end(),
                    [](const auto& entry) { return entry.second.ended == 0; }));
}

}  // namespace sim
