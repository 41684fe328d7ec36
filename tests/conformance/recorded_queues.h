// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Plays SQS for the Tasks of a recorded case, and who takes the messages from its queues and sends
// task tokens back. Owned by the run of one case; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <variant>

#include "asl/errors.h"
#include "asl/http_answer.h"
#include "tests/conformance/recorded_case.h"

namespace conformance {

// What a worker does with its task, one action after the other from the time that it is scheduled;
// or a service that is called, or who has the task's token.
struct RecordedAction {
  enum class Kind { kReceive, kSleep, kHeartbeat, kSucceed, kFail } kind = Kind::kSucceed;
  int64_t ms = 0;      // kSleep
  std::string text{};  // kReceive: the worker's name; kSucceed: its output
  asl::Error error{};  // kFail
  bool by_token = false;
  std::shared_ptr<const asl::HttpAnswer> http{};  // kSucceed: a service was called
};

class RecordedQueues {
 public:
  // REQUIRES: `one` and `expected` outlive this. `expected`: of the run, where the random name of a
  // queue that does not exist stands. `run`: its number, for no two answers of a case are the same.
  RecordedQueues(const RecordedCase& one, const OrderedJson& expected, size_t run)
      : case_(one), expected_(expected), requests_(run * 1'000) {}

  // What comes of a Task that sends a message.
  std::deque<RecordedAction> ActionsFor(const OrderedJson& request, bool callback,
                                        std::string* problem);

 private:
  RecordedAction Send(const OrderedJson& request);
  // Nothing when nobody listens.
  std::deque<RecordedAction> Consume(const OrderedJson& request, std::string* problem) const;
  std::string RandomHost(const std::string& url) const;

  const RecordedCase& case_;
  const OrderedJson& expected_;
  size_t requests_;
};

}  // namespace conformance
