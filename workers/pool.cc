// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A connection counts its free slots in one atomic. TakeSlot walks an immutable directory (queue →
// connections), which each Client caches and renews when its version moved, and takes from the
// least loaded. Only when it finds nothing does it take the lock and wait in the queue. No wake-up
// is lost, because both sides write before they look:
//
//   TakeSlot, nothing free:  queue.waiting += 1, then look at every connection's free slots again
//   Return:                  connection.free += 1, then look at `waiting` of the connection's
//   queues
//
// (sequentially consistent, so one of the two sees the other; both then act under the lock). While
// partitions wait, a returned slot is handed to the first of them and never shows as free, so
// nobody can overtake it.
//
// Locks, in order: membership (connects, drains and disconnects, one at a time, so that events
// about an instance are never out of order) → waiting → the engine's inboxes. `sessions` and
// Connection::order are leaves.
#include "workers/pool.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "fmt/core.h"
#include "workers/limits.h"

namespace workers {
namespace {

// The free slots of a connection that takes no more tasks: nothing can be taken, whatever is still
// given back.
constexpr int64_t kClosed = INT64_MIN / 2;
// Sessions that are polls.
constexpr SessionId kPollBit = SessionId{1} << 63;
// How many connections with free slots TakeSlot compares.
constexpr size_t kComparedMax = 16;

struct Connection;

struct Queue {
  explicit Queue(std::string queue_name) : name(std::move(queue_name)) {}

  const std::string name;
  std::atomic<size_t> waiting = 0;  // partitions.size()
  // Guarded by State::waiting.
  std::deque<uint32_t> partitions;  // that wait, longest first, each once
  std::vector<std::shared_ptr<Connection>> connections;
  std::set<SessionId> polls;  // that wait, oldest first
};

struct PollRecord {
  std::shared_ptr<Queue> queue;
  std::string worker_name;
  Pool::TakeTask take;

  Slot MakeSlot(SessionId id) const { return {id, std::string(kPollInstance), worker_name}; }
};

struct Connection {
  Connection(SessionId id_in, const WorkerInfo& info, int64_t free_slots,
             std::shared_ptr<Session> session_in)
      : id(id_in),
        instance(info.instance),
        worker_name(info.worker_name.empty() ? info.instance : info.worker_name),
        slots(info.slots),
        session(std::move(session_in)),
        free(free_slots) {}

  Slot MakeSlot() const { return Slot{id, instance, worker_name}; }

  bool TryTake() {
    int64_t seen = free.load();
    while (seen > 0) {
      if (free.compare_exchange_weak(seen, seen - 1)) return true;
    }
    return false;
  }

  bool AnyoneWaiting() const {
    return std::any_of(queues.begin(), queues.end(),
                       [](const auto& queue) { return queue->waiting.load() > 0; });
  }

  const SessionId id;
  const std::string instance;
  const std::string worker_name;
  std::atomic<int64_t> slots;
  const std::shared_ptr<Session> session;
  std::vector<std::shared_ptr<Queue>> queues;  // constant once connected

  std::atomic<int64_t> free;          // below 0 when it came back holding more than its slots
  std::atomic<bool> leaving = false;  // takes no more tasks; written under State::waiting
  std::atomic<bool> over = false;     // nothing is sent any more

  size_t turn = 0;  // guarded by State::waiting: the queue to serve next

