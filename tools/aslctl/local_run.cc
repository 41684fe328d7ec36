// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/local_run.h"

#include <algorithm>
#include <cassert>
#include <deque>
#include <memory>
#include <tuple>
#include <utility>

namespace aslctl {
namespace {

using asl::EventId;
using asl::FrameId;
using asl::Millis;

// The account of AWS's own documentation: nothing here asks who it is.
constexpr char kArnPrefix[] = "arn:aws:states:us-east-1:123456789012:";
constexpr char kMachine[] = "local";

struct Timer {
  Millis due;
  FrameId frame;
  asl::TimerKind kind;
  EventId scheduled;
  friend auto operator<=>(const Timer&, const Timer&) = default;
};

class LocalRun {
 public:
  LocalRun(const asl::Program& program, const std::string& name, const std::string& input,
           World& world)
      : program_(program), world_(world) {
    info_.name = name;
    info_.state_machine_name = kMachine;
    info_.state_machine_arn = std::string(kArnPrefix) + "stateMachine:" + kMachine;
    info_.arn = std::string(kArnPrefix) + "execution:" + kMachine + ":" + name;
    info_.role_arn = "arn:aws:iam::123456789012:role/local";
    info_.region = "us-east-1";
    info_.started_at = world.Now();
    input_.ref = {.event = EventId{1},
                  .field = asl::PayloadField::kInput,
                  .length = static_cast<uint32_t>(input.size())};
    input_.text = std::make_shared<const std::string>(input);
  }

  std::variant<LocalResult, GaveUp> Run() {
    Offer(asl::Start{});
    while (result_.status == asl::ExecutionStatus::kRunning) {
      if (gave_up_) return *gave_up_;
      Step();
    }
    return result_;
  }

 private:
  // What is to be done next, in this order: what was cut short, a Task, a timer.
  void Step() {
    if (cut_) {
      Offer(asl::Continue{*cut_});
    } else if (!tasks_.empty()) {
      const asl::ScheduleTask task = tasks_.front();
      // Nobody waits here between Scheduled and Started: the worker is a command.
      Offer(asl::TaskReceived{task.frame, task.scheduled, "aslctl"});
      if (!tasks_.empty() && tasks_.front().scheduled == task.scheduled) DoTask(task);
    } else if (timers_.empty()) {
      gave_up_ = GaveUp{GaveUp::Why::kNobodyAnswers, SubmittedState(), ""};
    } else {
      if (world_.WaitUntil(timers_.begin()->due)) {
        FireTimer();
      } else {
        gave_up_ = GaveUp{};
      }
    }
  }

  // Advance leaves an execution without Task and timer only where it waits for a token.
  std::string SubmittedState() const {
    const auto frame = std::find_if(frames_.begin(), frames_.end(), [](const auto& entry) {
      return entry.second.task && entry.second.task->submitted != EventId::kNone;
    });
    assert(frame != frames_.end());
    return std::string(asl::StateName(program_, frame->second.state));
  }

  void DoTask(asl::ScheduleTask task) {
    task.input = asl::WorkerInput(program_, frames_.at(task.frame).state, task.input);
    std::optional<TaskEnd> end =
        world_.DoTask(task, timers_.empty() ? asl::kNever : timers_.begin()->due);
    if (!end) {
      FireTimer();
    } else if (auto* output = std::get_if<std::string>(&*end)) {
      Offer(asl::TaskSucceeded{task.frame, task.scheduled,
                               std::make_shared<const std::string>(std::move(*output)), "aslctl"});
    } else if (auto* error = std::get_if<asl::Error>(&*end)) {
      Offer(asl::TaskFailed{task.frame, task.scheduled, *error, "aslctl"});
    } else {
      gave_up_ = std::get<GaveUp>(*end);
    }
  }

  void FireTimer() {
    const Timer timer = *timers_.begin();
    timers_.erase(timers_.begin());
    Offer(asl::TimerFired{timer.frame, timer.kind, timer.due, timer.scheduled});
  }

