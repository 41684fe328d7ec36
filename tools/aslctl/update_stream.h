// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What WatchExecutions sends, read on a thread of its own so that the command can look at the clock
// and at Ctrl-C meanwhile. Bounded: while nobody takes what was read, nothing more is read, and the
// engine holds back. For .cc files that have gRPC at hand; one thread uses it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "tools/aslctl/workflow_calls.h"

namespace aslctl {

class UpdateStream {
 public:
  UpdateStream(asld::v1::Workflows::Stub& stub, const asld::v1::WatchExecutionsRequest& request);
  ~UpdateStream();  // cancels what is left

  struct Heard {
    std::vector<asld::v1::ExecutionUpdate> updates;
    std::optional<absl::Status> end;  // the stream is over and everything was heard
  };
  // What has come; waits for something at most so long.
  Heard Hear(int64_t limit_ms);

 private:
  void Read();

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<asld::v1::ExecutionUpdate>> reader_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<asld::v1::ExecutionUpdate> updates_;  // under mutex_
  std::optional<absl::Status> end_;                // under mutex_
  bool closing_ = false;                           // under mutex_
  std::thread thread_;
};

}  // namespace aslctl
