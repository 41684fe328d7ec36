// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One Stream per connected worker: gRPC's reactor and the Pool's session in one object, which lives
// until gRPC says OnDone and the Pool has let go of it.
//
// Writing is a role that one thread has at a time (writing_): whoever finds it free takes it, fills
// a message and starts the write; OnWriteDone carries on with whatever was handed over meanwhile,
// all of it in one message, or frees the role. So batches grow by themselves as the connection
// becomes the bottleneck. gRPC is never called with the lock held.
//
// Reading needs no role: gRPC calls OnReadDone once per StartRead. A stream ends in one way: End
// names the status, the role's holder finishes (nothing may be written after it), gRPC fails the
// read, OnDone comes last.
#include "workers/grpc_hub.h"

#include <condition_variable>
#include <cstddef>
#include <iterator>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "asld/v1/workers.grpc.pb.h"
#include "grpcpp/alarm.h"
#include "grpcpp/server_builder.h"
#include "workers/client/clock.h"
#include "workers/limits.h"
#include "workers/messages.h"

namespace workers {
namespace {

using asld::v1::EngineMessage;
using asld::v1::WorkerMessage;

// A hello lists up to kHeldMax tokens of 16 bytes and 1 MiB of results.
constexpr int kReceivedBytesMax = 16 << 20;
constexpr int kPingEveryMs = 4'000;
constexpr int kPingAnswerMs = 4'000;
// Clients may ping as often as we do, with some play.
constexpr int kPingFromClientEveryMs = 2'000;

template <typename T>
void Append(std::vector<T>& to, std::vector<T>& from) {
  if (to.empty()) {
    to.swap(from);
  } else {
    to.insert(to.end(), std::move_iterator(from.begin()), std::move_iterator(from.end()));
  }
}

// How many streams there are: the service must not go before them.
class Streams {
 public:
  void Add() {
    std::lock_guard lock(mutex_);
    ++count_;
  }
  void Remove() {
    std::lock_guard lock(mutex_);
    --count_;
    changed_.notify_all();
  }
  void WaitForNone() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t count_ = 0;
};

class Stream final : public grpc::ServerBidiReactor<WorkerMessage, EngineMessage>, public Session {
 public:
  static Stream* Open(Pool* pool, Streams* streams, std::chrono::milliseconds hello_limit) {
    auto stream = std::make_shared<Stream>(pool, streams);
    stream->self_ = stream;
    // Weak: the alarm is part of the stream.
    stream->hello_alarm_.Set(SystemNow() + hello_limit,
                             [weak = std::weak_ptr<Stream>(stream)](bool late) {
                               std::shared_ptr<Stream> alive = weak.lock();
                               if (late && alive != nullptr) alive->OnHelloLate();
                             });
    stream->StartRead(&stream->heard_);
    return stream.get();
  }

  Stream(Pool* pool, Streams* streams) : pool_(pool), streams_(streams) { streams_->Add(); }

  // --- Session ---
  void Send(Outgoing outgoing) override {
    {
      std::lock_guard lock(mutex_);
      if (ending_) return;
      Append(waiting_.tasks, outgoing.tasks);
      Append(waiting_.acknowledgements, outgoing.acknowledgements);
      Append(waiting_.withdrawn, outgoing.withdrawn);
      if (writing_) return;
      writing_ = true;
    }
    WriteNext();
  }

  void Drained() override {
    {
      std::lock_guard lock(mutex_);
      if (ending_) return;
      drained_ = true;
      if (writing_) return;
      writing_ = true;
    }
    WriteNext();
  }

  void Close(std::string_view reason) override {
    End(grpc::StatusCode::ABORTED, std::string(reason));
  }

  // --- gRPC ---
  void OnReadDone(bool ok) override {
    if (!ok) {
      Part();
      End(grpc::StatusCode::OK, "");
      return;
    }
    if (absl::Status heard = Hear(); !heard.ok()) {
      Part();
      End(grpc::StatusCode::INVALID_ARGUMENT, std::string(heard.message()));
      return;
    }
    heard_.Clear();
    StartRead(&heard_);
  }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      // The connection is gone; the read fails too and parts from the Pool.
      sending_ = Parcel();
      End(grpc::StatusCode::OK, "");
    }
    WriteNext();
  }

