// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/loader.h"

#include <map>

#include "engine/records.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {
namespace {

// kNone: there is no history.
absl::StatusOr<asl::EventId> NextEvent(const storage::Reader& store, ExecutionNumber execution) {
  auto newest = store.Scan(kHistory, HistoryKey(execution, asl::EventId{0}),
                           HistoryKey(ExecutionNumber{ToInt(execution) + 1}, asl::EventId{0}),
                           storage::Direction::kBackward);
  if (!newest->Valid()) {
    if (!newest->status().ok()) return newest->status();
    return asl::EventId::kNone;
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
  auto outcome = store.Get(kOutcomes, ExecutionKey(execution));
  if (!outcome.ok()) return outcome.status();
  rows.outcome = *std::move(outcome);
  const std::string prefix = FramePrefix(execution);
  auto frames = store.Scan(kFrames, prefix, storage::PrefixEnd(prefix));
  for (; frames->Valid(); frames->Next()) rows.frames.emplace_back(frames->key(), frames->value());
  if (!frames->status().ok()) return frames->status();
  // Where branches are open there is more than one frame.
  if (rows.frames.size() > 1) {
    const std::string of_execution = ResultPrefix(execution);
    auto results = store.Scan(kResults, of_execution, storage::PrefixEnd(of_execution));
    for (; results->Valid(); results->Next())
      rows.results.emplace_back(results->key(), results->value());
    if (!results->status().ok()) return results->status();
  }
  absl::StatusOr<asl::EventId> next = NextEvent(store, execution);
  if (!next.ok()) return next.status();
  if (*next == asl::EventId::kNone) {
    // Partition 0 has swept the history of one that is retired durably, and its own partition's rows
    // here are of an earlier moment.
    const auto read = ReadExecution(execution, *rows.execution, rows.outcome);
    if (read.ok() && read->status != asl::ExecutionStatus::kRunning) return ExecutionRows{};
    return absl::DataLossError("an execution without history");
  }
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
  const asl::Text text =
      index < events->size() ? asl::TextIn((*events)[index], request.ref.field) : nullptr;
  if (text == nullptr || request.ref.offset + uint64_t{request.ref.length} > text->size()) {
    return absl::DataLossError(fmt::format("event {} does not hold the payload that is referred to",
                                           asl::ToInt(request.ref.event)));
  }
  return text;
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

Command Load(const storage::Reader& store, PartitionId partition, const LoadEnds& request) {
  EndsLoaded loaded{.table = request.table};
  const std::string prefix = PartitionPrefix(partition);
  auto rows = store.Scan(request.table, request.from.empty() ? prefix : request.from,
                         storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    storage::KeyReader key(rows->key());
    key.U16();
    const asl::Millis ended{static_cast<int64_t>(key.U64())};
    if (ended > request.until || loaded.rows.size() == request.rows_max) {
      loaded.next = ended;
      return loaded;
    }
    EndsLoaded::Row row{.key = std::string(rows->key()), .value = std::string(rows->value())};
    if (request.table == kEnded) {
      const std::optional<EndedKeyParts> parts = DecodeEndedKey(row.key);
      auto execution =
          store.Get(kExecutions, ExecutionKey(parts ? parts->execution : ExecutionNumber::kNone));
      loaded.status = execution.status();
      if (!loaded.status.ok()) return loaded;
      row.execution = *std::move(execution);
    }
    loaded.rows.push_back(std::move(row));
  }
  loaded.status = rows->status();
  return loaded;
}

}  // namespace

std::vector<asl::PayloadRef> OnePerText(const std::vector<asl::PayloadRef>& refs) {
  std::map<std::pair<asl::EventId, asl::PayloadField>, asl::PayloadRef> texts;
  for (const asl::PayloadRef& ref : refs) {
    const auto [text, added] = texts.try_emplace({ref.event, ref.field}, ref);
    // The slice that reaches farthest: that it lies within the text is checked when it is read.
    const auto end = [](const asl::PayloadRef& r) { return r.offset + uint64_t{r.length}; };
    if (!added && end(ref) > end(text->second)) text->second = ref;
  }
  std::vector<asl::PayloadRef> one_each;
  for (const auto& [text, ref] : texts) one_each.push_back(ref);
  return one_each;
}

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
  pending_.fetch_add(1, std::memory_order_relaxed);
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
    for (const std::function<void()>& read : reads) {
      read();
      pending_.fetch_sub(1, std::memory_order_relaxed);
    }
  }
}

}  // namespace engine
