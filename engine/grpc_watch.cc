// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Writing is a role (as in workers/grpc_hub.cc): Deliver takes it, OnWriteDone carries on and frees
// it, and whoever has it when the call is to end finishes the call. gRPC is never called with the
// lock held.
#include "engine/grpc_watch.h"

#include <grpcpp/grpcpp.h>

#include <cassert>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "engine/grpc_convert.h"

namespace engine {
namespace {

namespace v1 = asld::v1;

void Fill(const Engine& engine, WatchUpdate& update, v1::ExecutionUpdate& out) {
  const std::string& machine = update.revision->machine;
  v1::ExecutionSummary& execution = *out.mutable_execution();
  execution.set_execution_arn(ExecutionArn(engine.scope(), machine, update.row.name));
  execution.set_state_machine_arn(StateMachineArn(engine.scope(), machine));
  execution.set_name(update.row.name);
  const std::string_view status = asl::StatusName(update.row.status);
  execution.set_status(status.data(), status.size());
  Convert(update.row.started, *execution.mutable_start_date());
  if (update.row.status != asl::ExecutionStatus::kRunning) {
    Convert(update.row.stopped, *execution.mutable_stop_date());
  }
  out.set_last_event(asl::ToInt(update.last_event));
  for (const RunningState& state : update.running) {
    v1::RunningState& running = *out.add_running();
    running.set_name(state.name);
    Convert(state.entered, *running.mutable_entered());
    running.set_attempt(state.attempt);
    running.set_received(state.received);
  }
  for (asl::HistoryEvent& event : update.events) Convert(std::move(event), *out.add_events());
}

class WatchCall : public grpc::ServerWriteReactor<v1::ExecutionUpdate> {
 public:
  explicit WatchCall(Engine* engine) : engine_(engine) {}

  static WatchCall* Begin(Engine* engine, const v1::WatchExecutionsRequest& request) {
    auto call = std::make_shared<WatchCall>(engine);
    call->self_ = call;
    absl::StatusOr<WatchOptions> options = api::ResolveWatch(
        *engine,
        {.execution_arns = {request.execution_arns().begin(), request.execution_arns().end()},
         .state_machine = request.state_machine(),
         .all = request.all(),
         .events = request.include_events(),
         .from_event = request.from_event()});
    if (!options.ok()) {
      call->End(ToGrpc(options.status()));
      return call.get();
    }
    // The client sees at once that the call is accepted, also when nothing happens for long.
    call->StartSendInitialMetadata();
    const Watches::Id watch = engine->watches().Open(
        *std::move(options),
        {.deliver = [call](std::vector<WatchUpdate> updates) { call->Deliver(std::move(updates)); },
         .end = [call](absl::Status status) { call->End(ToGrpc(status)); }});
    call->Opened(watch);
    return call.get();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) End(grpc::Status(grpc::StatusCode::CANCELLED, "the client is gone"));
    ++written_;
    WriteNext();
  }

  void OnCancel() override {
    End(grpc::Status(grpc::StatusCode::CANCELLED, "the client watches no longer"));
  }

  void OnDone() override {
    std::shared_ptr<WatchCall> self = std::move(self_);
    std::lock_guard lock(mutex_);
    done_ = true;
    if (watch_) engine_->watches().Close(*watch_);
  }

 private:
  void Opened(Watches::Id watch) {
    std::lock_guard lock(mutex_);
    watch_ = watch;
    if (done_) engine_->watches().Close(watch);
    if (taken_early_) engine_->watches().Taken(watch);
  }

  void Deliver(std::vector<WatchUpdate> updates) {
    std::vector<v1::ExecutionUpdate> messages(updates.size());
    for (size_t i = 0; i < updates.size(); ++i) Fill(*engine_, updates[i], messages[i]);
    {
      std::lock_guard lock(mutex_);
      if (ending_) return;
      assert(!writing_);
      writing_ = true;
    }
    messages_ = std::move(messages);
    written_ = 0;
    WriteNext();
  }

  // What is being written still leaves; the first status counts.
  void End(const grpc::Status& status) {
    {
      std::lock_guard lock(mutex_);
      if (ending_) return;
      ending_ = status;
      if (writing_) return;
      writing_ = true;
    }
    Finish(status);
  }

  // REQUIRES: this thread has the role of writing.
  void WriteNext() {
    std::unique_lock lock(mutex_);
    const bool cancelled = ending_ && !ending_->ok();
    if (written_ < messages_.size() && !cancelled) {
      lock.unlock();
      grpc::WriteOptions options;
      if (written_ + 1 < messages_.size()) options.set_buffer_hint();
      StartWrite(&messages_[written_], options);
    } else if (ending_) {
      // The role is kept for ever: nothing may follow Finish.
      const grpc::Status status = *ending_;
      lock.unlock();
      Finish(status);
    } else {
      writing_ = false;
      taken_early_ = !watch_;
      if (watch_) engine_->watches().Taken(*watch_);
    }
  }

  Engine* const engine_;
  std::shared_ptr<WatchCall> self_;

  // Touched by the holder of the role of writing only.
  std::vector<v1::ExecutionUpdate> messages_;
  size_t written_ = 0;

  std::mutex mutex_;
  bool writing_ = false;                // guarded by mutex_
  bool done_ = false;                   // guarded by mutex_
  bool taken_early_ = false;            // before watch_ was known; guarded by mutex_
  std::optional<Watches::Id> watch_;    // guarded by mutex_
  std::optional<grpc::Status> ending_;  // guarded by mutex_
};

}  // namespace

grpc::ServerWriteReactor<v1::ExecutionUpdate>* NewWatchCall(
    Engine* engine, const v1::WatchExecutionsRequest& request) {
  return WatchCall::Begin(engine, request);
}

}  // namespace engine
