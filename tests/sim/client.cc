// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/client.h"

#include <algorithm>
#include <memory>

#include "engine/reads.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace sim {
namespace {

using engine::ExecutionNumber;
using engine::PartitionId;

constexpr size_t kPage = 100;  // small, so that histories take several pages

std::string Shown(ExecutionNumber execution) {
  return fmt::format("execution {:016x}", ToInt(execution));
}

engine::RevisionPtr Compile(const Definition& definition, Checks* checks) {
  asl::Compiled compiled = asl::Compile(definition.text);
  for (const asl::Problem& problem : compiled.problems) {
    checks->Fail("the definitions of the simulation are valid",
                 problem.location + ": " + problem.message);
  }
  return std::make_shared<const engine::Revision>(
      engine::Revision{.id = "revision-" + definition.machine,
                       .machine = definition.machine,
                       .role_arn = "arn:aws:iam::123456789012:role/sim",
                       .definition = definition.text,
                       .program = std::move(compiled.program)});
}

}  // namespace

SimClient::SimClient(Random* random, SimStore* store, Auditor* auditor, Checks* checks,
                     uint32_t partitions)
    : random_(random), store_(store), auditor_(auditor), checks_(checks), partitions_(partitions) {
  for (const Definition& definition : Definitions()) {
    engine::RevisionPtr revision = Compile(definition, checks_);
    compiled_.Publish(revision);
    auditor_->KnowRevision(std::move(revision), &definition);
  }
}

std::string SimClient::Act(Process* process) {
  for (const Definition& definition : Definitions()) {
    const bool known = process->registry().FindMachine(definition.machine) != nullptr;
    if (!known && !creating_.contains(definition.machine)) return Create(process, definition);
  }
  const size_t draw = random_->Below(100);
  if (draw < 40) return StartNew(process);
  if (draw < 52) return StartAgain(process);
  if (draw < 62) return Stop(process);
  if (draw < 75) return Probe(process);
  return Look();
}

std::string SimClient::Create(Process* process, const Definition& definition) {
  creating_.insert(definition.machine);
  process->Post(0, engine::CreateStateMachine{
                       .revision = compiled_.FindMachine(definition.machine),
                       .reply = [this](const absl::StatusOr<engine::RevisionPtr>& created) {
                         if (created.ok()) return;
                         checks_->Fail("a machine is created",
                                       std::string(created.status().message()));
                       }});
  return "create " + definition.machine;
}

