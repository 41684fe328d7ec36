// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Runs one execution in memory under a clock that is moved by hand: the caller's loop of advance.h
// in its simplest form, for tests and fuzzing. It keeps only what a store would keep (introduced
// texts, frames) and forgets every text between signals, so each payload reference is followed for
// real. It checks the invariants of an Outcome as it goes and aborts when one is broken. One
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/advance.h"
#include "asl/definition.h"

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
  };

  TestDriver(std::shared_ptr<const Program> program, Options options);

  void Start(std::string input);
  // For the task that was scheduled last. REQUIRES: task().
  void Receive(std::string worker = "worker");
  void Succeed(std::string output);
  void Fail(std::optional<std::string> error, std::optional<std::string> cause);
  void Heartbeat();  // re-arms the heartbeat timer, as a caller does
  void Stop(Error error);
  // Moves the clock, firing timers in the order of their due times.
  void Sleep(int64_t ms);
  // Jumps to the first timer and fires it. False: none is armed.
  bool FireNext();
  // Any signal; answers how many events it wrote.
  size_t Offer(const Signal& signal);

  bool ended() const { return end_.has_value(); }
  const EndExecution& end() const { return *end_; }  // REQUIRES: ended()
  const std::optional<ScheduleTask>& task() const { return task_; }
  std::string TaskInput() const;  // what the worker gets; REQUIRES: task()
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
  void Load(const PayloadRef& ref);
  void Forget();
  std::string Line(const HistoryEvent& event) const;
  double NextDraw();

  std::shared_ptr<const Program> program_;
  Options options_;
  ExecutionInfo info_;
  Millis now_;
  Payload input_;
  std::map<FrameId, Frame> frames_;
  std::vector<HistoryEvent> events_;
  std::map<std::pair<EventId, PayloadField>, Text> texts_;  // introduced ones
  std::map<TimerId, Timer> timers_;
  std::optional<ScheduleTask> task_;
  std::optional<EndExecution> end_;
  std::string transcript_;
  uint64_t random_;
  size_t needs_ = 0;
  size_t stored_bytes_ = 0;
};

}  // namespace asl
