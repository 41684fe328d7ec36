// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A partition's tasks, from scheduling until answer, timeout or withdrawal. In memory are those
// that a worker has been given (bounded by the workers' slots) and up to kWaitingMax per queue of
// those that wait for one, in schedule order. Stored, a waiting task is a row of its queue; an
// assigned one is part of its frame's row, which is written anyway, and a row of the index
// `assigned` that a chain of Tasks leaves in place: so a task that gets a slot at once costs no row
// of its own. Owned by the partition, its thread only; rows are written by records.cc.
//
// Life of a task:
//   waiting ──slot──▶ assigned (instance written, same batch or a later one) ──durable──▶ sent
//   assigned ──known not received──▶ waiting, same token
//   assigned ──worker gone for its lease──▶ outcome unknown: fails, or is delivered again under a
//   new token
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "asl/outcome.h"
#include "engine/command.h"
#include "engine/ids.h"
#include "engine/load_request.h"
#include "engine/token.h"

namespace engine {

struct Task {
  TaskId id;
  asl::FrameId frame{};
  std::string queue;
  uint64_t number = 0;  // place in the queue
  uint32_t attempt = 1;
  std::string qualifier;
  asl::PayloadRef input;
  uint32_t timeout_s = 0;
  uint32_t heartbeat_s = 0;
  uint32_t delivery = 1;  // with the id it makes the token
  std::string instance;   // assigned to; empty: waiting
  bool received = false;
  // Not stored:
  bool stored_assigned = false;  // the rows say assigned: what must be deleted when it ends
  asl::Text text;                // of `input`, kept while it waits; null when it must be loaded
  workers::SessionId session =
      0;  // the connection it was last sent on; 0: none since this process started
  std::string worker_name;
  asl::Millis lease_until = asl::kNever;  // set while its worker is not connected
  asl::Millis heartbeat_due = asl::kNever;
};

// "activity:NAME" or "NAME".
std::string QueueOf(const asl::TaskTarget& target);

class Tasks {
 public:
  static constexpr size_t kWaitingMax = 1'000;  // per queue in memory

  // `token_key`: see TokenSealer.
  explicit Tasks(std::string_view token_key) : sealer_(token_key) {}

  // --- scheduling ---
  uint64_t NextNumber() { return ++last_number_; }
  // A new task that waits, or one found at start. Waiting ones beyond the limit stay a row only.
  void Add(Task task);
  // A new task that a worker gets at once.
  Task& AddAssigned(Task task, const workers::Slot& slot);
  // nullptr: not in memory (finished, or a row only).
  Task* Find(const TaskId& id);
  std::string TokenOf(const Task& task) { return sealer_.Token(task.id, task.delivery); }
  // The task whose token this is, if it is still open under this very delivery.
  Task* FindToken(std::string_view token);
  // The task is over. `queue` tells where it waited when it is not in memory.
  void Remove(const TaskId& id, const std::string& queue);

  // --- waiting ---
  bool HasWaiting(const std::string& queue) const;
  // The oldest waiting task of a queue, or nullptr.
  Task* Oldest(const std::string& queue);
  void Assign(Task& task, const workers::Slot& slot);
  void Unassign(Task& task);  // back to its place in the queue

  // --- refilling ---
  std::optional<LoadTasks> WantsLoad();  // marks it as under way
  std::vector<std::string> QueuesWithWaiting() const;
  // Waiting rows that are not in memory yet join the queue; the caller decodes the rows.
  void OnLoaded(const std::string& queue, std::vector<Task> rows);
  // A row read at start, in key order.
  void Recover(Task task);

  // --- the clocks that live in memory only ---
  void SetLease(Task& task, asl::Millis until);
  void SetHeartbeat(Task& task, asl::Millis due);
  enum class Clock : uint8_t { kLease, kHeartbeat };
  // Takes out the earliest clock that has run out.
  std::optional<std::pair<Clock, TaskId>> TakeDue(asl::Millis now);
  asl::Millis NextWake() const;

  // Tasks that were assigned to this instance.
  std::vector<TaskId> AssignedTo(const std::string& instance) const;
  size_t size() const { return tasks_.size(); }

 private:
  struct Queue {
    std::map<uint64_t, TaskId> waiting;  // number → task, in memory
    uint64_t stored = 0;                 // waiting tasks that are rows only
    uint64_t scanned_to = 0;             // rows up to this number are in memory or over
    bool wants_load = false;
    bool loading = false;
    std::set<TaskId> gone_while_loading;  // rows that the load under way may still have seen
  };
  struct ClockEntry {
    asl::Millis due;
    Clock clock;
    TaskId id;
    friend auto operator<=>(const ClockEntry&, const ClockEntry&) = default;
  };
  void SetClock(Task& task, Clock clock, asl::Millis& current, asl::Millis due);

  TokenSealer sealer_;
  std::map<TaskId, Task> tasks_;
  std::map<std::string, Queue, std::less<>> queues_;
  std::set<ClockEntry> clocks_;
  uint64_t last_number_ = 0;
};

}  // namespace engine
