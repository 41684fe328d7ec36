// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One queue that drives one state machine: takes messages as far as there is room, starts an
// execution for each, keeps them invisible as long as they are in hand, and deletes them when their
// ack is due. Everything happens on the transport's thread; nothing is kept but in memory, for the
// queue and the names of executions say all that a new process must know.
//
//             ┌── a group's earlier message is in hand (FIFO)
//   received ─┴▶ kWaiting ─▶ kStarting ─▶ [kRunning: ack succeeded] ─▶ kDeleting ─▶ gone
//                    │            │              │ failed
//                    └────────────┴──────────────┴─▶ kReturning (visible again) ─▶ gone
//
// A message whose time is over before anything could be done for it (the connection is cut) is
// forgotten: the queue hands it out again, and its execution is found by its name.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/source_board.h"
#include "engine/sources/executions.h"
#include "engine/sources/message.h"
#include "engine/sources/options.h"
#include "workers/aws/client.h"
#include "workers/aws/http_transport.h"

namespace engine::sources {

inline constexpr absl::Duration kTick = absl::Milliseconds(250);
inline constexpr absl::Duration kLookAtQueue = absl::Seconds(10);
inline constexpr int kPollsMax = 8;  // receives under way, when each of them comes back full

// Owned by Sources. Start and Stop: any thread, each once; the rest is private to the transport's.
// What it is given outlives it.
class Source : public std::enable_shared_from_this<Source> {
 public:
  Source(Options options, Executions* executions, workers::aws::Client* client,
         workers::aws::HttpTransport* transport, SourceBoard* board);

  void Start();
  // Takes nothing more; `done` is called, on the transport's thread, when what has begun with the
  // queue is over.
  void Stop(std::function<void()> done);

 private:
  using Time = std::chrono::steady_clock::time_point;
  enum class Stage : uint8_t { kWaiting, kStarting, kRunning, kDeleting, kReturning };
  struct Held {
    Stage stage = Stage::kWaiting;
    uint64_t delivery = 0;  // tells it from a later one of the same message
    std::string handle;
    Time deadline;  // it becomes visible to others then
    bool extending = false;
    int64_t receive_count = 1;
    std::string group;  // FIFO; empty: none
    Reading reading;
    Executions::Ticket ticket;
  };
  using Id = std::string;  // of a message
  // A call's part that a batch is made of.
  struct Entry {
    Id id;
    uint64_t delivery;
    absl::Duration visibility;  // of those that change it
  };

  // Later on the transport's thread, unless this is gone then.
  void Later(absl::Duration delay, std::function<void()> task);
  Held* Find(const Id& id, uint64_t delivery);  // null: gone, or another delivery

  // --- receiving (source.cc) ---
  void Tick();
  void FindQueue();
  void LookAtQueue();
  void Receive();
  // How many messages may be asked for now; else says why not in state_.
  int Room();
  void OnReceived(workers::aws::ApiResult result, int asked);
  void Take(workers::aws::SqsMessage message);
  void Failing(const std::string& what);
  void Publish();
  void FinishStop();

  // --- one message (source_messages.cc) ---
  void Begin(const Id& id, Held& held);
  void Spoilt(const Id& id, Held& held);
  void OnStarted(const Id& id, uint64_t delivery, const StartOutcome& outcome);
  void OnEnded(const Id& id, uint64_t delivery, bool succeeded);
  void CountOpen(ExecutionNumber execution);
  void Delete(const Id& id, Held& held);
  // And those of its group that wait behind it.
  void HandBack(const Id& id, absl::Duration delay);
  void Gone(const Id& id);  // deleted: the group's next one may begin
  // Its time is over, and so is that of those behind it in its group.
  void Forget(const Id& id);
  std::vector<Id> TakeOutOfGroup(const Id& id);  // with those that wait behind it

  // --- calls in batches (source_batches.cc) ---
  // Leaves out of `entries` what is gone; then one for each.
  std::vector<std::string> HandlesOf(std::vector<Entry>& entries);
  std::vector<workers::aws::VisibilityChange> ChangesOf(std::vector<Entry>& entries);
  void FlushSoon();
  void OnDeleted(const Entry& entry, const std::string& handle, bool deleted, bool for_good);
  void Flush();
  void SendDeletes(std::vector<Entry> entries);
  void SendReturns(std::vector<Entry> entries);
  void ExtendVisibility();
  void SendExtensions(std::vector<Entry> entries, Time asked_at);
  void OnExtended(const std::vector<Entry>& entries, Time asked_at,
                  const workers::aws::BatchResult& batch);

  const Options options_;
  Executions& executions_;
  workers::aws::Client& client_;
  workers::aws::HttpTransport& transport_;
  SourceBoard& board_;

  std::string queue_url_;  // empty: not found yet
  std::string state_ = "starting";
  SourceStatus told_;  // counts and what the queue said
  uint64_t deliveries_ = 0;
  std::map<Id, Held> held_;
  std::map<std::string, std::deque<Id>> groups_;        // FIFO: in order, the first one is at work
  std::map<ExecutionNumber, Executions::Ticket> open_;  // ack started with a limit of them
  std::set<uint64_t> polls_;                            // calls
  int polls_wanted_ = 1;
  size_t asked_for_ = 0;  // messages, by the polls
  Time not_before_{};     // of the next receive, after a failure
  absl::Duration pause_ = absl::ZeroDuration();
  absl::Duration wait_;  // of the next receive
  Time look_at_{};
  bool finding_ = false;
  std::vector<Entry> deletes_, returns_;
  bool flush_soon_ = false;
  size_t calls_ = 0;  // batches under way
  bool stopping_ = false;
  std::function<void()> stopped_;
};

}  // namespace engine::sources
