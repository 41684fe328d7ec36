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

constexpr std::string_view kRole = "arn:aws:iam::123456789012:role/sim";

engine::RevisionPtr Compile(const Definition& definition, size_t version, Checks* checks) {
  std::string text = TextOf(definition, version);
  asl::Compiled compiled = asl::Compile(text);
  if (compiled.program == nullptr) {
    checks->Fail("the definitions of the simulation are valid", asl::RefusalText(compiled));
  }
  return std::make_shared<const engine::Revision>(
      engine::Revision{.id = engine::RevisionId(definition.machine, text, std::string(kRole)),
                       .machine = definition.machine,
                       .role_arn = std::string(kRole),
                       .definition = text,
                       .program = std::move(compiled.program),
                       .current = version == 0});
}

}  // namespace

SimClient::SimClient(Random* random, SimStore* store, Auditor* auditor, Checks* checks,
                     const std::vector<std::string>* task_tokens, uint32_t partitions,
                     std::function<bool(asl::Millis)> may_be_gone)
    : random_(random),
      store_(store),
      auditor_(auditor),
      checks_(checks),
      task_tokens_(task_tokens),
      partitions_(partitions),
      may_be_gone_(std::move(may_be_gone)) {
  for (const Definition& definition : Definitions()) {
    for (size_t version = 0; version < kVersions; ++version) {
      engine::RevisionPtr revision = Compile(definition, version, checks_);
      compiled_.Publish(revision);
      auditor_->KnowRevision(std::move(revision), &definition);
    }
  }
}

std::string SimClient::Act(Process* process) {
  for (const Definition& definition : Definitions()) {
    const bool known = process->registry().FindMachine(definition.machine) != nullptr;
    if (!known && !creating_.contains(definition.machine)) return Create(process, definition);
  }
  const size_t draw = random_->Below(100);
  if (draw < 40) return StartNew(process);
  if (draw < 50) return StartAgain(process);
  if (draw < 60) return Stop(process);
  if (draw < 64) return Update(process);
  if (draw < 66) return Delete(process);
  if (draw < 72) return Probe(process);
  if (draw < 78) return ChangeVersions(process);
  if (draw < 88) return UseToken(process);
  return Look();
}

std::string SimClient::Create(Process* process, const Definition& definition) {
  creating_.insert(definition.machine);
  process->Post(
      0, engine::CreateStateMachine{.revision = compiled_.FindMachine(definition.machine),
                                    .reply = [this, machine = definition.machine](
                                                 const absl::StatusOr<engine::Created>& created) {
                                      creating_.erase(machine);
                                      if (created.ok()) return;
                                      checks_->Fail("a machine is created",
                                                    std::string(created.status().message()));
                                    }});
  return "create " + definition.machine;
}

// Refused while it is being deleted, or as gone when that overtook the call.
void SimClient::OnChanged(std::string_view what, const absl::Status& status) {
  if (status.ok() || absl::IsNotFound(status) || absl::IsFailedPrecondition(status)) return;
  checks_->Fail(fmt::format("{} is answered", what), std::string(status.message()));
}

std::string SimClient::Update(Process* process) {
  const Definition& definition = Definitions()[random_->Below(Definitions().size())];
  const size_t version = random_->Below(kVersions);
  const std::string text = TextOf(definition, version);
  process->Post(
      0, engine::UpdateStateMachine{
             .machine = definition.machine,
             .definition = text,
             .program = asl::Compile(text).program,
             .role_arn = std::nullopt,
             .publish = random_->Chance(50) ? std::optional(engine::Publish{.description = "drawn"})
                                            : std::nullopt,
             .reply = [this](const absl::StatusOr<engine::Updated>& updated) {
               OnChanged("an update", updated.status());
             }});
  return fmt::format("update {} to version {}", definition.machine, version);
}

// It is created again once it is gone.
std::string SimClient::Delete(Process* process) {
  const Definition& definition = Definitions()[random_->Below(Definitions().size())];
  process->Post(0, engine::DeleteStateMachine{.machine = definition.machine,
                                              .reply = [this](const absl::StatusOr<bool>& deleted) {
                                                OnChanged("a deletion", deleted.status());
                                              }});
  return "delete " + definition.machine;
}

