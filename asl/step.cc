// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/step.h"

#include <fmt/format.h>

#include <array>
#include <cassert>
#include <memory>

#include "asl/context.h"
#include "asl/limits.h"

namespace asl {
namespace {

// A state that does not wait writes at most …Entered, …Exited and ExecutionSucceeded.
constexpr size_t kEventsPerStateMax = 3;

struct StateEvents {
  EventType entered;
  EventType exited;
};

// In the order of StateBody's alternatives. A Fail state is never left.
constexpr std::array<StateEvents, std::variant_size_v<StateBody>> kStateEvents = {{
    {EventType::kPassStateEntered, EventType::kPassStateExited},
    {EventType::kTaskStateEntered, EventType::kTaskStateExited},
    {EventType::kChoiceStateEntered, EventType::kChoiceStateExited},
    {EventType::kWaitStateEntered, EventType::kWaitStateExited},
    {EventType::kSucceedStateEntered, EventType::kSucceedStateExited},
    {EventType::kFailStateEntered, EventType::kUnknown},
}};

std::string OversizedText(std::string_view state) {
  return fmt::format(
      "The state/task '{}' returned a result with a size exceeding the maximum number of bytes "
      "service limit.",
      state);
}

}  // namespace

Step::Step(const Program& program, const ExecutionView& execution, Millis now, const Draw& draw)
    : program_(program),
      execution_(execution),
      now_(now),
      draw_(draw),
      next_event_(execution.next_event),
      execution_input_(execution.input) {
  // From one Task to the next are five events; events are large to move.
  outcome_.events.reserve(8);
  outcome_.effects.reserve(4);
}

// --- Beginning and ending
// ---------------------------------------------------------------------------------------

void Step::Begin() {
  assert(execution_.frames.empty() && execution_.input.loaded());
  begun_ = true;
  const Text& text = execution_.input.text;
  const auto length = static_cast<uint32_t>(text->size());
  execution_input_ = {{next_event_, PayloadField::kInput, 0, length}, text};
  HistoryEvent started{.type = EventType::kExecutionStarted, .payload = execution_input_};
  started.role_arn = info().role_arn;
  Record(std::move(started), EventId::kNone);
  frame_.emplace();
  frame_->state = program_.start_at();
  frame_->input = execution_input_;
}

void Step::Resume(const Frame& frame) { frame_ = frame; }

bool Step::Enter() {
  if (ended_ || !need_.empty() || !frame_ || frame_->entered != EventId::kNone) return false;
  if (outcome_.events.size() + kEventsPerStateMax > kEventsPerAdvanceMax) {
    outcome_.more = true;
    return false;
  }
  HistoryEvent entered{.type = kStateEvents[state().body.index()].entered, .name = state().name};
  Lazy payload = input();
  if (!Append(std::move(entered), &payload)) return false;
  frame_->entered = frame_->last_event;
  frame_->entered_at = now_;
  return true;
}

void Step::Leave(const Next& next, Lazy output) {
  if (output.payload().ref.length > kPayloadBytesMax ||
      (output.fresh() && output.view().size() > kPayloadBytesMax)) {
    FailExecution({std::string(kStatesDataLimitExceeded), OversizedText(state().name)});
    return;
  }
  std::optional<Lazy> stored = Deduplicate(std::move(output));
  if (!stored) return;
  HistoryEvent exited{.type = kStateEvents[state().body.index()].exited, .name = state().name};
  if (!Append(std::move(exited), &*stored)) return;
  if (!next) {
    HistoryEvent succeeded{.type = EventType::kExecutionSucceeded, .payload = stored->payload()};
    End(std::move(succeeded), frame_->last_event,
        {ExecutionStatus::kSucceeded, stored->payload(), Error{}});
    return;
  }
  frame_->state = *next;
  frame_->waiting = Waiting::kNothing;
  frame_->entered = EventId::kNone;
  frame_->input = stored->payload();
  frame_->retries.clear();
  frame_->retry_count = 0;
  input_ = std::move(stored);
  context_.reset();
}

void Step::WaitUntil(Millis due, Waiting waiting) {
  frame_->waiting = waiting;
  frame_->delay_due = due;
  Emit(ArmTimer{frame_->id, TimerKind::kDelay, due, EventId::kNone});
}

void Step::CancelTaskTimeout(const Frame& frame) {
  if (frame.timeout_due == kNever) return;
  Emit(CancelTimer{frame.id, TimerKind::kTaskTimeout, frame.timeout_due});
}

void Step::EndAttempt(AttemptEnd end) {
  const TaskInFlight& task = *frame_->task;
  if (end == AttemptEnd::kAnswered) {
    Emit(FinishTask{frame_->id, task.scheduled, task.queue_number});
  } else {
    Emit(CancelTask{frame_->id, task.scheduled, task.queue_number});
  }
  CancelTaskTimeout(*frame_);
  frame_->timeout_due = kNever;
  frame_->task.reset();
}

void Step::CancelOpen(const Frame& frame) {
  if (frame.task) Emit(CancelTask{frame.id, frame.task->scheduled, frame.task->queue_number});
  CancelTaskTimeout(frame);
  if (frame.delay_due != kNever) Emit(CancelTimer{frame.id, TimerKind::kDelay, frame.delay_due});
}

std::optional<Millis> Step::Deadline() const {
  if (!program_.timeout_s()) return std::nullopt;
  return info().started_at + *program_.timeout_s() * 1000;
}

void Step::End(HistoryEvent&& last, EventId previous, EndExecution how) {
  Record(std::move(last), previous);
  for (const auto& [id, open] : execution_.frames) {
    CancelOpen(frame_ && frame_->id == id ? *frame_ : open);
    outcome_.frames.push_back({id, std::nullopt});
  }
  if (!begun_ && !timed_out_ && Deadline()) {
    Emit(CancelTimer{FrameId::kRoot, TimerKind::kExecutionTimeout, *Deadline()});
  }
  Emit(std::move(how));
  ended_ = true;
}

void Step::FailState(Error error) {
  error.cause = fmt::format(
      "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
      state().name, ToInt(frame_->entered), error.cause.value_or(""));
  FailExecution(std::move(error));
}

void Step::FailExecution(Error error) {
  error = Clipped(std::move(error));
  HistoryEvent failed{.type = EventType::kExecutionFailed, .error = error};
  End(std::move(failed), frame_ ? frame_->last_event : EventId::kNone,
      {ExecutionStatus::kFailed, Payload{}, std::move(error)});
}

void Step::Abort(Error error) {
  error = Clipped(std::move(error));
  HistoryEvent aborted{.type = EventType::kExecutionAborted, .error = error};
  End(std::move(aborted), EventId::kNone, {ExecutionStatus::kAborted, Payload{}, std::move(error)});
}

void Step::TimeOut() {
  timed_out_ = true;
  HistoryEvent event{.type = EventType::kExecutionTimedOut};
  event.error.name = std::string(kStatesTimeout);
  End(std::move(event), EventId::kNone, {ExecutionStatus::kTimedOut, Payload{}, Error{}});
}

Advanced Step::Finish() {
  if (!need_.empty()) return Need{std::move(need_)};
  if (!ended_ && begun_ && Deadline()) {
    Emit(ArmTimer{FrameId::kRoot, TimerKind::kExecutionTimeout, *Deadline(), EventId::kNone});
  }
  if (!ended_ && frame_) {
    const FrameId id = frame_->id;
    outcome_.frames.push_back({id, std::move(frame_)});
  }
  return std::move(outcome_);
}

// --- Events
// -----------------------------------------------------------------------------------------------------

EventId Step::Record(HistoryEvent&& event, EventId previous) {
  event.id = next_event_;
  event.previous = previous;
  event.time = now_;
  if (frame_) event.state = frame_->state;
  next_event_ = next_event_ + 1;
  outcome_.events.push_back(std::move(event));
  return outcome_.events.back().id;
}

bool Step::Append(HistoryEvent&& event, Lazy* payload) {
  if (ToInt(next_event_) >= kHistoryEventsMax) {
    FailExecution({std::string(kStatesRuntime),
                   fmt::format("The execution reached the maximum number of history events ({}).",
                               kHistoryEventsMax)});
    return false;
  }
  if (payload != nullptr) {
    if (payload->fresh()) payload->Introduce(next_event_, PayloadFieldOf(event.type));
    event.payload = payload->payload();
  }
  frame_->last_event = Record(std::move(event), frame_->last_event);
  return true;
}

// --- Data
// -------------------------------------------------------------------------------------------------------

const Lazy& Step::input() {
  if (!input_) input_.emplace(frame_->input);
  return *input_;
}

std::string Step::MakeContext() {
  StateVisit visit{state().name, frame_->entered_at, std::nullopt};
  if (std::holds_alternative<TaskState>(state().body)) visit.retry_count = frame_->retry_count;
  context_lacked_input_ = !execution_input_.loaded();
  return MakeContextObject(info(), context_lacked_input_ ? "null" : execution_input_.view(), visit);
}

ContextObject& Step::context() {
  if (!context_) context_.emplace([this] { return MakeContext(); });
  return *context_;
}

bool Step::ContextWasComplete() {
  if (!context_lacked_input_) return true;
  context_lacked_input_ = false;
  context_.reset();
  need_.push_back(execution_input_.ref);
  return false;
}

bool Step::Loaded(const Lazy& value, bool needed) {
  if (!needed || value.loaded()) return true;
  need_.push_back(value.payload().ref);
  return false;
}

template <class T>
std::optional<T> Step::Check(OrError<T> result) {
  if (!ContextWasComplete()) return std::nullopt;
  if (result.ok()) return std::move(*result);
  FailState(result.error());
  return std::nullopt;
}

std::optional<Lazy> Step::Apply(const PathField& field, const Lazy& value) {
  if (!Loaded(value, field.needs_input())) return std::nullopt;
  return Check(ApplyPathField(field, value, context()));
}

std::optional<Lazy> Step::Apply(const std::optional<Template>& tmpl, const Lazy& value) {
  if (!tmpl) return value;
  if (!Loaded(value, tmpl->needs_input())) return std::nullopt;
  return Check(ApplyTemplate(*tmpl, value, context()));
}

std::optional<Lazy> Step::Apply(const ResultPathField& field, const Lazy& result) {
  const bool merges = field.kind == ResultPathField::Kind::kMerge;
  const bool input_ok = Loaded(input(), merges);
  if (!Loaded(result, merges) || !input_ok) return std::nullopt;
  return Check(ApplyResultPath(field, input(), result));
}

std::optional<bool> Step::Test(const Condition& condition, const Lazy& value) {
  if (!Loaded(value, condition.needs_input())) return std::nullopt;
  return Check(condition.Evaluate(value, context()));
}

std::optional<Json> Step::Parse(const Lazy& value) {
  if (!Loaded(value, true)) return std::nullopt;
  OrError<const Json*> parsed = value.Parsed();
  if (!parsed.ok()) return Check(OrError<Json>(parsed.error()));
  return **parsed;
}

std::optional<OrError<Json>> Step::Read(const Path& path, const Lazy& value) {
  if (!Loaded(value, path.root() == PathRoot::kInput)) return std::nullopt;
  OrError<Json> found = ReadPath(path, value, context());
  if (!ContextWasComplete()) return std::nullopt;
  return found;
}

std::optional<Lazy> Step::Deduplicate(Lazy output) {
  if (!output.fresh() || output.view().size() != input().payload().ref.length) return output;
  if (!Loaded(input(), true)) return std::nullopt;
  return output.view() == input().view() ? input() : output;
}

}  // namespace asl
