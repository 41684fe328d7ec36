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
    case TimerKind::kCallbackHeartbeat:
      return "callback heartbeat";
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
  Offer(TaskReceived{task()->frame, task()->scheduled, std::move(worker)});
}

void TestDriver::Succeed(std::string output) {
  Text text = std::make_shared<const std::string>(std::move(output));
  Offer(TaskSucceeded{task()->frame, task()->scheduled, std::move(text), "worker"});
}

void TestDriver::Fail(std::optional<std::string> error, std::optional<std::string> cause) {
  Offer(
      TaskFailed{task()->frame, task()->scheduled, {std::move(error), std::move(cause)}, "worker"});
}

bool TestDriver::SucceedByToken(std::string output) {
  const auto open = std::find_if(frames_.begin(), frames_.end(), [](const auto& entry) {
    return entry.second.task && entry.second.task->submitted != EventId::kNone;
  });
  if (open == frames_.end()) return false;
  Offer(TaskSucceeded{open->first, open->second.task->scheduled,
                      std::make_shared<const std::string>(std::move(output)), "", true});
  return true;
}

void TestDriver::Heartbeat() {
  const auto timer = timers_.find({task()->frame, TimerKind::kHeartbeat});
  Check(timer != timers_.end(), "a heartbeat for a task that has none");
  timer->second.due = now_ + *task()->heartbeat_s * 1000;
}

void TestDriver::Stop(Error error) { Offer(asl::Stop{std::move(error)}); }

std::optional<Millis> TestDriver::NextTimer() const {
  std::optional<Millis> first;
  for (const auto& [id, timer] : timers_) first = std::min(first.value_or(timer.due), timer.due);
  return first;
}

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
    const uint64_t random = random_;
    Advanced advanced = OfferOnce(*next);
    while (std::holds_alternative<Need>(advanced)) {
      ++needs_;
      random_ = random;  // nothing has happened yet, no draw either
      for (const PayloadRef& ref : std::get<Need>(advanced).payloads) Load(ref);
      advanced = OfferOnce(*next);
    }
    auto& outcome = std::get<Outcome>(advanced);
    // A Map that begins, or fails, writes for all iterations that are open.
    Check(outcome.events.size() <= kEventsPerAdvanceMax + 3 * frames_.size() + 100,
          "an Outcome is within its event limit");
    written += outcome.events.size();
    next.reset();
    const bool more = outcome.more;
    Apply(std::move(outcome));
    if (more) next = NextContinue();
    if (options_.forget) Forget();
  }
  return written;
}

Advanced TestDriver::OfferOnce(const Signal& signal) {
  const ExecutionView view{
      info_,
      input_,
      EventId{static_cast<int64_t>(events_.size()) + 1},
      frames_,
      results_,
      [](EventId scheduled) { return fmt::format("token-{}", ToInt(scheduled)); },
      [this](std::string_view arn) {
        return options_.missing_activities.count(std::string(arn)) == 0;
      }};
  return Advance(
      *program_, view, signal, now_, [this] { return NextDraw(); }, std::exchange(spare_, {}));
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
    ShowNames(*program_, &event);
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
  for (ResultChange& change : outcome.results) {
    if (change.result) {
      results_[change.key] = *std::move(change.result);
    } else {
      Check(results_.erase(change.key) == 1, "a dropped result was there");
    }
  }
  for (const Effect& effect : outcome.effects) Act(effect);
  Check(terminal == end_.has_value(), "the last event ends the execution and EndExecution says so");
  Check(!terminal || outcome.effects.empty() ||
            std::holds_alternative<EndExecution>(outcome.effects.back()),
        "EndExecution is the last effect");
  Check(!terminal || (frames_.empty() && timers_.empty() && tasks_.empty() && results_.empty()),
        "an ended execution leaves nothing open");
  outcome.Clear();
  spare_ = std::move(outcome);
}

