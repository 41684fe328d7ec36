// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Rows of executions, frames, tasks, timers, names and state machines. History has a file of its own
// (history_records.cc).
#include "engine/records.h"

#include "asld/stored/records.pb.h"
#include "engine/row.h"
#include "engine/tables.h"

namespace engine {

namespace stored = asld::stored::v1;

void PutExecution(const Execution& execution, asl::EventId last_event, storage::Batch& batch) {
  stored::Execution row;
  row.set_name(execution.info.name);
  row.set_machine(execution.info.state_machine_name);
  row.set_revision(execution.revision->id);
  row.set_status(static_cast<uint32_t>(execution.status));
  row.set_started(execution.info.started_at.value);
  row.set_stopped(execution.stopped_at.value);
  row.set_last_event(static_cast<uint32_t>(asl::ToInt(last_event)));
  row.set_input_length(execution.input.ref.length);
  batch.Put(kExecutions, ExecutionKey(execution.number), EncodeRow(row));
}

absl::StatusOr<ExecutionRow> ReadExecution(std::string_view bytes) {
  stored::Execution row;
  if (!DecodeRow(bytes, row) || row.status() < 1 || row.status() > 5) return MalformedRow("executions");
  return ExecutionRow{.name = row.name(),
                      .machine = row.machine(),
                      .revision = row.revision(),
                      .status = static_cast<asl::ExecutionStatus>(row.status()),
                      .started = asl::Millis{row.started()},
                      .stopped = asl::Millis{row.stopped()},
                      .last_event = asl::EventId{row.last_event()},
                      .input_length = row.input_length()};
}

void PutFrame(ExecutionNumber execution, const asl::Frame& frame, const Task* assigned, storage::Batch& batch) {
  stored::Frame row;
  row.set_parent(static_cast<uint32_t>(frame.parent));
  row.set_state(static_cast<uint32_t>(frame.state));
  row.set_waiting(static_cast<uint32_t>(frame.waiting));
  row.set_entered(static_cast<uint32_t>(asl::ToInt(frame.entered)));
  row.set_entered_at(frame.entered_at.value);
  row.set_last_event(static_cast<uint32_t>(asl::ToInt(frame.last_event)));
  WriteRef(frame.input.ref, *row.mutable_input());
  for (uint32_t used : frame.retries) row.add_retries(used);
  row.set_retry_count(frame.retry_count);
  if (frame.delay_due != asl::kNever) row.set_delay_due(frame.delay_due.value);
  if (frame.timeout_due != asl::kNever) row.set_timeout_due(frame.timeout_due.value);
  if (frame.task) {
    stored::FrameTask& task = *row.mutable_task();
    task.set_scheduled(static_cast<uint32_t>(asl::ToInt(frame.task->scheduled)));
    task.set_started(static_cast<uint32_t>(asl::ToInt(frame.task->started)));
    task.set_attempt(frame.task->attempt);
    if (frame.task->timeout_s) task.set_timeout_s(*frame.task->timeout_s);
    if (frame.task->heartbeat_s) task.set_heartbeat_s(*frame.task->heartbeat_s);
    task.set_queue(frame.task->queue);
    task.set_queue_number(frame.task->queue_number);
    if (assigned != nullptr) {
      task.set_qualifier(assigned->qualifier);
      WriteRef(assigned->input, *task.mutable_input());
      task.set_nonce(assigned->nonce);
      task.set_delivery(assigned->delivery);
      task.set_instance(assigned->instance);
      task.set_received(assigned->received);
    }
  }
  batch.Put(kFrames, FrameKey(execution, frame.id), EncodeRow(row));
}

absl::StatusOr<asl::Frame> ReadFrame(asl::FrameId id, std::string_view bytes) {
  stored::Frame row;
  if (!DecodeRow(bytes, row) || row.waiting() > 3) return MalformedRow("frames");
  asl::Frame frame;
  frame.id = id;
  frame.parent = asl::FrameId{row.parent()};
  frame.state = asl::StateIndex{row.state()};
  frame.waiting = static_cast<asl::Waiting>(row.waiting());
  frame.entered = asl::EventId{row.entered()};
  frame.entered_at = asl::Millis{row.entered_at()};
  frame.last_event = asl::EventId{row.last_event()};
  frame.input.ref = ReadRef(row.input());
  frame.retries.assign(row.retries().begin(), row.retries().end());
  frame.retry_count = row.retry_count();
  if (row.has_delay_due()) frame.delay_due = asl::Millis{row.delay_due()};
  if (row.has_timeout_due()) frame.timeout_due = asl::Millis{row.timeout_due()};
  if (row.has_task()) {
    asl::TaskInFlight& task = frame.task.emplace();
    task.scheduled = asl::EventId{row.task().scheduled()};
    task.started = asl::EventId{row.task().started()};
    task.attempt = row.task().attempt();
    if (row.task().has_timeout_s()) task.timeout_s = row.task().timeout_s();
    if (row.task().has_heartbeat_s()) task.heartbeat_s = row.task().heartbeat_s();
    task.queue = row.task().queue();
    task.queue_number = row.task().queue_number();
  }
  return frame;
}

absl::StatusOr<Task> ReadAssigned(ExecutionNumber execution, asl::FrameId id, std::string_view bytes) {
  stored::Frame row;
  if (!DecodeRow(bytes, row) || row.task().nonce().size() != 16) return MalformedRow("frames");
  const stored::FrameTask& in_flight = row.task();
  Task task;
  task.id = {execution, asl::EventId{in_flight.scheduled()}};
  task.frame = id;
  task.queue = in_flight.queue();
  task.number = in_flight.queue_number();
  task.attempt = in_flight.attempt();
  task.qualifier = in_flight.qualifier();
  task.input = ReadRef(in_flight.input());
  task.timeout_s = static_cast<uint32_t>(in_flight.timeout_s());
  task.heartbeat_s = static_cast<uint32_t>(in_flight.heartbeat_s());
  task.nonce = in_flight.nonce();
  task.delivery = in_flight.delivery();
  task.instance = in_flight.instance();
  task.received = in_flight.received();
  task.stored_assigned = true;
  return task;
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
  row.set_nonce(task.nonce);
  row.set_delivery(task.delivery);
  batch.Put(kTasks, TaskKey(partition, task.queue, task.number), EncodeRow(row));
}

absl::StatusOr<Task> ReadTask(const std::string& queue, uint64_t number, std::string_view bytes) {
  stored::Task row;
  if (!DecodeRow(bytes, row) || row.nonce().size() != 16) return MalformedRow("tasks");
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
  task.nonce = row.nonce();
  task.delivery = row.delivery();
  return task;
}

void PutTimer(PartitionId partition, const TimerKey& key, asl::EventId scheduled, storage::Batch& batch) {
  stored::Timer row;
  row.set_scheduled(static_cast<uint32_t>(asl::ToInt(scheduled)));
  batch.Put(kTimers, EncodeTimerKey(partition, key), EncodeRow(row));
}

absl::StatusOr<asl::EventId> ReadTimer(std::string_view bytes) {
  stored::Timer row;
  if (!DecodeRow(bytes, row)) return MalformedRow("timers");
  return asl::EventId{row.scheduled()};
}

void PutName(PartitionId partition, const Hash128& hash, const NameRow& name, storage::Batch& batch) {
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
