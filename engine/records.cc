// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Rows of executions, waiting tasks, timers, names and state machines: protobuf. The two rows that
// every transition writes have files of their own (history_records.cc, frame_records.cc).
#include "engine/records.h"

#include "asld/stored/records.pb.h"
#include "engine/row.h"
#include "engine/tables.h"

namespace engine {

namespace stored = asld::stored::v1;

void PutExecution(const Execution& execution, uint32_t revision, asl::EventId last_event,
                  storage::Batch& batch) {
  const asl::Millis base = TimeOf(execution.number);
  stored::Execution row;
  row.set_name(execution.info.name);
  row.set_revision(revision);
  row.set_status(static_cast<uint32_t>(execution.status));
  row.set_started(execution.info.started_at - base);
  if (execution.status != asl::ExecutionStatus::kRunning)
    row.set_stopped(execution.stopped_at - base);
  row.set_last_event(static_cast<uint32_t>(asl::ToInt(last_event)));
  row.set_input_length(execution.input.ref.length);
  batch.Put(kExecutions, ExecutionKey(execution.number), EncodeRow(row));
}

absl::StatusOr<ExecutionRow> ReadExecution(ExecutionNumber execution, std::string_view bytes) {
  stored::Execution row;
  if (!DecodeRow(bytes, row) || row.status() < 1 || row.status() > 5)
    return MalformedRow("executions");
  const asl::Millis base = TimeOf(execution);
  return ExecutionRow{.name = row.name(),
                      .revision = row.revision(),
                      .status = static_cast<asl::ExecutionStatus>(row.status()),
                      .started = base + row.started(),
                      .stopped = row.has_stopped() ? base + row.stopped() : asl::Millis{},
                      .last_event = asl::EventId{row.last_event()},
                      .input_length = row.input_length()};
}

void PutTask(PartitionId partition, const Task& task, storage::Batch& batch) {
  stored::Task row;
  row.set_execution(ToInt(task.id.execution));
  row.set_frame(static_cast<uint32_t>(task.frame));
  row.set_scheduled(static_cast<uint32_t>(asl::ToInt(task.id.scheduled)));
  row.set_attempt(task.attempt);
  row.set_qualifier(task.qualifier);
  WriteRef(task.input, *row.mutable_input());
  row.set_timeout_s(task.timeout_s);
  row.set_heartbeat_s(task.heartbeat_s);
  row.set_delivery(task.delivery);
  batch.Put(kTasks, TaskKey(partition, task.queue, task.number), EncodeRow(row));
}

absl::StatusOr<Task> ReadTask(const std::string& queue, uint64_t number, std::string_view bytes) {
  stored::Task row;
  if (!DecodeRow(bytes, row)) return MalformedRow("tasks");
  Task task;
  task.id = {ExecutionNumber{row.execution()}, asl::EventId{row.scheduled()}};
  task.frame = asl::FrameId{row.frame()};
  task.queue = queue;
  task.number = number;
  task.attempt = row.attempt();
  task.qualifier = row.qualifier();
  task.input = ReadRef(row.input());
  task.timeout_s = row.timeout_s();
  task.heartbeat_s = row.heartbeat_s();
  task.delivery = row.delivery();
  return task;
}

void PutTimer(PartitionId partition, const TimerKey& key, asl::EventId scheduled,
              storage::Batch& batch) {
  stored::Timer row;
  row.set_scheduled(static_cast<uint32_t>(asl::ToInt(scheduled)));
  batch.Put(kTimers, EncodeTimerKey(partition, key), EncodeRow(row));
}

absl::StatusOr<asl::EventId> ReadTimer(std::string_view bytes) {
  stored::Timer row;
  if (!DecodeRow(bytes, row)) return MalformedRow("timers");
  return asl::EventId{row.scheduled()};
}

void PutName(PartitionId partition, const Hash128& hash, const NameRow& name,
             storage::Batch& batch) {
  stored::Name row;
  row.set_execution(ToInt(name.execution));
  row.set_input_hash(name.input_hash);
  batch.Put(kNames, NameKey(partition, hash), EncodeRow(row));
}

absl::StatusOr<NameRow> ReadName(std::string_view bytes) {
  stored::Name row;
  if (!DecodeRow(bytes, row) || row.input_hash().size() != 16) return MalformedRow("names");
  return NameRow{.execution = ExecutionNumber{row.execution()}, .input_hash = row.input_hash()};
}

void PutRevision(const Revision& revision, storage::Batch& batch) {
  stored::StateMachine machine;
  machine.set_name(revision.machine);
  machine.set_revision(revision.id);
  machine.set_created(revision.created.value);
  machine.set_role_arn(revision.role_arn);
  batch.Put(kMachines, MachineKey(revision.machine), EncodeRow(machine));
  stored::Revision text;
  text.set_definition(revision.definition);
  batch.Put(kRevisions, RevisionKey(revision.id), EncodeRow(text));
}

absl::StatusOr<MachineRow> ReadMachine(std::string_view bytes) {
  stored::StateMachine row;
  if (!DecodeRow(bytes, row)) return MalformedRow("machines");
  return MachineRow{.name = row.name(),
                    .revision = row.revision(),
                    .role_arn = row.role_arn(),
                    .created = asl::Millis{row.created()}};
}

absl::StatusOr<std::string> ReadRevision(std::string_view bytes) {
  stored::Revision row;
  if (!DecodeRow(bytes, row)) return MalformedRow("revisions");
  return row.definition();
}

std::string HashText(const Hash128& hash) { return U64(hash.high) + U64(hash.low); }

std::string EncodeProbe(std::string_view text) {
  stored::Message message;
  message.mutable_probe()->set_text(text.data(), text.size());
  return EncodeRow(message);
}

absl::StatusOr<std::string> DecodeProbe(std::string_view bytes) {
  stored::Message message;
  if (!DecodeRow(bytes, message) || !message.has_probe()) return MalformedRow("outbox");
  return message.probe().text();
}

}  // namespace engine
