// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/step.h"

#include <fmt/format.h>

#include <algorithm>
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
    {EventType::kParallelStateEntered, EventType::kParallelStateExited},
    {EventType::kMapStateEntered, EventType::kMapStateExited},
}};

}  // namespace

Step::Step(const Program& program, const ExecutionView& execution, Millis now, const Draw& draw,
           Outcome spare)
    : program_(program),
      execution_(execution),
      now_(now),
      draw_(draw),
      outcome_(std::move(spare)),
      next_event_(execution.next_event),
      frames_(execution.frames, std::move(outcome_.frames)),
      execution_input_(execution.input) {
  // Events are large to move. From one Task to the next are five; an execution that begins enters its
  // states one after the other until one of them waits.
  constexpr size_t kReservedMax = 64;
  const size_t all = 2 * program.size() + 2;
  outcome_.events.reserve(execution.frames.empty() ? std::min(all, kReservedMax) : 8);
  outcome_.effects.reserve(2);
}

// --- Beginning and ending
// ---------------------------------------------------------------------------------------

void Step::Begin() {
  assert(execution_.frames.empty() && execution_.input.loaded());
  begun_ = true;
  const Text& text = execution_.input.text;
  const auto length = static_cast<uint32_t>(text->size());
  execution_input_ = {{next_event_, PayloadField::kInput, 0, length}, text};
  HistoryEvent& started = Record(EventType::kExecutionStarted, EventId::kNone);
  started.payload = execution_input_;
  started.role_arn = info().role_arn;
  Frame root;
  root.state = program_.start_at();
  root.input = execution_input_;
  frame_ = &frames_.Add(std::move(root));
}

void Step::Resume(FrameId id) {
  frame_ = &frames_.At(id);
  input_.reset();
  item_.reset();
  context_.reset();
  attempt_over_ = EventId::kNone;
  before_entry_ = EventId::kNone;
}

bool Step::Enter() {
  if (ended_ || !need_.empty()) return false;
  while (frame_ == nullptr || frame_->entered != EventId::kNone) {
    if (ready_.empty()) return false;
    Resume(ready_.front());
    ready_.pop_front();
  }
  if (outcome_.events.size() + kEventsPerStateMax > kEventsPerAdvanceMax) {
    outcome_.more = true;
    return false;
  }
  Lazy payload = input();
  before_entry_ = frame_->last_event;
  if (Append(kStateEvents[state().body.index()].entered, &payload) == nullptr) return false;
  frame_->entered = frame_->last_event;
  frame_->entered_at = now_;
  return true;
}

bool Step::Fits(size_t bytes) {
  if (bytes <= kPayloadBytesMax) return true;
  Fail({.error = DataLimitExceeded(state().name), .terminal = true});
  return false;
}

void Step::Leave(const Next& next, Lazy output, std::optional<Lazy> assigned) {
  if (!Fits(output.payload().ref.length)) return;
  if (assigned && !Fits(assigned->payload().ref.length)) return;
  if (!Deduplicate(&output)) return;
  std::optional<std::vector<Variable>> variables;
  if (assigned && assigned->view() != "{}") {
    variables = VariablesWith(*assigned);
    if (!variables) return;
  }
  HistoryEvent* exited = Append(kStateEvents[state().body.index()].exited, &output);
  if (exited == nullptr) return;
  if (variables) {
    exited->assigned = assigned->payload().text;
    frame_->variables = *std::move(variables);
  }
  if (!next && frame_->id != FrameId::kRoot) {
    branch_end_ = std::move(output);
    return;
  }
  if (!next) {
    End(EventType::kExecutionSucceeded, frame_->last_event,
        {ExecutionStatus::kSucceeded, output.payload(), Error{}});
    return;
  }
  frame_->state = *next;
  frame_->waiting = Waiting::kNothing;
  frame_->entered = EventId::kNone;
  frame_->input = output.payload();
  frame_->retries.clear();
  frame_->retry_count = 0;
  input_ = std::move(output);
  context_.reset();
  attempt_over_ = EventId::kNone;
}

void Step::WaitUntil(Millis due, Waiting waiting) {
  frame_->waiting = waiting;
  frame_->delay_due = due;
  Emit(ArmTimer{frame_->id, TimerKind::kDelay, due, EventId::kNone});
}

void Step::CancelTaskTimers(const Frame& frame) {
  if (frame.timeout_due != kNever) Disarm(frame.id, TimerKind::kTaskTimeout, frame.timeout_due);
  if (frame.heartbeat_due != kNever) {
    Disarm(frame.id, TimerKind::kCallbackHeartbeat, frame.heartbeat_due);
  }
}

