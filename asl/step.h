// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The working state of one Advance: the frame being moved, the Outcome being written, and the
// operations in which states say what they do. A state's code reads top-down: apply a field, apply
// the next, leave. Lives on the stack of one Advance and knows nothing of single state types.
//
// When a step cannot go on (a payload is not in memory, a path finds nothing, the history is full)
// the operation itself records the Need or the failure, and answers nothing; the state's code then
// only returns.
#pragma once

#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "asl/advance.h"
#include "asl/dataflow.h"
#include "asl/open_frames.h"
#include "asl/program.h"

namespace asl {

class Step {
 public:
  Step(const Program& program, const ExecutionView& execution, Millis now, const Draw& draw,
       Outcome spare);
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

  Millis now() const { return now_; }
  const Draw& draw() const { return draw_; }
  const ExecutionInfo& info() const { return execution_.info; }
  bool ActivityExists(std::string_view arn) const {
    return !execution_.activity_exists || execution_.activity_exists(arn);
  }
  Frame& frame() { return *frame_; }  // REQUIRES: Begin or Resume
  OpenFrames& frames() { return frames_; }
  const State& state() const { return program_.state(frame_->state); }
  const State& StateOf(const Frame& frame) const { return program_.state(frame.state); }

  // When the machine's TimeoutSeconds are over; nullopt: it has none.
  std::optional<Millis> Deadline() const;

  // Writes ExecutionStarted; the root frame stands before the first state. REQUIRES: no frames.
  void Begin();
  // Goes on with an open frame.
  void Resume(FrameId id);
  // An open frame that stands before a state; it has its turn once the frames before it wait.
  void Ready(FrameId id) { ready_.push_back(id); }
  // Writes …StateEntered of the state that the frame stands before, if it does, or else of the next
  // ready frame's; true: now run that state. At the event limit of one Advance it says no and the
  // Outcome gets `more`.
  bool Enter();
  Advanced Finish();

  // The raw input of the current state.
  const Lazy& input();
  // It was parsed before: that is what it says.
  void KnowInput(const Json& parsed);
  // One step of the data flow each; an absent template answers `value` itself, a ResultPath writes
  // into input().
  std::optional<Lazy> Apply(const PathField& field, const Lazy& value);
  std::optional<Lazy> Apply(const PathField& field, Lazy&& value);
  std::optional<Lazy> ApplyItems(const PathField& items_path, const Lazy& value);
  std::optional<Lazy> Apply(const std::optional<Template>& tmpl, const Lazy& value);
  std::optional<Lazy> Apply(const ResultPathField& field, const Lazy& result);
  std::optional<bool> Test(const Condition& condition, const Lazy& value);
  std::optional<Json> Parse(const Lazy& value);
  // What the path names, or why nothing; nullopt only when something must be loaded first.
  std::optional<OrError<Json>> Read(const Path& path, const Lazy& value);
  std::optional<OrError<Json>> Read(const Expression& expression, const Lazy& value);
  ContextObject& context();
  // Whether all was in memory that the Context Object and variables were asked for since the last
  // such question; what was not is now needed.
  bool ContextWasComplete();
  // Makes it the reference to the state's input when the bytes are the same: they are stored once. False when
  // the step cannot go on.
  bool Deduplicate(Lazy* output);
  // False: what the state made of its data is longer than a payload may be. It has failed, and no
  // Retry or Catch of it is asked (AWS guide "Handling errors").
  bool Fits(size_t bytes);
  // False: the text is not in memory, and is now needed.
  bool Loaded(const Lazy& value, bool needed = true);
  // From now on, and until another frame is resumed, Map.Item of the Context Object is this one;
  // nullopt: the frame's own.
  void ShowItem(std::optional<MapItem> item);

  // Appends an event to the frame's chain, for the caller to say at once what else it shows: id,
  // previous event and time are filled in; `payload` is introduced by it when fresh. Events are large,
  // so they are made where they stay: the pointer is good until the next one is appended. Null: the
  // history is full and the execution has failed.
  HistoryEvent* Append(EventType type, Lazy* payload = nullptr);
  // The same beside the chain: the frame's next event does not point to it.
  HistoryEvent* AppendBeside(EventId previous, EventType type, Lazy* payload = nullptr);
  template <class AnEffect>
  void Emit(AnEffect effect) {
    outcome_.effects.emplace_back(std::move(effect));
  }
  // For the caller to fill in at once.
  ScheduleTask& EmitTask() {
    return std::get<ScheduleTask>(outcome_.effects.emplace_back(std::in_place_type<ScheduleTask>));
  }

