// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/in_process.h"

#include <cassert>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

#include "fmt/core.h"
#include "workers/client/clock.h"
#include "workers/client/ledger.h"
#include "workers/client/runner.h"

namespace workers {
namespace {

Task MakeTask(TaskRequest request) {
  Task task{.token = std::move(request.token),
            .qualifier = std::move(request.qualifier),
            .attempt = request.attempt,
            .timeout_s = request.timeout_s,
            .heartbeat_s = request.heartbeat_s,
            .execution_arn = std::move(request.execution_arn),
            .state_name = std::move(request.state_name),
            .idempotency_key = std::move(request.idempotency_key)};
  if (request.text) task.input = request.text->substr(request.offset, request.length);
  if (std::optional<std::string_view> activity = ActivityOf(request.queue)) {
    task.activity = *activity;
  } else {
    task.function = std::move(request.queue);
  }
  return task;
}

}  // namespace

struct InProcessWorker::Connection : Session {
  Connection(Pool* pool_in, InProcessOptions options_in)
      : pool(pool_in), options(std::move(options_in)), ledger(SteadyNow, [this] { Flush(); }) {}

  void Send(Outgoing outgoing) override {
    std::vector<Task> tasks;
    tasks.reserve(outgoing.tasks.size());
    for (TaskRequest& request : outgoing.tasks) tasks.push_back(MakeTask(std::move(request)));
    ledger.Receive(std::move(tasks));
    for (const Acknowledgement& ack : outgoing.acknowledgements) {
      ledger.Acknowledge(ack.token, ack.outcome);
    }
    for (const std::string& token : outgoing.withdrawn) ledger.Withdraw(token);
  }

  void Drained() override { ledger.SetDrained(); }
  void Close(std::string_view) override {}

  // One at a time, so that a task's `received` cannot be overtaken by its result on another thread.
  void Flush() {
    std::lock_guard lock(flushing);
    Ledger::Outbound out = ledger.Take(SIZE_MAX);
    if (!out.answers.empty()) pool->OnAnswers(*session, std::move(out.answers));
  }

  Pool* const pool;
  const InProcessOptions options;
  Handlers handlers;
  Ledger ledger;
  std::mutex flushing;

  std::optional<SessionId> session;  // set by Start, before any thread runs
  std::optional<Runner> runner;
};

InProcessWorker::InProcessWorker(Pool* pool, InProcessOptions options)
    : connection_(std::make_shared<Connection>(pool, std::move(options))) {}

InProcessWorker::~InProcessWorker() {
  if (connection_->session) connection_->pool->Disconnect(*connection_->session);
  connection_->ledger.Abandon();
  connection_->runner.reset();
}

void InProcessWorker::Function(const std::string& name, Handler handler) {
  assert(!connection_->session && "functions are named before Start");
  connection_->handlers[name] = std::move(handler);
}

void InProcessWorker::Activity(const std::string& name, Handler handler) {
  Function(ActivityQueue(name), std::move(handler));
}

absl::Status InProcessWorker::Start() {
  assert(!connection_->session && "started twice");
  const InProcessOptions& options = connection_->options;
  WorkerInfo info{.instance = fmt::format("{}-{}", options.name, RandomUuid()),
                  .worker_name = options.name,
                  .slots = options.slots};
  for (const auto& [queue, handler] : connection_->handlers) info.queues.push_back(queue);
  connection_->ledger.Open(0);
  std::string error;
  connection_->session = connection_->pool->Connect(info, {}, connection_, &error);
  if (!connection_->session) return absl::InvalidArgumentError(error);
  // Only now: what came in meanwhile waits in the ledger, and no answer leaves before the session
  // has its number.
  connection_->runner.emplace(connection_->handlers, &connection_->ledger,
                              options.threads != 0 ? options.threads : options.slots);
  return absl::OkStatus();
}

void InProcessWorker::Drain() {
  connection_->pool->Drain(*connection_->session);
  connection_->ledger.WaitUntilFree();
}

}  // namespace workers