void Step::SubmitAttempt() {
  TaskInFlight& task = *frame_->task;
  Emit(FinishTask{frame_->id, task.scheduled, task.queue_number});
  task.submitted = frame_->last_event;
}

void Step::ArmHeartbeat() {
  const TaskInFlight& task = *frame_->task;
  if (frame_->heartbeat_due != kNever) {
    Disarm(frame_->id, TimerKind::kCallbackHeartbeat, frame_->heartbeat_due);
  }
  frame_->heartbeat_due = now_ + *task.heartbeat_s * 1000;
  Emit(ArmTimer{frame_->id, TimerKind::kCallbackHeartbeat, frame_->heartbeat_due, task.scheduled});
}

void Step::EndAttempt(AttemptEnd end) {
  const TaskInFlight& task = *frame_->task;
  attempt_over_ = task.scheduled;
  if (task.submitted != EventId::kNone) {
    // Its worker was done with it already.
  } else if (end == AttemptEnd::kAnswered) {
    Emit(FinishTask{frame_->id, task.scheduled, task.queue_number});
  } else {
    Emit(CancelTask{frame_->id, task.scheduled, task.queue_number});
  }
  CancelTaskTimers(*frame_);
  frame_->timeout_due = kNever;
  frame_->heartbeat_due = kNever;
  frame_->task.reset();
}

void Step::CloseFrame(FrameId id) {
  CancelOpen(frames_.Look(id));
  frames_.Close(id);
  std::erase(ready_, id);
  if (frame_ != nullptr && frame_->id == id) frame_ = nullptr;
}

void Step::CancelOpen(const Frame& frame) {
  if (frame.task && frame.task->submitted == EventId::kNone) CancelAttempt(frame);
  CancelTaskTimers(frame);
  if (frame.delay_due != kNever) Disarm(frame.id, TimerKind::kDelay, frame.delay_due);
}

void Step::CancelAttempt(const Frame& frame) {
  const EventId scheduled = frame.task->scheduled;
  const size_t retracted = std::erase_if(outcome_.effects, [&](const Effect& effect) {
    const auto* schedule = std::get_if<ScheduleTask>(&effect);
    return schedule != nullptr && schedule->scheduled == scheduled;
  });
  if (retracted == 0) Emit(CancelTask{frame.id, scheduled, frame.task->queue_number});
}

void Step::Disarm(FrameId frame, TimerKind kind, Millis due) {
  const size_t retracted = std::erase_if(outcome_.effects, [&](const Effect& effect) {
    const auto* arm = std::get_if<ArmTimer>(&effect);
    return arm != nullptr && arm->frame == frame && arm->kind == kind && arm->due == due;
  });
  if (retracted == 0) Emit(CancelTimer{frame, kind, due});
}

std::optional<Millis> Step::Deadline() const {
  if (!program_.timeout_s()) return std::nullopt;
  return info().started_at + *program_.timeout_s() * 1000;
}

void Step::End(EventType last, EventId previous, EndExecution how) {
  HistoryEvent& event = Record(last, previous);
  event.payload = how.output;
  event.error = how.error;
  if (last == EventType::kExecutionTimedOut) event.error.name = std::string(kStatesTimeout);
  for (const FrameId id : frames_.All()) CloseFrame(id);
  for (auto& [key, result] : results_) result.reset();
  for (const auto& [key, result] : execution_.results) results_[key] = std::nullopt;
  if (!begun_ && !timed_out_ && Deadline()) {
    Emit(CancelTimer{FrameId::kRoot, TimerKind::kExecutionTimeout, *Deadline()});
  }
  Emit(std::move(how));
  ended_ = true;
}

Error Step::InState(Error error) const {
  error.cause = fmt::format(
      "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
      state().name, ToInt(frame_->entered), error.cause.value_or(""));
  return error;
}

void Step::FailState(Error error) {
  if (error.name == kStatesReferencePathConflict) return Fail({.error = std::move(error)});
  Fail({.error = InState(std::move(error))});
}

// Recorded: a state that has only been entered points to what its …Entered event points to, but a
// Wait to that event itself.
void Step::FailEvaluation(std::string cause, const std::string& location, When when) {
  Failure failure{
      .error = Clipped(InState({std::string(kStatesQueryEvaluationError), std::move(cause)}))};
  const bool entering = frame_->last_event == frame_->entered && when == When::kBeforeWork &&
                        !std::holds_alternative<WaitState>(state().body);
  HistoryEvent* event =
      AppendBeside(entering ? before_entry_ : frame_->last_event, EventType::kEvaluationFailed);
  if (event == nullptr) return;
  event->error = failure.error;
  event->location = location;
  frame_->last_event = event->id;
  evaluation_failure_ = EvaluationFailure{std::move(failure), when};
}