  // The state is over: its output goes to `next`, or is that of the frame, which is over too. The
  // members of `assigned`, an object in compact text, become variables.
  void Leave(const Next& next, Lazy output, std::optional<Lazy> assigned = std::nullopt);
  // The frame sleeps until `due`, in a Wait state or before a retry.
  void WaitUntil(Millis due, Waiting waiting);
  // The worker of the attempt in flight is done, and the frame waits for the task token.
  // REQUIRES: TaskSubmitted is the frame's last event.
  void SubmitAttempt();
  // A sign of life is due `heartbeat_s` from now.
  void ArmHeartbeat();
  // The attempt in flight is over: FinishTask (it answered) or CancelTask, unless it was submitted.
  // Its timers are cancelled; a worker's heartbeat, which only the caller keeps, goes with the task.
  enum class AttemptEnd : uint8_t { kAnswered, kGivenUp };
  void EndAttempt(AttemptEnd end);
  // Takes back what the frame asked of the world, and closes it.
  void CloseFrame(FrameId id);

  // The frame fails, with it its Map or Parallel, which may know what to do (branches.cc), or else
  // the execution. FailState puts AWS's prefix that names the state before the cause, where AWS
  // does.
  void Fail(Failure failure);
  void FailState(Error error);
  // An expression of the state could not be evaluated, or has a value that its field does not take:
  // writes EvaluationFailed. What becomes of the state is decided as for a branch's end, in the
  // caller's loop (states/failure.cc).
  enum class When : uint8_t { kBeforeWork, kAfterWork, kCatching };
  struct EvaluationFailure {
    Failure failure;
    When when;
  };
  void FailEvaluation(std::string cause, const std::string& location, When when);
  std::optional<EvaluationFailure> TakeEvaluationFailure() {
    return std::exchange(evaluation_failure_, std::nullopt);
  }
  // A frame other than the root is over: with this output, or this failure. It is still current and
  // open.
  using BranchEnd = std::variant<Lazy, Failure>;
  std::optional<BranchEnd> TakeBranchEnd() { return std::exchange(branch_end_, std::nullopt); }

  // What branches of open Maps and Parallels answered.
  void SetResult(const ResultKey& key, Payload result) { results_[key] = std::move(result); }
  // REQUIRES: all `count` of them have answered. Valid until the next of these calls.
  std::vector<const Payload*> Results(FrameId frame, uint32_t count) const;
  void DropResults(FrameId frame);

  // Any other end of the execution, with its last event. Its own timer, when it is what fired, needs
  // no cancelling.
  void FailExecution(Error error);
  void Abort(Error error);
  void TimeOut();
  bool ended() const { return ended_; }

 private:
  std::string MakeContext(bool with_execution_input);
  const Lazy* FindVariable(std::string_view name);
  std::optional<std::vector<Variable>> VariablesWith(const Lazy& assigned);
  bool VariablesFit(const std::vector<Variable>& own);
  Error InState(Error error) const;
  template <class T>
  std::optional<T> Check(OrError<T> result);
  HistoryEvent& Record(EventType type, EventId previous);
  bool HasRoom();
  void FailAsTooLong();  // apart, so that HasRoom is small enough to be inlined
  // `last`: the event that says so.
  void End(EventType last, EventId previous, EndExecution how);
  void CancelOpen(const Frame& frame);
  // What this very Advance asked for is not asked for any more; what was before it is cancelled.
  void CancelAttempt(const Frame& frame);
  void Disarm(FrameId frame, TimerKind kind, Millis due);
  void CancelTaskTimers(const Frame& frame);
  std::string TaskToken() const;
  std::vector<ResultChange> TakeResults();

  const Program& program_;
  const ExecutionView& execution_;
  const Millis now_;
  const Draw& draw_;

  Outcome outcome_;
  EventId next_event_;
  std::vector<PayloadRef> need_;
  OpenFrames frames_;
  Frame* frame_ = nullptr;
  std::list<FrameId> ready_;  // allocates nothing while there is none
  std::optional<BranchEnd> branch_end_;
  std::optional<EvaluationFailure> evaluation_failure_;
  EventId before_entry_ = EventId::kNone;  // what the …StateEntered event of this step points to
  std::map<ResultKey, std::optional<Payload>> results_;  // changes; nullopt: dropped
  std::optional<Lazy> input_;                            // frame_->input with its parsed form
  std::optional<MapItem> item_;
  std::optional<ContextObject> context_;  // of this state visit
  std::map<PayloadRef, Lazy> variables_;  // those read in this step
  Payload execution_input_;
  std::vector<PayloadRef> context_lacked_;
  EventId attempt_over_ =
      EventId::kNone;       // …Scheduled event of the attempt that ended in this step
  bool begun_ = false;      // this Advance wrote ExecutionStarted
  bool timed_out_ = false;  // the execution's timer fired
  bool ended_ = false;
};

}  // namespace asl
