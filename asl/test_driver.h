// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Runs one execution in memory under a clock that is moved by hand: the caller's loop of advance.h
// in its simplest form, for tests and fuzzing. It keeps only what a store would keep (introduced
// texts, frames) and forgets every text between signals, so each payload reference is followed for
// real. It checks the invariants of an Outcome and of a history (history_check.h) as it goes and
// aborts when one is broken. One thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "asl/advance.h"
#include "asl/definition.h"
#include "asl/history_check.h"

namespace asl {

class TestDriver {
 public:
  struct Options {
    std::string execution_name = "exec";
    std::string machine_name = "machine";
    std::string region = "us-east-1";
    std::string account = "123456789012";
    double draw = 0.5;   // every draw answers this …
    uint64_t seed = 0;   // … unless there is a seed
    bool forget = true;  // texts between signals; false: as an engine with a warm cache
    Millis start = {1'700'000'000'000};
    std::set<std::string> missing_activities;  // ARNs
  };

  TestDriver(std::shared_ptr<const Program> program, Options options);

  void Start(std::string input);
  // For the oldest open task, task(). REQUIRES: there is one.
  void Receive(std::string worker = "worker");
  void Succeed(std::string output);
  void Fail(std::optional<std::string> error, std::optional<std::string> cause);
  // SendTaskSuccess for the first Task that waits for its token. False: none does.
  bool SucceedByToken(std::string output);
  void Heartbeat();  // re-arms the heartbeat timer, as a caller does
  void Stop(Error error);
  // Moves the clock, firing timers in the order of their due times.
  void Sleep(int64_t ms);
  // Jumps to the first timer and fires it. False: none is armed.
  bool FireNext();
  std::optional<Millis> NextTimer() const;  // when that is due
  // Any signal; answers how many events it wrote.
  size_t Offer(const Signal& signal);

  bool ended() const { return end_.has_value(); }
  const EndExecution& end() const { return *end_; }  // REQUIRES: ended()
  const ScheduleTask* task() const { return tasks_.empty() ? nullptr : &tasks_.front(); }
  std::string TaskInput() const { return TaskInput(*task()); }       // REQUIRES: task()
  std::string TaskInput(const ScheduleTask& open) const;             // what the worker gets
  const std::vector<ScheduleTask>& tasks() const { return tasks_; }  // open ones
  // The oldest open task becomes the youngest.
  void PostponeTask() { std::rotate(tasks_.begin(), tasks_.begin() + 1, tasks_.end()); }
  Millis now() const { return now_; }
  const std::vector<HistoryEvent>& events() const { return events_; }
  const std::map<FrameId, Frame>& frames() const { return frames_; }
  std::string TextOf(const PayloadRef& ref) const;
  std::string Output() const { return TextOf(end_->output.ref); }
  size_t needs() const { return needs_; }                // how often Advance asked for payloads
  size_t stored_bytes() const { return stored_bytes_; }  // of introduced texts

  // Everything since the last call: one line per event and effect.
  std::string TakeTranscript();

 private:
  struct Timer {
    Millis due;
    EventId scheduled;
  };
  using TimerId = std::pair<FrameId, TimerKind>;

  Advanced OfferOnce(const Signal& signal);
  void Apply(Outcome outcome);
  void Store(const HistoryEvent& event);
  void Act(const Effect& effect);
  void ForEachPayload(const std::function<void(Payload&)>& visit);
  void Load(const PayloadRef& ref);
  void Forget();
  std::string Line(const HistoryEvent& event) const;
  std::optional<Signal> NextContinue() const;
  double NextDraw();

  std::shared_ptr<const Program> program_;
  Options options_;
  ExecutionInfo info_;
  Millis now_;
  Payload input_;
  std::map<FrameId, Frame> frames_;
  std::map<ResultKey, Payload> results_;
  std::vector<HistoryEvent> events_;
  HistoryCheck history_check_;
  std::map<std::pair<EventId, PayloadField>, Text> texts_;  // introduced ones
  std::map<TimerId, Timer> timers_;
  std::vector<ScheduleTask> tasks_;
  std::optional<EndExecution> end_;
  std::string transcript_;
  Outcome spare_;
  uint64_t random_;
  size_t needs_ = 0;
  size_t stored_bytes_ = 0;
};

}  // namespace asl
