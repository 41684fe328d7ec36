// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The engine's side of the wire: what a worker's message says, in the words of task.h, and the
// other way round. Strings are moved where they can be. Used by the hub alone; stateless but for
// Parcel, which one thread uses at a time.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "workers/pool.h"

namespace asld::v1 {
class EngineMessage;
class Hello;
class WorkerMessage;
}  // namespace asld::v1

namespace workers {

// Both empty their message. An error says what is wrong with it.
absl::Status ReadHello(asld::v1::Hello* hello, WorkerInfo* info, std::vector<Held>* held);
absl::Status ReadAnswers(asld::v1::WorkerMessage* message, std::vector<Answer>* answers);

// Outgoing cut into messages of about kMessageBytesMax. Tasks go first: a task must not arrive
// after its withdrawal.
class Parcel {
 public:
  Parcel() = default;
  explicit Parcel(Outgoing outgoing) : outgoing_(std::move(outgoing)) {}

  bool empty() const;
  // Moves as much as one message may carry, at least one item. REQUIRES: !empty().
  void Fill(asld::v1::EngineMessage* message);

 private:
  Outgoing outgoing_;
  size_t tasks_ = 0;  // those before are sent; likewise below
  size_t acknowledgements_ = 0;
  size_t withdrawn_ = 0;
};

}  // namespace workers