std::string SimClient::StartNew(Process* process) {
  if (calls_.size() >= kExecutionsMax) return "has started enough";
  const Definition& definition = Definitions()[random_->Below(Definitions().size())];
  if (process->registry().FindMachine(definition.machine) == nullptr)
    return "waits for " + definition.machine;
  const uint64_t n = calls_.size();
  Call call{.machine = definition.machine,
            .name = fmt::format("e{}", n),
            .input = MakeInput(definition.machine, random_->Below(1'000)),
            .fresh = random_->Chance(30)};
  if (call.fresh) call.name = fmt::format("019ad000-{:04x}-7000-8000-000000000000", n);
  calls_.push_back(std::move(call));
  Start(process, calls_.back());
  return fmt::format("start {} {}", definition.machine, calls_.back().name);
}

// A caller who got no answer, or a second one who uses the same name. A name that the engine made
// is known to nobody before it was acknowledged.
std::string SimClient::StartAgain(Process* process) {
  if (calls_.empty()) return "has nothing to repeat";
  Call call = calls_[random_->Below(calls_.size())];
  if (process->registry().FindMachine(call.machine) == nullptr) return "waits for " + call.machine;
  if (call.fresh && !started_.contains(call.name)) return "does not know the name yet";
  call.fresh = false;
  if (random_->Chance(20)) call.input = R"({"another":"input","order":0,"items":[]})";
  Start(process, call);
  return "start again " + call.name;
}

void SimClient::Start(Process* process, const Call& call) {
  const engine::Hash128 hash = engine::HashName(call.machine, call.name);
  engine::StartExecution start{
      .revision = process->registry().FindMachine(call.machine),
      .name = call.name,
      .fresh_name = call.fresh,
      .input = std::make_shared<const std::string>(call.input),
      .name_hash = hash,
      .reply = [this, call](const absl::StatusOr<engine::Started>& s) { OnStarted(call, s); }};
  Aim(process, start);
  process->Post(engine::OwnerOf(hash, partitions_), std::move(start));
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
  if (absl::IsAborted(started.status())) return;  // the machine was updated or deleted meanwhile
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
      engine::StopExecution{
          .execution = execution,
          .error = {.name = "Stopped", .cause = "by the client"},
          .reply = [this, execution](const absl::StatusOr<asl::Millis>& stopped) {
            if (absl::IsNotFound(stopped.status()) && MayBeGone(execution)) return;
            if (!stopped.ok())
              return checks_->Fail(
                  "a stop is answered",
                  fmt::format("{}: {}", Shown(execution), std::string(stopped.status().message())));
            auditor_->OnStopAcknowledged(execution, store_->durable(PartitionOf(execution)));
          }});
  return "stop " + it->first;
}

// Mostly one of the newest: the older ones' Tasks are over.
std::string SimClient::UseToken(Process* process) {
  if (task_tokens_->empty()) return "has no task token";
  const size_t back = random_->Below(std::min<size_t>(task_tokens_->size(), 6));
  std::string token = (*task_tokens_)[task_tokens_->size() - 1 - back];
  const engine::TaskId id = engine::DecodeToken(token)->id;
  const bool forged = random_->Chance(10);
  if (forged) token.back() = static_cast<char>(token.back() ^ 1);
  engine::TokenAnswer answer = engine::TokenHeartbeat{};
  const size_t kind = random_->Below(4);
  if (kind == 0) answer = engine::TokenFailure{{.name = "Flaky", .cause = "as drawn"}};
  if (kind == 1) answer = engine::TokenSuccess{std::make_shared<const std::string>(R"({"yes":1})")};
  process->Post(
      PartitionOf(id.execution),
      engine::AnswerByToken{.token = std::move(token),
                            .answer = std::move(answer),
                            .reply = [this, id, kind, forged](const absl::StatusOr<bool>& done) {
                              if (forged == absl::IsInvalidArgument(done.status())) {
                                if (done.ok() && kind < 2) {
                                  auditor_->OnTokenAcknowledged(
                                      id, store_->durable(PartitionOf(id.execution)));
                                }
                                return;
                              }
                              checks_->Fail("a forged task token, and no other, is refused as that",
                                            Shown(id.execution));
                            }});
  return fmt::format("use task token {}", kind);
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
  if (absl::IsNotFound(description.status()) && MayBeGone(execution)) {
    seen_[execution].gone = true;
    return;
  }
  if (!description.ok()) {
    return checks_->Fail("an acknowledged start is there",
                         Shown(execution) + ": " + std::string(description.status().message()));
  }
  CheckAim(*description);
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
  if (seen.gone) return checks_->Fail("what is gone stays away", Shown(execution));
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

// It has ended durably, and its retention is over.
bool SimClient::MayBeGone(ExecutionNumber execution) const {
  auto it = auditor_->executions().find(execution);
  if (it == auditor_->executions().end() || it->second.ended == 0) return false;
  return it->second.ended <= store_->durable(PartitionOf(execution)) &&
         may_be_gone_(it->second.events.back().time);
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
