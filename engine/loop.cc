// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/loop.h"

#include <algorithm>
#include <chrono>

namespace engine {
namespace {

// Submissions handed to the committer and not durable yet. Above this the loop lets work pile up:
// one larger batch costs less than several small ones, and the sync is busy anyway.
constexpr size_t kSubmissionsInFlightMax = 3;
constexpr int64_t kTurnMicrosMax = 2'000;
constexpr int64_t kSleepMsMax = 60'000;
constexpr int64_t kPublishMsMin = 100;  // between two sums of the partitions' gauges

}  // namespace

Loop::Loop(LoopSurroundings* surroundings, uint32_t index)
    : surroundings_(surroundings), index_(index), slots_(surroundings->pool) {}

Loop::~Loop() { Stop(); }

Partition& Loop::Add(const PartitionOptions& options) {
  auto [it, added] = partitions_.emplace(
      options.id, std::make_unique<Partition>(options, static_cast<Ports*>(this)));
  return *it->second;
}

void Loop::Start() {
  PublishGauges();
  thread_ = std::thread([this] { Run(); });
}

void Loop::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_->notify_one();
  if (thread_.joinable()) thread_.join();
}

void Loop::Post(PartitionId partition, Command command) {
  bool wake;
  {
    std::lock_guard lock(mutex_);
    mail_.commands.emplace_back(partition, std::move(command));
    ++waiting_;
    wake = sleeping_;
  }
  if (wake) HeldWakes::Notify(wake_);
}

void Loop::Post(std::vector<std::pair<PartitionId, Command>> commands) {
  bool wake;
  {
    std::lock_guard lock(mutex_);
    waiting_ += commands.size();
    std::move(commands.begin(), commands.end(), std::back_inserter(mail_.commands));
    wake = sleeping_;
  }
  if (wake) HeldWakes::Notify(wake_);
}

// Nobody waits for `applied`: it only lets caches shrink, so it rides along with the next wake-up.
void Loop::OnApplied(std::span<const storage::CommitNotice> notices) {
  std::lock_guard lock(mutex_);
  TakeOwn(notices, mail_.applied);
}

void Loop::OnDurable(std::span<const storage::CommitNotice> notices) {
  bool wake;
  {
    std::lock_guard lock(mutex_);
    wake = TakeOwn(notices, mail_.durable) && sleeping_;
  }
  if (wake) HeldWakes::Notify(wake_);
}

// Whether there was one.
bool Loop::TakeOwn(std::span<const storage::CommitNotice> notices,
                   std::vector<storage::CommitNotice>& into) const {
  const size_t before = into.size();
  for (const storage::CommitNotice& notice : notices) {
    if (partitions_.contains(notice.partition)) into.push_back(notice);
  }
  return into.size() > before;
}

void Loop::Run() {
  Mail mail;
  while (WaitForMail(mail)) {
    Deliver(mail);
    if (submissions_.size() < kSubmissionsInFlightMax) TakeTurns();
    CountTaken();
    SendOutgoing();
    unpublished_ = true;
    if (surroundings_->clock->MonotonicMicros() - published_us_ >= kPublishMsMin * 1'000) {
      PublishGauges();
    }
  }
}

void Loop::CountTaken() {
  size_t queued = 0;
  for (const auto& [id, partition] : partitions_) queued += partition->queued();
  waiting_ -= queued_ - queued;
  queued_ = queued;
}

void Loop::PublishGauges() {
  Gauges sum;
  for (const auto& [id, partition] : partitions_) sum.Add(partition->gauges());
  published_us_ = surroundings_->clock->MonotonicMicros();
  unpublished_ = false;
  std::lock_guard lock(gauges_mutex_);
  gauges_ = std::move(sum);
}

Gauges Loop::gauges() const {
  std::lock_guard lock(gauges_mutex_);
  return gauges_;
}

