// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Starting and stopping executions.
#include <cassert>

#include "engine/partition.h"
#include "engine/records.h"
#include "fmt/format.h"

namespace engine {

template <typename T>
void Partition::Answer(Reply<T>& reply, absl::StatusOr<T> result) {
  effects_.push_back(SendReply{[reply = std::move(reply), result = std::move(result)]() mutable {
    reply(std::move(result));
  }});
}
template void Partition::Answer(Reply<asl::Millis>&, absl::StatusOr<asl::Millis>);
template void Partition::Answer(Reply<BarrierPassed>&, absl::StatusOr<BarrierPassed>);
template void Partition::Answer(Reply<Activity>&, absl::StatusOr<Activity>);
template void Partition::Answer(Reply<bool>&, absl::StatusOr<bool>);
template void Partition::Answer(Reply<Alias>&, absl::StatusOr<Alias>);
template void Partition::Answer(Reply<Created>&, absl::StatusOr<Created>);
template void Partition::Answer(Reply<Updated>&, absl::StatusOr<Updated>);
template void Partition::Answer(Reply<Started>&, absl::StatusOr<Started>);
template void Partition::Answer(Reply<uint64_t>&, absl::StatusOr<uint64_t>);
template void Partition::Answer(Reply<Version>&, absl::StatusOr<Version>);

// A name is looked up among the batches not yet applied first, then in the store. One look-up per
// name at a time: starts of the same name queue behind it, so that none of them can miss another's
// row.
void Partition::On(StartExecution& command) {
  if (command.fresh_name) return Begin(command);
  const Hash128 hash = command.name_hash;
  if (auto recent = recent_names_.find(hash); recent != recent_names_.end()) {
    return RepeatStart(command, recent->second.execution, recent->second.input_hash);
  }
  std::deque<StartExecution>& waiting = loading_names_[hash];
  waiting.push_back(std::move(command));
  if (waiting.size() == 1) ports_->Load(options_.id, LoadName{hash});
}

void Partition::On(NameLoaded& command) {
  auto node = loading_names_.extract(command.hash);
  assert(!node.empty());
  std::optional<NameRow> name;
  absl::Status status = command.row.status();
  if (status.ok() && *command.row) {
    absl::StatusOr<NameRow> row = ReadName(**command.row);
    status = row.status();
    if (row.ok()) name = *std::move(row);
  }
  for (StartExecution& start : node.mapped()) {
    auto recent = recent_names_.find(command.hash);
    if (!status.ok()) {
      Answer<Started>(start.reply, status);
    } else if (recent != recent_names_.end()) {
      RepeatStart(start, recent->second.execution, recent->second.input_hash);
    } else if (name) {
      RepeatStart(start, name->execution, name->input_hash);
    } else {
      Begin(start);
    }
  }
}

// Unique within the partition for ever: never below an earlier one, also after a restart (see
// Recover).
ExecutionNumber Partition::NextExecutionNumber() {
  if (clock_ > number_time_) {
    number_time_ = clock_;
    number_counter_ = 0;
  } else if (++number_counter_ == 4'096) {
    number_time_ = number_time_ + 1;
    number_counter_ = 0;
  }
  return MakeExecutionNumber(number_time_, number_counter_, options_.id);
}

// An alias with two routes is decided here, where the choice becomes durable with the start.
void Partition::Begin(StartExecution& command) {
  if (command.other && ports_->Random() % 100 < command.other->weight) {
    command.revision = command.other->revision;
    command.version = command.other->version;
  }
  if (!ports_->MayStart(command.revision->id)) {
    return Answer<Started>(
        command.reply,
        absl::AbortedError(fmt::format(
            "State Machine Has Changed: '{}' was updated or deleted meanwhile; start it again",
            StateMachineArn(options_.scope, command.revision->machine))));
  }
  Execution& execution = executions_.Add(NextExecutionNumber());
  execution.resident = true;
  execution.listed = false;
  execution.revision = command.revision;
  execution.input.ref = {.event = asl::EventId{1},
                         .field = asl::PayloadField::kInput,
                         .offset = 0,
                         .length = static_cast<uint32_t>(command.input->size())};
  execution.input.text = command.input;
  const Revision& revision = *command.revision;
  execution.info = {.arn = ExecutionArn(options_.scope, revision.machine, command.name),
                    .name = command.name,
                    .role_arn = revision.role_arn,
                    .state_machine_arn = StateMachineArn(options_.scope, revision.machine),
                    .state_machine_name = revision.machine,
                    .region = options_.scope.region,
                    .started_at = clock_};
  const NameRow name{.execution = execution.number,
                     .input_hash = HashText(HashBytes(*command.input))};
  PutName(options_.id, command.name_hash, name, *batch_);
  recent_names_[command.name_hash] = {name.execution, name.input_hash};
  recent_name_order_.emplace_back(turn_number(), command.name_hash);
  StartedAs as{.revision = words_.NumberOf(WordKind::kRevision, revision.id, *batch_),
               .version = command.version};
  if (!command.alias.empty()) {
    as.alias = words_.NumberOf(WordKind::kAlias, command.alias, *batch_);
  }
  ++counters_.executions_started;
  Answer<Started>(command.reply, Started{.execution = execution.number, .started_at = clock_});
  execution.work.push_back(Step{.signal = asl::Start{}});
  Run(execution);
  PutExecution(execution, as, *batch_);
  // One that has ended already was listed as that by EndExecution, and never as running.
  execution.listed = true;
  if (execution.status == asl::ExecutionStatus::kRunning) {
    batch_->Put(kListing, ListingKey(execution.number, revision.number, execution.status), "");
  }
}

// AWS: StartExecution is idempotent while the execution runs and name and input are the same. The
// name may be all that is left of it.
void Partition::RepeatStart(StartExecution& command, ExecutionNumber existing,
                            const std::string& input_hash) {
  std::string arn = ExecutionArn(options_.scope, command.revision->machine, command.name);
  if (input_hash != HashText(HashBytes(*command.input))) {
    return Answer<Started>(command.reply, NameTaken(arn));
  }
  WithExecution(existing, RepeatedStart{std::move(arn), std::move(command.reply)});
}

absl::Status Partition::NameTaken(const std::string& arn) {
  return absl::AlreadyExistsError(fmt::format("Execution Already Exists: '{}'", arn));
}

bool Partition::Perform(Execution& execution, RepeatedStart& start) {
  if (execution.status == asl::ExecutionStatus::kRunning) {
    Answer<Started>(start.reply,
                    Started{execution.number, execution.info.started_at, /*existing=*/true});
  } else {
    Answer<Started>(start.reply, NameTaken(start.arn));
  }
  return true;
}

void Partition::On(StopExecution& command) {
  WithExecution(command.execution, StopRequest{std::move(command.error), std::move(command.reply)});
}

bool Partition::Perform(Execution& execution, StopRequest& stop) {
  if (execution.status == asl::ExecutionStatus::kRunning) {
    bool fitted = false;
    if (!AdvanceAndStage(execution, asl::Stop{stop.error}, &fitted)) return false;
    assert(fitted);
  }
  Answer<asl::Millis>(stop.reply, execution.stopped_at);
  return true;
}

}  // namespace engine
