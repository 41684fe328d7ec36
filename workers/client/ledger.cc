// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A token's life:  Receive ─▶ waiting ─ Begin ─▶ running ─ Finish ─▶ finished ─ Acknowledge ─▶ over
//                                │                  │
//                                └─── Withdraw ─────┴──▶ over (a function that runs is told, its
//                                result dropped)
#include "workers/client/ledger.h"

#include <algorithm>
#include <utility>

#include "workers/client/utf8.h"

namespace workers {
namespace {

// A token that comes again after its end can only be a fault of the engine; this bounds what is
// kept against it.
constexpr size_t kOverMax = 100'000;
constexpr size_t kAnswerOverheadBytes = 16;
constexpr auto kFarAway = std::chrono::hours(1);

size_t SizeOf(const Answer& answer) {
  return kAnswerOverheadBytes + answer.token.size() + (answer.output ? answer.output->size() : 0) +
         (answer.error ? answer.error->size() : 0) + (answer.cause ? answer.cause->size() : 0);
}

Answer MakeAnswer(const std::string& token, Result result) {
  Answer answer{.token = token};
  if (result.failure) {
    answer.kind = AnswerKind::kFailure;
    // A message with anything else cannot be read by the engine, and would be sent again for ever.
    answer.error = ValidUtf8(std::move(result.failure->error));
    answer.cause = ValidUtf8(std::move(result.failure->cause));
  } else {
    answer.kind = AnswerKind::kSuccess;
    answer.output = std::make_shared<const std::string>(std::move(result.output));
  }
  return answer;
}

std::chrono::milliseconds HeartbeatInterval(const Task& task) {
  return std::chrono::milliseconds(int64_t{task.heartbeat_s} * 1000 / 3);
}

}  // namespace

Ledger::Ledger(std::function<SteadyTime()> clock, std::function<void()> announce)
    : clock_(std::move(clock)), announce_(std::move(announce)) {}

Ledger::Greeting Ledger::Open(size_t bytes_max) {
  std::lock_guard lock(mutex_);
  open_ = true;
  said_draining_ = draining_;
  drained_ = false;
  outbox_.clear();
  Greeting greeting{.draining = draining_};
  size_t bytes = 0;
  for (auto& [token, entry] : entries_) {
    if (entry.task->withdrawn()) continue;
    Held& task = greeting.held.emplace_back(Held{.token = token});
    if (entry.phase == Phase::kRunning) {
      // It may have been lost with the last connection, and saying it twice does no harm.
      outbox_.push_back(Answer{.token = token, .kind = AnswerKind::kReceived});
    } else if (entry.phase == Phase::kFinished) {
      bytes += SizeOf(entry.result);
      if (bytes <= bytes_max) {
        task.finished = entry.result;
      } else {
        outbox_.push_back(entry.result);
      }
    }
  }
  return greeting;
}

void Ledger::Close() {
  std::lock_guard lock(mutex_);
  open_ = false;
  sayable_.notify_all();
}

bool Ledger::SomethingToSay() const { return !outbox_.empty() || (draining_ && !said_draining_); }

Ledger::Outbound Ledger::TakeLocked(size_t bytes_max) {
  Outbound out;
  size_t bytes = 0;
  while (!outbox_.empty()) {
    bytes += SizeOf(outbox_.front());
    if (bytes > bytes_max && !out.answers.empty()) break;
    out.answers.push_back(std::move(outbox_.front()));
    outbox_.pop_front();
  }
  out.draining = draining_ && !std::exchange(said_draining_, draining_);
  return out;
}

std::optional<Ledger::Outbound> Ledger::Wait(size_t bytes_max) {
  std::unique_lock lock(mutex_);
  sayable_.wait(lock, [&] { return !open_ || Free() || SomethingToSay(); });
  if (!open_ || Free()) return std::nullopt;
  return TakeLocked(bytes_max);
}

Ledger::Outbound Ledger::Take(size_t bytes_max) {
  std::lock_guard lock(mutex_);
  return TakeLocked(bytes_max);
}

void Ledger::Say(Answer answer) {
  outbox_.push_back(std::move(answer));
  sayable_.notify_all();
}

void Ledger::Receive(std::vector<Task> tasks) {
  std::lock_guard lock(mutex_);
  if (abandoned_) return;
  for (Task& task : tasks) {
    if (over_set_.contains(task.token)) continue;
    auto [it, fresh] = entries_.try_emplace(task.token);
    if (fresh) {
      waiting_.push_back(task.token);
      task.stop_flag = std::make_shared<StopFlag>();
      it->second.task = std::make_shared<Task>(std::move(task));
      runnable_.notify_one();
    } else if (it->second.phase == Phase::kFinished) {
      Say(it->second.result);
    }
  }
}

void Ledger::Forget(Entries::iterator entry) {
  over_set_.insert(entry->first);
  over_.push_back(entry->first);
  entries_.erase(entry);
  if (drained_) sayable_.notify_all();
  if (over_.size() > kOverMax) {
    over_set_.erase(over_.front());
    over_.pop_front();
  }
}

void Ledger::WithdrawLocked(const std::string& token) {
  auto it = entries_.find(token);
  if (it == entries_.end()) return;
  it->second.task->stop_flag->Raise();
  if (drained_) sayable_.notify_all();
  // While it runs, the entry stays so that the token counts as known.
  if (it->second.phase != Phase::kRunning) Forget(it);
}

void Ledger::Withdraw(const std::string& token) {
  std::lock_guard lock(mutex_);
  WithdrawLocked(token);
}

void Ledger::Acknowledge(const std::string& token, AckOutcome outcome) {
  std::lock_guard lock(mutex_);
  auto it = entries_.find(token);
  if (it == entries_.end()) return;
  if (it->second.phase == Phase::kFinished) {
    Forget(it);
  } else if (outcome != AckOutcome::kAccepted) {
    WithdrawLocked(token);
  }
}

std::shared_ptr<const Task> Ledger::Begin() {
  std::shared_ptr<const Task> task;
  {
    std::unique_lock lock(mutex_);
    for (;;) {
      runnable_.wait(lock, [&] { return abandoned_.has_value() || !waiting_.empty(); });
      if (abandoned_) return nullptr;
      auto it = entries_.find(waiting_.front());
      waiting_.pop_front();
      if (it == entries_.end()) continue;
      Entry& entry = it->second;
      entry.phase = Phase::kRunning;
      task = entry.task;
      if (task->heartbeat_s > 0) {
        entry.next_heartbeat = clock_() + HeartbeatInterval(*task);
        timely_.notify_all();
      }
      Say(Answer{.token = task->token, .kind = AnswerKind::kReceived});
      break;
    }
  }
  if (announce_) announce_();
  return task;
}

void Ledger::Finish(const std::string& token, Result result) {
  {
    std::lock_guard lock(mutex_);
    auto it = entries_.find(token);
    if (it == entries_.end()) return;
    Entry& entry = it->second;
    if (entry.task->withdrawn()) {
      Forget(it);
      return;
    }
    entry.phase = Phase::kFinished;
    entry.result = MakeAnswer(token, std::move(result));
    Say(entry.result);
  }
  if (announce_) announce_();
}

SteadyTime Ledger::HeartbeatLocked(bool* said) {
  const SteadyTime now = clock_();
  SteadyTime next = now + kFarAway;
  for (auto& [token, entry] : entries_) {
    const Task& task = *entry.task;
    if (entry.phase != Phase::kRunning || task.heartbeat_s == 0 || task.withdrawn()) continue;
    if (entry.next_heartbeat <= now) {
      entry.next_heartbeat = now + HeartbeatInterval(task);
      // Without a connection they would only pile up: the next hello says that the task runs.
      if (open_) Say(Answer{.token = token, .kind = AnswerKind::kHeartbeat});
      *said = open_;
    }
    next = std::min(next, entry.next_heartbeat);
  }
  return next;
}

SteadyTime Ledger::Heartbeat() {
  bool said = false;
  SteadyTime next;
  {
    std::lock_guard lock(mutex_);
    next = HeartbeatLocked(&said);
  }
  if (said && announce_) announce_();
  return next;
}

void Ledger::KeepBeating() {
  std::unique_lock lock(mutex_);
  while (!abandoned_) {
    bool said = false;
    const SteadyTime next = HeartbeatLocked(&said);
    if (said && announce_) {
      lock.unlock();
      announce_();
      lock.lock();
    } else {
      timely_.wait_until(lock, next);
    }
  }
}

void Ledger::Drain() {
  std::lock_guard lock(mutex_);
  draining_ = true;
  sayable_.notify_all();
}

void Ledger::SetDrained() {
  std::lock_guard lock(mutex_);
  drained_ = true;
  sayable_.notify_all();
}

void Ledger::WaitUntilFree() {
  std::unique_lock lock(mutex_);
  sayable_.wait(lock, [&] { return abandoned_ || Free(); });
}

size_t Ledger::Abandon() {
  std::lock_guard lock(mutex_);
  if (!abandoned_) abandoned_ = HeldLocked();
  draining_ = true;
  open_ = false;
  for (auto& [token, entry] : entries_) entry.task->stop_flag->Raise();
  runnable_.notify_all();
  sayable_.notify_all();
  timely_.notify_all();
  return *abandoned_;
}

size_t Ledger::HeldLocked() const {
  return static_cast<size_t>(std::count_if(entries_.begin(), entries_.end(), [](const auto& entry) {
    return !entry.second.task->withdrawn();
  }));
}

size_t Ledger::held() const {
  std::lock_guard lock(mutex_);
  return HeldLocked();
}

}  // namespace workers
