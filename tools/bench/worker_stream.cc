// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/worker_stream.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

namespace bench {

using asld::v1::EngineMessage;
using asld::v1::WorkerMessage;

WorkerStream::WorkerStream(const std::shared_ptr<grpc::Channel>& channel,
                           const std::string& function, uint32_t slots, OnMessage on_message)
    : on_message_(std::move(on_message)), stub_(asld::v1::Workers::NewStub(channel)) {
  stream_ = stub_->Serve(&context_);
  WorkerMessage first;
  auto* hello = first.mutable_hello();
  hello->set_instance_id(fmt::format("bench-{}", getpid()));
  hello->add_functions(function);
  hello->set_slots(slots);
  pending_ = NewPending();
  if (!stream_->Write(first)) ended_ = true;
  writer_ = std::thread([this] { WriteLoop(); });
  reader_ = std::thread([this] { ReadLoop(); });
}

WorkerStream::~WorkerStream() { (void)Close(); }

void WorkerStream::Post(const std::function<void(WorkerMessage*)>& add) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    add(pending_);
  }
  wake_.notify_one();
}

absl::Status WorkerStream::Close() {
  if (!writer_.joinable()) return status_;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    if (ended_) status_ = absl::UnavailableError("the engine ended the worker's stream");
  }
  wake_.notify_all();
  writer_.join();
  stream_->WritesDone();
  context_.TryCancel();  // tasks that are on their way find nobody
  reader_.join();
  (void)stream_->Finish();
  return status_;
}

void WorkerStream::ReadLoop() {
  EngineMessage message;  // reused: parsing into it allocates nothing once it has grown
  while (stream_->Read(&message)) {
    Post([&](WorkerMessage* answers) { on_message_(message, answers); });
  }
  std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
}

void WorkerStream::WriteLoop() {
  while (true) {
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait(lock, [this] { return pending_->answers_size() > 0 || closing_; });
    if (pending_->answers_size() == 0) return;
    const WorkerMessage* message = pending_;
    pending_ = NewPending();
    lock.unlock();
    if (!stream_->Write(*message)) return;
  }
}

WorkerMessage* WorkerStream::NewPending() {
  turn_ = 1 - turn_;
  arenas_[turn_].Reset();
  return google::protobuf::Arena::CreateMessage<WorkerMessage>(&arenas_[turn_]);
}

}  // namespace bench