// Returns with mail, or when a timer is due; false: stop.
bool Loop::WaitForMail(Mail& mail) {
  asl::Millis wake = asl::kNever;
  bool work = false;
  if (submissions_.size() < kSubmissionsInFlightMax) {
    for (const auto& [id, partition] : partitions_) {
      work = work || partition->HasWork();
      wake = std::min(wake, partition->NextWake());
    }
  }
  std::unique_lock lock(mutex_);
  if (!work && mail_.commands.empty() && mail_.durable.empty() && !stopping_) {
    const int64_t sleep_ms = std::clamp<int64_t>(wake - surroundings_->clock->Now(), 0,
                                                 unpublished_ ? kPublishMsMin : kSleepMsMax);
    sleeping_ = true;
    wake_->wait_for(lock, std::chrono::milliseconds(sleep_ms), [this] {
      return stopping_ || !mail_.commands.empty() || !mail_.durable.empty();
    });
    sleeping_ = false;
  }
  std::swap(mail, mail_);
  queued_ += mail.commands.size();
  return !stopping_;
}

void Loop::Deliver(Mail& mail) {
  const asl::Millis now = surroundings_->clock->Now();
  for (const storage::CommitNotice& notice : mail.applied)
    At(notice.partition).OnApplied(notice.number);
  for (const storage::CommitNotice& notice : mail.durable)
    At(notice.partition).OnDurable(notice.number);
  while (!submissions_.empty() &&
         submissions_.front().number <= At(submissions_.front().partition).durable()) {
    submissions_.pop_front();
  }
  for (auto& [partition, command] : mail.commands) At(partition).Offer(std::move(command), now);
  mail.commands.clear();
  mail.applied.clear();
  mail.durable.clear();
}

void Loop::TakeTurns() {
  const asl::Millis now = surroundings_->clock->Now();
  std::vector<storage::Batch> batches;
  for (const auto& [id, partition] : partitions_) {
    if (!partition->HasWork() && partition->NextWake() > now) continue;
    TurnLimits limits;
    limits.out_of_time = [this, until = surroundings_->clock->MonotonicMicros() + kTurnMicrosMax] {
      return surroundings_->clock->MonotonicMicros() > until;
    };
    if (std::optional<storage::Batch> batch = partition->TakeTurn(now, limits))
      batches.push_back(*std::move(batch));
  }
  if (batches.empty()) return;
  submissions_.push_back(
      {.partition = batches.back().header().partition, .number = batches.back().header().number});
  surroundings_->committer->Submit(std::move(batches));
}

std::string Loop::QueueFor(const asl::TaskTarget& target, bool by_call_only) {
  surroundings_->routes->Renew(&routes_, &routes_seen_);
  return routes_->QueueFor(target, by_call_only);
}

std::optional<workers::Slot> Loop::TakeSlot(const std::string& queue, PartitionId partition) {
  if (workers::CallOf(queue) && served_.insert(queue).second) surroundings_->services->Serve(queue);
  return slots_.TakeSlot(queue, partition);
}

void Loop::ReturnSlot(workers::SessionId session) { surroundings_->pool->Return(session); }

void Loop::Load(PartitionId partition, LoadRequest request) {
  surroundings_->loader->Load(partition, std::move(request));
}

void Loop::WorkingOn(ExecutionNumber execution) {
  if (surroundings_->marks != nullptr) surroundings_->marks->Mark(index_, execution);
}

RevisionPtr Loop::FindRevision(const std::string& id) const {
  return surroundings_->registry->FindRevision(id);
}

bool Loop::ActivityExists(const std::string& name) const {
  return surroundings_->resources->ActivityExists(name, &activities_);
}

bool Loop::MayStart(const std::string& revision) const {
  return surroundings_->registry->MayStart(revision);
}

Partition::Counters Loop::counters() const {
  Partition::Counters sum;
  for (const auto& [id, partition] : partitions_) {
    sum.transitions += partition->counters().transitions;
    sum.turns += partition->counters().turns;
    sum.executions_started += partition->counters().executions_started;
    sum.executions_ended += partition->counters().executions_ended;
  }
  return sum;
}

}  // namespace engine
