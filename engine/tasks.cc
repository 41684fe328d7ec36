// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/tasks.h"

#include <algorithm>
#include <cassert>

#include "engine/ports.h"

namespace engine {
namespace {

constexpr size_t kRefillBelow = Tasks::kWaitingMax / 2;

}  // namespace

std::string QueueOf(const asl::TaskTarget& target) {
  if (target.kind == asl::TaskKind::kActivity) return workers::ActivityQueue(target.name);
  if (target.kind == asl::TaskKind::kService)
    return workers::CallQueue(target.service, target.name);
  return target.name;
}

std::string Ports::QueueFor(const asl::TaskTarget& target, bool) { return QueueOf(target); }

void Tasks::Add(Task task) {
  Queue& queue = queues_[task.queue];
  if (queue.rows_only() || queue.waiting.size() >= kWaitingMax) {
    ++queue.stored;
    return;
  }
  queue.scanned_to = std::max(queue.scanned_to, task.number);
  queue.waiting.emplace(task.number, task.id);
  ++queue.in_memory;
  const TaskId id = task.id;
  tasks_.emplace(id, std::move(task));
}

Task& Tasks::AddAssigned(Task task, const workers::Slot& slot) {
  task.instance = slot.instance;
  task.session = slot.session;
  task.worker_name = slot.worker_name;
  Queue& queue = queues_[task.queue];
  queue.scanned_to = std::max(queue.scanned_to, task.number);
  ++queue.in_memory;
  const TaskId id = task.id;
  return tasks_.emplace(id, std::move(task)).first->second;
}

bool Tasks::HasWaiting(const std::string& queue_name) const {
  auto it = queues_.find(queue_name);
  return it != queues_.end() && (!it->second.waiting.empty() || it->second.rows_only());
}

Task* Tasks::Find(const TaskId& id) {
  auto it = tasks_.find(id);
  return it == tasks_.end() ? nullptr : &it->second;
}

Task* Tasks::FindToken(std::string_view token) {
  const std::optional<TokenParts> parts = DecodeToken(token);
  if (!parts) return nullptr;
  Task* task = Find(parts->id);
  if (task == nullptr || !sealer_.IsToken(token, task->id, task->delivery)) return nullptr;
  return task;
}

std::optional<TaskId> Tasks::CallbackOf(std::string_view token) {
  const std::optional<TokenParts> parts = DecodeToken(token);
  if (!parts || !sealer_.IsToken(token, parts->id, kCallbackDelivery)) return std::nullopt;
  return parts->id;
}

void Tasks::Remove(const TaskId& id, const std::string& queue_name, uint64_t number,
                   uint64_t batch) {
  auto it = tasks_.find(id);
  Queue& queue = queues_[queue_name];
  if (it == tasks_.end()) {
    if (number > queue.found_up_to) {
      assert(queue.stored > 0);
      --queue.stored;
    }
    queue.gone.emplace(id, batch);
    return;
  }
  SetLease(it->second, asl::kNever);
  SetHeartbeat(it->second, asl::kNever);
  if (queue.waiting.erase(it->second.number) > 0 && queue.waiting.size() < kRefillBelow)
    queue.wants_load = true;
  --queue.in_memory;
  tasks_.erase(it);
}

Task* Tasks::Oldest(const std::string& queue_name) {
  auto it = queues_.find(queue_name);
  if (it == queues_.end() || it->second.waiting.empty()) return nullptr;
  return Find(it->second.waiting.begin()->second);
}

void Tasks::Assign(Task& task, const workers::Slot& slot) {
  Queue& queue = queues_[task.queue];
  queue.waiting.erase(task.number);
  if (queue.waiting.size() < kRefillBelow) queue.wants_load = true;
  task.instance = slot.instance;
  task.session = slot.session;
  task.worker_name = slot.worker_name;
  SetLease(task, asl::kNever);
}

void Tasks::Unassign(Task& task) {
  task.instance.clear();
  task.session = 0;
  task.worker_name.clear();
  SetLease(task, asl::kNever);
  SetHeartbeat(task, asl::kNever);
  queues_[task.queue].waiting.emplace(task.number, task.id);
}

std::optional<LoadTasks> Tasks::WantsLoad() {
  for (auto& [name, queue] : queues_) {
    if (!queue.wants_load || queue.loading || !queue.rows_only()) continue;
    queue.wants_load = false;
    queue.loading = true;
    return LoadTasks{.queue = name, .from = queue.scanned_to + 1, .rows_max = kWaitingMax};
  }
  return std::nullopt;
}

std::vector<std::string> Tasks::QueuesWithWaiting() const {
  std::vector<std::string> names;
  for (const auto& [name, queue] : queues_) {
    if (!queue.waiting.empty()) names.push_back(name);
  }
  return names;
}

void Tasks::OnLoaded(const std::string& queue_name, std::vector<Task> rows, bool exhausted) {
  Queue& queue = queues_[queue_name];
  assert(queue.loading);
  queue.loading = false;
  for (Task& task : rows) {
    queue.scanned_to = std::max(queue.scanned_to, task.number);
    if (queue.gone.contains(task.id) || tasks_.contains(task.id)) continue;
    if (task.number > queue.found_up_to) {
      assert(queue.stored > 0);
      --queue.stored;
    }
    ++queue.in_memory;
    queue.waiting.emplace(task.number, task.id);
    const TaskId id = task.id;
    tasks_.emplace(id, std::move(task));
  }
  if (exhausted || queue.scanned_to >= queue.found_up_to) queue.found_left = false;
  std::erase_if(queue.gone, [&](const auto& entry) { return entry.second <= applied_; });
  // Rows that no batch has applied yet were not seen: the next change of the queue asks again.
  if (queue.waiting.size() < kRefillBelow) queue.wants_load = true;
}

// A scan under way may have seen what was there before.
void Tasks::OnApplied(uint64_t batch) {
  applied_ = batch;
  for (auto& [name, queue] : queues_) {
    if (queue.gone.empty() || queue.loading) continue;
    std::erase_if(queue.gone, [&](const auto& entry) { return entry.second <= applied_; });
  }
}

void Tasks::RecoverQueue(const std::string& queue_name, std::vector<Task> rows,
                         uint64_t last_number) {
  Queue& queue = queues_[queue_name];
  queue.found_up_to = last_number;
  last_number_ = std::max(last_number_, last_number);
  for (Task& task : rows) {
    queue.scanned_to = task.number;
    queue.waiting.emplace(task.number, task.id);
    ++queue.in_memory;
    const TaskId id = task.id;
    tasks_.emplace(id, std::move(task));
  }
  queue.found_left = queue.scanned_to < last_number;
}

void Tasks::RecoverAssigned(Task task) {
  last_number_ = std::max(last_number_, task.number);
  ++queues_[task.queue].in_memory;
  const TaskId id = task.id;
  tasks_.emplace(id, std::move(task));
}

void Tasks::SetClock(Task& task, Clock clock, asl::Millis& current, asl::Millis due) {
  if (current == due) return;
  if (current != asl::kNever) clocks_.erase({current, clock, task.id});
  current = due;
  if (due != asl::kNever) clocks_.insert({due, clock, task.id});
}

void Tasks::SetLease(Task& task, asl::Millis until) {
  SetClock(task, Clock::kLease, task.lease_until, until);
}

void Tasks::SetHeartbeat(Task& task, asl::Millis due) {
  SetClock(task, Clock::kHeartbeat, task.heartbeat_due, due);
}

std::optional<std::pair<Tasks::Clock, TaskId>> Tasks::TakeDue(asl::Millis now) {
  if (clocks_.empty() || clocks_.begin()->due > now) return std::nullopt;
  const ClockEntry entry = *clocks_.begin();
  Task& task = *Find(entry.id);
  if (entry.clock == Clock::kLease) {
    SetLease(task, asl::kNever);
  } else {
    SetHeartbeat(task, asl::kNever);
  }
  return std::make_pair(entry.clock, entry.id);
}

asl::Millis Tasks::NextWake() const { return clocks_.empty() ? asl::kNever : clocks_.begin()->due; }

std::vector<TaskId> Tasks::AssignedTo(const std::string& instance) const {
  std::vector<TaskId> ids;
  for (const auto& [id, task] : tasks_) {
    if (task.instance == instance) ids.push_back(id);
  }
  return ids;
}

void Tasks::AddTo(std::map<std::string, QueueGauges>& queues) const {
  for (const auto& [name, queue] : queues_) {
    if (queue.in_memory + queue.stored == 0) continue;
    QueueGauges& sum = queues[name];
    sum.waiting += queue.waiting.size() + queue.stored;
    sum.more_waiting |= queue.found_left;
    sum.assigned += queue.in_memory - queue.waiting.size();
  }
}

}  // namespace engine
