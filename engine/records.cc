// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Rows of executions, waiting tasks, timers, names and state machines: protobuf. The two rows that
// every transition writes have files of their own (history_records.cc, frame_records.cc).
#include "engine/records.h"

#include "asld/stored/records.pb.h"
#include "engine/row.h"
#include "engine/tables.h"
#include "storage/varint.h"

namespace engine {

namespace stored = asld::stored::v1;

namespace {

// Its last event is the terminal one.
void WriteOutcome(const Execution& execution, stored::Outcome& row) {
  row.set_status(static_cast<uint32_t>(execution.status));
  row.set_stopped(execution.stopped_at - TimeOf(execution.number));
  row.set_last_event(static_cast<uint32_t>(asl::ToInt(execution.next_event) - 1));
}

}  // namespace

void PutExecution(const Execution& execution, const StartedAs& as, storage::Batch& batch) {
  stored::Execution row;
  row.set_name(execution.info.name);
  row.set_revision(as.revision);
  row.set_version(as.version);
  row.set_alias(as.alias);
  row.set_started(execution.info.started_at - TimeOf(execution.number));
  row.set_input_length(execution.input.ref.length);
  if (execution.status != asl::ExecutionStatus::kRunning) {
    WriteOutcome(execution, *row.mutable_outcome());
  }
  batch.Put(kExecutions, ExecutionKey(execution.number), EncodeRow(row));
}

void PutOutcome(const Execution& execution, storage::Batch& batch) {
  stored::Outcome row;
  WriteOutcome(execution, row);
  batch.Put(kOutcomes, ExecutionKey(execution.number), EncodeRow(row));
}

absl::StatusOr<ExecutionRow> ReadExecution(ExecutionNumber execution, std::string_view bytes,
                                           const std::optional<std::string>& outcome) {
  stored::Execution row;
  if (!DecodeRow(bytes, row)) return MalformedRow("executions");
  const asl::Millis base = TimeOf(execution);
  ExecutionRow read{.name = row.name(),
                    .revision = row.revision(),
                    .started = base + row.started(),
                    .input_length = row.input_length(),
                    .version = row.version(),
                    .alias_word = row.alias(),
                    .alias = ""};
  if (!outcome && !row.has_outcome()) return read;
  stored::Outcome end = row.outcome();
  if (outcome && !DecodeRow(*outcome, end)) return MalformedRow("outcomes");
  if (end.status() < 2 || end.status() > 5) {
    return MalformedRow(outcome ? "outcomes" : "executions");
  }
  read.status = static_cast<asl::ExecutionStatus>(end.status());
  read.stopped = base + end.stopped();
  read.last_event = asl::EventId{end.last_event()};
  return read;
}

void PutTask(PartitionId partition, const Task& task, storage::Batch& batch) {
  stored::Task row;
  row.set_execution(ToInt(task.id.execution));
  row.set_frame(static_cast<uint32_t>(task.frame));
  row.set_scheduled(static_cast<uint32_t>(asl::ToInt(task.id.scheduled)));
  row.set_attempt(task.attempt);
  row.set_qualifier(task.qualifier);
  row.set_role(task.role);
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
  task.role = row.role();
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

void PutClock(PartitionId partition, asl::Millis clock, storage::Batch& batch) {
  std::string row;
  storage::AppendVarint(static_cast<uint64_t>(clock.value), &row);
  batch.Put(kClock, ClockKey(partition), row);
}

std::optional<asl::Millis> ReadClock(std::string_view bytes) {
  storage::VarintReader row(bytes);
  const asl::Millis clock{static_cast<int64_t>(row.Number())};
  if (!row.ok() || !row.AtEnd()) return std::nullopt;
  return clock;
}

void PutEnded(const Execution& execution, storage::Batch& batch) {
  const char status = static_cast<char>(execution.status);
  batch.Put(kEnded, EndedKey(execution.stopped_at, execution.number), {&status, 1});
}

std::optional<asl::ExecutionStatus> ReadEnded(std::string_view row) {
  if (row.size() != 1 || row[0] < 2 || row[0] > 5) return std::nullopt;
  return static_cast<asl::ExecutionStatus>(row[0]);
}

void PutMachine(const Revision& current, uint32_t last_version, storage::Batch& batch) {
  stored::StateMachine row;
  row.set_name(current.machine);
  row.set_revision(current.id);
  row.set_created(current.created.value);
  row.set_deleting(current.deleting);
  row.set_last_version(last_version);
  batch.Put(kMachines, MachineKey(current.machine), EncodeRow(row));
}

void PutRevision(const Revision& revision, storage::Batch& batch) {
  stored::Revision row;
  row.set_definition(revision.definition);
  row.set_machine(revision.machine);
  row.set_number(revision.number);
  row.set_role_arn(revision.role_arn);
  row.set_closed(revision.closed.value);
  row.set_updated(revision.updated.value);
  const MachineLogging& logging = revision.settings.logging;
  if (logging.level != MachineLogging{}.level) row.set_log_level(logging.level);
  row.set_log_data(logging.data);
  for (const std::string& group : logging.groups) row.add_log_groups(group);
  row.set_tracing(revision.settings.tracing);
  batch.Put(kRevisions, RevisionKey(revision.id), EncodeRow(row));
}

absl::StatusOr<MachineRow> ReadMachine(std::string_view bytes) {
  stored::StateMachine row;
  if (!DecodeRow(bytes, row)) return MalformedRow("machines");
  return MachineRow{.name = row.name(),
                    .revision = row.revision(),
                    .created = asl::Millis{row.created()},
                    .deleting = row.deleting(),
                    .last_version = row.last_version()};
}

absl::StatusOr<Revision> ReadRevision(std::string_view bytes) {
  stored::Revision row;
  if (!DecodeRow(bytes, row)) return MalformedRow("revisions");
  MachineSettings settings{
      .logging = {.data = row.log_data(),
                  .groups = {row.log_groups().begin(), row.log_groups().end()}},
      .tracing = row.tracing()};
  if (!row.log_level().empty()) settings.logging.level = row.log_level();
  return Revision{.machine = row.machine(),
                  .number = row.number(),
                  .role_arn = row.role_arn(),
                  .definition = row.definition(),
                  .settings = std::move(settings),
                  .closed = asl::Millis{row.closed()},
                  .updated = asl::Millis{row.updated()}};
}

void PutVersion(const std::string& machine, const Version& version, storage::Batch& batch) {
  stored::Version row;
  row.set_revision(version.revision);
  row.set_description(version.description);
  row.set_created(version.created.value);
  batch.Put(kVersions, VersionKey(machine, version.number), EncodeRow(row));
}

absl::StatusOr<Version> ReadVersion(uint32_t number, std::string_view bytes) {
  stored::Version row;
  if (!DecodeRow(bytes, row) || number == 0) return MalformedRow("versions");
  return Version{.number = number,
                 .revision = row.revision(),
                 .description = row.description(),
                 .created = asl::Millis{row.created()}};
}

void PutAlias(const std::string& machine, const Alias& alias, storage::Batch& batch) {
  stored::Alias row;
  row.set_description(alias.description);
  for (const AliasRoute& route : alias.routes) {
    stored::Alias::Route& stored = *row.add_routes();
    stored.set_version(route.version);
    stored.set_weight(route.weight);
  }
  row.set_created(alias.created.value);
  row.set_updated(alias.updated.value);
  batch.Put(kAliases, AliasKey(machine, alias.name), EncodeRow(row));
}

absl::StatusOr<Alias> ReadAlias(const std::string& name, std::string_view bytes) {
  stored::Alias row;
  if (!DecodeRow(bytes, row) || row.routes().empty()) return MalformedRow("aliases");
  Alias alias{.name = name,
              .description = row.description(),
              .routes = {},
              .created = asl::Millis{row.created()},
              .updated = asl::Millis{row.updated()}};
  for (const stored::Alias::Route& route : row.routes()) {
    alias.routes.push_back({.version = route.version(), .weight = route.weight()});
  }
  return alias;
}

void PutActivity(const Activity& activity, storage::Batch& batch) {
  stored::Activity row;
  row.set_name(activity.name);
  row.set_created(activity.created.value);
  batch.Put(kActivities, ActivityKey(activity.name), EncodeRow(row));
}

absl::StatusOr<Activity> ReadActivity(std::string_view bytes) {
  stored::Activity row;
  if (!DecodeRow(bytes, row)) return MalformedRow("activities");
  return Activity{.name = row.name(), .created = asl::Millis{row.created()}};
}

void PutTags(std::string_view resource, const Tags& tags, storage::Batch& batch) {
  stored::Tags row;
  for (const Tag& tag : tags) {
    stored::Tags::Tag& one = *row.add_tags();
    one.set_key(tag.key);
    one.set_value(tag.value);
  }
  batch.Put(kTags, TagsKey(resource), EncodeRow(row));
}

absl::StatusOr<Tags> ReadTagsRow(std::string_view bytes) {
  stored::Tags row;
  if (!DecodeRow(bytes, row)) return MalformedRow("tags");
  Tags tags;
  for (const stored::Tags::Tag& tag : row.tags()) tags.push_back({tag.key(), tag.value()});
  return tags;
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