  std::mutex order;   // held while the engine hears of this session
  bool lost = false;  // guarded by order
};

// The least loaded of a few connections that have a free slot, beginning at `turn`; its slot is
// taken.
Connection* TakeFrom(const std::vector<std::shared_ptr<Connection>>& connections, uint64_t turn) {
  const size_t count = connections.size();
  for (;;) {
    Connection* best = nullptr;
    int64_t best_free = 0;
    size_t compared = 0;
    for (size_t i = 0; i < count && compared < kComparedMax; ++i) {
      Connection* candidate = connections[(turn + i) % count].get();
      const int64_t free = candidate->free.load();
      if (free <= 0) continue;
      ++compared;
      if (best == nullptr || free * best->slots > best_free * candidate->slots) {
        best = candidate;
        best_free = free;
      }
    }
    if (best == nullptr) return nullptr;
    if (best->TryTake()) return best;
  }
}

std::string Problem(const WorkerInfo& info, const std::vector<Held>& held) {
  if (info.instance.empty() || info.instance.size() > kInstanceBytesMax) {
    return fmt::format("the instance id must have 1 to {} bytes, not {}", kInstanceBytesMax,
                       info.instance.size());
  }
  if (info.worker_name.size() > kWorkerNameBytesMax) {
    return fmt::format("the worker's name must have at most {} bytes, not {}", kWorkerNameBytesMax,
                       info.worker_name.size());
  }
  if (info.queues.size() > kQueuesPerWorkerMax) {
    return fmt::format("a worker serves at most {} functions and activities, not {}",
                       kQueuesPerWorkerMax, info.queues.size());
  }
  if (info.instance == kPollInstance) {
    return fmt::format("the instance id must not be {}, which stands for polls", kPollInstance);
  }
  for (const std::string& queue : info.queues) {
    if (queue.empty() || queue.size() > kQueueNameBytesMax) {
      return fmt::format("a function or activity name must have 1 to {} bytes, not {}",
                         kQueueNameBytesMax, queue.size());
    }
  }
  if (info.slots < 1 || info.slots > kSlotsMax) {
    return fmt::format("slots must be 1 to {}, not {}", kSlotsMax, info.slots);
  }
  if (held.size() > kHeldMax) {
    return fmt::format("a worker holds at most {} tasks, not {}", kHeldMax, held.size());
  }
  std::unordered_set<std::string_view> tokens;
  for (const Held& task : held) {
    if (task.token.empty() || task.token.size() > kTokenBytesMax) {
      return fmt::format("a held token must have 1 to {} bytes, not {}", kTokenBytesMax,
                         task.token.size());
    }
    if (!tokens.insert(task.token).second) return "a token is listed twice as held";
  }
  return "";
}

}  // namespace

struct Pool::Client::Directory {
  std::unordered_map<std::string, std::vector<std::shared_ptr<Connection>>> connections;
};

struct Pool::State {
  explicit State(Events* engine) : events(engine) {}

  std::shared_ptr<Connection> Find(SessionId session);
  void Renew(Client* client);
  std::optional<Slot> TakeOrWait(const std::string& queue, uint32_t partition);
  std::shared_ptr<Queue> QueueNamed(const std::string& name);
  void Join(const std::shared_ptr<Connection>& connection);
  void Leave(const std::shared_ptr<Connection>& connection);
  void Lose(const std::shared_ptr<Connection>& connection);
  void DrainedWhenIdle(Connection* connection);
  void GiveToFirst(Queue* queue, Slot slot);
  bool HandOn(Connection* connection);
  void OfferFree(Connection* connection);
  std::optional<Slot> TakePoll(Queue* queue);
  bool SendToPoll(SessionId poll, Outgoing outgoing);
  void ReturnPoll(SessionId poll);

  Events* const events;

  std::atomic<uint64_t> version =
      1;  // of the directory: moves with every change of Queue::connections

  std::mutex membership;
  SessionId last_id = 0;                                           // guarded by membership
  std::map<std::string, std::shared_ptr<Connection>> by_instance;  // guarded by membership

  std::mutex sessions_mutex;
  std::unordered_map<SessionId, std::shared_ptr<Connection>> sessions;  // guarded by sessions_mutex

