// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/watcher.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "asld/v1/workflows.grpc.pb.h"

namespace bench {
namespace {

constexpr std::chrono::seconds kEndsMax{30};

}  // namespace

struct Watcher::State {
  std::unique_ptr<asld::v1::Workflows::Stub> stub;
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<asld::v1::ExecutionUpdate>> reader;
  std::atomic<uint64_t> updates{0};
  std::atomic<uint64_t> events{0};
  std::mutex mutex;
  std::condition_variable changed;
  uint64_t ended = 0;  // under mutex
  bool over = false;   // under mutex
  std::thread thread;

  void Read() {
    asld::v1::ExecutionUpdate update;
    while (reader->Read(&update)) {
      updates.fetch_add(1, std::memory_order_relaxed);
      events.fetch_add(static_cast<uint64_t>(update.events_size()), std::memory_order_relaxed);
      if (update.execution().status() == "RUNNING") continue;
      std::lock_guard lock(mutex);
      ++ended;
      changed.notify_one();
    }
    std::lock_guard lock(mutex);
    over = true;
    changed.notify_one();
  }
};

Watcher::Watcher(const std::shared_ptr<grpc::Channel>& channel, WatchKind kind)
    : state_(std::make_unique<State>()) {
  if (kind == WatchKind::kNone) return;
  state_->stub = asld::v1::Workflows::NewStub(channel);
  asld::v1::WatchExecutionsRequest request;
  request.set_all(true);
  request.set_include_events(kind == WatchKind::kEvents);
  state_->reader = state_->stub->WatchExecutions(&state_->context, request);
  state_->reader->WaitForInitialMetadata();
  state_->thread = std::thread([state = state_.get()] { state->Read(); });
}

Watcher::~Watcher() {
  if (!state_->thread.joinable()) return;
  state_->context.TryCancel();
  state_->thread.join();
}

absl::Status Watcher::WaitForEnds(uint64_t executions) {
  if (state_->reader == nullptr) return absl::OkStatus();
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, kEndsMax,
                           [&] { return state_->over || state_->ended >= executions; });
  if (state_->ended >= executions) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("{} executions ended and the watch told of {}", executions, state_->ended));
}

uint64_t Watcher::updates() const { return state_->updates.load(); }
uint64_t Watcher::events() const { return state_->events.load(); }

}  // namespace bench
