// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The turn of a partition: take → advance → commit → release. What each command means is in the
// files beside this one: partition_start.cc, partition_step.cc, partition_tasks.cc,
// partition_messages.cc, partition_recover.cc.
#include "engine/partition.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/records.h"
#include "engine/tables.h"

namespace engine {

Partition::Partition(PartitionOptions options, Ports* ports)
    : options_(std::move(options)),
      ports_(ports),
      draw_([ports] { return static_cast<double>(ports->Random() >> 11) * 0x1.0p-53; }),
      executions_(options_.cache_bytes_max),
      words_(options_.id),
      tasks_(options_.token_key),
      ends_(kEnded, options_.retention_ms),
      name_ends_(kNameEnds, kNameKeptMs) {}

void Partition::Offer(Command command, asl::Millis arrived) {
  queue_.push_back({std::move(command), arrived});
}

std::optional<storage::Batch> Partition::TakeTurn(asl::Millis wall_clock,
                                                  const TurnLimits& limits) {
  clock_ = std::max(clock_, wall_clock);
  batch_.emplace(
      storage::BatchHeader{.partition = options_.id, .epoch = 0, .number = turn_number()});
  ++counters_.turns;
  if (first_turn_) {
    first_turn_ = false;
    words_.KeepWorkers(std::exchange(workers_found_, {}), *batch_);
    for (const std::string& queue : tasks_.QueuesWithWaiting()) OfferSlots(queue);
  }

  for (size_t taken = 0; !queue_.empty(); ++taken) {
    if (taken >= limits.commands_max || batch_->bytes().size() >= limits.bytes_max) break;
    if (taken > 0 && taken % 16 == 0 && limits.out_of_time()) break;
    Command command = std::move(queue_.front().command);
    queue_.pop_front();
    Process(std::move(command));
  }
  TakeReceived();
  FireDue();
  RequestLoads();
  return FinishTurn();
}

void Partition::Process(Command command) {
  std::visit([this](auto& c) { On(c); }, command);
}

// Timers fire after every message that had arrived before they were due, so that a heartbeat in the
// inbox is never judged late; when the turn's limit left messages behind, later timers wait for
// them. Bounded like commands are: all are taken out before the first one fires, so what firing
// arms for now (a cut Advance) is for a later turn. And by what is being loaded: after a long pause
// a million may be due at once, and each needs its execution in memory.
void Partition::FireDue() {
  constexpr int kTimersPerTurnMax = 1'024;
  asl::Millis until = clock_;
  if (!queue_.empty()) until = std::min(until, queue_.front().arrived);
  std::vector<Timers::Due> firing;
  const auto room = [&] { return loading_ + firing.size() < kLoadingMax; };
  if (clock_ >= hold_timeouts_until_) {
    for (; !held_timeouts_.empty() && room(); held_timeouts_.pop_front()) {
      firing.push_back(held_timeouts_.front());
    }
  }
  for (int taken = 0; taken < kTimersPerTurnMax && room(); ++taken) {
    const std::optional<Timers::Due> due = timers_.TakeDue(until);
    if (!due) break;
    const bool waits_for_somebody = due->key.kind == asl::TimerKind::kTaskTimeout ||
                                    due->key.kind == asl::TimerKind::kCallbackHeartbeat;
    const bool held = waits_for_somebody && clock_ < hold_timeouts_until_;
    if (held) {
      held_timeouts_.push_back(*due);
    } else {
      firing.push_back(*due);
    }
  }
  for (const Timers::Due& due : firing) {
    WithExecution(due.key.execution, Step{.signal = asl::TimerFired{.frame = due.key.frame,
                                                                    .kind = due.key.kind,
                                                                    .due = due.key.due,
                                                                    .scheduled = due.scheduled}});
  }
  for (int fired = 0; fired < kTimersPerTurnMax; ++fired) {
    const auto due = tasks_.TakeDue(until);
    if (!due) break;
    const auto& [clock, id] = *due;
    if (clock == Tasks::Clock::kLease) {
      LeaseExpired(id);
    } else {
      const Task& task = *tasks_.Find(id);
      WithExecution(id.execution, Step{.signal = asl::TimerFired{.frame = task.frame,
                                                                 .kind = asl::TimerKind::kHeartbeat,
                                                                 .due = clock_,
                                                                 .scheduled = id.scheduled}});
    }
  }
}

void Partition::RequestLoads() {
  if (const std::optional<TimerKey> from = timers_.WantsLoad(clock_)) {
    ports_->Load(options_.id, LoadTimers{.from = *from, .rows_max = Timers::kRowsPerLoadMax});
  }
  for (EndQueue* ends : {&ends_, &name_ends_}) {
    if (std::optional<LoadEnds> load = ends->WantsLoad(clock_))
      ports_->Load(options_.id, *std::move(load));
  }
  while (const std::optional<LoadTasks> load = tasks_.WantsLoad()) ports_->Load(options_.id, *load);
  DropEnded();
  executions_.Shrink(std::min(applied_, durable_));
}

// Hardly anybody asks for an execution that has ended, and who does has it loaded. Short ones would
// fill the cache otherwise.
void Partition::DropEnded() {
  const uint64_t settled = std::min(applied_, durable_);
  for (; !ended_.empty() && ended_.front().first <= settled; ended_.pop_front()) {
    const Execution* execution = executions_.Find(ended_.front().second);
    if (execution != nullptr && execution->ready() && execution->work.empty() &&
        execution->pinned_until <= settled) {
      executions_.Remove(execution->number);
    }
  }
}

// An empty batch is not committed, but its effects still wait for the batch before: an answer may
// rest on it.
std::optional<storage::Batch> Partition::FinishTurn() {
  std::optional<storage::Batch> batch = std::exchange(batch_, std::nullopt);
  if (batch->empty()) {
    batch.reset();
  } else {
    ++commit_;
    PutClock(options_.id, clock_, *batch);
  }
  if (!changed_.empty()) effects_.push_back(AnnounceChanges{std::exchange(changed_, {})});
  if (!effects_.empty()) unreleased_.push_back({commit_, std::exchange(effects_, {})});
  Release();
  return batch;
}

void Partition::OnApplied(uint64_t number) {
  applied_ = std::max(applied_, number);
  timers_.OnApplied(applied_);
  tasks_.OnApplied(applied_);
  ends_.OnApplied(applied_);
  name_ends_.OnApplied(applied_);
  for (; !dispatched_.empty() && dispatched_.front().first <= applied_; dispatched_.pop_front()) {
    if (Task* task = tasks_.Find(dispatched_.front().second)) task->text = nullptr;
  }
  std::erase_if(unapplied_loads_, [this](auto& waiting) {
    if (waiting.first > applied_) return false;
    ports_->Load(options_.id, std::move(waiting.second));
    return true;
  });
  while (!recent_name_order_.empty() && recent_name_order_.front().first <= applied_) {
    recent_names_.erase(recent_name_order_.front().second);
    recent_name_order_.pop_front();
  }
}

void Partition::OnDurable(uint64_t number) {
  durable_ = std::max(durable_, number);
  Release();
}

void Partition::Release() {
  while (!unreleased_.empty() && unreleased_.front().number <= durable_) {
    ports_->Release(options_.id, std::move(unreleased_.front().effects));
    unreleased_.pop_front();
  }
}

asl::Millis Partition::NextWake() const {
  asl::Millis wake = std::min({tasks_.NextWake(), ends_.NextWake(), name_ends_.NextWake()});
  if (loading_ < kLoadingMax) {  // else what is loaded wakes it
    wake = std::min(wake, timers_.NextWake());
    if (!held_timeouts_.empty()) wake = std::min(wake, hold_timeouts_until_);
  }
  // Due by this partition's clock is due now, even when the wall clock has stepped back behind it.
  return first_turn_ || wake <= clock_ ? asl::Millis{0} : wake;
}

}  // namespace engine
