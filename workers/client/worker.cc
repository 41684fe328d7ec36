// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Run's thread opens a stream and reads from it until it ends, again and again; a second thread per
// stream writes what the ledger has to say; a third watches over the end (Stop's limit). A new
// stream is opened only after the older one was read to its end, so a task that was on its way in
// the older cannot arrive after the newer said what is held.
#include "workers/client/worker.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "asld/v1/workers.grpc.pb.h"
#include "fmt/core.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/channel_arguments.h"
#include "workers/client/channel.h"
#include "workers/client/clock.h"
#include "workers/client/ledger.h"
#include "workers/client/runner.h"
#include "workers/client/signals.h"
#include "workers/client/wire.h"

namespace workers {
namespace {

using std::chrono::milliseconds;
using Stub = asld::v1::Workers::Stub;
using ClientStream = grpc::ClientReaderWriter<asld::v1::WorkerMessage, asld::v1::EngineMessage>;

constexpr milliseconds kBackoffMin{100};
constexpr milliseconds kBackoffMax{5'000};
// A machine that went silent is noticed after these two together.
constexpr int kPingEveryMs = 10'000;
constexpr int kPingAnswerMs = 5'000;

std::shared_ptr<grpc::Channel> Connect(const Server& server) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, static_cast<int>(kBackoffMin.count()));
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, static_cast<int>(kBackoffMin.count()));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, static_cast<int>(kBackoffMax.count()));
  return OpenChannel(server, arguments);
}

// Refusals that the next attempt would meet again.
bool IsFinal(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::UNIMPLEMENTED:
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::PERMISSION_DENIED:
      return true;
    default:
      return false;
  }
}

void LogToStderr(std::string_view line) { fmt::print(stderr, "asld worker: {}\n", line); }

}  // namespace

struct Worker::State {
  explicit State(WorkerOptions options_in) : options(std::move(options_in)), ledger(SteadyNow) {
    if (options.instance.empty()) options.instance = RandomUuid();
    if (!options.log) options.log = LogToStderr;
  }

  grpc::Status ServeOnce(Stub* stub);
  asld::v1::WorkerMessage MakeHello();
  void WriteAll(ClientStream* stream);
  bool WaitToRetry(const grpc::Status& status);
  void WatchTheEnd();
  void Hurry();
  bool Done() const;

  WorkerOptions options;
  Handlers handlers;
  Ledger ledger;
  bool stop_on_signals = false;
  bool heard_engine = false;  // on the last stream; touched by Run's thread, like failures
  int failures = 0;           // streams in a row that brought nothing

  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by mutex:
  grpc::ClientContext* context = nullptr;  // of the open stream
  bool greeted = false;                    // hello was sent on it
  int stops = 0;                           // calls of Stop
  bool hurried = false;
  bool ended = false;  // Run returns
};

asld::v1::WorkerMessage Worker::State::MakeHello() {
  asld::v1::WorkerMessage message;
  asld::v1::Hello* hello = message.mutable_hello();
  hello->set_instance_id(options.instance);
  hello->set_worker_name(options.name);
  hello->set_slots(options.slots);
  for (const auto& [queue, handler] : handlers) {
    if (std::optional<std::string_view> activity = ActivityOf(queue)) {
      hello->add_activities(std::string(*activity));
    } else {
      hello->add_functions(queue);
    }
  }
  const Ledger::Greeting greeting = ledger.Open(kClientMessageBytesMax);
  WriteHeld(greeting.held, hello);
  message.set_draining(greeting.draining);
  return message;
}

void Worker::State::WriteAll(ClientStream* stream) {
  asld::v1::WorkerMessage message;
  while (std::optional<Ledger::Outbound> out = ledger.Wait(kClientMessageBytesMax)) {
    message.Clear();
    WriteAnswers(out->answers, &message);
    message.set_draining(out->draining);
    if (!stream->Write(message)) return;  // the reader learns why
  }
  // Either the stream is over, or the engine has drained it and this is how to leave.
  stream->WritesDone();
}

