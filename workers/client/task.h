// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a worker's function gets and gives back, the same for a worker over gRPC (client/worker.h)
// and one inside the engine's process (in_process.h). Plain values; a Task may be read by any
// thread while the function runs.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace workers {

// Raised once; whoever waits for it wakes then. Any thread.
class StopFlag {
 public:
  void Raise() {
    std::lock_guard lock(mutex_);
    raised_ = true;
    changed_.notify_all();
  }
  bool raised() const { return raised_; }
  // False when the limit passed first.
  bool WaitFor(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [this] { return raised(); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> raised_{false};  // set under mutex_
};

struct Task {
  std::string token;     // names this delivery of this task; opaque bytes
  std::string function;  // the function's name; empty for an activity
  std::string activity;  // the activity's name; empty for a function
  std::string qualifier;
  std::string input;         // JSON text
  uint32_t attempt = 1;      // from 1, within one visit of the state
  uint32_t timeout_s = 0;    // 0: no limit
  uint32_t heartbeat_s = 0;  // 0: none expected
  std::string execution_arn;
  std::string state_name;
  // The same for every delivery of this attempt and for no other: hand it on to make effects
  // idempotent.
  std::string idempotency_key;

  // True once nobody wants the result any more (timed out, execution stopped, process must end):
  // the function should return soon, whatever it returns.
  bool withdrawn() const { return stop_flag != nullptr && stop_flag->raised(); }
  // For a function that has to let time pass: returns when `limit` has, or when the task is
  // withdrawn, and then true.
  bool WaitUntilWithdrawn(std::chrono::milliseconds limit) const {
    const auto flag = stop_flag != nullptr ? stop_flag : std::make_shared<StopFlag>();
    return flag->WaitFor(limit);
  }
  std::shared_ptr<StopFlag> stop_flag;  // kept by the library
};

// How the work ended: a JSON text, or an error that Retry and Catch match by its name.
struct Result {
  struct Failure {
    std::string error;
    std::string cause;
  };
  std::string output;  // when there is no failure
  std::optional<Failure> failure;

  static Result Success(std::string json) { return {std::move(json), std::nullopt}; }
  static Result Fail(std::string error, std::string cause) {
    return {"", Failure{std::move(error), std::move(cause)}};
  }
};

// Runs on one of the worker's threads, several at once. An exception that leaves it is a failure
// named "UncaughtException" with its text as the cause.
using Handler = std::function<Result(const Task&)>;

}  // namespace workers
