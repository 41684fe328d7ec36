// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The engine's values to and from stored rows (proto/asld/stored/records.proto, keys in tables.h). Every row is a version
// byte and a protobuf message; both directions are checked, and an error names the row. Pure functions but for a scratch
// message per thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "asl/frame.h"
#include "asl/history_event.h"
#include "engine/execution.h"
#include "engine/ids.h"
#include "engine/revision.h"
#include "engine/tasks.h"
#include "storage/batch.h"

namespace engine {

// One record for all events of a transition. An error when the events are not dense or a payload lacks its text.
absl::Status PutHistory(ExecutionNumber execution, const std::vector<asl::HistoryEvent>& events, storage::Batch& batch);

// Events of one record; payloads introduced here come with their text, others as unloaded references.
absl::StatusOr<std::vector<asl::HistoryEvent>> ReadHistory(asl::EventId first, std::string_view row);

struct ExecutionRow {
  std::string name;
  std::string machine;
  std::string revision;
  asl::ExecutionStatus status = asl::ExecutionStatus::kRunning;
  asl::Millis started;
  asl::Millis stopped;
  asl::EventId last_event = asl::EventId::kNone;
  uint32_t input_length = 0;
};
void PutExecution(const Execution& execution, asl::EventId last_event, storage::Batch& batch);
absl::StatusOr<ExecutionRow> ReadExecution(std::string_view row);

// `assigned`: the frame's task when a worker has it, else null.
void PutFrame(ExecutionNumber execution, const asl::Frame& frame, const Task* assigned, storage::Batch& batch);
absl::StatusOr<asl::Frame> ReadFrame(asl::FrameId id, std::string_view row);
// REQUIRES: the frame has a row in the table `assigned`.
absl::StatusOr<Task> ReadAssigned(ExecutionNumber execution, asl::FrameId id, std::string_view frame_row);

// A waiting task.
void PutTask(PartitionId partition, const Task& task, storage::Batch& batch);
absl::StatusOr<Task> ReadTask(const std::string& queue, uint64_t number, std::string_view row);

void PutTimer(PartitionId partition, const TimerKey& key, asl::EventId scheduled, storage::Batch& batch);
absl::StatusOr<asl::EventId> ReadTimer(std::string_view row);

struct NameRow {
  ExecutionNumber execution = ExecutionNumber::kNone;
  std::string input_hash;  // 16 bytes
};
void PutName(PartitionId partition, const Hash128& hash, const NameRow& name, storage::Batch& batch);
absl::StatusOr<NameRow> ReadName(std::string_view row);

void PutRevision(const Revision& revision, storage::Batch& batch);
// The machine's row alone; the definition is in the row of its revision.
struct MachineRow {
  std::string name;
  std::string revision;
  std::string role_arn;
  asl::Millis created;
};
absl::StatusOr<MachineRow> ReadMachine(std::string_view row);
absl::StatusOr<std::string> ReadRevision(std::string_view row);  // the definition's text

std::string HashText(const Hash128& hash);  // 16 bytes

// Messages between partitions.
std::string EncodeProbe(std::string_view text);
absl::StatusOr<std::string> DecodeProbe(std::string_view message);

}  // namespace engine
