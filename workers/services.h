// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Tasks that the engine's own process carries out by calling something elsewhere: a function at a
// Lambda endpoint, a queue of SQS. To the engine each queue of calls ("call:SERVICE:WHAT", see
// CallQueue) is one more worker of the Pool, with as many slots as may be called at once; so what
// exceeds them waits as a row like every other task, never in a thread.
//
//   partition ── TakeSlot("call:lambda:pay") ──▶ Services::Serve connects a session for the queue
//   Pool::Send ──▶ Service::Start ──▶ … ──▶ done(Answer) ──▶ Pool::OnAnswers
//
// Everything a Service does happens on one thread, its own. What was being called when the process
// dies has an unknown outcome: each process is a new worker instance, so the engine never believes
// that a task of the last one had not been received.
//
// Owned by the engine. Serve, Add and the sessions' Send: any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "workers/pool.h"

namespace workers {

class Service {
 public:
  // On the service's thread, also within Start; once, or never after Cancel. Fills in what came of
  // the task, kSuccess or kFailure; the token is set by who hears it.
  using Done = std::function<void(Answer)>;

  virtual ~Service() = default;
  // Runs `task` on the service's thread, those without a delay in order.
  virtual void After(absl::Duration delay, std::function<void()> task) = 0;
  // How many tasks of the queue "call:SERVICE:WHAT" are carried out at once. Any thread.
  virtual uint32_t SlotsFor(std::string_view what) const = 0;
  // Begins the task and does not block. On the service's thread.
  virtual void Start(TaskRequest task, Done done) = 0;
  // The task is no longer wanted: its time is over, or its execution. On the service's thread.
  virtual void Cancel(const std::string& token) = 0;
};

class Services {
 public:
  explicit Services(Pool* pool);
  ~Services();

  // Carries out the tasks of "call:NAME:…". REQUIRES: no service has that name.
  void Add(const std::string& name, std::unique_ptr<Service> service);
  // Makes sure that the queue has its session, now or when its service is added; cheap when it has.
  void Serve(const std::string& queue);
  // What came of the tasks of each queue that has its session, since this process started.
  struct Answered {
    uint64_t succeeded = 0;
    uint64_t failed = 0;
  };
  std::map<std::string, Answered> answered() const;
  // Asks the service again how many slots each of its queues has.
  void Resize(const std::string& name);
  // Takes no more tasks and waits until what is under way is answered, or the time is over.
  void Drain(absl::Duration limit);
  // From now on nobody is told anything. REQUIRES: nothing is sent any more.
  void Stop();

 private:
  struct Session;
  // REQUIRES: mutex_ is held.
  void Connect(const std::string& queue, Service* service);

  Pool* const pool_;
  const std::string process_;  // the part of the instance that no other process has
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::map<std::string, std::unique_ptr<Service>, std::less<>> services_;
  std::map<std::string, std::shared_ptr<Session>> sessions_;  // by queue; null: no service yet
  uint64_t connected_ = 0;
  bool draining_ = false;
};

}  // namespace workers
