// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The engine's values to and from stored rows; keys are in tables.h. Every row begins with a
// version byte. Most go on as a protobuf message (proto/asld/stored/records.proto); the two that
// every transition writes have a form of their own, in which what is usual takes no bytes
// (history_records.cc, frame_records.cc). Both directions are checked, and an error names the
// table. Pure functions but for a scratch string per thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "asl/frame.h"
#include "asl/history_event.h"
#include "engine/execution.h"
#include "engine/ids.h"
#include "engine/resources.h"
#include "engine/revision.h"
#include "engine/tasks.h"
#include "engine/versions.h"
#include "storage/batch.h"

namespace engine {

// One record for all events of a transition. An error when the events are not dense or a payload
// lacks its text.
absl::Status PutHistory(const Revision& revision, ExecutionNumber execution,
                        const std::vector<asl::HistoryEvent>& events, storage::Batch& batch);

// Events of one record; payloads introduced here come with their text, others as unloaded
// references. `revision`: the execution's; null when names, resources and role do not matter: these
// are empty then.
absl::StatusOr<std::vector<asl::HistoryEvent>> ReadHistory(const Revision* revision,
                                                           std::string_view key,
                                                           std::string_view row);
// The same, behind those that are in `events` already.
absl::Status AppendHistory(const Revision* revision, std::string_view key, std::string_view row,
                           std::vector<asl::HistoryEvent>& events);

struct ExecutionRow {
  std::string name;
  uint32_t revision = 0;  // a word
  asl::ExecutionStatus status = asl::ExecutionStatus::kRunning;
  asl::Millis started;
  asl::Millis stopped;  // 0 while it runs
  asl::EventId last_event = asl::EventId::kNone;
  uint32_t input_length = 0;
  uint32_t version = 0;     // 0: it began with the state machine's own ARN
  uint32_t alias_word = 0;  // 0: no alias led to the version
  std::string alias;        // that word's text; reads.h fills it in
};
// What an execution was started as.
struct StartedAs {
  uint32_t revision = 0;  // a word
  uint32_t version = 0;
  uint32_t alias = 0;  // a word
};
// With how it ended, when it has ended already.
void PutExecution(const Execution& execution, const StartedAs& as, storage::Batch& batch);
void PutOutcome(const Execution& execution, storage::Batch& batch);
// `outcome`: its row of that table; nullopt when there is none, and then it runs unless its own row
// tells how it ended.
absl::StatusOr<ExecutionRow> ReadExecution(ExecutionNumber execution, std::string_view row,
                                           const std::optional<std::string>& outcome);

// Words of a frame's row; 0: none.
struct FrameWords {
  uint32_t queue = 0;
  uint32_t worker = 0;
};
// `assigned`: the frame's task when a worker has it, else null.
void PutFrame(ExecutionNumber execution, const asl::Frame& frame, const Task* assigned,
              FrameWords words, storage::Batch& batch);

struct FrameRow {
  ExecutionNumber execution = ExecutionNumber::kNone;
  asl::Frame frame;  // its task's queue is to be filled in from the word
  FrameWords words;
  // The task when a worker has it, its queue and instance to be filled in. Only what the table
  // `assigned` names counts: a task that was taken back leaves its frame's row as it is.
  std::optional<Task> assigned;
};
absl::StatusOr<FrameRow> ReadFrame(std::string_view key, std::string_view row);

// What `first` and the branches that follow it answered, as references into the execution's history:
// at least one. A transition may finish many iterations of a Map, and a row costs more than what is
// in it.
void PutResults(ExecutionNumber execution, const asl::ResultKey& first,
                std::span<const asl::PayloadRef> results, storage::Batch& batch);
absl::StatusOr<std::vector<asl::PayloadRef>> ReadResults(std::string_view row);

// A waiting task.
void PutTask(PartitionId partition, const Task& task, storage::Batch& batch);
absl::StatusOr<Task> ReadTask(const std::string& queue, uint64_t number, std::string_view row);

void PutTimer(PartitionId partition, const TimerKey& key, asl::EventId scheduled,
              storage::Batch& batch);
absl::StatusOr<asl::EventId> ReadTimer(std::string_view row);

struct NameRow {
  ExecutionNumber execution = ExecutionNumber::kNone;
  std::string input_hash;  // 16 bytes
};
void PutName(PartitionId partition, const Hash128& hash, const NameRow& name,
             storage::Batch& batch);
absl::StatusOr<NameRow> ReadName(std::string_view row);

// In every batch, so a varint: as few bytes as it needs.
void PutClock(PartitionId partition, asl::Millis clock, storage::Batch& batch);
std::optional<asl::Millis> ReadClock(std::string_view row);

// A row of the end-time index.
void PutEnded(const Execution& execution, storage::Batch& batch);
std::optional<asl::ExecutionStatus> ReadEnded(std::string_view row);

// `last_version`: Versions::last.
void PutMachine(const Revision& current, uint32_t last_version, storage::Batch& batch);
void PutRevision(const Revision& revision, storage::Batch& batch);
// The machine's row alone; the rest is in the row of its revision.
struct MachineRow {
  std::string name;
  std::string revision;
  asl::Millis created;
  bool deleting = false;
  uint32_t last_version = 0;
};
absl::StatusOr<MachineRow> ReadMachine(std::string_view row);
// All but its id, which is the key, its program, and what it knows of the state machine.
absl::StatusOr<Revision> ReadRevision(std::string_view row);

void PutVersion(const std::string& machine, const Version& version, storage::Batch& batch);
absl::StatusOr<Version> ReadVersion(uint32_t number, std::string_view row);
void PutAlias(const std::string& machine, const Alias& alias, storage::Batch& batch);
absl::StatusOr<Alias> ReadAlias(const std::string& name, std::string_view row);
void PutActivity(const Activity& activity, storage::Batch& batch);
absl::StatusOr<Activity> ReadActivity(std::string_view row);
void PutTags(std::string_view resource, const Tags& tags, storage::Batch& batch);
absl::StatusOr<Tags> ReadTagsRow(std::string_view row);

std::string HashText(const Hash128& hash);  // 16 bytes

// Messages between partitions.
std::string EncodeProbe(std::string_view text);
absl::StatusOr<std::string> DecodeProbe(std::string_view message);

}  // namespace engine
