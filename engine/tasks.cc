// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/tasks.h"

#include <algorithm>
#include <cassert>

namespace engine {
namespace {

constexpr size_t kRefillBelow = Tasks::kWaitingMax / 2;

}  // namespace

std::string QueueOf(const asl::TaskTarget& target) {
  return target.kind == asl::TaskKind::kActivity ? workers::ActivityQueue(target.name)
                                                 : target.name;
}

void Tasks::Add(Task task) {
  Queue& queue = queues_[task.queue];
  const bool waiting = task.instance.empty();
  if (waiting && (queue.stored > 0 || queue.waiting.size() >= kWaitingMax)) {
    ++queue.stored;
    return;
  }
  if (waiting) {
    queue.scanned_to = std::max(queue.scanned_to, task.number);
    queue.waiting.emplace(task.number, task.id);
  }
  const TaskId id = task.id;
  tasks_.emplace(id, std::move(task));
}

Task& Tasks::AddAssigned(Task task, const workers::Slot& slot) {
  task.instance = slot.instance;
  task.session = slot.session;
  task.worker_name = slot.worker_name;
  Queue& queue = queues_[task.queue];
  queue.scanned_to = std::max(queue.scanned_to, task.number);
  const TaskId id = task.id;
  return tasks_.emplace(id, std::move(task)).first->second;
}

bool Tasks::HasWaiting(const std::string& queue_name) const {
  auto it = queues_.find(queue_name);
  return it != queues_.end() && (!it->second.waiting.empty() || it->second.stored > 0);
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

void Tasks::Remove(const TaskId& id, const std::string& queue_name) {
  auto it = tasks_.find(id);
  Queue& queue = queues_[queue_name];
  if (it == tasks_.end()) {
    assert(queue.stored > 0);
    --queue.stored;
    if (queue.loading) queue.gone_while_loading.insert(id);
    return;
  }
  SetLease(it->second, asl::kNever);
  SetHeartbeat(it->second, asl::kNever);
  if (queue.waiting.erase(it->second.number) > 0 && queue.waiting.size() < kRefillBelow)
    queue.wants_load = true;
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
    if (!queue.wants_load || queue.loading || queue.stored == 0) continue;
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

void Tasks::OnLoaded(const std::string& queue_name, std::vector<Task> rows) {
  Queue& queue = queues_[queue_name];
  assert(queue.loading);
  queue.loading = false;
  const std::set<TaskId> gone = std::move(queue.gone_while_loading);
  queue.gone_while_loading.clear();
  for (Task& task : rows) {
    queue.scanned_to = std::max(queue.scanned_to, task.number);
    if (gone.contains(task.id) || tasks_.contains(task.id) || !task.instance.empty()) continue;
    assert(queue.stored > 0);
    --queue.stored;
    queue.waiting.emplace(task.number, task.id);
    const TaskId id = task.id;
    tasks_.emplace(id, std::move(task));
  }
  // Rows that no batch has applied yet were not seen: the next change of the queue asks again.
  if (queue.waiting.size() < kRefillBelow) queue.wants_load = true;
}

void Tasks::Recover(Task task) {
  last_number_ = std::max(last_number_, task.number);
  Add(std::move(task));
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

}  // namespace engine
