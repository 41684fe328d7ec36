// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/worker_stream.h"

#include <fmt/format.h>
#include <google/protobuf/arena.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "asld/v1/workers.grpc.pb.h"

namespace bench {

using asld::v1::EngineMessage;
using asld::v1::WorkerMessage;

namespace {

std::atomic<int> streams_opened{
    0};  // of this process: two workers of one name are one to the engine

}  // namespace

struct WorkerStream::State {
  OnMessage on_message;
  std::unique_ptr<asld::v1::Workers::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReaderWriter<WorkerMessage, EngineMessage>> stream;
  std::mutex mutex;
  std::condition_variable wake;
  // Two messages take turns: one gathers answers while the other is written. Each has its arena,
  // because clearing a message outside of one would free the parts of every answer.
  google::protobuf::Arena arenas[2];
  int turn = 0;
  WorkerMessage* pending = nullptr;  // under mutex
  bool closing = false;              // under mutex
  bool ended = false;                // under mutex: the engine ended the stream
  std::thread reader;
  std::thread writer;
  absl::Status status;

  void ReadLoop(WorkerStream& owner);
  void WriteLoop();
  void NewPending();  // REQUIRES: mutex, or no thread yet
};

WorkerStream::WorkerStream(const std::shared_ptr<grpc::Channel>& channel,
                           const std::string& function, uint32_t slots, OnMessage on_message)
    : state_(std::make_unique<State>()) {
  state_->on_message = std::move(on_message);
  state_->stub = asld::v1::Workers::NewStub(channel);
  state_->stream = state_->stub->Serve(&state_->context);
  state_->NewPending();
  WorkerMessage first;
  auto* hello = first.mutable_hello();
  hello->set_instance_id(fmt::format("bench-{}-{}", getpid(), streams_opened++));
  hello->add_functions(function);
  hello->set_slots(slots);
  if (!state_->stream->Write(first)) state_->ended = true;
  state_->writer = std::thread([this] { state_->WriteLoop(); });
  state_->reader = std::thread([this] { state_->ReadLoop(*this); });
}

WorkerStream::~WorkerStream() { (void)Close(); }

void WorkerStream::Post(const std::function<void(WorkerMessage*)>& add) {
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    add(state_->pending);
  }
  state_->wake.notify_one();
}

absl::Status WorkerStream::Close() {
  if (!state_->writer.joinable()) return state_->status;
  {
    std::lock_guard<std::mutex> lock(state_->mutex);
    state_->closing = true;
    if (state_->ended) {
      state_->status = absl::UnavailableError("the engine ended the worker's stream");
    }
  }
  state_->wake.notify_all();
  state_->writer.join();
  state_->stream->WritesDone();
  state_->context.TryCancel();  // tasks that are on their way find nobody
  state_->reader.join();
  (void)state_->stream->Finish();
  return state_->status;
}

void WorkerStream::State::ReadLoop(WorkerStream& owner) {
  EngineMessage message;  // reused: parsing into it allocates nothing once it has grown
  while (stream->Read(&message)) {
    owner.Post([&](WorkerMessage* answers) { on_message(message, answers); });
  }
  std::lock_guard<std::mutex> lock(mutex);
  ended = true;
}

void WorkerStream::State::WriteLoop() {
  while (true) {
    std::unique_lock<std::mutex> lock(mutex);
    wake.wait(lock, [this] { return pending->answers_size() > 0 || closing; });
    if (pending->answers_size() == 0) return;
    const WorkerMessage* message = pending;
    NewPending();
    lock.unlock();
    if (!stream->Write(*message)) return;
  }
}

void WorkerStream::State::NewPending() {
  turn = 1 - turn;
  arenas[turn].Reset();
  pending = google::protobuf::Arena::CreateMessage<WorkerMessage>(&arenas[turn]);
}

}  // namespace bench
