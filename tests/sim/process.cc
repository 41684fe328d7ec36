// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/process.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/loader.h"
#include "engine/reads.h"
#include "engine/tables.h"
#include "fmt/format.h"

namespace sim {
namespace {

using engine::Command;
using engine::PartitionId;
using storage::CommitNotice;

constexpr std::string_view kTokenKey = "one key for ever";
constexpr size_t kLooseLimit =
    4;  // beyond this many on their way, the oldest goes first more often than not

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overload(Ts...) -> Overload<Ts...>;

constexpr std::array<std::string_view, std::variant_size_v<Command>> kCommandNames = {
    "StartExecution",
    "StopExecution",
    "CreateStateMachine",
    "UpdateStateMachine",
    "DeleteStateMachine",
    "CreateActivity",
    "DeleteActivity",
    "ChangeTags",
    "PublishVersion",
    "DeleteVersion",
    "CreateAlias",
    "UpdateAlias",
    "DeleteAlias",
    "CloseRevision",
    "RemoveMachine",
    "RemoveRevision",
    "Barrier",
    "SweepHistory",
    "WorkerAnswer",
    "AnswerByToken",
    "WorkerConnected",
    "WorkerLost",
    "SlotOffered",
    "TaskNotSent",
    "MessageArrived",
    "MessagesApplied",
    "SendProbe",
    "NameLoaded",
    "ExecutionLoaded",
    "PayloadLoaded",
    "TimersLoaded",
    "TasksLoaded",
    "EndsLoaded",
    "ReleaseParked"};
static_assert(!kCommandNames.back().empty(), "every command has a name");

enum class Row : uint8_t { kPut, kDelete };

// The batch without its first row of that kind in `table`, as if the engine had forgotten it.
storage::Batch WithoutFirst(const storage::Batch& batch, Row row, storage::TableTag table,
                            bool* left_out) {
  class Copy : public storage::BatchVisitor {
   public:
    Copy(storage::Batch* to, Row row, storage::TableTag table, bool* left_out)
        : to_(to), row_(row), table_(table), left_out_(left_out) {}
    void Put(storage::TableTag tag, std::string_view key, std::string_view value) override {
      if (!LeavesOut(Row::kPut, tag)) to_->Put(tag, key, value);
    }
    void Delete(storage::TableTag tag, std::string_view key) override {
      if (!LeavesOut(Row::kDelete, tag)) to_->Delete(tag, key);
    }
    void DeleteRange(storage::TableTag tag, std::string_view begin, std::string_view end) override {
      to_->DeleteRange(tag, begin, end);
    }

   private:
    bool LeavesOut(Row row, storage::TableTag tag) {
      if (row != row_ || tag != table_ || *left_out_) return false;
      return *left_out_ = true;
    }

    storage::Batch* to_;
    const Row row_;
    const storage::TableTag table_;
    bool* left_out_;
  };
  storage::Batch copy(batch.header());
  Copy visitor(&copy, row, table, left_out);
  storage::BatchHeader header;
  const absl::Status visited = storage::Batch::Visit(batch.bytes(), &header, visitor);
  return visited.ok() ? copy : batch;
}

}  // namespace

Process::Process(const Surroundings& surroundings)
    : s_(surroundings), pool_(this), slots_(&pool_) {}

Process::~Process() = default;

void Process::Start() {
  auto machines = engine::ReadMachines(s_.store->store());
  if (!machines.ok())
    return s_.checks->Fail("the store opens", std::string(machines.status().message()));
  for (const engine::RevisionPtr& machine : *machines) registry_.Publish(machine);
  const auto versions = engine::ReadVersions(s_.store->store());
  if (!versions.ok())
    return s_.checks->Fail("the store opens", std::string(versions.status().message()));
  for (const engine::VersionsPtr& of_machine : *versions) registry_.Publish(of_machine);
  inboxes_.resize(s_.partitions);
  for (PartitionId id = 0; id < s_.partitions; ++id) {
    engine::PartitionOptions options{.id = id,
                                     .token_key = std::string(kTokenKey),
                                     .retention_ms = s_.retention_ms,
                                     .redeliver = {std::string(kRedeliverQueue)}};
    // Sometimes so small that executions are dropped and read again all the time.
    if (*s_.faults && s_.random->Chance(50)) options.cache_bytes_max = 2'000;
    partitions_.push_back(
        std::make_unique<engine::Partition>(options, static_cast<engine::Ports*>(this)));
    const absl::Status status = partitions_.back()->Recover(
        s_.store->store(), id == 0 ? *machines : std::vector<engine::RevisionPtr>{}, *s_.wall);
    if (!status.ok()) s_.checks->Fail("a partition recovers", std::string(status.message()));
    if (id == 0) partitions_.back()->RecoverVersions(*versions);
  }
  s_.store->set_notices(
      {.applied = [this](CommitNotice n) { inboxes_[n.partition].applied.push_back(n); },
       .durable = [this](CommitNotice n) { inboxes_[n.partition].durable.push_back(n); }});
}

void Process::List(Choices* choices) const {
  for (PartitionId id = 0; id < s_.partitions; ++id) {
    const Inbox& inbox = inboxes_[id];
    if (partitions_[id]->HasWork() || partitions_[id]->NextWake() <= *s_.wall)
      choices->push_back({Act::kTurn, id, 6});
    if (!inbox.pool.empty() || !inbox.loose.empty()) choices->push_back({Act::kDeliver, id, 8});
    if (!inbox.reads.empty()) choices->push_back({Act::kRead, id, 6});
    if (!inbox.applied.empty() || !inbox.durable.empty()) choices->push_back({Act::kNotice, id, 6});
  }
  if (!outgoing_.empty()) choices->push_back({Act::kSend, 0, 8});
}

bool Process::Idle() const {
  Choices choices;
  List(&choices);
  return choices.empty();
}

std::string Process::Do(const Choice& choice) {
  dispatched_.clear();
  std::string what = DoIt(choice);
  return dispatched_.empty() ? what : what + ", dispatches" + dispatched_;
}

std::string Process::DoIt(const Choice& choice) {
  const auto id = static_cast<PartitionId>(choice.index);
  switch (choice.act) {
    case Act::kTurn:
      return TakeTurn(id);
    case Act::kDeliver:
      return Deliver(id);
    case Act::kRead:
      return Read(id);
    case Act::kNotice:
      return Notice(id);
    case Act::kSend:
      return Send();
    case Act::kStore:
    case Act::kClient:
    case Act::kWorker:
    case Act::kClock:
    case Act::kTidy:
    case Act::kFault:
      break;
  }
  return "not a process's business";
}

void Process::Post(PartitionId partition, Command command) {
  inboxes_[partition].loose.push_back(std::move(command));
}

asl::Millis Process::NextWake() const {
  asl::Millis wake = asl::kNever;
  for (const auto& partition : partitions_) wake = std::min(wake, partition->NextWake());
  return wake;
}

std::string Process::TakeTurn(PartitionId id) {
  engine::TurnLimits limits;
  if (*s_.faults && s_.random->Chance(20)) limits.commands_max = 1 + s_.random->Below(3);
  ++turns_;
  std::optional<storage::Batch> batch = partitions_[id]->TakeTurn(*s_.wall, limits);
  if (!batch) return "wrote nothing";
  s_.auditor->OnBatch(*batch);
  const auto leave_out = [&](Plant plant, Row row, engine::Table table) {
    if (s_.sabotage->plant() != plant) return;
    bool found = false;
    storage::Batch without = WithoutFirst(*batch, row, table, &found);
    if (found && s_.sabotage->Strikes(plant)) batch = std::move(without);
  };
  leave_out(Plant::kLostTimerRow, Row::kPut, engine::kTimers);
  leave_out(Plant::kLostFrameRow, Row::kPut, engine::kFrames);
  leave_out(Plant::kLostResultRow, Row::kPut, engine::kResults);
  leave_out(Plant::kLostListingRow, Row::kPut, engine::kListing);
  leave_out(Plant::kKeptTimerRow, Row::kDelete, engine::kTimers);
  leave_out(Plant::kKeptEndRow, Row::kDelete, engine::kEnded);
  std::string what = fmt::format("#{} {} rows", batch->header().number, batch->operations());
  s_.store->Submit(*std::move(batch));
  return what;
}

std::string Process::Deliver(PartitionId id) {
  Inbox& inbox = inboxes_[id];
  Command command;
  if (!inbox.pool.empty() && (inbox.loose.empty() || s_.random->Chance(50))) {
    command = std::move(inbox.pool.front());
    inbox.pool.pop_front();
  } else {
    const bool reorder = *s_.faults && (inbox.loose.size() < kLooseLimit || s_.random->Chance(20));
    const size_t index = reorder ? s_.random->Below(inbox.loose.size()) : 0;
    const auto at = inbox.loose.begin() + static_cast<std::ptrdiff_t>(index);
    command = std::move(*at);
    inbox.loose.erase(at);
  }
  std::string name(kCommandNames[command.index()]);
  partitions_[id]->Offer(std::move(command), *s_.wall);
  return name;
}

std::string Process::Read(PartitionId id) {
  std::vector<engine::LoadRequest>& reads = inboxes_[id].reads;
  const size_t index = s_.random->Below(reads.size());
  Command answer = engine::LoadRows(s_.store->store(), id, reads[index]);
  reads.erase(reads.begin() + static_cast<std::ptrdiff_t>(index));
  std::string name(kCommandNames[answer.index()]);
  Post(id, std::move(answer));
  return name;
}

std::string Process::Notice(PartitionId id) {
  Inbox& inbox = inboxes_[id];
  const bool applied = inbox.durable.empty() || (!inbox.applied.empty() && s_.random->Chance(50));
  std::deque<CommitNotice>& notices = applied ? inbox.applied : inbox.durable;
  const uint64_t number = notices.front().number;
  notices.pop_front();
  if (applied) {
    partitions_[id]->OnApplied(number);
  } else {
    partitions_[id]->OnDurable(number);
  }
  return fmt::format("{} #{}", applied ? "applied" : "durable", number);
}

// As Loop::SendOutgoing: a session that is gone got nothing.
std::string Process::Send() {
  auto it = outgoing_.begin();
  std::advance(it, s_.random->Below(outgoing_.size()));
  auto [session, outgoing] = std::move(*it);
  outgoing_.erase(it);
  std::vector<std::string> tokens;
  for (const workers::TaskRequest& task : outgoing.tasks) tokens.push_back(task.token);
  std::string what = fmt::format("session {}: {} tasks {} acks", session, tokens.size(),
                                 outgoing.acknowledgements.size());
  if (pool_.Send(session, std::move(outgoing))) return what;
  for (std::string& token : tokens) {
    Post(OwnerOfToken(token), engine::TaskNotSent{.token = std::move(token), .session = session});
  }
  return what + ", gone";
}

// What the worker is given is what the history says was scheduled. By the time that the engine hears
// of the batch's durability, the execution may be over and gone.
void Process::CheckDispatch(const workers::TaskRequest& request) {
  const auto parts = engine::DecodeToken(request.token);
  const auto page = engine::ReadPage(*s_.store->durable_view(), registry_, parts->id.execution,
                                     parts->id.scheduled, 1, storage::Direction::kForward);
  if (absl::IsNotFound(page.status())) {
    const auto facts = s_.auditor->executions().find(parts->id.execution);
    if (facts != s_.auditor->executions().end() && facts->second.ended != 0) return;
  }
  if (!page.ok() || page->events.size() != 1) {
    return s_.checks->Fail("a task that leaves is in the durable history", request.state_name);
  }
  const std::string input = request.text->substr(request.offset, request.length);
  if (page->events[0].payload.view().find(input) == std::string_view::npos || input.empty()) {
    s_.checks->Fail("a worker gets the input that the history shows", input);
  }
}

void Process::Release(PartitionId from, std::vector<engine::Effect> effects) {
  const Overload release{
      [](engine::SendReply& e) { e.send(); },
      [this](engine::DispatchTask& e) {
        if (s_.random->Chance(25)) CheckDispatch(e.request);
        dispatched_ += fmt::format(" {} to {}", e.request.idempotency_key, e.session);
        if (s_.sabotage->Strikes(Plant::kLostDispatch)) return;
        std::vector<workers::TaskRequest>& tasks = outgoing_[e.session].tasks;
        if (s_.sabotage->Strikes(Plant::kDoubleSend)) tasks.push_back(e.request);
        tasks.push_back(std::move(e.request));
      },
      [this](engine::AcknowledgeAnswer& e) {
        outgoing_[e.session].acknowledgements.push_back(std::move(e.acknowledgement));
      },
      [this](engine::WithdrawTask& e) {
        outgoing_[e.session].withdrawn.push_back(std::move(e.token));
      },
      [this, from](engine::SendMessage& e) {
        ++messages_;
        if (s_.sabotage->Strikes(Plant::kLostLetter)) return;
        engine::MessageArrived arrived{
            .sender = from, .number = e.number, .bytes = std::move(e.bytes)};
        if (*s_.faults && s_.random->Chance(10)) Post(e.receiver, arrived);
        Post(e.receiver, std::move(arrived));
      },
      [this, from](engine::AcknowledgeMessages& e) {
        Post(e.sender, engine::MessagesApplied{.receiver = from, .number = e.number, .gap = e.gap});
      },
      [this](engine::PublishRevision& e) { registry_.Publish(std::move(e.revision)); },
      [this](engine::PublishVersions& e) { registry_.Publish(std::move(e.versions)); },
      [this](engine::ForgetRevision& e) { registry_.ForgetRevision(e.id); },
      [this](engine::ForgetMachine& e) { registry_.ForgetMachine(e.name); },
      // Nobody creates activities or tags here: every activity exists.
      [](engine::PublishActivity&) {},
      [](engine::ForgetActivity&) {},
      [](engine::PublishTags&) {},
      [](engine::AnnounceEnd&) {},
      [](engine::AnnounceChanges&) {},
  };
  for (engine::Effect& effect : effects) {
    const auto* dispatch = std::get_if<engine::DispatchTask>(&effect);
    s_.auditor->OnRelease(from, effect, s_.store->durable(from),
                          dispatch == nullptr ? "" : InstanceOf(dispatch->session));
    std::visit(release, effect);
  }
}

void Process::SlotTaken(workers::SessionId session) {
  SessionFacts& facts = sessions_[session];
  if (++facts.taken > facts.allowed) {
    s_.checks->Fail("slots never exceed what workers granted",
                    fmt::format("session {} {}: {} of {}", session, facts.instance, facts.taken,
                                facts.allowed));
  }
}

std::optional<workers::Slot> Process::TakeSlot(const std::string& queue, PartitionId partition) {
  std::optional<workers::Slot> slot = slots_.TakeSlot(queue, partition);
  if (slot) SlotTaken(slot->session);
  return slot;
}

void Process::ReturnSlot(workers::SessionId session) {
  if (s_.sabotage->Strikes(Plant::kLostSlot)) return;
  auto it = sessions_.find(session);
  if (it != sessions_.end() && --it->second.taken < 0) {
    return s_.checks->Fail("a slot is given back once",
                           fmt::format("session {} {}", session, it->second.instance));
  }
  pool_.Return(session);
}

void Process::CheckSlotsReturned() {
  for (const auto& [session, facts] : sessions_) {
    if (facts.taken == 0) continue;
    s_.checks->Fail("every slot comes back", fmt::format("session {} {}: {} are still taken",
                                                         session, facts.instance, facts.taken));
  }
}

void Process::Load(PartitionId partition, engine::LoadRequest request) {
  inboxes_[partition].reads.push_back(std::move(request));
}

PartitionId Process::OwnerOfToken(const std::string& token) const {
  const auto parts = engine::DecodeToken(token);
  const PartitionId owner = parts ? PartitionOf(parts->id.execution) : 0;
  return owner < s_.partitions ? owner : 0;
}

std::string Process::InstanceOf(workers::SessionId session) const {
  auto it = sessions_.find(session);
  return it == sessions_.end() ? "" : it->second.instance;
}

void Process::OnConnected(const workers::Slot& worker, std::vector<workers::Held> held) {
  const auto count = static_cast<int64_t>(held.size());
  sessions_[worker.session] = {
      .instance = worker.instance, .taken = count, .allowed = std::max<int64_t>(s_.slots, count)};
  std::map<PartitionId, std::vector<workers::Held>> by_partition;
  for (workers::Held& one : held) by_partition[OwnerOfToken(one.token)].push_back(std::move(one));
  for (PartitionId id = 0; id < s_.partitions; ++id) {
    inboxes_[id].pool.push_back(
        engine::WorkerConnected{.worker = worker, .held = std::move(by_partition[id])});
  }
}

void Process::OnAnswers(workers::SessionId session, std::vector<workers::Answer> answers) {
  for (workers::Answer& answer : answers) {
    inboxes_[OwnerOfToken(answer.token)].pool.push_back(
        engine::WorkerAnswer{.session = session, .answer = std::move(answer)});
  }
}

void Process::OnLost(const workers::Slot& worker) {
  sessions_.erase(worker.session);
  for (Inbox& inbox : inboxes_) inbox.pool.push_back(engine::WorkerLost{worker});
}

void Process::OnSlot(uint32_t partition, const std::string& queue, workers::Slot slot) {
  SlotTaken(slot.session);
  inboxes_[partition].pool.push_back(engine::SlotOffered{.queue = queue, .slot = std::move(slot)});
}

}  // namespace sim
