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
#include "engine/gauges.h"
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
  std::string role;  // as which it is done, where it is a call; empty: as the process itself
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

// "activity:NAME", "call:SERVICE:ACTION" or "NAME".
std::string QueueOf(const asl::TaskTarget& target);

class Tasks {
 public:
  static constexpr size_t kWaitingMax = 1'000;  // per queue in memory

  // `token_key`: see TokenSealer.
  explicit Tasks(std::string_view token_key) : sealer_(token_key) {}

  // --- scheduling ---
  uint64_t NextNumber() { return ++last_number_; }
  // A new task that waits. Beyond the limit it stays a row only.
  void Add(Task task);
  // A new task that a worker gets at once.
  Task& AddAssigned(Task task, const workers::Slot& slot);
  // nullptr: not in memory (finished, or a row only).
  Task* Find(const TaskId& id);
  std::string TokenOf(const Task& task) { return sealer_.Token(task.id, task.delivery); }
  // The token that `.waitForTaskToken` hands out, in memory or not, and whose it is.
  std::string CallbackToken(const TaskId& id) { return sealer_.Token(id, kCallbackDelivery); }
  std::optional<TaskId> CallbackOf(std::string_view token);
  // The task whose token this is, if it is still open under this very delivery.
  Task* FindToken(std::string_view token);
  // The task is over; its row goes in `batch`. `queue` and `number` tell where it waited when it is
  // not in memory.
  void Remove(const TaskId& id, const std::string& queue, uint64_t number, uint64_t batch);

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
  // `exhausted`: the scan saw no row behind them.
  void OnLoaded(const std::string& queue, std::vector<Task> rows, bool exhausted);

  void OnApplied(uint64_t batch);

  // --- at start ---
  // The first rows of a queue, in key order, at most kWaitingMax, and the number of its last one:
  // how many there are is not known, and need not be.
  void RecoverQueue(const std::string& queue, std::vector<Task> rows, uint64_t last_number);
  void RecoverAssigned(Task task);

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
  void AddTo(std::map<std::string, QueueGauges>& queues) const;  // those with tasks

 private:
  struct Queue {
    std::map<uint64_t, TaskId> waiting;  // number → task, in memory
    uint64_t in_memory = 0;              // its tasks in `tasks_`, waiting or assigned
    uint64_t stored = 0;                 // tasks of this process that are rows only
    uint64_t found_up_to = 0;            // rows up to this number were there at the start
    bool found_left = false;             // some of them may never have been in memory
    uint64_t scanned_to = 0;             // rows up to this number are in memory or over
    bool rows_only() const { return stored > 0 || found_left; }
    bool wants_load = false;
    bool loading = false;
    // Over without having been in memory, with the batch that deletes the row: until that is
    // applied a scan still sees it.
    std::map<TaskId, uint64_t> gone;
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
  uint64_t applied_ = 0;  // newest batch known to be
};

}  // namespace engine
