// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// From signal to Outcome: find the frame that the signal means, let its state act (states/*.cc),
// then enter states until one waits. Signals that no longer fit end here, with nothing written.
// What a state means is decided in its file, how events, frames and effects are written in step.cc.
#include "asl/advance.h"

#include <cassert>
#include <utility>

#include "asl/branches.h"
#include "asl/program.h"
#include "asl/states/failure.h"
#include "asl/states/states.h"
#include "asl/step.h"

namespace asl {
namespace {

template <class... Fs>
struct Overload : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overload(Fs...) -> Overload<Fs...>;

void RunState(Step& step) {
  std::visit(Overload{[&](const PassState& s) { RunPass(step, s); },
                      [&](const TaskState& s) { RunTask(step, s); },
                      [&](const ChoiceState& s) { RunChoice(step, s); },
                      [&](const WaitState& s) { RunWait(step, s); },
                      [&](const SucceedState& s) { RunSucceed(step, s); },
                      [&](const FailState& s) { RunFail(step, s); },
                      [&](const ParallelState& s) { RunParallel(step, s); },
                      [&](const MapState& s) { RunMap(step, s); }},
             step.state().body);
}

class Dispatcher {
 public:
  Dispatcher(const ExecutionView& execution, Step& step) : execution_(execution), step_(step) {}

  void operator()(const Start&) {
    assert(execution_.frames.empty());
    step_.Begin();
  }

  void operator()(const TaskReceived& signal) {
    if (!ResumeTask(signal.frame, signal.scheduled)) return;
    if (step_.frame().task->started != EventId::kNone) return;
    ReceiveTask(step_, Task(), signal.worker_name);
  }

  void operator()(const TaskSucceeded& signal) {
    if (ResumeTask(signal.frame, signal.scheduled, signal.by_token)) {
      SucceedTask(step_, Task(), signal);
    }
  }

  void operator()(const TaskFailed& signal) {
    if (ResumeTask(signal.frame, signal.scheduled, signal.by_token)) {
      FailTask(step_, Task(), signal);
    }
  }

  void operator()(const TaskHeartbeat& signal) {
    if (ResumeTask(signal.frame, signal.scheduled)) KeepTaskAlive(step_);
  }

  void operator()(const TimerFired& signal) {
    switch (signal.kind) {
      case TimerKind::kDelay:
        return DelayOver(signal);
      case TimerKind::kTaskTimeout:
        return TaskTimeout(signal);
      case TimerKind::kHeartbeat:
        return HeartbeatMissed(signal);
      case TimerKind::kCallbackHeartbeat:
        return CallbackHeartbeatMissed(signal);
      case TimerKind::kExecutionTimeout:
        return ExecutionTimeout(signal);
    }
  }

  void operator()(const Stop& signal) {
    if (FindRoot()) step_.Abort(signal.error);
  }

  // Also for an execution whose very start could not be recorded: it then begins and fails in one
  // transition.
  void operator()(const Fail& signal) {
    if (execution_.next_event == EventId{1})
      step_.Begin();
    else if (!FindRoot())
      return;
    step_.FailExecution(signal.error);
  }

  void operator()(const Continue& signal) {
    const Frame* frame = Find(signal.frame);
    if (frame == nullptr || frame->waiting != Waiting::kNothing) return;
    for (const auto& [id, open] : execution_.frames) {
      if (open.waiting == Waiting::kNothing) step_.Ready(id);
    }
  }

 private:
  const Frame* Find(FrameId id) const {
    const auto found = execution_.frames.find(id);
    return found == execution_.frames.end() ? nullptr : &found->second;
  }

  bool FindRoot() {
    const Frame* root = Find(FrameId::kRoot);
    if (root != nullptr) step_.Resume(FrameId::kRoot);
    return root != nullptr;
  }

  // The frame, when it still waits for that attempt.
  const Frame* FindAttempt(FrameId id, EventId scheduled) const {
    const Frame* frame = Find(id);
    const bool fits = frame != nullptr && frame->waiting == Waiting::kTask && frame->task &&
                      frame->task->scheduled == scheduled;
    return fits ? frame : nullptr;
  }

  // A worker has no say any more once it submitted the Task.
  bool ResumeTask(FrameId id, EventId scheduled, bool by_token = true) {
    const Frame* frame = FindAttempt(id, scheduled);
    if (frame == nullptr || (!by_token && frame->task->submitted != EventId::kNone)) return false;
    step_.Resume(id);
    return true;
  }

  const TaskState& Task() { return std::get<TaskState>(step_.state().body); }

  void DelayOver(const TimerFired& signal) {
    const Frame* frame = Find(signal.frame);
    if (frame == nullptr || frame->delay_due != signal.due) return;
    step_.Resume(frame->id);
    step_.frame().delay_due = kNever;
    if (frame->waiting == Waiting::kRetry) {
      RunState(step_);
    } else if (frame->waiting == Waiting::kDelay) {
      FinishWait(step_, std::get<WaitState>(step_.state().body));
    }
  }

  void TaskTimeout(const TimerFired& signal) {
    const Frame* frame = FindAttempt(signal.frame, signal.scheduled);
    if (frame == nullptr || frame->timeout_due != signal.due) return;
    step_.Resume(frame->id);
    step_.frame().timeout_due = kNever;
    TimeOutTask(step_, Task(), Overdue::kTimeout);
  }

  // Only the caller knows for when a heartbeat is due: it was re-armed with each one.
  void HeartbeatMissed(const TimerFired& signal) {
    const Frame* frame = FindAttempt(signal.frame, signal.scheduled);
    if (frame == nullptr || !frame->task->heartbeat_s) return;
    step_.Resume(frame->id);
    TimeOutTask(step_, Task(), Overdue::kHeartbeat);
  }

  void CallbackHeartbeatMissed(const TimerFired& signal) {
    const Frame* frame = FindAttempt(signal.frame, signal.scheduled);
    if (frame == nullptr || frame->heartbeat_due != signal.due) return;
    step_.Resume(frame->id);
    step_.frame().heartbeat_due = kNever;
    TimeOutTask(step_, Task(), Overdue::kHeartbeat);
  }

  void ExecutionTimeout(const TimerFired& signal) {
    const std::optional<Millis> deadline = step_.Deadline();
    if (!deadline || *deadline != signal.due || !FindRoot()) return;
    step_.TimeOut();
  }

  const ExecutionView& execution_;
  Step& step_;
};

// What has come of the last thing done, if it leads further: an evaluation that failed, or a frame
// that is over.
bool SettleEnd(Step& step) {
  if (std::optional<Step::EvaluationFailure> failure = step.TakeEvaluationFailure()) {
    HandleEvaluationFailure(step, *failure);
    return true;
  }
  std::optional<Step::BranchEnd> end = step.TakeBranchEnd();
  if (end) EndBranch(step, *std::move(end));
  return end.has_value();
}

}  // namespace

Advanced Advance(const Program& program, const ExecutionView& execution, const Signal& signal,
                 Millis now, const Draw& draw, Outcome spare) {
  Step step(program, execution, now, draw, std::move(spare));
  std::visit(Dispatcher(execution, step), signal);
  while (true) {
    while (SettleEnd(step)) {
    }
    if (!step.Enter()) return step.Finish();
    RunState(step);
  }
}

}  // namespace asl
