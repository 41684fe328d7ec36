// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One execution in memory, and the cache of them that a partition keeps within a byte budget. Owned
// and touched by the partition's thread only. An execution whose rows were changed by a batch stays
// until that batch is both applied and durable: until then the store does not have the rows yet, so
// nobody could load them again.
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>

#include "asl/advance.h"
#include "engine/command.h"
#include "engine/ids.h"
#include "engine/revision.h"

namespace engine {

// What is to be done with an execution once its rows are in memory, in order of arrival.
struct Step {
  asl::Signal signal;
  // The worker's result that this signal is, to be acknowledged; session 0: none. Nothing else is
  // acknowledged: "accepted" makes a worker forget what it keeps.
  workers::SessionId session = 0;
  std::string token;
};
struct AssignTask {
  asl::EventId scheduled{};  // which task
  workers::Slot slot;
};
struct StopRequest {
  asl::Error error;
  Reply<asl::Millis> reply;
};
// The Task of that token is the execution's.
struct TokenRequest {
  asl::EventId scheduled{};
  TokenAnswer answer;
  Reply<bool> reply;
};
// StartExecution with a name that this execution has already, and the same input.
struct RepeatedStart {
  std::string arn;
  Reply<Started> reply;
};
using Work = std::variant<Step, AssignTask, StopRequest, TokenRequest, RepeatedStart>;

struct Execution {
  ExecutionNumber number = ExecutionNumber::kNone;
  RevisionPtr revision;
  asl::ExecutionInfo info;
  asl::Payload input;
  asl::ExecutionStatus status = asl::ExecutionStatus::kRunning;
  asl::Millis stopped_at;
  asl::EventId next_event{1};
  std::map<asl::FrameId, asl::Frame> frames;
  std::map<asl::ResultKey, asl::Payload> results;  // of open Maps and Parallels
  std::set<asl::ResultKey> result_rows;            // the first result of each row of them
  size_t result_text_bytes = 0;                    // of those kept in memory
  bool resident = false;                           // false while its rows are being loaded
  bool listed = true;                              // its row and that of the lists are in a batch
  size_t loads = 0;                                // payload loads outstanding; work waits for them
  std::deque<Work> work;                           // waits for residency or payloads
  uint64_t pinned_until = 0;                       // newest batch that changed it
  size_t bytes = 0;                                // what it counts in the cache's budget
  std::list<ExecutionNumber>::iterator age;

  bool ready() const { return resident && loads == 0; }
};

class ExecutionCache {
 public:
  explicit ExecutionCache(size_t bytes_max) : bytes_max_(bytes_max) {}

  // nullptr when not in memory. Makes it the youngest.
  Execution* Find(ExecutionNumber number);
  // REQUIRES: not in memory.
  Execution& Add(ExecutionNumber number);
  void Remove(ExecutionNumber number);
  // Recounts the bytes of an execution that changed.
  void Account(Execution& execution);
  // Drops the oldest ones beyond the budget that hold no work and whose batches are all `settled`
  // (applied and durable) already.
  void Shrink(uint64_t settled);

  size_t size() const { return executions_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  const size_t bytes_max_;
  size_t bytes_ = 0;
  std::list<ExecutionNumber> ages_;  // oldest first
  std::unordered_map<uint64_t, std::unique_ptr<Execution>>
      executions_;  // never iterated: order must not matter
};

}  // namespace engine
