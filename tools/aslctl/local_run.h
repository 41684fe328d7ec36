// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// An execution without an engine: the caller's loop of asl::Advance over memory. It keeps the
// frames, timers and the task in flight; how time passes and how a Task is done is the World's
// business, so a test can play both. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "asl/advance.h"
#include "asl/definition.h"

namespace aslctl {

// Why a run ends before its execution does: it was interrupted, a Task has no command, or one waits
// for its task token, which nobody can send here.
struct GaveUp {
  enum class Why { kInterrupted, kNobodyServes, kNobodyAnswers };
  Why why = Why::kInterrupted;
  std::string state, function;  // kNobodyServes; of kNobodyAnswers the state
};

// The result of a Task, nullopt when the time was up.
using TaskEnd = std::variant<std::string, asl::Error, GaveUp>;

class World {
 public:
  virtual ~World() = default;
  virtual asl::Millis Now() = 0;
  // Until `due`; false when interrupted.
  virtual bool WaitUntil(asl::Millis due) = 0;
  // Does the Task, until `due` at most.
  virtual std::optional<TaskEnd> DoTask(const asl::ScheduleTask& task, asl::Millis due) = 0;
  virtual double Draw() = 0;
  // Each event as it happens.
  virtual void OnEvent(const asl::HistoryEvent& event) = 0;
};

struct LocalResult {
  asl::ExecutionStatus status = asl::ExecutionStatus::kRunning;
  std::string output;  // when it succeeded
  asl::Error error;    // when it did not
};

// Runs the execution to its end.
std::variant<LocalResult, GaveUp> RunLocally(const asl::Program& program, const std::string& name,
                                             const std::string& input, World& world);

}  // namespace aslctl
