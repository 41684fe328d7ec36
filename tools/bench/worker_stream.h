// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A worker reduced to what a load needs: one stream, one reader and one writer thread, and answers
// that leave in as few messages as the connection allows (whatever gathers while a write is under
// way goes with the next one). It answers for good at once, so it keeps no results and cannot
// reconnect; a real worker uses workers/client.
#pragma once

#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"

namespace grpc {
class Channel;
}
namespace asld::v1 {
class EngineMessage;
class WorkerMessage;
}  // namespace asld::v1

namespace bench {

class WorkerStream {
 public:
  // Sees each message of the engine and adds to `answers`. Called on the reader's thread, one call
  // at a time, with the lock of Post held: it must not call back.
  using OnMessage =
      std::function<void(const asld::v1::EngineMessage& message, asld::v1::WorkerMessage* answers)>;

  // Opens the stream as a worker that serves `function` and takes `slots` tasks at once.
  WorkerStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& function,
               uint32_t slots, OnMessage on_message);
  ~WorkerStream();  // Close()

  // Runs `add` with the answers that wait to be written. Any thread.
  void Post(const std::function<void(asld::v1::WorkerMessage* answers)>& add);

  // Writes what waits, ends the stream and the threads; says why it ended earlier, if it did.
  // Idempotent.
  absl::Status Close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bench
