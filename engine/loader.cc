// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/loader.h"

#include "engine/records.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {
namespace {

absl::StatusOr<asl::EventId> NextEvent(const storage::Reader& store, ExecutionNumber execution) {
  auto newest = store.Scan(kHistory, HistoryKey(execution, asl::EventId{0}),
                           HistoryKey(ExecutionNumber{ToInt(execution) + 1}, asl::EventId{0}),
                           storage::Direction::kBackward);
  if (!newest->Valid()) {
    if (!newest->status().ok()) return newest->status();
    return absl::DataLossError("an execution without history");
  }
  const auto events = ReadHistory(nullptr, newest->key(), newest->value());
  if (!events.ok()) return events.status();
  return events->back().id + 1;
}

Command Load(const storage::Reader& store, PartitionId partition, const LoadName& request) {
  return NameLoaded{request.hash, store.Get(kNames, NameKey(partition, request.hash))};
}

absl::StatusOr<ExecutionRows> ReadRows(const storage::Reader& store, ExecutionNumber execution) {
  auto row = store.Get(kExecutions, ExecutionKey(execution));
  if (!row.ok()) return row.status();
  ExecutionRows rows{.execution = *std::move(row)};
  if (!rows.execution) return rows;
  const std::string prefix = FramePrefix(execution);
  auto frames = store.Scan(kFrames, prefix, storage::PrefixEnd(prefix));
  for (; frames->Valid(); frames->Next()) rows.frames.emplace_back(frames->key(), frames->value());
  if (!frames->status().ok()) return frames->status();
  absl::StatusOr<asl::EventId> next = NextEvent(store, execution);
  if (!next.ok()) return next.status();
  rows.next_event = *next;
  return rows;
}

Command Load(const storage::Reader& store, PartitionId, const LoadExecution& request) {
  return ExecutionLoaded{request.execution, ReadRows(store, request.execution)};
}

absl::StatusOr<asl::Text> ReadPayload(const storage::Reader& store, const LoadPayload& request) {
  auto record = store.Scan(kHistory, HistoryKey(request.execution, asl::EventId{0}),
                           HistoryKey(request.execution, request.ref.event + 1),
                           storage::Direction::kBackward);
  if (!record->Valid()) {
    if (!record->status().ok()) return record->status();
    return absl::DataLossError("the history record of a payload is missing");
  }
  const auto events = ReadHistory(nullptr, record->key(), record->value());
  if (!events.ok()) return events.status();
  const auto index =
      static_cast<size_t>(asl::ToInt(request.ref.event) - asl::ToInt(events->front().id));
  if (index >= events->size() || (*events)[index].payload.text == nullptr ||
      request.ref.offset + uint64_t{request.ref.length} > (*events)[index].payload.text->size()) {
    return absl::DataLossError(fmt::format("event {} does not hold the payload that is referred to",
                                           asl::ToInt(request.ref.event)));
  }
  return (*events)[index].payload.text;
}

Command Load(const storage::Reader& store, PartitionId, const LoadPayload& request) {
  return PayloadLoaded{request.execution, request.ref, ReadPayload(store, request)};
}

Command Load(const storage::Reader& store, PartitionId partition, const LoadTimers& request) {
  TimersLoaded loaded;
  auto rows = store.Scan(kTimers, EncodeTimerKey(partition, request.from),
                         storage::PrefixEnd(PartitionPrefix(partition)));
  for (; rows->Valid() && loaded.timers.size() < request.rows_max; rows->Next()) {
    const std::optional<TimerKey> key = DecodeTimerKey(rows->key());
    const absl::StatusOr<asl::EventId> scheduled = ReadTimer(rows->value());
    if (!key || !scheduled.ok()) {
      loaded.status = absl::DataLossError("a row of table 'timers' is malformed");
      return loaded;
    }
    loaded.timers.emplace_back(*key, *scheduled);
  }
  if (rows->Valid()) loaded.next = DecodeTimerKey(rows->key());
  loaded.status = rows->status();
  return loaded;
}

Command Load(const storage::Reader& store, PartitionId partition, const LoadTasks& request) {
  TasksLoaded loaded{.queue = request.queue};
  auto rows = store.Scan(kTasks, TaskKey(partition, request.queue, request.from),
                         storage::PrefixEnd(TaskQueuePrefix(partition, request.queue)));
  for (; rows->Valid() && loaded.rows.size() < request.rows_max; rows->Next()) {
    const std::optional<TaskKeyParts> key = DecodeTaskKey(rows->key());
    if (!key) {
      loaded.status = absl::DataLossError("a key of table 'tasks' is malformed");
      return loaded;
    }
    loaded.rows.emplace_back(key->number, rows->value());
  }
  loaded.exhausted = !rows->Valid();
  loaded.status = rows->status();
  return loaded;
}

}  // namespace

Command LoadRows(const storage::Reader& store, PartitionId partition, const LoadRequest& request) {
  return std::visit([&](const auto& r) { return Load(store, partition, r); }, request);
}

Loader::Loader(const storage::Reader* store, Post post)
    : store_(store), post_(std::move(post)), thread_([this] { Work(); }) {}

Loader::~Loader() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Loader::Load(PartitionId partition, LoadRequest request) {
  Run([this, partition, request = std::move(request)] {
    post_(partition, LoadRows(*store_, partition, request));
  });
}

void Loader::Run(std::function<void()> read) {
  bool wake;
  {
    std::lock_guard lock(mutex_);
    wake = reads_.empty();
    reads_.push_back(std::move(read));
  }
  if (wake) wake_.notify_one();
}

void Loader::Work() {
  while (true) {
    std::vector<std::function<void()>> reads;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !reads_.empty(); });
      if (stopping_) return;
      reads.swap(reads_);
    }
    for (const std::function<void()>& read : reads) read();
  }
}

}  // namespace engine
