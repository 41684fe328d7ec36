// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a partition reads before its first turn. Effects of the last process are released again from
// their rows: tasks to send, timers due, messages in the outbox. Executions are read when something
// wakes them.
#include <algorithm>

#include "engine/log.h"
#include "engine/partition.h"
#include "engine/records.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {
namespace {

absl::Status Malformed(const char* what) {
  return absl::DataLossError(fmt::format("a key of table '{}' is malformed", what));
}

std::unique_ptr<storage::Cursor> ScanPrefix(
    const storage::Store& store, Table table, const std::string& prefix,
    storage::Direction direction = storage::Direction::kForward) {
  return store.Scan(table, prefix, storage::PrefixEnd(prefix), direction);
}

}  // namespace

absl::Status Partition::Recover(const storage::Store& store, std::vector<RevisionPtr> revisions,
                                asl::Millis now) {
  absl::StatusOr<uint64_t> number = store.AppliedNumber(options_.id);
  if (!number.ok()) return number.status();
  commit_ = applied_ = durable_ = *number;
  for (const RevisionPtr& revision : revisions) {
    if (revision->current) machines_.emplace(revision->machine, revision);
    revisions_.emplace(revision->id, revision);
  }
  if (options_.id == 0) {
    if (absl::Status s = RecoverResources(store); !s.ok()) return s;
  }
  if (absl::Status s = RecoverClock(store, now); !s.ok()) return s;
  if (absl::Status s = words_.Recover(store); !s.ok()) return s;
  if (absl::Status s = RecoverTasks(store); !s.ok()) return s;
  if (absl::Status s = RecoverMessages(store); !s.ok()) return s;
  if (absl::Status s = RecoverCrashes(store); !s.ok()) return s;
  hold_timeouts_until_ = clock_ + options_.lease_ms;
  return absl::OkStatus();
}

void Partition::RecoverVersions(const std::vector<VersionsPtr>& versions) {
  for (const VersionsPtr& of_machine : versions) versions_.emplace(of_machine->machine, of_machine);
}

absl::Status Partition::RecoverClock(const storage::Store& store, asl::Millis now) {
  absl::StatusOr<std::optional<std::string>> row = store.Get(kClock, ClockKey(options_.id));
  if (!row.ok()) return row.status();
  clock_ = now;
  if (*row) {
    const std::optional<asl::Millis> stored = ReadClock(**row);
    if (!stored) return absl::DataLossError("a row of table 'clock' is malformed");
    clock_ = std::max(clock_, *stored);
  }
  // Numbers go on after the newest one stored, even when the clock stands still.
  auto newest =
      ScanPrefix(store, kExecutions, PartitionPrefix(options_.id), storage::Direction::kBackward);
  if (newest->Valid()) {
    storage::KeyReader reader(newest->key());
    reader.U16();
    const uint64_t value = reader.U64();
    number_time_ = asl::Millis{static_cast<int64_t>(value >> 22)};
    number_counter_ = (value >> 10) & 4'095;
  }
  return newest->status();
}

// The first tasks of each queue; the rest is read when their turn comes, so a million that wait cost
// no more here than a thousand.
absl::Status Partition::RecoverTasks(const storage::Store& store) {
  const std::string end = storage::PrefixEnd(PartitionPrefix(options_.id));
  std::string begin = PartitionPrefix(options_.id);
  for (;;) {
    auto rows = store.Scan(kTasks, begin, end);
    if (!rows->Valid()) {
      if (!rows->status().ok()) return rows->status();
      return RecoverAssigned(store);
    }
    const std::optional<TaskKeyParts> first = DecodeTaskKey(rows->key());
    if (!first) return Malformed("tasks");
    const std::string prefix = TaskQueuePrefix(options_.id, first->queue);
    std::vector<Task> tasks;
    for (; rows->Valid() && tasks.size() < Tasks::kWaitingMax; rows->Next()) {
      const std::optional<TaskKeyParts> key = DecodeTaskKey(rows->key());
      if (!key) return Malformed("tasks");
      if (key->queue != first->queue) break;
      absl::StatusOr<Task> task = ReadTask(key->queue, key->number, rows->value());
      if (!task.ok()) return task.status();
      tasks.push_back(*std::move(task));
    }
    auto newest = ScanPrefix(store, kTasks, prefix, storage::Direction::kBackward);
    const std::optional<TaskKeyParts> last =
        newest->Valid() ? DecodeTaskKey(newest->key()) : std::nullopt;
    if (!last) return newest->status().ok() ? Malformed("tasks") : newest->status();
    tasks_.RecoverQueue(first->queue, std::move(tasks), last->number);
    begin = storage::PrefixEnd(prefix);
  }
}

