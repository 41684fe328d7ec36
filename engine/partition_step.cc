// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One execution, step by step: bring it into memory, ask the interpreter, stage what it answers in
// the turn's batch.
//
//   WithExecution ─▶ (load rows) ─▶ Run ─▶ Perform ─▶ Advance ─▶ Outcome ─▶ Stage: history, tasks,
//   timers, frames
//                                     ▲                 └─▶ Need ─▶ (load payloads) ─┐
//                                     └──────────────────────────────────────────────┘
#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/log.h"
#include "engine/partition.h"
#include "engine/records.h"
#include "fmt/format.h"

namespace engine {

void Partition::WithExecution(ExecutionNumber number, Work work) {
  Execution* execution = executions_.Find(number);
  if (execution == nullptr) {
    execution = &executions_.Add(number);
    ports_->Load(options_.id, LoadExecution{number});
    ++loading_;
  }
  execution->work.push_back(std::move(work));
  Run(*execution);
}

// A parked execution keeps its work and does nothing: a definition or record that kills the process
// three times in a row must not keep everybody else from running.
void Partition::Run(Execution& execution) {
  if (!crashes_.empty() && IsParked(execution.number)) return AnswerParked(execution);
  ports_->WorkingOn(execution.number);
  while (execution.ready() && !execution.work.empty()) {
    Work work = std::move(execution.work.front());
    execution.work.pop_front();
    const bool done = std::visit([&](auto& w) { return Perform(execution, w); }, work);
    if (!done) {
      assert(!execution.ready());
      execution.work.push_front(std::move(work));
    }
  }
  ports_->WorkingOn(ExecutionNumber::kNone);
  if (!crashes_.empty() && execution.ready() && crashes_.erase(execution.number) > 0) {
    batch_->Delete(kCrashes, CrashKey(execution.number));
  }
}

absl::Status Partition::Parked(const Execution& execution) const {
  return absl::FailedPreconditionError(fmt::format(
      "Execution Is Parked: '{}' (the engine crashed {} times in a row while working on "
      "it)",
      execution.info.arn, crashes_.at(execution.number)));
}

// Nobody waits for a parked execution: what is asked of it is answered, the rest of its work stays.
void Partition::AnswerParked(Execution& execution) {
  if (!execution.ready()) return;
  std::erase_if(execution.work, [&](Work& work) {
    if (auto* stop = std::get_if<StopRequest>(&work)) {
      Answer<asl::Millis>(stop->reply, Parked(execution));
      return true;
    }
    if (auto* request = std::get_if<TokenRequest>(&work)) {
      Answer<bool>(request->reply, Parked(execution));
      return true;
    }
    auto* start = std::get_if<RepeatedStart>(&work);
    return start != nullptr && Perform(execution, *start);
  });
}

// An execution that the store does not have: its row was retired, or a caller invented the number.
// Whatever was wanted of it is answered as not existing.
static absl::Status Gone() { return absl::NotFoundError("Execution Does Not Exist"); }

void Partition::On(ExecutionLoaded& command) {
  Execution& execution = *executions_.Find(command.execution);
  assert(!execution.resident && loading_ > 0);
  --loading_;
  absl::Status status = command.rows.status();
  if (status.ok() && !command.rows->execution) status = Gone();
  if (status.ok()) status = Restore(execution, *command.rows);
  if (!status.ok()) {
    if (!absl::IsNotFound(status)) {
      Log(LogLevel::kError, {.partition = options_.id, .execution = command.execution},
          fmt::format("the execution cannot be loaded: {}", std::string(status.message())));
    }
    for (Work& work : std::exchange(execution.work, {})) {
      if (auto* stop = std::get_if<StopRequest>(&work)) Answer<asl::Millis>(stop->reply, status);
      if (auto* request = std::get_if<TokenRequest>(&work)) {
        Answer<bool>(request->reply, absl::IsNotFound(status) ? TaskIsOver() : status);
      }
      if (auto* start = std::get_if<RepeatedStart>(&work)) {
        Answer<Started>(start->reply, absl::IsNotFound(status) ? NameTaken(start->arn) : status);
      }
      if (auto* step = std::get_if<Step>(&work); step != nullptr && step->session != 0) {
        Acknowledge(step->session, step->token, workers::AckOutcome::kNoLongerWanted);
      }
      if (auto* assign = std::get_if<AssignTask>(&work)) ports_->ReturnSlot(assign->slot.session);
    }
    return executions_.Remove(command.execution);
  }
  execution.resident = true;
  executions_.Account(execution);
  Run(execution);
}

absl::Status Partition::Restore(Execution& execution, const ExecutionRows& rows) {
  absl::StatusOr<ExecutionRow> row = ReadExecution(execution.number, *rows.execution, rows.outcome);
  if (!row.ok()) return row.status();
  const absl::StatusOr<std::string> revision = words_.TextOf(WordKind::kRevision, row->revision);
  if (!revision.ok()) return revision.status();
  execution.revision = ports_->FindRevision(*revision);
  if (execution.revision == nullptr)
    return absl::DataLossError("its state machine's revision is missing");
  const std::string& machine = execution.revision->machine;
  execution.status = row->status;
  execution.stopped_at = row->stopped;
  execution.next_event = rows.next_event;
  execution.input.ref = {.event = asl::EventId{1},
                         .field = asl::PayloadField::kInput,
                         .offset = 0,
                         .length = row->input_length};
  execution.info = {.arn = ExecutionArn(options_.scope, machine, row->name),
                    .name = row->name,
                    .role_arn = execution.revision->role_arn,
                    .state_machine_arn = StateMachineArn(options_.scope, machine),
                    .state_machine_name = machine,
                    .region = options_.scope.region,
                    .started_at = row->started};
  for (const auto& [key, bytes] : rows.frames) {
    absl::StatusOr<FrameRow> frame = ReadFrame(key, bytes);
    if (!frame.ok()) return frame.status();
    if (frame->frame.task) {
      absl::StatusOr<std::string> queue = words_.TextOf(WordKind::kQueue, frame->words.queue);
      if (!queue.ok()) return queue.status();
      frame->frame.task->queue = *std::move(queue);
    }
    const asl::FrameId id = frame->frame.id;
    execution.frames.emplace(id, std::move(frame->frame));
  }
  for (const auto& [key, bytes] : rows.results) {
    const std::optional<asl::ResultKey> result = DecodeResultKey(key);
    if (!result) return absl::DataLossError("a key of table 'results' is malformed");
    const absl::StatusOr<std::vector<asl::PayloadRef>> refs = ReadResults(bytes);
    if (!refs.ok()) return refs.status();
    execution.result_rows.insert(*result);
    asl::ResultKey at = *result;
    for (const asl::PayloadRef& ref : *refs) {
      execution.results[at].ref = ref;
      ++at.index;
    }
  }
  return absl::OkStatus();
}

void Partition::NeedPayloads(Execution& execution, const std::vector<asl::PayloadRef>& refs) {
  assert(!refs.empty());
  for (const asl::PayloadRef& ref : OnePerText(refs)) {
    ++execution.loads;
    LoadPayload load{.execution = execution.number, .ref = ref};
    if (execution.pinned_until <= applied_) {
      ports_->Load(options_.id, std::move(load));
    } else {
      unapplied_loads_.emplace_back(execution.pinned_until, std::move(load));
    }
  }
}

void Partition::On(PayloadLoaded& command) {
  Execution& execution = *executions_.Find(command.execution);
  assert(execution.loads > 0);
  --execution.loads;
  if (!command.text.ok()) {
    // Its own history cannot be read back: fail it rather than ask for ever.
    Log(LogLevel::kError, {.partition = options_.id, .execution = command.execution},
        std::string(command.text.status().message()));
    execution.work.push_front(
        Step{.signal = asl::Fail{asl::Error{
                 .name = std::string(asl::kStatesRuntime),
                 .cause = "A payload of this execution could not be read from the store."}}});
    return Run(execution);
  }
  const auto fill = [&](asl::Payload& payload) {
    if (payload.ref.event == command.ref.event && payload.ref.field == command.ref.field)
      payload.text = *command.text;
  };
  fill(execution.input);
  for (auto& [id, frame] : execution.frames) {
    fill(frame.input);
    if (frame.branches) fill(frame.branches->items);
    if (frame.item) fill(frame.item->value);
    for (asl::Variable& variable : frame.variables) fill(variable.value);
  }
  for (auto& [key, result] : execution.results) fill(result);
  for (const Work& work : execution.work) {
    const auto* assign = std::get_if<AssignTask>(&work);
    Task* task = assign == nullptr ? nullptr : tasks_.Find({execution.number, assign->scheduled});
    if (task != nullptr && task->input.event == command.ref.event &&
        task->input.field == command.ref.field) {
      task->text = *command.text;
    }
  }
  executions_.Account(execution);
  Run(execution);
}

bool Partition::Perform(Execution& execution, Step& step) {
  // The fired timer's row goes in the batch of what it caused, and ahead of it: that may arm the
  // same timer again.
  const storage::Batch::Mark before = batch_->mark();
  const auto* timer = std::get_if<asl::TimerFired>(&step.signal);
  if (timer != nullptr && timer->kind != asl::TimerKind::kHeartbeat) {
    batch_->Delete(kTimers, EncodeTimerKey(options_.id, KeyOf(execution, timer->frame, timer->kind,
                                                              timer->due)));
  }
  bool fitted = false;
  if (execution.status == asl::ExecutionStatus::kRunning) {
    // A timer at a frame that waits for nothing resumes a cut Advance (see Stage, `more`).
    asl::Signal signal = step.signal;
    if (timer != nullptr && timer->kind == asl::TimerKind::kDelay) {
      auto frame = execution.frames.find(timer->frame);
      if (frame != execution.frames.end() && frame->second.waiting == asl::Waiting::kNothing) {
        signal = asl::Continue{timer->frame};
      }
    }
    if (!AdvanceAndStage(execution, signal, &fitted)) {
      batch_->Rewind(before);
      return false;
    }
  }
  if (step.session != 0) {
    Acknowledge(step.session, step.token,
                fitted ? workers::AckOutcome::kAccepted : Refusal(step.token));
    if (fitted) RememberAnswered(std::move(step.token));
  }
  return true;
}

bool Partition::AdvanceAndStage(Execution& execution, const asl::Signal& signal, bool* fitted) {
  const asl::ExecutionView view{
      .info = execution.info,
      .input = execution.input,
      .next_event = execution.next_event,
      .frames = execution.frames,
      .results = execution.results,
      .token_of =
          [this, &execution](asl::EventId scheduled) {
            return TokenToText(tasks_.CallbackToken({execution.number, scheduled}));
          },
      // By name alone, as tasks find their workers: a definition may carry the ARNs of its account
      // on AWS.
      .activity_exists =
          [this](std::string_view arn) {
            return ports_->ActivityExists(ActivityNameOf(arn).value_or(std::string(arn)));
          }};
  asl::Advanced advanced = asl::Advance(*execution.revision->program, view, signal, clock_, draw_,
                                        std::exchange(spare_, {}));
  if (auto* need = std::get_if<asl::Need>(&advanced)) {
    NeedPayloads(execution, need->payloads);
    return false;
  }
  asl::Outcome& outcome = std::get<asl::Outcome>(advanced);
  *fitted = !outcome.events.empty() || !outcome.frames.empty();
  if (!*fitted) return true;
  if (!outcome.events.empty()) {
    const storage::Batch::Mark mark = batch_->mark();
    if (absl::Status s = PutHistory(*execution.revision, execution.number, outcome.events, *batch_);
        !s.ok()) {
      batch_->Rewind(mark);
      const uint64_t id = ports_->Random();
      Log(LogLevel::kError, {.partition = options_.id, .execution = execution.number},
          fmt::format("the execution failed a check, id {:016x}: {}", id,
                      std::string(s.message())));
      assert(!std::holds_alternative<asl::Fail>(signal));
      return AdvanceAndStage(
          execution,
          asl::Fail{
              asl::Error{.name = std::string(asl::kStatesRuntime),
                         .cause = fmt::format("An internal check failed (log id {:016x}).", id)}},
          fitted);
    }
  }
  Stage(execution, outcome);
  outcome.Clear();
  spare_ = std::move(outcome);
  return true;
}

void Partition::Stage(Execution& execution, asl::Outcome& outcome) {
  execution.next_event = execution.next_event + static_cast<int64_t>(outcome.events.size());
  for (asl::Effect& effect : outcome.effects) {
    std::visit([&](auto& e) { Act(execution, outcome, e); }, effect);
  }
  for (asl::FrameChange& change : outcome.frames) {
    if (change.frame) {
      WriteFrame(execution, *change.frame);
      execution.frames.insert_or_assign(change.id, *std::move(change.frame));
    } else {
      batch_->Delete(kFrames, FrameKey(execution.number, change.id));
      execution.frames.erase(change.id);
    }
  }
  StageResults(execution, outcome.results);
  for (asl::FrameId frame : std::exchange(unassigned_, {})) {
    batch_->Delete(kAssigned, FrameKey(execution.number, frame));
  }
  if (outcome.more) {
    // A timer due now: a later turn continues, and so does the next process after a crash.
    for (const auto& [id, frame] : execution.frames) {
      if (frame.waiting != asl::Waiting::kNothing) continue;
      const TimerKey key = KeyOf(execution, id, asl::TimerKind::kDelay, clock_);
      PutTimer(options_.id, key, asl::EventId::kNone, *batch_);
      timers_.Arm(key, asl::EventId::kNone, turn_number());
    }
  }
  const bool ended = execution.status != asl::ExecutionStatus::kRunning;
  changed_.push_back({.execution = execution.number, .ended = ended});
  ++counters_.transitions;
  execution.pinned_until = turn_number();
  executions_.Account(execution);
}

// The results of a Map or Parallel are dropped all together, so a row is deleted with its first one.
void Partition::StageResults(Execution& execution, std::vector<asl::ResultChange>& changes) {
  std::vector<asl::PayloadRef> run;  // of one row, whose first result is `first`
  asl::ResultKey first;
  const auto write = [&] {
    if (run.empty()) return;
    PutResults(execution.number, first, run, *batch_);
    execution.result_rows.insert(first);
    run.clear();
  };
  for (asl::ResultChange& change : changes) {
    const asl::ResultKey next{first.frame, first.index + static_cast<uint32_t>(run.size())};
    if (!change.result || change.key != next) write();
    if (execution.result_rows.erase(change.key) > 0) {
      batch_->Delete(kResults, ResultKeyOf(execution.number, change.key));
    }
    ForgetResult(execution, change.key);
    if (!change.result) continue;
    if (run.empty()) first = change.key;
    run.push_back(change.result->ref);
    KeepResult(execution, change.key, *std::move(change.result));
  }
  write();
}

void Partition::ForgetResult(Execution& execution, const asl::ResultKey& key) {
  // Most are new, and the newest.
  if (execution.results.empty() || execution.results.rbegin()->first < key) return;
  if (execution.results.erase(key) > 0 && execution.results.empty()) {
    execution.result_text_bytes = 0;
  }
}

// Small texts stay in memory until the Map or Parallel is over; the others are read again then.
void Partition::KeepResult(Execution& execution, const asl::ResultKey& key, asl::Payload result) {
  constexpr size_t kTextMax = 4u << 10;
  constexpr size_t kTextsMax = 256u << 10;  // per execution
  const auto parent = execution.frames.find(key.frame);
  const bool is_item = parent != execution.frames.end() && parent->second.branches &&
                       parent->second.branches->items.text == result.text;
  // A slice of the Map's array costs nothing: that is in memory as long as the Map.
  const size_t size = result.loaded() && !is_item ? result.text->size() : 0;
  if (size > kTextMax || execution.result_text_bytes + size > kTextsMax) {
    result.text.reset();
  } else {
    execution.result_text_bytes += size;
  }
  execution.results.emplace_hint(execution.results.end(), key, std::move(result));
}

// With the frame's task when a worker has it; then the index row of the frame's last task stays in
// place.
void Partition::WriteFrame(const Execution& execution, const asl::Frame& frame) {
  FrameWords words;
  const Task* task = nullptr;
  if (frame.task) {
    words.queue = words_.NumberOf(WordKind::kQueue, frame.task->queue, *batch_);
    task = tasks_.Find({execution.number, frame.task->scheduled});
    if (task != nullptr && !task->stored_assigned) task = nullptr;
  }
  if (task != nullptr) {
    words.worker = words_.NumberOf(WordKind::kWorker, task->instance, *batch_);
    std::erase(unassigned_, frame.id);
  }
  PutFrame(execution.number, frame, task, words, *batch_);
}

TimerKey Partition::KeyOf(const Execution& execution, asl::FrameId frame, asl::TimerKind kind,
                          asl::Millis due) const {
  return {.due = due, .execution = execution.number, .frame = frame, .kind = kind};
}

void Partition::Act(Execution& execution, asl::Outcome&, asl::ArmTimer& effect) {
  if (effect.kind == asl::TimerKind::kHeartbeat) {
    if (Task* task = tasks_.Find({execution.number, effect.scheduled}))
      tasks_.SetHeartbeat(*task, effect.due);
    return;
  }
  const TimerKey key = KeyOf(execution, effect.frame, effect.kind, effect.due);
  PutTimer(options_.id, key, effect.scheduled, *batch_);
  timers_.Arm(key, effect.scheduled, turn_number());
}

void Partition::Act(Execution& execution, asl::Outcome&, asl::CancelTimer& effect) {
  if (effect.kind == asl::TimerKind::kHeartbeat) return;  // goes with its task
  const TimerKey key = KeyOf(execution, effect.frame, effect.kind, effect.due);
  batch_->Delete(kTimers, EncodeTimerKey(options_.id, key));
  timers_.Cancel(key);
}

void Partition::Act(Execution& execution, asl::Outcome&, asl::EndExecution& effect) {
  execution.status = effect.status;
  execution.stopped_at = clock_;
  const uint32_t machine = execution.revision->number;
  PutEnded(execution, *batch_);
  ends_.Added(execution.stopped_at, turn_number());
  ended_.emplace_back(turn_number(), execution.number);
  if (execution.listed) {
    PutOutcome(execution, *batch_);
    batch_->Delete(kListing, ListingKey(execution.number, machine, asl::ExecutionStatus::kRunning));
  }
  batch_->Put(kListing, ListingKey(execution.number, machine, execution.status), "");
  effects_.push_back(AnnounceEnd{execution.number});
  ++counters_.executions_ended;
}

}  // namespace engine
