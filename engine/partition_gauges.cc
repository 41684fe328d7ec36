// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the operator sees of a partition, and what he does to one execution of it: let a parked one
// go on.
#include "engine/gauges.h"
#include "engine/partition.h"
#include "fmt/format.h"

namespace engine {

Gauges Partition::gauges() const {
  Gauges gauges{.transitions = counters_.transitions,
                .turns = counters_.turns,
                .executions_started = counters_.executions_started,
                .executions_ended = counters_.executions_ended,
                .inbox = queue_.size(),
                .inbox_max = queue_.size(),
                .executions_cached = executions_.size(),
                .cache_bytes = executions_.bytes(),
                .messages = outbox_.size(),
                .next_timer = timers_.NextDue()};
  for (const auto& [execution, count] : crashes_) {
    if (count >= kCrashesToPark) ++gauges.parked;
  }
  tasks_.AddTo(gauges.queues);
  return gauges;
}

// In two steps, with a durable batch between them: only when the crashes are forgotten for good may
// it run, or the next crash would find the old count and park it at once.
void Partition::On(ReleaseParked& command) {
  if (command.forgotten) {
    if (Execution* execution = executions_.Find(command.execution)) Run(*execution);
    return;
  }
  if (!IsParked(command.execution)) {
    return Answer<uint64_t>(command.reply,
                            absl::FailedPreconditionError("Execution Is Not Parked"));
  }
  const uint64_t crashes = crashes_.at(command.execution);
  crashes_.erase(command.execution);
  batch_->Delete(kCrashes, CrashKey(command.execution));
  Answer<uint64_t>(command.reply, crashes);
}

}  // namespace engine