// One stream from its beginning to its end.
grpc::Status Worker::State::ServeOnce(Stub* stub) {
  grpc::ClientContext client;
  client.set_wait_for_ready(true);
  {
    std::lock_guard lock(mutex);
    if (Done()) return grpc::Status::OK;
    context = &client;
    greeted = false;
  }
  heard_engine = false;
  std::unique_ptr<ClientStream> stream = stub->Serve(&client);
  if (stream->Write(MakeHello())) {
    {
      std::lock_guard lock(mutex);
      greeted = true;
    }
    options.log(fmt::format("connected to {} as {}", options.server, options.instance));
    std::thread writer([&] { WriteAll(stream.get()); });
    asld::v1::EngineMessage message;
    while (stream->Read(&message)) {
      heard_engine = true;
      Deliver(&message, &ledger);
    }
    ledger.Close();
    writer.join();
  }
  ledger.Close();
  const grpc::Status status = stream->Finish();
  std::lock_guard lock(mutex);
  context = nullptr;
  return status;
}

// REQUIRES: mutex is held.
bool Worker::State::Done() const { return hurried || (stops > 0 && ledger.held() == 0); }

// False when it is no use any more.
bool Worker::State::WaitToRetry(const grpc::Status& status) {
  failures = heard_engine ? 0 : failures + 1;
  const milliseconds limit = std::min(kBackoffMax, kBackoffMin * (1 << std::min(failures, 10)));
  const auto wait = std::chrono::duration_cast<milliseconds>(limit * (0.5 + 0.5 * RandomUnit()));
  std::unique_lock lock(mutex);
  if (Done()) return false;
  options.log(fmt::format("lost {} ({}), holding {} tasks; trying again in {} ms", options.server,
                          status.ok() ? "the engine ended the stream" : status.error_message(),
                          ledger.held(), wait.count()));
  return !changed.wait_for(lock, wait, [this] { return Done(); });
}

// Everything that Hurry ends, ends Run; the functions that still run are waited for.
void Worker::State::Hurry() {
  ledger.Abandon();
  std::lock_guard lock(mutex);
  hurried = true;
  if (context != nullptr) context->TryCancel();
  changed.notify_all();
}

void Worker::State::WatchTheEnd() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return stops > 0 || ended; });
  changed.wait_for(lock, options.drain_limit, [this] { return stops > 1 || ended; });
  if (ended) return;
  lock.unlock();
  Hurry();
}

Worker::Worker(std::string server) : Worker(WorkerOptions{.server = std::move(server)}) {}
Worker::Worker(WorkerOptions options) : state_(std::make_unique<State>(std::move(options))) {}
Worker::~Worker() = default;

void Worker::Function(const std::string& name, Handler handler) {
  state_->handlers[name] = std::move(handler);
}

void Worker::Activity(const std::string& name, Handler handler) {
  state_->handlers[ActivityQueue(name)] = std::move(handler);
}

void Worker::StopOnSignals() { state_->stop_on_signals = true; }

void Worker::Stop() {
  std::lock_guard lock(state_->mutex);
  ++state_->stops;
  state_->ledger.Drain();
  // Where hello was said, the engine answers to draining; where it was not, nobody would.
  if (state_->context != nullptr && !state_->greeted && state_->ledger.held() == 0) {
    state_->context->TryCancel();
  }
  state_->changed.notify_all();
}

absl::Status Worker::Run() {
  State& state = *state_;
  absl::StatusOr<std::string> authorities = ReadAuthorities(state.options.tls_ca);
  if (!authorities.ok()) return authorities.status();
  std::optional<Signals> signals;
  if (state.stop_on_signals) signals.emplace([this] { Stop(); });
  const std::unique_ptr<Stub> stub = asld::v1::Workers::NewStub(
      Connect({.address = state.options.server, .tls_authorities = *std::move(authorities)}));
  std::thread watch([&] { state.WatchTheEnd(); });
  grpc::Status status;
  size_t held = 0;
  {
    const Runner runner(state.handlers, &state.ledger,
                        state.options.threads != 0 ? state.options.threads : state.options.slots);
    do {
      status = state.ServeOnce(stub.get());
    } while (!IsFinal(status.error_code()) && state.WaitToRetry(status));
    held = state.ledger.Abandon();
  }
  {
    std::lock_guard lock(state.mutex);
    state.ended = true;
    state.changed.notify_all();
  }
  watch.join();
  if (IsFinal(status.error_code())) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  if (held > 0) {
    return absl::DeadlineExceededError(
        fmt::format("{} results were not acknowledged by the engine", held));
  }
  return absl::OkStatus();
}

}  // namespace workers