std::string SimClient::StartNew(Process* process) {
  if (calls_.size() >= kExecutionsMax) return "has started enough";
  const Definition& definition = Definitions()[random_->Below(Definitions().size())];
  if (process->registry().FindMachine(definition.machine) == nullptr)
    return "waits for " + definition.machine;
  const uint64_t n = calls_.size();
  calls_.push_back({.machine = definition.machine,
                    .name = fmt::format("e{}", n),
                    .input = MakeInput(definition.machine, random_->Below(1'000)),
                    .fresh = random_->Chance(30)});
  Start(process, calls_.back());
  return fmt::format("start {} e{}", definition.machine, n);
}

// A caller who got no answer, or a second one who uses the same name. A name that the engine made
// is known to nobody before it was acknowledged.
std::string SimClient::StartAgain(Process* process) {
  if (calls_.empty()) return "has nothing to repeat";
  Call call = calls_[random_->Below(calls_.size())];
  if (process->registry().FindMachine(call.machine) == nullptr) return "waits for " + call.machine;
  if (call.fresh && !started_.contains(call.name)) return "does not know the name yet";
  call.fresh = false;
  if (random_->Chance(20)) call.input = R"({"another":"input","items":[]})";
  Start(process, call);
  return "start again " + call.name;
}

void SimClient::Start(Process* process, const Call& call) {
  const engine::Hash128 hash = engine::HashName(call.machine, call.name);
  process->Post(
      engine::OwnerOf(hash, partitions_),
      engine::StartExecution{
          .revision = process->registry().FindMachine(call.machine),
          .name = call.name,
          .fresh_name = call.fresh,
          .input = std::make_shared<const std::string>(call.input),
          .name_hash = hash,
          .reply = [this, call](const absl::StatusOr<engine::Started>& s) { OnStarted(call, s); }});
}

void SimClient::OnStarted(const Call& call, const absl::StatusOr<engine::Started>& started) {
  auto known = started_.find(call.name);
  if (started.ok()) {
    const ExecutionNumber execution = started->execution;
    auditor_->OnStartAcknowledged(execution, store_->durable(PartitionOf(execution)));
    if (known == started_.end()) {
      started_.emplace(call.name, std::pair(execution, call.input));
    } else if (known->second != std::pair(execution, call.input)) {
      checks_->Fail("a name is one execution", call.name + ": " + Shown(execution));
    }
    return;
  }
  if (!absl::IsAlreadyExists(started.status())) {
    return checks_->Fail("a start is answered",
                         call.name + ": " + std::string(started.status().message()));
  }
  if (known == started_.end() || known->second.second != call.input) return;
  auto facts = auditor_->executions().find(known->second.first);
  if (facts != auditor_->executions().end() && facts->second.ended == 0) {
    checks_->Fail("the same name and input while it runs gives the same execution", call.name);
  }
}

std::string SimClient::Stop(Process* process) {
  if (started_.empty() || random_->Chance(50)) return Look();
  auto it = started_.begin();
  std::advance(it, random_->Below(started_.size()));
  const ExecutionNumber execution = it->second.first;
  process->Post(
      PartitionOf(execution),
      engine::StopExecution{.execution = execution,
                            .error = {.name = "Stopped", .cause = "by the client"},
                            .reply = [this, execution](const absl::StatusOr<asl::Millis>& stopped) {
                              if (!stopped.ok())
                                return checks_->Fail("a stop is answered", Shown(execution));
                              auditor_->OnStopAcknowledged(execution,
                                                           store_->durable(PartitionOf(execution)));
                            }});
  return "stop " + it->first;
}

std::string SimClient::Probe(Process* process) {
  const auto sender = static_cast<PartitionId>(random_->Below(partitions_));
  const auto receiver = static_cast<PartitionId>(random_->Below(partitions_));
  if (sender == receiver) return Look();
  std::string text = fmt::format("probe {}", ++probed_);
  process->Post(sender, engine::SendProbe{.receiver = receiver,
                                          .text = text,
                                          .reply = [this, sender, receiver,
                                                    text](const absl::StatusOr<uint64_t>& n) {
                                            if (n.ok()) probes_[{sender, receiver}][*n] = text;
                                          }});
  return fmt::format("probe p{} to p{}", sender, receiver);
}

std::string SimClient::Look() {
  if (started_.empty()) return "looks around";
  auto it = started_.begin();
  std::advance(it, random_->Below(started_.size()));
  LookAt(it->second.first);
  return "look at " + it->first;
}

void SimClient::LookAtAll() {
  for (const auto& [name, started] : started_) LookAt(started.first);
}

void SimClient::LookAt(ExecutionNumber execution) {
  const storage::View view = store_->durable_view();
  const auto description = engine::Describe(*view, compiled_, execution);
  if (!description.ok()) {
    return checks_->Fail("an acknowledged start is there",
                         Shown(execution) + ": " + std::string(description.status().message()));
  }
  std::vector<std::string> events;
  bool terminal = false;
  asl::EventId from = asl::EventId::kNone;
  do {
    const auto page =
        engine::ReadPage(*view, compiled_, execution, from, kPage, storage::Direction::kForward);
    if (!page.ok()) {
      return checks_->Fail("a history can be read",
                           Shown(execution) + ": " + std::string(page.status().message()));
    }
    for (const asl::HistoryEvent& event : page->events) {
      const std::string text = event.payload.loaded() ? std::string(event.payload.view()) : "";
      events.push_back(fmt::format("{} {} {} {} {}", asl::ToInt(event.id),
                                   asl::EventTypeName(event.type), asl::ToInt(event.previous),
                                   event.time.value, text));
      terminal = asl::IsTerminal(event.type);
    }
    from = page->next;
  } while (from != asl::EventId::kNone);

  Seen& seen = seen_[execution];
  if (events.size() < seen.events.size() ||
      !std::equal(seen.events.begin(), seen.events.end(), events.begin())) {
    return checks_->Fail("what a client saw is still there",
                         fmt::format("{}: {} events, {} seen before", Shown(execution),
                                     events.size(), seen.events.size()));
  }
  const bool ended = description->row.status != asl::ExecutionStatus::kRunning;
  if (seen.ended && !ended)
    return checks_->Fail("an execution that was seen ended stays so", Shown(execution));
  if (ended != terminal) return checks_->Fail("status and history say the same", Shown(execution));
  seen.events = std::move(events);
  seen.ended = ended;
}

void SimClient::CheckProbes() {
  std::map<std::pair<PartitionId, PartitionId>, std::map<uint64_t, std::string>> arrived;
  const storage::View view = store_->durable_view();
  for (PartitionId receiver = 0; receiver < partitions_; ++receiver) {
    const std::string prefix = engine::PartitionPrefix(receiver);
    for (auto rows = view->Scan(engine::kProbes, prefix, storage::PrefixEnd(prefix)); rows->Valid();
         rows->Next()) {
      const auto key = engine::DecodeOutboxKey(rows->key());
      arrived[{key->receiver, receiver}][key->number] = std::string(rows->value());
    }
  }
  std::set<std::string> texts;
  for (const auto& [pair, messages] : arrived) {
    uint64_t expected = 1;
    for (const auto& [number, text] : messages) {
      if (number != expected++) checks_->Fail("messages are applied in order, without a gap", text);
      if (!texts.insert(text).second) checks_->Fail("a message is applied once", text);
    }
  }
  for (const auto& [pair, messages] : probes_) {
    for (const auto& [number, text] : messages) {
      if (arrived[pair][number] != text) {
        checks_->Fail("an acknowledged message is applied",
                      fmt::format("{} from p{} to p{}", text, pair.first, pair.second));
      }
    }
  }
}

}  // namespace sim