  void OnDone() override {
    Part();
    hello_alarm_.Cancel();
    Streams* streams = streams_;
    self_.reset();  // `this` may be gone from here on
    streams->Remove();
  }

 private:
  absl::Status Hear() {
    if (!session_.has_value()) {
      if (!heard_.has_hello()) {
        return absl::InvalidArgumentError("the first message of a worker's stream must be hello");
      }
      if (absl::Status s = Greet(); !s.ok()) return s;
    } else if (heard_.has_hello()) {
      return absl::InvalidArgumentError("hello must come once, in the first message");
    } else if (heard_.draining()) {
      pool_->Drain(*session_);
    }
    if (heard_.answers().empty()) return absl::OkStatus();
    std::vector<Answer> answers;
    if (absl::Status s = ReadAnswers(&heard_, &answers); !s.ok()) return s;
    pool_->OnAnswers(*session_, std::move(answers));
    return absl::OkStatus();
  }

  absl::Status Greet() {
    hello_alarm_.Cancel();
    WorkerInfo info;
    std::vector<Held> held;
    if (absl::Status s = ReadHello(heard_.mutable_hello(), &info, &held); !s.ok()) return s;
    // One that comes back to hand in what it holds is to be offered nothing, not even for a moment.
    if (heard_.draining()) info.queues.clear();
    std::string error;
    session_ = pool_->Connect(info, std::move(held), self_, &error);
    if (!session_.has_value()) return absl::InvalidArgumentError(error);
    if (heard_.draining()) pool_->Drain(*session_);
    return absl::OkStatus();
  }

  void OnHelloLate() { End(grpc::StatusCode::DEADLINE_EXCEEDED, "no hello came on this stream"); }

  void Part() {
    if (session_.has_value()) pool_->Disconnect(*session_);
  }

  // What still waits to be written is dropped; the first status counts.
  void End(grpc::StatusCode code, const std::string& text) {
    {
      std::lock_guard lock(mutex_);
      if (ending_) return;
      waiting_ = Outgoing();
      drained_ = false;
      ending_ = grpc::Status(code, text);
      if (writing_) return;
      writing_ = true;
    }
    WriteNext();
  }

  // REQUIRES: this thread has the role of writing.
  void WriteNext() {
    said_.Clear();
    if (sending_.empty()) {
      std::unique_lock lock(mutex_);
      if (!waiting_.empty()) {
        sending_ = Parcel(std::exchange(waiting_, Outgoing()));
      } else if (std::exchange(drained_, false)) {
        said_.set_drained(true);
      } else if (ending_.has_value()) {
        // The role is kept for ever: nothing may follow Finish.
        const grpc::Status status = *ending_;
        lock.unlock();
        Finish(status);
        return;
      } else {
        writing_ = false;
        return;
      }
    }
    if (!sending_.empty()) sending_.Fill(&said_);
    StartWrite(&said_);
  }

  Pool* const pool_;
  Streams* const streams_;

  // Touched by OnReadDone only, and by OnDone, which comes last.
  WorkerMessage heard_;
  std::optional<SessionId> session_;
  std::shared_ptr<Stream> self_;

  // Touched by the holder of the role of writing only.
  Parcel sending_;
  EngineMessage said_;

  std::mutex mutex_;
  Outgoing waiting_;                    // guarded by mutex_
  bool drained_ = false;                // still to be said; guarded by mutex_
  std::optional<grpc::Status> ending_;  // guarded by mutex_
  bool writing_ = false;                // guarded by mutex_

  grpc::Alarm hello_alarm_;
};

class Hub final : public asld::v1::Workers::CallbackService {
 public:
  Hub(Pool* pool, HubOptions options) : pool_(pool), options_(options) {}
  ~Hub() override { streams_.WaitForNone(); }

  grpc::ServerBidiReactor<WorkerMessage, EngineMessage>* Serve(
      grpc::CallbackServerContext*) override {
    return Stream::Open(pool_, &streams_, options_.hello_limit);
  }

 private:
  Pool* const pool_;
  const HubOptions options_;
  Streams streams_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWorkersService(Pool* pool, HubOptions options) {
  return std::make_unique<Hub>(pool, options);
}

void ConfigureServer(grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(kReceivedBytesMax);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerMs);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 0);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                              kPingFromClientEveryMs);
  // A stream on which the engine has long had nothing to say is pinged all the same.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
}

}  // namespace workers
