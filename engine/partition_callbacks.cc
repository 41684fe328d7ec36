// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Tasks that end by their task token: those with `.waitForTaskToken`, and activities. A token needs no row and no look-up: it
// names the execution and the attempt, and its seal proves that this store handed it out.
#include <algorithm>

#include "engine/partition.h"

namespace engine {

// AWS: TaskTimedOut.
absl::Status Partition::TaskIsOver() {
  return absl::FailedPreconditionError("Task Timed Out: 'Provided task does not exist anymore'");
}

void Partition::On(AnswerByToken& command) {
  const std::optional<TaskId> id = tasks_.CallbackOf(command.token);
  if (!id) {
    return Answer<bool>(command.reply,
                        absl::InvalidArgumentError("Invalid Token: 'Invalid token'"));
  }
  WithExecution(id->execution, TokenRequest{.scheduled = id->scheduled,
                                            .answer = std::move(command.answer),
                                            .reply = std::move(command.reply)});
}

bool Partition::Perform(Execution& execution, TokenRequest& request) {
  const auto open =
      std::find_if(execution.frames.begin(), execution.frames.end(), [&](const auto& entry) {
        const std::optional<asl::TaskInFlight>& task = entry.second.task;
        return task && task->scheduled == request.scheduled;
      });
  if (open == execution.frames.end()) {
    Answer<bool>(request.reply, TaskIsOver());
    return true;
  }
  const asl::FrameId frame = open->first;
  // An activity's worker may be known, and its heartbeat is a clock in memory.
  Task* task = tasks_.Find({execution.number, request.scheduled});
  std::string worker_name = task == nullptr ? std::string() : WorkerNameOf(*task);
  asl::Signal signal = asl::TaskHeartbeat{frame, request.scheduled};
  if (auto* success = std::get_if<TokenSuccess>(&request.answer)) {
    signal = asl::TaskSucceeded{frame, request.scheduled, success->output, worker_name, true};
  } else if (auto* failure = std::get_if<TokenFailure>(&request.answer)) {
    signal = asl::TaskFailed{frame, request.scheduled, failure->error, worker_name, true};
  } else if (task != nullptr && task->heartbeat_due != asl::kNever) {
    tasks_.SetHeartbeat(*task, clock_ + int64_t{task->heartbeat_s} * 1'000);
  }
  bool fitted = false;
  if (!AdvanceAndStage(execution, signal, &fitted)) return false;
  Answer<bool>(request.reply, true);
  return true;
}

}  // namespace engine
