// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A client that watches every execution while a load runs, and counts what it is told. Reads on a
// thread of its own.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/status.h"

namespace grpc {
class Channel;
}

namespace bench {

enum class WatchKind { kNone, kStatus, kEvents };

class Watcher {
 public:
  Watcher(const std::shared_ptr<grpc::Channel>& channel, WatchKind kind);
  ~Watcher();

  // Waits until `executions` have been told to their end, then stops. An error when the stream ends
  // before that.
  absl::Status WaitForEnds(uint64_t executions);
  uint64_t updates() const;  // so far
  uint64_t events() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bench
