// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The Pool knows which workers are connected, which queues they serve and how many more tasks each
// can take (its slots), and carries tasks and acknowledgements to them. It decides nothing about
// executions: which task gets a slot, what an answer means and when a task may be sent again is the
// partition's business.
//
//   partition ── Client::TakeSlot ──▶ (write the assignment) ── durable ──▶ Pool::Send{tasks} ──▶
//   session ──▶ worker worker ──▶ session ──▶ Pool::OnAnswers ──▶ Events::OnAnswers ──▶ partition
//   ── durable ──▶ Pool::Send{acks}
//
// Owned by the engine, which outlives every session. The engine's loops use one Client each (its
// fast path takes no lock); everything else is thread-safe. Transports (gRPC stream, in-process
// function) implement Session.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workers/task.h"

namespace workers {

// What is to be sent to one worker; transports merge what waits and cut messages at 1 MiB.
struct Outgoing {
  std::vector<TaskRequest> tasks;
  std::vector<Acknowledgement> acknowledgements;
  std::vector<std::string> withdrawn;  // tokens
  bool empty() const { return tasks.empty() && acknowledgements.empty() && withdrawn.empty(); }
};

// The transport's end of a connected worker. Send is called from any thread, must not block and
// must not call back into the Pool.
class Session {
 public:
  virtual ~Session() = default;
  virtual void Send(Outgoing outgoing) = 0;
  // After Drain: the last slot has come back, so no task can come any more. Acknowledgements still
  // may.
  virtual void Drained() = 0;
  // The engine replaces or ends this connection (a newer stream of the same instance came). Nothing
  // is sent after it.
  virtual void Close(std::string_view reason) = 0;
};

struct WorkerInfo {
  std::string instance;
  std::string worker_name;          // defaults to instance
  std::vector<std::string> queues;  // queue names
  uint32_t slots = 1;
};

// What the engine hears. Called on the transport's threads, OnSlot also on those of the engine;
// must only enqueue (the Pool may hold locks). For one session: OnConnected first, then OnAnswers
// in the order sent, then OnLost, never concurrently; OnSlot between the first and the last.
class Events {
 public:
  virtual ~Events() = default;
  // Before OnConnected: what the worker serves.
  virtual void OnServes(const std::vector<std::string>& /*queues*/) {}
  // `held` lists every token that the instance holds; each has taken one slot of the session.
  virtual void OnConnected(const Slot& worker, std::vector<Held> held) = 0;
  virtual void OnAnswers(SessionId session, std::vector<Answer> answers) = 0;
  virtual void OnLost(const Slot& worker) = 0;
  // A slot came free for `queue`, on which `partition` had been told to wait. The partition owns it
  // now.
  virtual void OnSlot(uint32_t partition, const std::string& queue, Slot slot) = 0;
};

class Pool {
 public:
  explicit Pool(Events* events);
  ~Pool();

  // --- transports ---
  // Registers a connection. Refused (nullopt and `error` set) when the info breaks a limit. Calls
  // OnConnected (and before it, for an older session of the same instance, Close and OnLost).
  std::optional<SessionId> Connect(const WorkerInfo& info, std::vector<Held> held,
                                   std::shared_ptr<Session> session, std::string* error);
  void OnAnswers(SessionId session, std::vector<Answer> answers);
  // No more tasks for it; it hears Drained when its last slot has come back.
  void Drain(SessionId session);
  void Disconnect(SessionId session);  // idempotent
  // From now on the session has so many slots; tasks that it has beyond them are finished.
  // REQUIRES: 1 to kSlotsMax.
  void Resize(SessionId session, uint32_t slots);

  // --- polls: whoever asks for one task and then asks again ---
  // A poll is a small record that waits in its queue behind earlier ones, beside the connections
  // that serve it, which come first. To the engine it is a session of kPollInstance with one slot,
  // on which it gets one task at most.
  // Called once at most, from the engine's threads: must be quick and not call back.
  using TakeTask = std::function<void(SessionId poll, TaskRequest task)>;
  // nullopt: `waiting_max` polls wait for this queue.
  std::optional<SessionId> Poll(const std::string& queue, const std::string& worker_name,
                                size_t waiting_max, TakeTask take);
  // Nobody waits for a task any more: one that is on its way goes back as not sent. False: it has
  // been handed over already, or will be at once.
  bool CancelPoll(SessionId poll);

  // --- the engine ---
  // Sends, or returns false when the session is gone: nothing was sent, and nothing will be.
  bool Send(SessionId session, Outgoing outgoing);
  // Gives a slot back; hands it on to a waiting partition (round-robin over partitions) when there
  // is one.
  void Return(SessionId session);

  // One loop's access; not synchronised, kept by that loop.
  class Client {
   public:
    explicit Client(Pool* pool);
    // A slot of some worker that serves `queue`, the least loaded of them in turn, or nullopt: then
    // `partition` waits and gets the next free slot by OnSlot (once per call that answered nullopt;
    // repeated calls do not add up). Takes no lock while slots are free.
    std::optional<Slot> TakeSlot(const std::string& queue, uint32_t partition);

   private:
    struct Directory;
    Pool* pool_;
    std::shared_ptr<const Directory> directory_;
    uint64_t version_ = 0;
    uint64_t turn_ = 0;
    friend class Pool;
  };

  // Connected workers and waiting polls per queue, for status and for clients that want to say "waits for a worker".
  size_t WorkersFor(const std::string& queue) const;
  // The same for all queues that have one, for status: takes the lock of who waits for a slot.
  struct Serving {
    uint32_t workers = 0;
    uint32_t free_slots = 0;  // of workers that serve several queues, counted for each
  };
  std::map<std::string, Serving> serving() const;
  size_t connected() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace workers