// Their workers have a lease to come back in. Heartbeat clocks begin again: what was sent meanwhile
// could not arrive.
absl::Status Partition::RecoverAssigned(const storage::Store& store) {
  auto rows = ScanPrefix(store, kAssigned, PartitionPrefix(options_.id));
  for (; rows->Valid(); rows->Next()) {
    auto row = store.Get(kFrames, rows->key());
    if (!row.ok()) return row.status();
    if (!*row)
      return absl::DataLossError("a row of table 'assigned' names a frame that is missing");
    absl::StatusOr<FrameRow> frame = ReadFrame(rows->key(), **row);
    if (!frame.ok()) return frame.status();
    if (!frame->assigned)
      return absl::DataLossError("the frame of a row of table 'assigned' has no such task");
    absl::StatusOr<std::string> queue = words_.TextOf(WordKind::kQueue, frame->words.queue);
    if (!queue.ok()) return queue.status();
    absl::StatusOr<std::string> worker = words_.TextOf(WordKind::kWorker, frame->words.worker);
    if (!worker.ok()) return worker.status();
    frame->assigned->queue = *std::move(queue);
    frame->assigned->instance = *std::move(worker);
    workers_found_.insert(frame->words.worker);
    const TaskId id = frame->assigned->id;
    tasks_.RecoverAssigned(*std::move(frame->assigned));
    Task& task = *tasks_.Find(id);
    tasks_.SetLease(task, clock_ + options_.lease_ms);
    if (task.received && task.heartbeat_s > 0) {
      tasks_.SetHeartbeat(task, clock_ + options_.lease_ms + int64_t{task.heartbeat_s} * 1'000);
    }
  }
  return rows->status();
}

absl::Status Partition::RecoverMessages(const storage::Store& store) {
  auto letters = ScanPrefix(store, kOutbox, PartitionPrefix(options_.id));
  for (; letters->Valid(); letters->Next()) {
    const std::optional<OutboxKeyParts> key = DecodeOutboxKey(letters->key());
    if (!key) return Malformed("outbox");
    if (key->number == 0) {
      const std::optional<uint64_t> last = ReadU64(letters->value());
      if (!last) return Malformed("outbox");
      outbox_.RecoverLastNumber(key->receiver, *last);
    } else {
      if (absl::StatusOr<std::string> text = DecodeProbe(letters->value()); !text.ok())
        return text.status();
      outbox_.Recover(key->receiver, key->number, std::string(letters->value()));
    }
  }
  if (!letters->status().ok()) return letters->status();
  auto marks = ScanPrefix(store, kInbox, PartitionPrefix(options_.id));
  for (; marks->Valid(); marks->Next()) {
    const std::optional<PartitionId> sender = DecodeInboxKey(marks->key());
    const std::optional<uint64_t> applied = ReadU64(marks->value());
    if (!sender || !applied) return Malformed("inbox");
    inbox_.Advance(*sender, *applied);
  }
  for (PartitionId receiver : outbox_.Receivers()) SendLetters(receiver);
  return marks->status();
}

absl::Status Partition::RecoverCrashes(const storage::Store& store) {
  auto rows = ScanPrefix(store, kCrashes, PartitionPrefix(options_.id));
  for (; rows->Valid(); rows->Next()) {
    storage::KeyReader key(rows->key());
    key.U16();
    const ExecutionNumber execution{key.U64()};
    const std::optional<uint64_t> count = ReadU64(rows->value());
    if (!key.ok() || !count) return Malformed("crashes");
    crashes_[execution] = *count;
  }
  for (const auto& [execution, count] : crashes_) {
    if (!IsParked(execution)) continue;
    Log(LogLevel::kError, {.partition = options_.id, .execution = execution},
        fmt::format("the execution is parked: the process crashed {} times in a row while working "
                    "on it",
                    count));
  }
  return rows->status();
}

bool Partition::IsParked(ExecutionNumber execution) const {
  auto it = crashes_.find(execution);
  return it != crashes_.end() && it->second >= kCrashesToPark;
}

}  // namespace engine
