// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The working state of one Advance: the frame being moved, the Outcome being written, and the
// operations in which states say what they do. A state's code reads top-down: apply a field, apply
// the next, leave. Lives on the stack of one Advance and knows nothing of single state types.
//
// When a step cannot go on (a payload is not in memory, a path finds nothing, the history is full)
// the operation itself records the Need or ends the execution, and answers nothing; the state's
// code then only returns.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "asl/advance.h"
#include "asl/dataflow.h"
#include "asl/program.h"

namespace asl {

class Step {
 public:
  Step(const Program& program, const ExecutionView& execution, Millis now, const Draw& draw);
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  Millis now() const { return now_; }
  const Draw& draw() const { return draw_; }
  const ExecutionInfo& info() const { return execution_.info; }
  Frame& frame() { return *frame_; }  // REQUIRES: Begin or Resume
  const State& state() const { return program_.state(frame_->state); }

  // When the machine's TimeoutSeconds are over; nullopt: it has none.
  std::optional<Millis> Deadline() const;

  // Writes ExecutionStarted; the root frame stands before the first state. REQUIRES: no frames.
  void Begin();
  // Goes on with an open frame.
  void Resume(const Frame& frame);
  // Writes …StateEntered of the state that the frame stands before, if it does; true: now run that
  // state. At the event limit of one Advance it says no and the Outcome gets `more`.
  bool Enter();
  Advanced Finish();

  // The raw input of the current state.
  const Lazy& input();
  // One step of the data flow each; an absent template answers `value` itself, a ResultPath writes
  // into input().
  std::optional<Lazy> Apply(const PathField& field, const Lazy& value);
  std::optional<Lazy> Apply(const std::optional<Template>& tmpl, const Lazy& value);
  std::optional<Lazy> Apply(const ResultPathField& field, const Lazy& result);
  std::optional<bool> Test(const Condition& condition, const Lazy& value);
  std::optional<Json> Parse(const Lazy& value);
  // What the path names, or why nothing; nullopt only when something must be loaded first.
  std::optional<OrError<Json>> Read(const Path& path, const Lazy& value);
  // The reference to the state's input when the bytes are the same: they are stored once.
  std::optional<Lazy> Deduplicate(Lazy output);

  // Appends an event to the frame's chain: id, previous event and time are filled in; `payload` is
  // what the event shows, and is introduced by it when fresh. False: the history is full and the
  // execution has failed.
  bool Append(HistoryEvent&& event, Lazy* payload = nullptr);
  void Emit(Effect effect) { outcome_.effects.push_back(std::move(effect)); }

  // The state is over: its output goes to `next`, or is the execution's.
  void Leave(const Next& next, Lazy output);
  // The frame sleeps until `due`, in a Wait state or before a retry.
  void WaitUntil(Millis due, Waiting waiting);
  // The attempt in flight is over: FinishTask (it answered) or CancelTask. Its timeout is
  // cancelled; the heartbeat, which only the caller keeps, goes with the task.
  enum class AttemptEnd : uint8_t { kAnswered, kGivenUp };
  void EndAttempt(AttemptEnd end);

  // The execution fails; FailState puts AWS's prefix that names the state before the cause.
  void FailState(Error error);
  void FailExecution(Error error);
  // Any other end, with its last event. The execution's own timer, when it is what fired, needs no
  // cancelling.
  void Abort(Error error);
  void TimeOut();

 private:
  ContextObject& context();
  std::string MakeContext();
  bool Loaded(const Lazy& value, bool needed);
  template <class T>
  std::optional<T> Check(OrError<T> result);
  bool ContextWasComplete();
  EventId Record(HistoryEvent&& event, EventId previous);
  void End(HistoryEvent&& last, EventId previous, EndExecution how);
  void CancelOpen(const Frame& frame);
  void CancelTaskTimeout(const Frame& frame);

  const Program& program_;
  const ExecutionView& execution_;
  const Millis now_;
  const Draw& draw_;

  Outcome outcome_;
  EventId next_event_;
  std::vector<PayloadRef> need_;
  std::optional<Frame> frame_;
  std::optional<Lazy> input_;             // frame_->input with its parsed form
  std::optional<ContextObject> context_;  // of this state visit
  Payload execution_input_;
  bool context_lacked_input_ = false;
  bool begun_ = false;      // this Advance wrote ExecutionStarted
  bool timed_out_ = false;  // the execution's timer fired
  bool ended_ = false;
};

}  // namespace asl