void Step::Fail(Failure failure) {
  if (frame_->id == FrameId::kRoot) return FailExecution(std::move(failure.error));
  failure.error = Clipped(std::move(failure.error));
  branch_end_ = std::move(failure);
}

void Step::FailExecution(Error error) {
  const EventId previous = frame_ != nullptr ? frame_->last_event : EventId::kNone;
  End(EventType::kExecutionFailed, previous,
      {ExecutionStatus::kFailed, Payload{}, Clipped(std::move(error))});
}

void Step::Abort(Error error) {
  End(EventType::kExecutionAborted, EventId::kNone,
      {ExecutionStatus::kAborted, Payload{}, Clipped(std::move(error))});
}

void Step::TimeOut() {
  timed_out_ = true;
  End(EventType::kExecutionTimedOut, EventId::kNone,
      {ExecutionStatus::kTimedOut, Payload{}, Error{}});
}

Advanced Step::Finish() {
  if (!need_.empty()) return Need{std::move(need_)};
  if (!ended_ && begun_ && Deadline()) {
    Emit(ArmTimer{FrameId::kRoot, TimerKind::kExecutionTimeout, *Deadline(), EventId::kNone});
  }
  outcome_.frames = frames_.TakeChanges();
  outcome_.results = TakeResults();
  return std::move(outcome_);
}

// --- Events
// -----------------------------------------------------------------------------------------------------

HistoryEvent& Step::Record(EventType type, EventId previous) {
  HistoryEvent& event = outcome_.events.emplace_back();
  event.type = type;
  event.id = next_event_;
  event.previous = previous;
  event.time = now_;
  if (frame_ != nullptr) event.state = frame_->state;
  next_event_ = next_event_ + 1;
  return event;
}

bool Step::HasRoom() {
  if (ended_) return false;
  if (ToInt(next_event_) < kHistoryEventsMax) return true;
  FailAsTooLong();
  return false;
}

void Step::FailAsTooLong() {
  FailExecution({std::string(kStatesRuntime),
                 fmt::format("The execution reached the maximum number of history events ({}).",
                             kHistoryEventsMax)});
}

HistoryEvent* Step::Append(EventType type, Lazy* payload) {
  HistoryEvent* event = AppendBeside(frame_->last_event, type, payload);
  if (event != nullptr) frame_->last_event = event->id;
  return event;
}

HistoryEvent* Step::AppendBeside(EventId previous, EventType type, Lazy* payload) {
  if (!HasRoom()) return nullptr;
  HistoryEvent& event = Record(type, previous);
  if (payload != nullptr) {
    if (payload->fresh()) payload->Introduce(event.id, PayloadFieldOf(type));
    event.payload = payload->payload();
  }
  return &event;
}

// A Map has thousands of results, so what is stored and what has changed are walked together
// rather than looked up one by one.
std::vector<const Payload*> Step::Results(FrameId frame, uint32_t count) const {
  std::vector<const Payload*> results;
  results.reserve(count);
  auto stored = execution_.results.lower_bound({frame, 0});
  auto changed = results_.lower_bound({frame, 0});
  for (ResultKey key{frame, 0}; key.index < count; ++key.index) {
    const bool is_stored = stored != execution_.results.end() && stored->first == key;
    const bool is_changed = changed != results_.end() && changed->first == key;
    assert(is_stored || is_changed);
    results.push_back(is_changed ? &*changed->second : &stored->second);
    if (is_stored) ++stored;
    if (is_changed) ++changed;
  }
  return results;
}

void Step::DropResults(FrameId frame) {
  auto changed = results_.lower_bound({frame, 0});
  for (auto it = changed; it != results_.end() && it->first.frame == frame; ++it)
    it->second.reset();
  auto stored = execution_.results.lower_bound({frame, 0});
  for (; stored != execution_.results.end() && stored->first.frame == frame; ++stored) {
    changed = std::next(results_.insert_or_assign(changed, stored->first, std::nullopt));
  }
}

std::vector<ResultChange> Step::TakeResults() {
  std::vector<ResultChange> changes;
  if (results_.empty()) return changes;
  changes.reserve(results_.size());
  auto stored = execution_.results.lower_bound(results_.begin()->first);
  for (auto& [key, result] : results_) {
    while (stored != execution_.results.end() && stored->first < key) ++stored;
    const bool is_stored = stored != execution_.results.end() && stored->first == key;
    if (result || is_stored) changes.push_back({key, std::move(result)});
  }
  results_.clear();
  return changes;
}

