// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/test_driver.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "asl/limits.h"

namespace asl {
namespace {

template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overload(Fs...) -> Overload<Fs...>;

void Check(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "broken invariant: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

std::string_view KindName(TimerKind kind) {
  switch (kind) {
    case TimerKind::kDelay:
      return "delay";
    case TimerKind::kTaskTimeout:
      return "timeout";
    case TimerKind::kHeartbeat:
      return "heartbeat";
    case TimerKind::kExecutionTimeout:
      return "execution timeout";
  }
  return "?";
}

std::string Shown(const Error& error) {
  std::string text;
  if (error.name) text += fmt::format(" error={}", *error.name);
  if (error.cause) text += fmt::format(" cause={}", *error.cause);
  return text;
}

std::string Shown(std::string_view unit, const std::optional<int64_t>& seconds) {
  return seconds ? fmt::format(" {}={}s", unit, *seconds) : "";
}

}  // namespace

TestDriver::TestDriver(std::shared_ptr<const Program> program, Options options)
    : program_(std::move(program)),
      options_(std::move(options)),
      now_(options_.start),
      random_(options_.seed) {
  const std::string prefix = fmt::format("arn:aws:states:{}:{}", options_.region, options_.account);
  info_.arn =
      fmt::format("{}:execution:{}:{}", prefix, options_.machine_name, options_.execution_name);
  info_.name = options_.execution_name;
  info_.role_arn = fmt::format("arn:aws:iam::{}:role/test", options_.account);
  info_.state_machine_arn = fmt::format("{}:stateMachine:{}", prefix, options_.machine_name);
  info_.state_machine_name = options_.machine_name;
  info_.region = options_.region;
  info_.started_at = now_;
}

// --- Signals
// ----------------------------------------------------------------------------------------------------

void TestDriver::Start(std::string input) {
  input_.text = std::make_shared<const std::string>(std::move(input));
  input_.ref = {EventId{1}, PayloadField::kInput, 0, static_cast<uint32_t>(input_.text->size())};
  Offer(asl::Start{});
}

void TestDriver::Receive(std::string worker) {
  Offer(TaskReceived{task_->frame, task_->scheduled, std::move(worker)});
}

void TestDriver::Succeed(std::string output) {
  Text text = std::make_shared<const std::string>(std::move(output));
  Offer(TaskSucceeded{task_->frame, task_->scheduled, std::move(text), "worker"});
}

void TestDriver::Fail(std::optional<std::string> error, std::optional<std::string> cause) {
  Offer(TaskFailed{task_->frame, task_->scheduled, {std::move(error), std::move(cause)}, "worker"});
}

void TestDriver::Heartbeat() {
  const auto timer = timers_.find({task_->frame, TimerKind::kHeartbeat});
  Check(timer != timers_.end(), "a heartbeat for a task that has none");
  timer->second.due = now_ + *task_->heartbeat_s * 1000;
}

void TestDriver::Stop(Error error) { Offer(asl::Stop{std::move(error)}); }

bool TestDriver::FireNext() {
  auto first = timers_.end();
  for (auto it = timers_.begin(); it != timers_.end(); ++it) {
    if (first == timers_.end() || it->second.due < first->second.due) first = it;
  }
  if (first == timers_.end()) return false;
  const auto [id, timer] = *first;
  timers_.erase(first);
  if (timer.due > now_) now_ = timer.due;
  Offer(TimerFired{id.first, id.second, timer.due, timer.scheduled});
  return true;
}

void TestDriver::Sleep(int64_t ms) {
  const Millis until = now_ + ms;
  for (;;) {
    bool due = false;
    for (const auto& [id, timer] : timers_) due = due || timer.due <= until;
    if (!due) break;
    FireNext();
  }
  now_ = until;
}

size_t TestDriver::Offer(const Signal& signal) {
  size_t written = 0;
  std::optional<Signal> next = signal;
  while (next) {
    Advanced advanced = OfferOnce(*next);
    while (std::holds_alternative<Need>(advanced)) {
      ++needs_;
      for (const PayloadRef& ref : std::get<Need>(advanced).payloads) Load(ref);
      advanced = OfferOnce(*next);
    }
    auto& outcome = std::get<Outcome>(advanced);
    Check(outcome.events.size() <= kEventsPerAdvanceMax, "an Outcome is within its event limit");
    written += outcome.events.size();
    next.reset();
    if (outcome.more) next = Continue{outcome.frames.at(0).id};
    Apply(std::move(outcome));
    if (options_.forget) Forget();
  }
  return written;
}

Advanced TestDriver::OfferOnce(const Signal& signal) {
  const ExecutionView view{info_, input_, EventId{static_cast<int64_t>(events_.size()) + 1},
                           frames_};
  return Advance(*program_, view, signal, now_, [this] { return NextDraw(); });
}

double TestDriver::NextDraw() {
  if (options_.seed == 0) return options_.draw;
  // splitmix64, public domain (Sebastiano Vigna).
  uint64_t z = (random_ += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

// --- What a store keeps
// -----------------------------------------------------------------------------------------

void TestDriver::Apply(Outcome outcome) {
  Check(!end_ || outcome.events.empty(), "nothing comes after the end");
  for (HistoryEvent& event : outcome.events) {
    Store(event);
    transcript_ += Line(event) + "\n";
    event.payload.text.reset();
    events_.push_back(std::move(event));
  }
  const bool terminal = !events_.empty() && IsTerminal(events_.back().type);
  for (FrameChange& change : outcome.frames) {
    if (change.frame) {
      frames_[change.id] = *std::move(change.frame);
    } else {
      Check(frames_.erase(change.id) == 1, "an erased frame was open");
    }
  }
  for (const Effect& effect : outcome.effects) Act(effect);
  Check(terminal == end_.has_value(), "the last event ends the execution and EndExecution says so");
  Check(!terminal || outcome.effects.empty() ||
            std::holds_alternative<EndExecution>(outcome.effects.back()),
        "EndExecution is the last effect");
  Check(!terminal || (frames_.empty() && timers_.empty() && !task_),
        "an ended execution leaves nothing open");
}

void TestDriver::Store(const HistoryEvent& event) {
  Check(ToInt(event.id) == static_cast<int64_t>(events_.size()) + 1, "ids are dense");
  Check(event.previous < event.id, "a previous event comes before");
  Check(events_.empty() || !IsTerminal(events_.back().type), "one terminal event, the last");
  const PayloadField field = PayloadFieldOf(event.type);
  Check((field == PayloadField::kNone) == (event.payload.ref.event == EventId::kNone),
        "a payload where one belongs");
  if (field == PayloadField::kNone) return;
  const PayloadRef& ref = event.payload.ref;
  if (ref.event == event.id) {
    Check(event.payload.loaded() && ref.field == field, "an introduced payload has its text");
    Check(ref.offset == 0 && ref.length == event.payload.text->size(),
          "an introduced text is whole");
    stored_bytes_ += ref.length;
    texts_[{ref.event, ref.field}] = event.payload.text;
  } else if (event.payload.loaded()) {
    Check(event.payload.view() == TextOf(ref), "a loaded text is what its reference says");
  }
}

std::string TestDriver::TextOf(const PayloadRef& ref) const {
  const auto text = texts_.find({ref.event, ref.field});
  Check(text != texts_.end(), "a reference leads to an introduced text");
  Check(ref.offset + size_t{ref.length} <= text->second->size(), "a slice lies within its text");
  return text->second->substr(ref.offset, ref.length);
}

void TestDriver::Load(const PayloadRef& ref) {
  const auto text = texts_.find({ref.event, ref.field});
  Check(text != texts_.end(), "what Advance needs was stored");
  bool useful = false;
  for (auto& [id, frame] : frames_) {
    const PayloadRef& own = frame.input.ref;
    if (own.event != ref.event || own.field != ref.field || frame.input.loaded()) continue;
    frame.input.text = text->second;
    useful = true;
  }
  if (input_.ref == ref && !input_.loaded()) {
    input_.text = text->second;
    useful = true;
  }
  Check(useful, "Advance needs only what is not there");
}

void TestDriver::Forget() {
  input_.text.reset();
  for (auto& [id, frame] : frames_) frame.input.text.reset();
}

// --- Effects
// ----------------------------------------------------------------------------------------------------

void TestDriver::Act(const Effect& effect) {
  const auto close = [&](FrameId frame, EventId scheduled) {
    Check(task_ && task_->frame == frame && task_->scheduled == scheduled,
          "a closed task was open");
    task_.reset();
    timers_.erase({frame, TimerKind::kHeartbeat});
  };
  std::visit(
      Overload{[&](const ScheduleTask& e) {
                 Check(!task_, "one task at a time");
                 task_ = e;
                 task_->input.text.reset();
                 transcript_ += fmt::format("  schedule {} attempt={}{}{} {}\n", e.target.name,
                                            e.attempt, Shown("timeout", e.timeout_s),
                                            Shown("heartbeat", e.heartbeat_s), TaskInput());
               },
               [&](const CancelTask& e) {
                 close(e.frame, e.scheduled);
                 transcript_ += fmt::format("  cancel task #{}\n", ToInt(e.scheduled));
               },
               [&](const FinishTask& e) {
                 close(e.frame, e.scheduled);
                 transcript_ += fmt::format("  finish task #{}\n", ToInt(e.scheduled));
               },
               [&](const ArmTimer& e) {
                 Check(timers_.emplace(TimerId{e.frame, e.kind}, Timer{e.due, e.scheduled}).second,
                       "one timer of each kind");
                 transcript_ += fmt::format("  arm {} in {}ms\n", KindName(e.kind), e.due - now_);
               },
               [&](const CancelTimer& e) {
                 const auto timer = timers_.find({e.frame, e.kind});
                 Check(timer == timers_.end() || timer->second.due == e.due,
                       "a timer is cancelled as it was armed");
                 if (timer != timers_.end()) timers_.erase(timer);
                 transcript_ += fmt::format("  disarm {}\n", KindName(e.kind));
               },
               [&](const EndExecution& e) {
                 end_ = e;
                 transcript_ += fmt::format("  end {}{}\n", StatusName(e.status), Shown(e.error));
               }},
      effect);
}

std::string TestDriver::TaskInput() const {
  Payload input = task_->input;
  const auto text = texts_.find({input.ref.event, input.ref.field});
  Check(text != texts_.end(), "a task's input was introduced");
  input.text = text->second;
  return std::string(WorkerInput(*program_, frames_.at(task_->frame).state, input).view());
}

std::string TestDriver::Line(const HistoryEvent& event) const {
  std::string line =
      fmt::format("#{}<{} {}", ToInt(event.id), ToInt(event.previous), EventTypeName(event.type));
  if (!event.name.empty()) line += " " + event.name;
  if (event.payload.ref.event != EventId::kNone) {
    if (event.payload.ref.event != event.id)
      line += fmt::format(" @{}", ToInt(event.payload.ref.event));
    line += " " + TextOf(event.payload.ref);
  }
  if (!event.resource.empty()) line += " " + event.resource;
  return line + Shown("timeout", event.timeout_s) + Shown("heartbeat", event.heartbeat_s) +
         Shown(event.error);
}

std::string TestDriver::TakeTranscript() { return std::exchange(transcript_, ""); }

}  // namespace asl