  std::mutex waiting;
  std::unordered_map<std::string, std::shared_ptr<Queue>> queues;  // guarded by waiting
  std::shared_ptr<const Client::Directory> directory;              // guarded by waiting
  uint64_t directory_version = 0;                                  // guarded by waiting
  uint64_t turn = 0;                                               // guarded by waiting
  SessionId last_poll = kPollBit;                                  // guarded by waiting
  // Those that wait, and those that have been promised a task.
  std::unordered_map<SessionId, PollRecord> polls;  // guarded by waiting
};

std::shared_ptr<Connection> Pool::State::Find(SessionId session) {
  std::lock_guard lock(sessions_mutex);
  auto it = sessions.find(session);
  return it == sessions.end() ? nullptr : it->second;
}

// The directory is made when someone asks for it: a thousand workers that connect at once cost one
// copy, not a thousand.
void Pool::State::Renew(Client* client) {
  std::lock_guard lock(waiting);
  const uint64_t now = version.load();
  if (directory_version != now) {
    auto fresh = std::make_shared<Client::Directory>();
    for (const auto& [name, queue] : queues) {
      if (!queue->connections.empty()) fresh->connections.emplace(name, queue->connections);
    }
    directory = std::move(fresh);
    directory_version = now;
  }
  client->directory_ = directory;
  client->version_ = now;
}

std::shared_ptr<Queue> Pool::State::QueueNamed(const std::string& name) {
  std::shared_ptr<Queue>& queue = queues[name];
  if (queue == nullptr) queue = std::make_shared<Queue>(name);
  return queue;
}

// REQUIRES: waiting is held, the slot is taken, someone waits.
void Pool::State::GiveToFirst(Queue* queue, Slot slot) {
  const uint32_t partition = queue->partitions.front();
  queue->partitions.pop_front();
  queue->waiting.store(queue->partitions.size());
  events->OnSlot(partition, queue->name, std::move(slot));
}

// REQUIRES: waiting is held.
std::optional<Slot> Pool::State::TakePoll(Queue* queue) {
  if (queue->polls.empty()) return std::nullopt;
  const SessionId id = queue->polls.extract(queue->polls.begin()).value();
  return polls.at(id).MakeSlot(id);
}

bool Pool::State::SendToPoll(SessionId poll, Outgoing outgoing) {
  if (outgoing.tasks.empty()) return true;  // what else there is to say, a poll does not hear
  TakeTask take;
  {
    std::lock_guard lock(waiting);
    auto record = polls.extract(poll);
    if (record.empty()) return false;
    take = std::move(record.mapped().take);
  }
  assert(outgoing.tasks.size() == 1 && "a poll has one slot");
  take(poll, std::move(outgoing.tasks.front()));
  return true;
}

// Its slot was not needed: it waits again, in its old place. When its task is over, it is gone.
void Pool::State::ReturnPoll(SessionId poll) {
  std::lock_guard lock(waiting);
  auto record = polls.find(poll);
  if (record == polls.end()) return;
  Queue* queue = record->second.queue.get();
  if (queue->partitions.empty()) {
    queue->polls.insert(poll);
  } else {
    GiveToFirst(queue, record->second.MakeSlot(poll));
  }
}

// Gives one slot that is not free to who waits for it, the connection's queues in turn; false when
// nobody does or the connection takes no more tasks. REQUIRES: waiting is held.
bool Pool::State::HandOn(Connection* connection) {
  if (connection->leaving.load()) return false;
  const size_t count = connection->queues.size();
  for (size_t i = 0; i < count; ++i) {
    Queue* queue = connection->queues[(connection->turn + i) % count].get();
    if (queue->partitions.empty()) continue;
    connection->turn = (connection->turn + i + 1) % count;
    GiveToFirst(queue, connection->MakeSlot());
    return true;
  }
  return false;
}

// Who waits longer is served first, so a slot found here may go to somebody else. A partition that
// waits already is served by OnSlot like the others, never by the answer: its earlier promise
// stands.
std::optional<Slot> Pool::State::TakeOrWait(const std::string& name, uint32_t partition) {
  std::lock_guard lock(waiting);
  std::shared_ptr<Queue> queue = QueueNamed(name);
  std::deque<uint32_t>& partitions = queue->partitions;
  const bool promised =
      std::find(partitions.begin(), partitions.end(), partition) != partitions.end();
  if (!promised) {
    partitions.push_back(partition);
    queue->waiting.store(partitions.size());
  }
  while (!partitions.empty()) {
    Connection* connection = TakeFrom(queue->connections, turn++);
    std::optional<Slot> slot =
        connection != nullptr ? connection->MakeSlot() : TakePoll(queue.get());
    if (!slot) return std::nullopt;
    if (partitions.front() == partition && !promised) {
      partitions.pop_front();
      queue->waiting.store(partitions.size());
      return slot;
    }
    GiveToFirst(queue.get(), *std::move(slot));
  }
  return std::nullopt;
}

// REQUIRES: waiting is held.
void Pool::State::OfferFree(Connection* connection) {
  while (!connection->leaving.load() && connection->AnyoneWaiting() && connection->TryTake()) {
    HandOn(connection);
  }
}

void Pool::State::Join(const std::shared_ptr<Connection>& connection) {
  std::lock_guard lock(waiting);
  for (const std::shared_ptr<Queue>& queue : connection->queues) {
    queue->connections.push_back(connection);
  }
  version.fetch_add(1);
  OfferFree(connection.get());
}

// REQUIRES: membership is held (a queue that goes must not be one that a new connection is about to
// join).
void Pool::State::Leave(const std::shared_ptr<Connection>& connection) {
  std::lock_guard lock(waiting);
  connection->leaving.store(true);
  for (const std::shared_ptr<Queue>& queue : connection->queues) {
    std::erase(queue->connections, connection);
    if (queue->connections.empty() && queue->partitions.empty() && queue->polls.empty()) {
      queues.erase(queue->name);
    }
  }
  version.fetch_add(1);
}

// REQUIRES: membership is held.
void Pool::State::Lose(const std::shared_ptr<Connection>& connection) {
  connection->over.store(true);
  connection->free.store(kClosed);
  Leave(connection);
  {
    std::lock_guard lock(sessions_mutex);
    sessions.erase(connection->id);
  }
  by_instance.erase(connection->instance);
  std::lock_guard lock(connection->order);
  connection->lost = true;
  events->OnLost(connection->MakeSlot());
}

// Decided by one exchange: it succeeds only while nobody has a slot, and then nobody can
// get one.
void Pool::State::DrainedWhenIdle(Connection* connection) {
  int64_t idle = connection->slots;
  if (!connection->free.compare_exchange_strong(idle, kClosed)) return;
  connection->session->Drained();
}

Pool::Pool(Events* events) : state_(std::make_unique<State>(events)) {}

Pool::~Pool() {
  // Queues and connections own each other.
  for (auto& [name, queue] : state_->queues) queue->connections.clear();
}

std::optional<SessionId> Pool::Connect(const WorkerInfo& info, std::vector<Held> held,
                                       std::shared_ptr<Session> session, std::string* error) {
  *error = Problem(info, held);
  if (!error->empty()) return std::nullopt;

  std::lock_guard member(state_->membership);
  if (auto older = state_->by_instance.find(info.instance); older != state_->by_instance.end()) {
    std::shared_ptr<Connection> replaced = older->second;
    if (!replaced->over.exchange(true)) {
      replaced->session->Close("a newer connection of the same worker instance replaced this one");
    }
    state_->Lose(replaced);
  }

  const int64_t free = int64_t{info.slots} - static_cast<int64_t>(held.size());
  auto connection = std::make_shared<Connection>(++state_->last_id, info, free, std::move(session));
  {
    std::lock_guard lock(state_->waiting);
    std::unordered_set<std::string_view> seen;
    for (const std::string& name : info.queues) {
      if (seen.insert(name).second) connection->queues.push_back(state_->QueueNamed(name));
    }
  }
  state_->by_instance[info.instance] = connection;
  {
    std::lock_guard lock(state_->sessions_mutex);
    state_->sessions[connection->id] = connection;
  }
  // Before anybody can take a slot of it, so that the engine knows every session it is given a slot
  // of.
  state_->events->OnServes(info.queues);
  state_->events->OnConnected(connection->MakeSlot(), std::move(held));
  state_->Join(connection);
  return connection->id;
}

void Pool::OnAnswers(SessionId session, std::vector<Answer> answers) {
  std::shared_ptr<Connection> connection = state_->Find(session);
  if (connection == nullptr) return;
  std::lock_guard lock(connection->order);
  if (!connection->lost) state_->events->OnAnswers(session, std::move(answers));
}

void Pool::Drain(SessionId session) {
  std::lock_guard member(state_->membership);
  std::shared_ptr<Connection> connection = state_->Find(session);
  if (connection == nullptr || connection->leaving.load()) return;
  state_->Leave(connection);
  state_->DrainedWhenIdle(connection.get());
}

void Pool::Disconnect(SessionId session) {
  std::lock_guard member(state_->membership);
  if (std::shared_ptr<Connection> connection = state_->Find(session)) state_->Lose(connection);
}

// Free slots move by the difference, below 0 if need be: then the next that come back are not
// handed on.
void Pool::Resize(SessionId session, uint32_t slots) {
  std::lock_guard member(state_->membership);
  std::shared_ptr<Connection> connection = state_->Find(session);
  if (connection == nullptr || connection->leaving.load()) return;
  const int64_t more = int64_t{slots} - connection->slots.load();
  // Free ones never outnumber the slots, at no moment: Return looks.
  if (more <= 0) {
    connection->free.fetch_add(more);
    connection->slots.store(slots);
    return;
  }
  connection->slots.store(slots);
  connection->free.fetch_add(more);
  std::lock_guard lock(state_->waiting);
  state_->OfferFree(connection.get());
}

std::optional<SessionId> Pool::Poll(const std::string& name, const std::string& worker_name,
                                    size_t waiting_max, TakeTask take) {
  std::lock_guard lock(state_->waiting);
  std::shared_ptr<Queue> queue = state_->QueueNamed(name);
  if (queue->polls.size() >= waiting_max) return std::nullopt;
  const SessionId id = ++state_->last_poll;
  const PollRecord& record =
      state_->polls.emplace(id, PollRecord{queue, worker_name, std::move(take)}).first->second;
  if (queue->partitions.empty()) {
    queue->polls.insert(id);
  } else {
    state_->GiveToFirst(queue.get(), record.MakeSlot(id));
  }
  return id;
}

bool Pool::CancelPoll(SessionId poll) {
  std::lock_guard lock(state_->waiting);
  auto record = state_->polls.find(poll);
  if (record == state_->polls.end()) return false;
  record->second.queue->polls.erase(poll);
  state_->polls.erase(record);
  return true;
}

bool Pool::Send(SessionId session, Outgoing outgoing) {
  if ((session & kPollBit) != 0) return state_->SendToPoll(session, std::move(outgoing));
  std::shared_ptr<Connection> connection = state_->Find(session);
  if (connection == nullptr || connection->over.load()) return false;
  connection->session->Send(std::move(outgoing));
  return true;
}

void Pool::Return(SessionId session) {
  if ((session & kPollBit) != 0) return state_->ReturnPoll(session);
  std::shared_ptr<Connection> connection = state_->Find(session);
  if (connection == nullptr) return;
  // One that holds more than its slots (below 0) first has to come down to them.
  if (connection->free.load() >= 0 && connection->AnyoneWaiting()) {
    std::lock_guard lock(state_->waiting);
    if (state_->HandOn(connection.get())) return;
  }
  const int64_t free = connection->free.fetch_add(1) + 1;
  assert(free <= connection->slots && "a slot was given back twice");
  if (connection->leaving.load()) {
    state_->DrainedWhenIdle(connection.get());
  } else if (connection->AnyoneWaiting()) {
    std::lock_guard lock(state_->waiting);
    state_->OfferFree(connection.get());
  }
}

Pool::Client::Client(Pool* pool) : pool_(pool) {}

std::optional<Slot> Pool::Client::TakeSlot(const std::string& queue, uint32_t partition) {
  State* state = pool_->state_.get();
  if (version_ != state->version.load()) state->Renew(this);
  if (auto it = directory_->connections.find(queue); it != directory_->connections.end()) {
    if (Connection* connection = TakeFrom(it->second, turn_++)) return connection->MakeSlot();
  }
  return state->TakeOrWait(queue, partition);
}

size_t Pool::WorkersFor(const std::string& queue) const {
  std::lock_guard lock(state_->waiting);
  auto it = state_->queues.find(queue);
  if (it == state_->queues.end()) return 0;
  return it->second->connections.size() + it->second->polls.size();
}

std::map<std::string, Pool::Serving> Pool::serving() const {
  std::lock_guard lock(state_->waiting);
  std::map<std::string, Serving> all;
  for (const auto& [name, queue] : state_->queues) {
    if (queue->connections.empty() && queue->polls.empty()) continue;
    Serving& serving = all[name];
    serving.workers = serving.free_slots = static_cast<uint32_t>(queue->polls.size());
    for (const std::shared_ptr<Connection>& connection : queue->connections) {
      ++serving.workers;
      serving.free_slots += static_cast<uint32_t>(std::max<int64_t>(connection->free.load(), 0));
    }
  }
  return all;
}

size_t Pool::connected() const {
  std::lock_guard lock(state_->sessions_mutex);
  return state_->sessions.size();
}

}  // namespace workers