// --- Data
// -------------------------------------------------------------------------------------------------------

const Lazy& Step::input() {
  if (!input_) input_.emplace(frame_->input);
  return *input_;
}

void Step::KnowInput(const Json& parsed) {
  Payload payload = frame_->input;
  payload.text = parsed.text();
  input_.emplace(std::move(payload), parsed);
}

std::string Step::MakeContext(bool with_execution_input) {
  const auto text = [this](const Payload& payload) {
    if (payload.loaded()) return payload.view();
    context_lacked_.push_back(payload.ref);
    return std::string_view("null");
  };
  StateVisit visit{state().name, frame_->entered_at, std::nullopt, std::nullopt};
  const StateBody& body = state().body;
  if (std::holds_alternative<TaskState>(body) || std::holds_alternative<MapState>(body) ||
      std::holds_alternative<ParallelState>(body)) {
    visit.retry_count = frame_->retry_count;
  }
  const std::optional<MapItem>& item = item_ ? item_ : frame_->item;
  if (item) visit.item = {item->index, text(item->value)};
  const auto* task = std::get_if<TaskState>(&body);
  const bool has_token = task != nullptr && execution_.token_of &&
                         (task->target.callback || task->target.kind == TaskKind::kActivity);
  if (has_token) visit.task_token = TaskToken();
  const std::string_view execution_input = with_execution_input ? text(execution_input_) : "null";
  return MakeContextObject(info(), execution_input, visit);
}

// Of the attempt in flight, or of the one that ended just now, or else of the one that begins: its
// …Scheduled event is the next one.
std::string Step::TaskToken() const {
  if (frame_->task) return execution_.token_of(frame_->task->scheduled);
  return execution_.token_of(attempt_over_ != EventId::kNone ? attempt_over_ : next_event_);
}

void Step::ShowItem(std::optional<MapItem> item) {
  item_ = std::move(item);
  context_.reset();
}

ContextObject& Step::context() {
  if (!context_)
    context_.emplace([this](bool with_input) { return MakeContext(with_input); }, &draw_,
                     [this](std::string_view name) { return FindVariable(name); });
  return *context_;
}

bool Step::ContextWasComplete() {
  if (context_lacked_.empty()) return true;
  context_.reset();
  need_.insert(need_.end(), context_lacked_.begin(), context_lacked_.end());
  context_lacked_.clear();
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

std::optional<Lazy> Step::Apply(const PathField& field, Lazy&& value) {
  if (field.kind == PathField::Kind::kWhole) return std::move(value);
  return Apply(field, std::as_const(value));
}

std::optional<Lazy> Step::Apply(const PathField& field, const Lazy& value) {
  if (field.kind == PathField::Kind::kWhole) return value;
  if (!Loaded(value, field.needs_input())) return std::nullopt;
  return Check(ApplyPathField(field, value, context()));
}

std::optional<Lazy> Step::ApplyItems(const PathField& items_path, const Lazy& value) {
  if (!Loaded(value, items_path.needs_input())) return std::nullopt;
  return Check(ApplyItemsPath(items_path, value, context()));
}

std::optional<Lazy> Step::Apply(const std::optional<Template>& tmpl, const Lazy& value) {
  if (!tmpl) return value;
  if (!Loaded(value, tmpl->needs_input())) return std::nullopt;
  return Check(ApplyTemplate(*tmpl, value, context()));
}

std::optional<Lazy> Step::Apply(const ResultPathField& field, const Lazy& result) {
  if (field.kind == ResultPathField::Kind::kReplace) return result;
  if (field.kind == ResultPathField::Kind::kDiscard) return input();
  const bool input_ok = Loaded(input());
  if (!Loaded(result) || !input_ok) return std::nullopt;
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

std::optional<OrError<Json>> Step::Read(const Expression& expression, const Lazy& value) {
  if (!Loaded(value, expression.needs_input())) return std::nullopt;
  OrError<Json> found = expression.Evaluate(value, context());
  if (!ContextWasComplete()) return std::nullopt;
  return found;
}

bool Step::Deduplicate(Lazy* output) {
  if (!output->fresh() || output->payload().ref.length != input().payload().ref.length) return true;
  if (!Loaded(input(), true)) return false;
  if (output->view() == input().view()) *output = input();
  return true;
}

}  // namespace asl
