// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Plays the functions, the activities' workers and the queues of a recorded case, as its `resources` describe
// them, under the driver's virtual clock. Owned by the run of one case; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "asl/test_driver.h"
#include "tests/conformance/recorded_case.h"
#include "tests/conformance/recorded_queues.h"

namespace conformance {

class RecordedWorkers {
 public:
  // REQUIRES: `one` outlives this. `expected`: of the run, where a function's stack trace stands.
  // `run`: its number in the case.
  RecordedWorkers(const RecordedCase& one, const OrderedJson& expected, size_t run)
      : case_(one), expected_(expected), queues_(one, expected, run) {}

  // Until the execution ends, or stands where the recording leaves it. What went wrong, or nothing.
  std::string Serve(asl::TestDriver* driver);

 private:
  using Action = RecordedAction;
  struct Plan {
    std::deque<Action> actions;
    asl::Millis due;  // of the first action
    asl::FrameId frame;
  };
  using Plans = std::map<asl::EventId, Plan>;  // by …Scheduled event

  bool Done(const asl::TestDriver& driver) const;
  void MakePlans(const asl::TestDriver& driver);
  bool Act(asl::TestDriver* driver);
  static void Perform(const Action& action, asl::EventId scheduled, Plan* plan,
                      asl::TestDriver* driver);
  std::deque<Action> ActionsFor(const asl::ScheduleTask& task, const std::string& input);
  std::deque<Action> FunctionActions(const asl::ScheduleTask& task, const std::string& input);
  Action Raise(const OrderedJson& function, bool invoke);
  std::deque<Action> ActivityActions(const std::string& input) const;
  OrderedJson StackTrace(const OrderedJson& function) const;

  const RecordedCase& case_;
  const OrderedJson& expected_;
  RecordedQueues queues_;
  Plans plans_;
  int requests_ = 0;
  std::string problem_;
};

}  // namespace conformance
