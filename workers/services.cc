// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/services.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <future>
#include <optional>
#include <unordered_set>
#include <utility>

#include "fmt/format.h"
#include "workers/client/clock.h"
#include "workers/limits.h"

namespace workers {
namespace {

// How long a call must last before `received` is told apart from its result: a quicker one costs
// the engine one transition, not two. The task's deadline, whole seconds, counts from `received`,
// so it is late by this.
constexpr absl::Duration kQuick = absl::Milliseconds(50);

uint32_t Slots(const Service& service, std::string_view what) {
  return std::clamp(service.SlotsFor(what), uint32_t{1}, kSlotsMax);
}

}  // namespace

// One queue's worker. Shared with the Pool, which may still be in a call when this ends, and with
// what waits on the service's thread; so it does not own the service, which must end elsewhere.
struct Services::Session : workers::Session, std::enable_shared_from_this<Session> {
  Session(Pool* pool_in, Service* service_in) : pool(pool_in), service(service_in) {}

  void Send(Outgoing outgoing) override {
    if (outgoing.tasks.empty() && outgoing.withdrawn.empty()) return;
    service->After(absl::ZeroDuration(),
                   [self = shared_from_this(), out = std::move(outgoing)]() mutable {
                     self->Receive(std::move(out.tasks));
                     for (const std::string& token : out.withdrawn) self->Withdraw(token);
                   });
  }

  void Drained() override { drained.set_value(); }
  void Close(std::string_view) override {}

  // --- the service's thread ---
  void Receive(std::vector<TaskRequest> tasks) {
    if (stopped) return;
    std::vector<std::string> tokens;
    for (TaskRequest& task : tasks) {
      tokens.push_back(task.token);
      under_way.insert(task.token);
      const std::string& token = tokens.back();
      service->Start(std::move(task), [weak = weak_from_this(), token](Answer answer) {
        if (const auto self = weak.lock()) self->Finish(token, std::move(answer));
      });
    }
    std::erase_if(tokens, [this](const std::string& token) { return !under_way.contains(token); });
    if (tokens.empty()) return;
    service->After(kQuick, [weak = weak_from_this(), tokens = std::move(tokens)] {
      if (const auto self = weak.lock()) self->SayReceived(tokens);
    });
  }

  void SayReceived(const std::vector<std::string>& tokens) {
    std::vector<Answer> received;
    for (const std::string& token : tokens) {
      if (under_way.contains(token)) received.push_back({.token = token});
    }
    if (!received.empty()) pool->OnAnswers(id.get(), std::move(received));
  }

  void Finish(const std::string& token, Answer answer) {
    if (under_way.erase(token) == 0) return;
    ++(answer.kind == AnswerKind::kSuccess ? succeeded : failed);
    answer.token = token;
    answers.push_back(std::move(answer));
    if (answers.size() > 1) return;
    service->After(absl::ZeroDuration(), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Flush();
    });
  }

  // What one turn of the service's thread brought goes to the engine at once: it wakes loops.
  void Flush() {
    if (stopped) return;
    pool->OnAnswers(id.get(), std::exchange(answers, {}));
  }

  void Withdraw(const std::string& token) {
    if (under_way.erase(token) > 0) service->Cancel(token);
  }

  Pool* const pool;
  Service* const service;
  // Connect may have a task sent before it has told the number.
  std::promise<SessionId> connected;
  const std::shared_future<SessionId> id = connected.get_future().share();
  std::promise<void> drained;

  std::atomic<uint64_t> succeeded = 0;
  std::atomic<uint64_t> failed = 0;
  // The service's thread's.
  std::unordered_set<std::string> under_way;  // tokens
  std::vector<Answer> answers;                // that this turn brought
  bool stopped = false;
};

Services::Services(Pool* pool) : pool_(pool), process_(RandomUuid()) {}

Services::~Services() = default;

void Services::Connect(const std::string& queue, Service* service) {
  const CallParts call = *CallOf(queue);
  auto session = std::make_shared<Session>(pool_, service);
  sessions_[queue] = session;
  std::string error;
  const std::optional<SessionId> id =
      pool_->Connect({.instance = fmt::format("{}/{}", process_, ++connected_),
                      .worker_name = queue,
                      .queues = {queue},
                      .slots = Slots(*service, call.what)},
                     {}, session, &error);
  assert(id && "a queue of calls keeps the Pool's limits");
  session->connected.set_value(*id);
}

void Services::Add(const std::string& name, std::unique_ptr<Service> added) {
  std::lock_guard lock(mutex_);
  Service* const service = added.get();
  services_[name] = std::move(added);
  std::vector<std::string> waiting;
  for (const auto& [queue, session] : sessions_) {
    if (session == nullptr && CallOf(queue)->service == name) waiting.push_back(queue);
  }
  for (const std::string& queue : waiting) Connect(queue, service);
}

void Services::Serve(const std::string& queue) {
  const std::optional<CallParts> call = CallOf(queue);
  if (!call) return;
  std::lock_guard lock(mutex_);
  const auto [entry, fresh] = sessions_.try_emplace(queue);
  if (entry->second != nullptr || draining_) return;
  const auto service = services_.find(call->service);
  if (service != services_.end()) Connect(queue, service->second.get());
}

void Services::Resize(const std::string& name) {
  std::lock_guard lock(mutex_);
  for (const auto& [queue, session] : sessions_) {
    const CallParts call = *CallOf(queue);
    if (session == nullptr || call.service != name) continue;
    pool_->Resize(session->id.get(), Slots(*session->service, call.what));
  }
}

std::map<std::string, Services::Answered> Services::answered() const {
  std::lock_guard lock(mutex_);
  std::map<std::string, Answered> all;
  for (const auto& [queue, session] : sessions_) {
    if (session != nullptr) all[queue] = {session->succeeded, session->failed};
  }
  return all;
}

void Services::Drain(absl::Duration limit) {
  const auto deadline = SteadyNow() + absl::ToChronoNanoseconds(limit);
  std::map<std::string, std::shared_ptr<Session>> sessions;
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(draining_, true)) return;
    sessions = sessions_;
  }
  for (const auto& [queue, session] : sessions) {
    if (session != nullptr) pool_->Drain(session->id.get());
  }
  for (const auto& [queue, session] : sessions) {
    if (session != nullptr) session->drained.get_future().wait_until(deadline);
  }
}

void Services::Stop() {
  std::lock_guard lock(mutex_);
  for (const auto& [queue, session] : sessions_) {
    if (session == nullptr) continue;
    std::promise<void> stopped;
    session->service->After(absl::ZeroDuration(), [&stopped, &session = *session] {
      session.stopped = true;
      session.under_way.clear();
      stopped.set_value();
    });
    stopped.get_future().wait();
  }
}

}  // namespace workers
