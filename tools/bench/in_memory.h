// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The interpreter alone: one execution at a time, in memory, with nothing stored and no clock. Every
// Task is answered at once with its number among those of the execution. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "asl/advance.h"

namespace bench {

class InMemory {
 public:
  explicit InMemory(std::shared_ptr<const asl::Program> program);

  // Runs one execution to its end; an error when it does not succeed.
  absl::Status Run(const asl::Text& input);

 private:
  const asl::Text& ResultOfTask(size_t number);
  absl::Status Offer(const asl::Signal& signal);
  void Apply(asl::Outcome& outcome);
  void Load(const asl::Need& need);

  const std::shared_ptr<const asl::Program> program_;
  const asl::Draw draw_ = [] { return 0.5; };
  std::vector<asl::Text> results_of_tasks_;  // made once, for all executions
  asl::ExecutionInfo info_;
  asl::Payload input_;
  std::map<asl::FrameId, asl::Frame> frames_;
  std::map<asl::ResultKey, asl::Payload> results_;
  // Of each transition, for its events: the first `transitions_`. Those behind are of earlier
  // executions, and lend their memory.
  std::vector<asl::Outcome> history_;
  size_t transitions_ = 0;
  asl::EventId next_event_{1};
  struct Task {
    asl::FrameId frame;
    asl::EventId scheduled;
  };
  std::vector<Task> tasks_;
  std::optional<asl::ExecutionStatus> end_;
};

}  // namespace bench