  void Offer(const asl::Signal& signal) {
    const auto token = [](EventId scheduled) {
      return "local-" + std::to_string(asl::ToInt(scheduled));
    };
    const asl::ExecutionView view{info_, input_, next_event_, frames_, results_, token};
    while (true) {
      asl::Advanced advanced =
          asl::Advance(program_, view, signal, world_.Now(), [this] { return world_.Draw(); });
      if (const auto* need = std::get_if<asl::Need>(&advanced)) {
        Load(*need);
        continue;
      }
      Apply(std::get<asl::Outcome>(std::move(advanced)));
      return;
    }
  }

  void Apply(asl::Outcome outcome) {
    for (asl::HistoryEvent& event : outcome.events) {
      asl::ShowNames(program_, &event);
      if (event.payload.loaded() && event.payload.ref.event == event.id) {
        texts_[{event.id, event.payload.ref.field}] = event.payload.text;
      }
      if (event.assigned != nullptr) {
        texts_[{event.id, asl::PayloadField::kAssigned}] = event.assigned;
      }
      next_event_ = event.id + 1;
      world_.OnEvent(event);
    }
    for (asl::FrameChange& change : outcome.frames) {
      if (change.frame) {
        frames_.insert_or_assign(change.id, *std::move(change.frame));
      } else {
        frames_.erase(change.id);
      }
    }
    for (asl::ResultChange& change : outcome.results) {
      if (change.result) {
        results_.insert_or_assign(change.key, *std::move(change.result));
      } else {
        results_.erase(change.key);
      }
    }
    cut_.reset();
    for (const auto& [id, frame] : frames_) {
      if (outcome.more && frame.waiting == asl::Waiting::kNothing) cut_ = id;
    }
    for (const asl::Effect& effect : outcome.effects) {
      std::visit([this](const auto& e) { Act(e); }, effect);
    }
  }

  void Act(const asl::ScheduleTask& task) { tasks_.push_back(task); }
  void Act(const asl::CancelTask& task) { Forget(task.scheduled); }
  void Act(const asl::FinishTask& task) { Forget(task.scheduled); }
  void Act(const asl::ArmTimer& timer) {
    // A command that runs is alive: there is nobody to send heartbeats, so none is missed.
    if (timer.kind == asl::TimerKind::kHeartbeat) return;
    timers_.insert({timer.due, timer.frame, timer.kind, timer.scheduled});
  }
  void Act(const asl::CancelTimer& timer) {
    std::erase_if(timers_, [&](const Timer& t) {
      return t.frame == timer.frame && t.kind == timer.kind && t.due == timer.due;
    });
  }
  void Act(const asl::EndExecution& end) {
    result_.status = end.status;
    result_.error = end.error;
    if (end.status == asl::ExecutionStatus::kSucceeded) result_.output = end.output.view();
  }

  void Forget(EventId scheduled) {
    std::erase_if(tasks_, [&](const asl::ScheduleTask& t) { return t.scheduled == scheduled; });
  }

  // Texts stay in memory here, so what is needed is only to be put where Advance looks.
  void Load(const asl::Need& need) {
    for (const asl::PayloadRef& ref : need.payloads) {
      const auto text = texts_.find({ref.event, ref.field});
      assert(text != texts_.end());
      for (auto& [id, frame] : frames_) {
        if (frame.input.ref.event == ref.event && frame.input.ref.field == ref.field) {
          frame.input.text = text->second;
        }
      }
    }
  }

  const asl::Program& program_;
  World& world_;
  asl::ExecutionInfo info_;
  asl::Payload input_;
  EventId next_event_{1};
  std::map<FrameId, asl::Frame> frames_;
  std::map<asl::ResultKey, asl::Payload> results_;
  std::map<std::pair<EventId, asl::PayloadField>, asl::Text> texts_;
  std::deque<asl::ScheduleTask> tasks_;
  std::optional<FrameId> cut_;  // a frame of an Advance that was cut short
  std::set<Timer> timers_;
  std::optional<GaveUp> gave_up_;
  LocalResult result_;
};

}  // namespace

std::variant<LocalResult, GaveUp> RunLocally(const asl::Program& program, const std::string& name,
                                             const std::string& input, World& world) {
  return LocalRun(program, name, input, world).Run();
}

}  // namespace aslctl