void TestDriver::Store(const HistoryEvent& event) {
  const std::string wrong = history_check_.Take(event);
  if (!wrong.empty()) std::fputs(transcript_.c_str(), stderr);
  Check(wrong.empty(), fmt::format("#{}<{} {} {}: {}", ToInt(event.id), ToInt(event.previous),
                                   EventTypeName(event.type), event.name, wrong));
  if (event.assigned != nullptr) {
    stored_bytes_ += event.assigned->size();
    texts_[{event.id, PayloadField::kAssigned}] = event.assigned;
  }
  const PayloadField field = PayloadFieldOf(event.type);
  const bool has_payload = event.payload.ref.event != EventId::kNone;
  Check(!ShowsPayload(event.type) || (field != PayloadField::kNone) == has_payload,
        "a payload where one belongs");
  if (!has_payload) return;
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

void TestDriver::ForEachPayload(const std::function<void(Payload&)>& visit) {
  visit(input_);
  for (auto& [key, result] : results_) visit(result);
  for (auto& [id, frame] : frames_) {
    visit(frame.input);
    if (frame.branches) visit(frame.branches->items);
    if (frame.item) visit(frame.item->value);
    for (Variable& variable : frame.variables) visit(variable.value);
  }
}

void TestDriver::Load(const PayloadRef& ref) {
  const auto text = texts_.find({ref.event, ref.field});
  Check(text != texts_.end(), "what Advance needs was stored");
  bool useful = false;
  ForEachPayload([&](Payload& payload) {
    if (payload.ref.event != ref.event || payload.ref.field != ref.field) return;
    useful = useful || !payload.loaded() || payload.text == text->second;
    payload.text = text->second;
  });
  Check(useful, "Advance needs only what it was shown");
}

void TestDriver::Forget() {
  ForEachPayload([](Payload& payload) { payload.text.reset(); });
}

std::optional<Signal> TestDriver::NextContinue() const {
  for (const auto& [id, frame] : frames_) {
    if (frame.waiting == Waiting::kNothing) return Continue{id};
  }
  Check(false, "a cut Advance leaves a frame to go on with");
  return std::nullopt;
}

// --- Effects
// ----------------------------------------------------------------------------------------------------

void TestDriver::Act(const Effect& effect) {
  const auto close = [&](FrameId frame, EventId scheduled) {
    const auto open = std::find_if(tasks_.begin(), tasks_.end(), [&](const ScheduleTask& task) {
      return task.frame == frame && task.scheduled == scheduled;
    });
    Check(open != tasks_.end(), "a closed task was open");
    tasks_.erase(open);
    timers_.erase({frame, TimerKind::kHeartbeat});
  };
  std::visit(
      Overload{[&](const ScheduleTask& e) {
                 tasks_.push_back(e);
                 tasks_.back().input.text.reset();
                 transcript_ +=
                     fmt::format("  schedule {} attempt={}{}{} {}\n", e.target->name, e.attempt,
                                 Shown("timeout", e.timeout_s), Shown("heartbeat", e.heartbeat_s),
                                 TaskInput(tasks_.back()));
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

std::string TestDriver::TaskInput(const ScheduleTask& open) const {
  Payload input = open.input;
  const auto text = texts_.find({input.ref.event, input.ref.field});
  Check(text != texts_.end(), "a task's input was introduced");
  input.text = text->second;
  return std::string(WorkerInput(*program_, frames_.at(open.frame).state, input).view());
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
  if (event.assigned != nullptr) line += " assigned=" + *event.assigned;
  if (!event.location.empty()) line += " at " + event.location;
  if (event.length) line += fmt::format(" length={}", *event.length);
  if (event.index) line += fmt::format(" index={}", *event.index);
  if (!event.resource.empty()) line += " " + event.resource;
  return line + Shown("timeout", event.timeout_s) + Shown("heartbeat", event.heartbeat_s) +
         Shown(event.error);
}

std::string TestDriver::TakeTranscript() { return std::exchange(transcript_, ""); }

}  // namespace asl
