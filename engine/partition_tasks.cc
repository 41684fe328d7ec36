// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Tasks and the workers that have them. The rule that everything here serves: a task is sent again
// only when it is known not to have been received, and a worker's answer counts once. So a task's
// row names the worker instance before the task is sent, and what a returning worker does not list,
// it never received.
#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/log.h"
#include "engine/partition.h"
#include "engine/records.h"
#include "fmt/format.h"

namespace engine {
namespace {

constexpr size_t kAnsweredMax =
    4'096;  // tokens remembered to tell "already answered" from "no longer wanted"

uint32_t Seconds(const std::optional<int64_t>& seconds) {
  return static_cast<uint32_t>(seconds.value_or(0));
}

std::shared_ptr<const workers::InvokeOptions> OptionsOf(asl::InvokeRequest request) {
  return std::make_shared<const workers::InvokeOptions>(
      workers::InvokeOptions{.type = std::move(request.type),
                             .client_context = std::move(request.client_context),
                             .log_tail = request.log_tail});
}

std::shared_ptr<const asl::HttpAnswer> HttpOf(const workers::Answer& answer) {
  if (answer.http == nullptr) return nullptr;
  return std::make_shared<const asl::HttpAnswer>(
      asl::HttpAnswer{answer.http->status, answer.http->headers, answer.http->request_id});
}

// The name that `redeliver` has for a task's function, activity ("activity:sign") or service
// ("sqs:sendMessage").
std::string RedeliverName(const std::string& queue) {
  const std::optional<workers::CallParts> call = workers::CallOf(queue);
  if (!call) return queue;
  if (call->service != "lambda") return fmt::format("{}:{}", call->service, call->what);
  return std::string(call->what.substr(call->what.rfind(':') + 1));
}

// What a Task hears of work of which nobody knows whether it was done. The names are AWS's: of a
// message that may have been sent it is the SDK's.
asl::Error UnknownOutcome(const Task& task, int64_t lease_ms) {
  const std::optional<workers::CallParts> call = workers::CallOf(task.queue);
  if (call && call->service == "sqs")
    return {"SQS.SdkClientException",
            "The engine ended while it called SQS; whether the message was sent is unknown."};
  if (call)
    return {std::string(asl::kLambdaUnknown),
            "The engine ended while it called the function; whether the work was done is unknown."};
  return {std::string(asl::kLambdaUnknown),
          fmt::format("The worker '{}' that had the task did not come back within its lease of {} "
                      "ms; whether the work was done is unknown.",
                      task.instance, lease_ms)};
}

}  // namespace

// The task takes its place in its queue; when nobody waits there and a worker has a slot, it is
// assigned in this batch.
void Partition::Act(Execution& execution, asl::Outcome& outcome, asl::ScheduleTask& effect) {
  Task task;
  task.id = {execution.number, effect.scheduled};
  task.frame = effect.frame;
  task.queue = ports_->QueueFor(*effect.target, effect.by_call_only);
  task.number = tasks_.NextNumber();
  task.attempt = effect.attempt;
  task.qualifier = effect.target->qualifier;
  task.role = std::move(effect.role);
  const bool all = workers::CallOf(task.queue) && effect.parameters.ref.length > 0;
  const asl::Payload& input = all ? effect.parameters : effect.input;
  task.input = input.ref;
  task.text = input.text;
  task.timeout_s = Seconds(effect.timeout_s);
  task.heartbeat_s = Seconds(effect.heartbeat_s);
  const auto change = std::find_if(outcome.frames.begin(), outcome.frames.end(),
                                   [&](const asl::FrameChange& c) { return c.id == effect.frame; });
  assert(change != outcome.frames.end() && change->frame && change->frame->task);
  change->frame->task->queue = task.queue;
  change->frame->task->queue_number = task.number;

  std::optional<workers::Slot> slot;
  if (!tasks_.HasWaiting(task.queue)) slot = ports_->TakeSlot(task.queue, options_.id);
  if (!slot) {
    PutTask(options_.id, task, *batch_);
    return tasks_.Add(std::move(task));
  }
  Task& assigned = tasks_.AddAssigned(std::move(task), *slot);
  if (assigned.text != nullptr) return Dispatch(execution, assigned, change->frame->state);
  PutTask(options_.id, assigned, *batch_);
  execution.work.push_back(AssignTask{.scheduled = assigned.id.scheduled, .slot = *slot});
}

void Partition::Act(Execution& execution, asl::Outcome&, asl::CancelTask& effect) {
  EndTask(execution, effect.frame, effect.scheduled, true);
}

void Partition::Act(Execution& execution, asl::Outcome&, asl::FinishTask& effect) {
  EndTask(execution, effect.frame, effect.scheduled, false);
}

// REQUIRES: the frame as it was before this outcome is still in `execution`: it names the task's
// row.
void Partition::EndTask(const Execution& execution, asl::FrameId frame_id, asl::EventId scheduled,
                        bool withdraw) {
  const asl::Frame& frame = execution.frames.at(frame_id);
  assert(frame.task && frame.task->scheduled == scheduled);
  const TaskId id{execution.number, scheduled};
  const Task* task = tasks_.Find(id);
  if (task != nullptr && task->session != 0) {
    if (withdraw)
      effects_.push_back(WithdrawTask{.session = task->session, .token = tasks_.TokenOf(*task)});
    ports_->ReturnSlot(task->session);
  }
  if (task != nullptr && task->stored_assigned) {
    unassigned_.push_back(frame_id);
  } else {
    batch_->Delete(kTasks, TaskKey(options_.id, frame.task->queue, frame.task->queue_number));
  }
  tasks_.Remove(id, frame.task->queue, frame.task->queue_number, turn_number());
}

// Marks the task as assigned in its rows and sends it. The frame's row is the caller's to write;
// the index row is left in place when the frame's last task, ended in the same outcome, had one.
// The text stays until the batch is applied: sent back before that, the task could not load it
// again. REQUIRES: in memory as assigned, with its input text.
void Partition::Dispatch(Execution& execution, Task& task, asl::StateIndex state) {
  assert(task.text != nullptr && task.session != 0);
  const asl::Program& program = *execution.revision->program;
  const asl::Payload given{.ref = task.input, .text = task.text};
  std::optional<asl::InvokeRequest> invoke;
  if (workers::CallOf(task.queue)) invoke = asl::InvokeRequestOf(program, state, given);
  asl::Payload input = invoke ? std::move(invoke->input) : asl::WorkerInput(program, state, given);
  task.stored_assigned = true;
  if (std::find(unassigned_.begin(), unassigned_.end(), task.frame) == unassigned_.end()) {
    batch_->Put(kAssigned, FrameKey(execution.number, task.frame), "");
  }
  dispatched_.emplace_back(turn_number(), task.id);
  effects_.push_back(DispatchTask{
      .session = task.session,
      .request = {
          .token = tasks_.TokenOf(task),
          .task_token = task.instance == workers::kPollInstance ? tasks_.CallbackToken(task.id)
                                                                : std::string(),
          .queue = task.queue,
          .qualifier = task.qualifier,
          .text = std::move(input.text),
          .offset = input.ref.offset,
          .length = input.ref.length,
          .attempt = task.attempt,
          .timeout_s = task.timeout_s,
          .heartbeat_s = task.heartbeat_s,
          .execution_arn = execution.info.arn,
          .state_name = std::string(asl::StateName(program, state)),
          .idempotency_key =
              fmt::format("{:016x}-{}", ToInt(task.id.execution), asl::ToInt(task.id.scheduled)),
          .role = task.role,
          .invoke = invoke ? OptionsOf(*std::move(invoke)) : nullptr}});
}

bool Partition::Perform(Execution& execution, AssignTask& assign) {
  Task* task = tasks_.Find({execution.number, assign.scheduled});
  if (task == nullptr || task->session != assign.slot.session) {
    // Over, or requeued, meanwhile. Whoever ended or moved the task gave its slot back.
    return true;
  }
  if (task->text == nullptr) {
    NeedPayloads(execution, {task->input});
    return false;
  }
  const asl::Frame& frame = execution.frames.at(task->frame);
  Dispatch(execution, *task, frame.state);
  batch_->Delete(kTasks, TaskKey(options_.id, task->queue, task->number));
  WriteFrame(execution, frame);
  execution.pinned_until = turn_number();
  return true;
}

void Partition::OfferSlots(const std::string& queue) {
  while (Task* task = tasks_.Oldest(queue)) {
    const std::optional<workers::Slot> slot = ports_->TakeSlot(queue, options_.id);
    if (!slot) return;
    tasks_.Assign(*task, *slot);
    WithExecution(task->id.execution, AssignTask{.scheduled = task->id.scheduled, .slot = *slot});
  }
}

void Partition::On(SlotOffered& command) {
  Task* task = tasks_.Oldest(command.queue);
  if (task == nullptr) return ports_->ReturnSlot(command.slot.session);
  tasks_.Assign(*task, command.slot);
  WithExecution(task->id.execution,
                AssignTask{.scheduled = task->id.scheduled, .slot = command.slot});
  OfferSlots(command.queue);
}

// Known not to have been received: back to its place, under the same token.
void Partition::Requeue(Task& task) {
  if (task.stored_assigned) {
    batch_->Delete(kAssigned, FrameKey(task.id.execution, task.frame));
    PutTask(options_.id, task, *batch_);
    task.stored_assigned = false;
  }
  tasks_.Unassign(task);
  OfferSlots(task.queue);
}

void Partition::On(TaskNotSent& command) {
  Task* task = tasks_.FindToken(command.token);
  if (task != nullptr && task->session == command.session) Requeue(*task);
}

void Partition::On(TasksLoaded& command) {
  absl::Status status = command.status;
  std::vector<Task> tasks;
  for (const auto& [number, bytes] : command.rows) {
    absl::StatusOr<Task> task = ReadTask(command.queue, number, bytes);
    if (!task.ok()) {
      status = task.status();
      break;
    }
    tasks.push_back(*std::move(task));
  }
  if (!status.ok()) {
    // Tasks that cannot be read would wait for ever: stop rather than lie.
    Log(LogLevel::kCritical, {.partition = options_.id},
        fmt::format("waiting tasks cannot be read: {}", std::string(status.message())));
    assert(status.ok());
  }
  tasks_.OnLoaded(command.queue, std::move(tasks), command.exhausted);
  OfferSlots(command.queue);
}

void Partition::On(WorkerAnswer& command) {
  workers::Answer& answer = command.answer;
  Task* task = tasks_.FindToken(answer.token);
  if (task == nullptr || task->session != command.session) {
    return Acknowledge(command.session, answer.token, Refusal(answer.token));
  }
  const TaskId id = task->id;
  switch (answer.kind) {
    case workers::AnswerKind::kReceived:
      received_.push_back(std::move(answer.token));
      return;
    case workers::AnswerKind::kHeartbeat:
      if (task->heartbeat_due != asl::kNever) {
        tasks_.SetHeartbeat(*task, clock_ + int64_t{task->heartbeat_s} * 1'000);
      }
      return;
    case workers::AnswerKind::kSuccess:
      return WithExecution(id.execution,
                           Step{.signal = asl::TaskSucceeded{.frame = task->frame,
                                                             .scheduled = id.scheduled,
                                                             .output = std::move(answer.output),
                                                             .worker_name = task->worker_name,
                                                             .http = HttpOf(answer)},
                                .session = command.session,
                                .token = std::move(answer.token)});
    case workers::AnswerKind::kFailure:
      return WithExecution(
          id.execution, Step{.signal = asl::TaskFailed{.frame = task->frame,
                                                       .scheduled = id.scheduled,
                                                       .error = {.name = std::move(answer.error),
                                                                 .cause = std::move(answer.cause)},
                                                       .worker_name = task->worker_name},
                             .session = command.session,
                             .token = std::move(answer.token)});
  }
}

// Who polls may have no name; a worker that connects is called by its instance then.
std::string Partition::WorkerNameOf(const Task& task) {
  const bool named = !task.worker_name.empty() || task.instance == workers::kPollInstance;
  return named ? task.worker_name : task.instance;
}

// `received` is written at the turn's end, so that a result in the same turn takes it along in one
// record.
void Partition::TakeReceived() {
  for (const std::string& token : std::exchange(received_, {})) {
    Task* task = tasks_.FindToken(token);
    if (task == nullptr) continue;  // its result came in the same turn
    MarkReceived(*task);
  }
}

void Partition::MarkReceived(Task& task) {
  task.received = true;  // stored with its frame, which …Started changes
  WithExecution(task.id.execution,
                Step{.signal = asl::TaskReceived{.frame = task.frame,
                                                 .scheduled = task.id.scheduled,
                                                 .worker_name = WorkerNameOf(task)}});
}

void Partition::On(WorkerConnected& command) {
  std::set<std::string> bound;
  for (workers::Held& held : command.held) {
    Task* task = tasks_.FindToken(held.token);
    if (task == nullptr || task->instance != command.worker.instance) {
      ports_->ReturnSlot(command.worker.session);
      Acknowledge(command.worker.session, held.token, Refusal(held.token));
      continue;
    }
    task->session = command.worker.session;
    task->worker_name = command.worker.worker_name;
    tasks_.SetLease(*task, asl::kNever);
    // Only one that runs begins again: it begins with …Started, which may wait for the execution's
    // rows.
    if (task->heartbeat_due != asl::kNever) {
      tasks_.SetHeartbeat(*task, clock_ + int64_t{task->heartbeat_s} * 1'000);
    }
    bound.insert(held.token);
  }
  for (const TaskId& id : tasks_.AssignedTo(command.worker.instance)) {
    Task* task = tasks_.Find(id);
    // One given to a newer session of this worker, whose greeting is still in the inbox, is none of
    // this one's business.
    if (task == nullptr || task->session >= command.worker.session) continue;
    Requeue(*task);
  }
  for (workers::Held& held : command.held) {
    if (!bound.contains(held.token)) continue;
    WorkerAnswer received{.session = command.worker.session};
    received.answer =
        held.finished ? std::move(*held.finished) : workers::Answer{.token = held.token};
    On(received);
  }
}

void Partition::On(WorkerLost& command) {
  for (const TaskId& id : tasks_.AssignedTo(command.worker.instance)) {
    Task& task = *tasks_.Find(id);
    if (task.session == command.worker.session) tasks_.SetLease(task, clock_ + options_.lease_ms);
  }
}

// The worker did not come back: whether the work was done is unknown. A function, or a call of a
// service, fails, so that the definition's Retry decides, as on AWS; an activity waits for its heartbeat or timeout, whose
// clocks begin now if the worker was lost before it said `received`; `redeliver` prefers
// at-least-once, but not for who polls, of whom nothing is heard anyway until the task is over.
void Partition::LeaseExpired(const TaskId& id) {
  Task& task = *tasks_.Find(id);
  const bool polled = task.instance == workers::kPollInstance;
  if (options_.redeliver.contains(RedeliverName(task.queue)) && !polled) {
    ++task.delivery;
    return Requeue(task);
  }
  if (workers::ActivityOf(task.queue)) return MarkReceived(task);
  WithExecution(id.execution,
                Step{.signal = asl::TaskFailed{.frame = task.frame,
                                               .scheduled = id.scheduled,
                                               .error = UnknownOutcome(task, options_.lease_ms),
                                               .worker_name = task.worker_name}});
}

void Partition::Acknowledge(workers::SessionId session, std::string token,
                            workers::AckOutcome outcome) {
  effects_.push_back(AcknowledgeAnswer{
      .session = session, .acknowledgement = {.token = std::move(token), .outcome = outcome}});
}

void Partition::RememberAnswered(std::string token) {
  if (answered_.size() < kAnsweredMax) {
    answered_.push_back(std::move(token));
    return;
  }
  answered_[answered_next_] = std::move(token);
  answered_next_ = (answered_next_ + 1) % kAnsweredMax;
}

// Rare, so it looks through the ring; remembering, which every result does, must cost nothing.
workers::AckOutcome Partition::Refusal(const std::string& token) const {
  const bool answered = std::find(answered_.begin(), answered_.end(), token) != answered_.end();
  return answered ? workers::AckOutcome::kAlreadyAnswered : workers::AckOutcome::kNoLongerWanted;
}

}  // namespace engine
