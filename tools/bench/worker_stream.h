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

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "asld/v1/workers.grpc.pb.h"

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
  void ReadLoop();
  void WriteLoop();
  asld::v1::WorkerMessage* NewPending();  // REQUIRES: mutex_, or no thread yet

  OnMessage on_message_;
  std::unique_ptr<asld::v1::Workers::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<asld::v1::WorkerMessage, asld::v1::EngineMessage>>
      stream_;
  std::mutex mutex_;
  std::condition_variable wake_;
  // Two messages take turns: one gathers answers while the other is written. Each has its arena,
  // because clearing a message outside of one would free the parts of every answer.
  google::protobuf::Arena arenas_[2];
  int turn_ = 0;
  asld::v1::WorkerMessage* pending_ = nullptr;  // under mutex_
  bool closing_ = false;                        // under mutex_
  bool ended_ = false;                          // under mutex_: the engine ended the stream
  std::thread reader_;
  std::thread writer_;
  absl::Status status_;
};

}  // namespace bench
