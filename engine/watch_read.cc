// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/watch_read.h"

#include <algorithm>

#include "engine/reads.h"
#include "engine/tables.h"
#include "storage/key.h"

namespace engine {
namespace {

constexpr size_t kEventsMax = 1'000;
constexpr size_t kEventsBytesMax = 256u << 10;
constexpr size_t kEventBytes = 64;  // of an event's numbers and type in a message, about
// Beyond this many rows of frames an execution's newest event is not looked for any further.
constexpr size_t kFramesMax = 1'000;
// Frames of one execution that a scan steps over; a seek to the next execution is cheaper then.
constexpr int kStepsToSeek = 8;

// The states that run, and the newest event that any of them knows.
absl::Status ReadRunning(const storage::Reader& view, WatchUpdate& update) {
  const std::string prefix = FramePrefix(update.execution);
  auto rows = view.Scan(kFrames, prefix, storage::PrefixEnd(prefix));
  for (size_t seen = 0; rows->Valid() && seen < kFramesMax; rows->Next(), ++seen) {
    const absl::StatusOr<FrameRow> row = ReadFrame(rows->key(), rows->value());
    if (!row.ok()) return row.status();
    const asl::Frame& frame = row->frame;
    update.last_event = std::max(update.last_event, frame.last_event);
    if (update.running.size() == kRunningStatesMax) continue;
    RunningState state{.name = std::string(asl::StateName(*update.revision->program, frame.state)),
                       .entered = frame.entered_at};
    if (frame.task) {
      state.attempt = frame.task->attempt;
      state.received = frame.task->started != asl::EventId::kNone;
    }
    update.running.push_back(std::move(state));
  }
  return rows->status();
}

absl::Status ReadEvents(const storage::Reader& view, asl::EventId from, WatchUpdate& update) {
  std::string begin = HistoryKey(update.execution, asl::EventId{0});
  const std::string end = HistoryKey(ExecutionNumber{ToInt(update.execution) + 1}, asl::EventId{0});
  if (from > asl::EventId{1}) {
    // The record that holds `from` starts at or before it.
    auto record = view.Scan(kHistory, begin, HistoryKey(update.execution, from + 1),
                            storage::Direction::kBackward);
    if (record->Valid()) begin = std::string(record->key());
  }
  auto rows = view.Scan(kHistory, begin, end);
  for (; rows->Valid(); rows->Next()) {
    auto events = ReadHistory(update.revision.get(), rows->key(), rows->value());
    if (!events.ok()) return events.status();
    for (asl::HistoryEvent& event : *events) {
      if (event.id < from) continue;
      if (update.events.size() == kEventsMax || update.bytes >= kEventsBytesMax) {
        update.more = true;
        return absl::OkStatus();
      }
      event.payload = {};
      event.assigned.reset();
      update.bytes += kEventBytes + event.name.size() + event.resource.size() +
                      event.role_arn.size() + event.error.name.value_or("").size() +
                      event.error.cause.value_or("").size() + event.location.size();
      update.last_event = event.id;
      update.events.push_back(std::move(event));
    }
  }
  return rows->status();
}

}  // namespace

absl::StatusOr<std::optional<WatchUpdate>> ReadUpdate(const storage::Reader& view,
                                                      const Registry& registry,
                                                      ExecutionNumber execution,
                                                      const WatchReading& wanted) {
  absl::StatusOr<ExecutionRow> row = ReadStatus(view, execution);
  if (absl::IsNotFound(row.status())) return std::nullopt;
  if (!row.ok()) return row.status();
  absl::StatusOr<RevisionPtr> revision = RevisionOf(view, registry, execution, *row);
  if (!revision.ok()) return revision.status();
  if (!wanted.machine.empty() && (*revision)->machine != wanted.machine) return std::nullopt;
  WatchUpdate update{
      .execution = execution, .revision = *std::move(revision), .row = *std::move(row)};
  if (update.row.status == asl::ExecutionStatus::kRunning) {
    if (absl::Status s = ReadRunning(view, update); !s.ok()) return s;
  } else {
    update.last_event = update.row.last_event;
  }
  if (!wanted.events) return update;
  if (absl::Status s = ReadEvents(view, wanted.from, update); !s.ok()) return s;
  if (update.more) {
    update.row.status = asl::ExecutionStatus::kRunning;
    update.row.stopped = {};
  }
  return update;
}

absl::StatusOr<std::vector<ExecutionNumber>> RunningScan::Next(const storage::Reader& view,
                                                               size_t count) {
  std::vector<ExecutionNumber> found;
  while (!done() && found.size() < count) {
    const std::string prefix = PartitionPrefix(partition_);
    auto rows = view.Scan(kFrames, from_.empty() ? prefix : from_, storage::PrefixEnd(prefix));
    int steps = 0;
    for (; rows->Valid() && found.size() < count && steps < kStepsToSeek; rows->Next()) {
      const std::optional<FrameKeyParts> key = DecodeFrameKey(rows->key());
      if (!key) return absl::DataLossError("a key of table 'frames' is malformed");
      if (!found.empty() && found.back() == key->execution) {
        ++steps;
        continue;
      }
      steps = 0;
      found.push_back(key->execution);
      from_ = storage::PrefixEnd(FramePrefix(key->execution));
    }
    if (!rows->status().ok()) return rows->status();
    if (rows->Valid()) continue;
    ++partition_;
    from_.clear();
  }
  return found;
}

}  // namespace engine
