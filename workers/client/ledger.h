// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a worker process owes the engine: every task it was given, from its arrival until its result
// is acknowledged. One per worker process; it outlives connections, and is what makes these
// promises true while the process lives:
//   - a function runs at most once per token;
//   - a result is kept until the engine acknowledges it, and offered again on every new connection;
//   - each token held is listed on a new connection before anything else is sent.
// Knows no transport: a connection takes answers out of it and puts what it hears into it. Any
// thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "workers/client/clock.h"
#include "workers/client/task.h"
#include "workers/task.h"

namespace workers {

class Ledger {
 public:
  // What is to be said to the engine next.
  struct Outbound {
    std::vector<Answer> answers;
    bool draining = false;  // say it, once per connection
  };

  struct Greeting {
    std::vector<Held> held;
    bool draining = false;
  };

  // `announce` is called, holding no lock, when a function began or ended or a heartbeat is due:
  // there is something new to say. Not from Receive, whose caller may be one that must not be
  // called back.
  explicit Ledger(std::function<SteadyTime()> clock, std::function<void()> announce = nullptr);

  // --- the connection ---
  // A new connection begins: what its hello says. Results beyond `bytes_max` are listed as running
  // and follow as ordinary answers, for a hello must fit into one message.
  Greeting Open(size_t bytes_max);
  // The connection ended: Wait returns nullopt until the next Open.
  void Close();
  // What is to be said, up to about `bytes_max`, at least one answer; blocks while there is
  // nothing.
  std::optional<Outbound> Wait(size_t bytes_max);
  // The same without blocking.
  Outbound Take(size_t bytes_max);

  void Receive(std::vector<Task> tasks);
  void Acknowledge(const std::string& token, AckOutcome outcome);
  void Withdraw(const std::string& token);

  // --- the threads that run functions ---
  // The next task to run, now begun; blocks until there is one; null after Abandon.
  std::shared_ptr<const Task> Begin();
  void Finish(const std::string& token, Result result);

  // --- time ---
  // Says the heartbeats that are due, and when the next one is. A task that asks for one every N
  // seconds gets it three times as often, so that one may be late.
  SteadyTime Heartbeat();
  // Does so whenever one is due, until Abandon.
  void KeepBeating();

  // --- the end ---
  void Drain();  // says so on this and every later connection
  // The engine's answer: no task will come on this connection. Wait returns nullopt once nothing is
  // held.
  void SetDrained();
  void WaitUntilFree();  // until Wait would return nullopt for that reason, or Abandon
  // Withdraws what runs, drops what waits, ends all waiting; says what held() was then, also when
  // called again.
  size_t Abandon();
  size_t held() const;  // tasks that the engine still counts on

 private:
  enum class Phase : uint8_t { kWaiting, kRunning, kFinished };
  struct Entry {
    std::shared_ptr<Task> task;
    Phase phase = Phase::kWaiting;
    Answer result;              // kFinished
    SteadyTime next_heartbeat;  // kRunning, when the task asks for heartbeats
  };
  using Entries = std::map<std::string, Entry>;

  // REQUIRES for all of these: mutex_ is held.
  void Forget(Entries::iterator entry);
  void WithdrawLocked(const std::string& token);
  void Say(Answer answer);
  Outbound TakeLocked(size_t bytes_max);
  bool SomethingToSay() const;
  size_t HeldLocked() const;
  bool Free() const { return drained_ && HeldLocked() == 0; }
  SteadyTime HeartbeatLocked(bool* said);

  const std::function<SteadyTime()> clock_;
  const std::function<void()> announce_;

  mutable std::mutex mutex_;
  std::condition_variable runnable_;  // waiting_, abandoned_
  std::condition_variable sayable_;   // outbox_, draining_, open_, Free()
  std::condition_variable timely_;    // a task with heartbeats began, abandoned_
  Entries entries_;
  std::deque<std::string> waiting_;  // tokens to begin; may name entries that are gone
  std::deque<Answer> outbox_;
  // The newest tokens that are over: a task that came twice is not run twice.
  std::deque<std::string> over_;
  std::unordered_set<std::string> over_set_;
  bool open_ = false;
  bool draining_ = false;
  bool drained_ = false;             // on this connection
  bool said_draining_ = false;       // on this connection
  std::optional<size_t> abandoned_;  // what was held then
};

}  // namespace workers
