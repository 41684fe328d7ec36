// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Many loops take and return slots while workers connect, drain, are replaced and disconnect. Two
// things must hold whatever the interleaving: never more slots of a session are out than it has,
// and nobody waits while a slot is free. Each loop runs the way the engine's do: it has
// work for a few queues, takes what it gets, and otherwise blocks until OnSlot. A lost wake-up
// therefore shows as a test that does not end (the test's own limit then fails it).
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "workers/pool.h"

namespace workers {
namespace {

constexpr uint32_t kLoops = 4;
constexpr int kTasksPerLoop = 50'000;
constexpr std::array kQueues = {"pay", "ship", "mail"};

// Counts the slots that are out, per session. A session's count is fixed when it connects, before
// it gives any.
class Ledger {
 public:
  void Grant(SessionId session, int64_t slots) {
    std::lock_guard lock(mutex_);
    granted_[session] = slots;
  }
  void Out(SessionId session) {
    std::lock_guard lock(mutex_);
    ASSERT_TRUE(granted_.contains(session)) << "a slot of a session the engine never heard of";
    ASSERT_LE(++out_[session], granted_[session]) << "session " << session;
  }
  // Before Return, so that whoever gets the slot next counts after this.
  void Back(SessionId session) {
    std::lock_guard lock(mutex_);
    ASSERT_GE(--out_[session], 0);
  }

 private:
  std::mutex mutex_;
  std::map<SessionId, int64_t> granted_;
  std::map<SessionId, int64_t> out_;
};

class Loops : public Events {
 public:
  void OnConnected(const Slot& worker, std::vector<Held>) override {
    ledger.Grant(worker.session, slots_per_worker);
  }
  void OnAnswers(SessionId, std::vector<Answer>) override {}
  void OnLost(const Slot&) override { ++lost; }
  void OnSlot(uint32_t partition, const std::string& queue, Slot slot) override {
    ledger.Out(slot.session);
    ++offered;
    Inbox& inbox = inboxes[partition];
    std::lock_guard lock(inbox.mutex);
    inbox.offers.emplace_back(queue, std::move(slot));
    inbox.changed.notify_one();
  }

  // The next offer; nullopt when `done` or after a time that only a lost wake-up takes.
  std::optional<std::pair<std::string, Slot>> NextOffer(uint32_t partition) {
    Inbox& inbox = inboxes[partition];
    std::unique_lock lock(inbox.mutex);
    inbox.changed.wait_for(lock, std::chrono::seconds(60),
                           [&] { return !inbox.offers.empty() || done.load(); });
    if (inbox.offers.empty()) return std::nullopt;
    auto offer = std::move(inbox.offers.front());
    inbox.offers.pop_front();
    return offer;
  }
  void Finish() {
    done = true;
    for (Inbox& inbox : inboxes) {
      std::lock_guard lock(inbox.mutex);
      inbox.changed.notify_all();
    }
  }

  struct Inbox {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::pair<std::string, Slot>> offers;
  };
  int64_t slots_per_worker = 3;  // set before the first worker connects
  std::array<Inbox, kLoops> inboxes;
  Ledger ledger;
  std::atomic<int> lost = 0;
  std::atomic<int> offered = 0;
  std::atomic<bool> done = false;
};

class Deaf : public Session {
 public:
  void Send(Outgoing) override {}
  void Drained() override { drained = true; }
  void Close(std::string_view) override {}
  std::atomic<bool> drained = false;
};

// Comes and goes until told to stop; `steady` serves all queues for the whole test, so that work
// always goes on.
void ComeAndGo(Pool* pool, const std::string& instance, uint32_t seed, std::atomic<bool>* stop) {
  std::mt19937 draw(seed);
  std::string error;
  std::vector<SessionId> mine;
  while (!stop->load()) {
    WorkerInfo info{.instance = instance + std::to_string(draw() % 2),
                    .queues = {kQueues[draw() % kQueues.size()], kQueues[draw() % kQueues.size()]},
                    .slots = 3};
    std::optional<SessionId> id = pool->Connect(info, {}, std::make_shared<Deaf>(), &error);
    ASSERT_TRUE(id.has_value()) << error;
    mine.push_back(*id);
    if (draw() % 3 == 0) pool->Drain(*id);
    if (draw() % 2 == 0) pool->Disconnect(mine[draw() % mine.size()]);
    std::this_thread::yield();
  }
  for (SessionId id : mine) pool->Disconnect(id);
}

class Loop {
 public:
  Loop(Pool* pool, Loops* loops, uint32_t partition)
      : pool_(pool), loops_(loops), partition_(partition), client_(pool), draw_(partition + 100) {}

  void Work() {
    for (int i = 0; i < kTasksPerLoop; ++i) {
      std::optional<SessionId> slot = Obtain(kQueues[draw_() % kQueues.size()]);
      ASSERT_TRUE(slot) << "partition " << partition_ << " waits for ever at task " << i;
      pool_->Send(*slot, {});
      running_.push_back(*slot);
      while (running_.size() > draw_() % 3) GiveBackOldest();
    }
    while (!running_.empty()) GiveBackOldest();
  }

  // Offers that were promised while there was work go back, until no loop works any more.
  void PassOn() {
    while (auto offer = loops_->NextOffer(partition_)) GiveBack(offer->second.session);
  }

 private:
  std::optional<SessionId> Obtain(const std::string& queue) {
    if (std::optional<Slot> slot = client_.TakeSlot(queue, partition_)) {
      loops_->ledger.Out(slot->session);
      return slot->session;
    }
    // Whoever waits holds nothing, or the loops could wait for each other.
    while (!running_.empty()) GiveBackOldest();
    while (auto offer = loops_->NextOffer(partition_)) {
      if (offer->first == queue) return offer->second.session;
      GiveBack(offer->second.session);
    }
    return std::nullopt;
  }
  void GiveBack(SessionId session) {
    loops_->ledger.Back(session);
    pool_->Return(session);
  }
  void GiveBackOldest() {
    GiveBack(running_.front());
    running_.pop_front();
  }

  Pool* const pool_;
  Loops* const loops_;
  const uint32_t partition_;
  Pool::Client client_;
  std::mt19937 draw_;
  std::deque<SessionId> running_;
};

// Runs every loop to its end and collects the slots that are still promised to one that has ended.
void RunLoops(Pool* pool, Loops* loops) {
  std::atomic<uint32_t> working = kLoops;
  std::vector<std::thread> threads;
  for (uint32_t i = 0; i < kLoops; ++i) {
    threads.emplace_back([&, i] {
      Loop loop(pool, loops, i);
      loop.Work();
      if (--working == 0) loops->Finish();
      loop.PassOn();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// A slot given back may be promised to another loop that has ended: at most once per loop and
// queue.
void CollectPromised(Pool* pool, Loops* loops) {
  for (size_t round = 0; round <= kLoops * kQueues.size(); ++round) {
    for (uint32_t i = 0; i < kLoops; ++i) Loop(pool, loops, i).PassOn();
  }
}

class PoolStress : public testing::Test {
 protected:
  void ConnectSteady(uint32_t slots) {
    loops_.slots_per_worker = slots;
    std::string error;
    steady_id_ = pool_.Connect(
        {.instance = "steady", .queues = {kQueues.begin(), kQueues.end()}, .slots = slots}, {},
        steady_, &error);
    ASSERT_TRUE(steady_id_.has_value()) << error;
  }
  void ExpectEverySlotCameBack() {
    CollectPromised(&pool_, &loops_);
    pool_.Drain(*steady_id_);
    EXPECT_TRUE(steady_->drained) << "not every slot came back";
    EXPECT_GT(loops_.offered, 100) << "the loops hardly ever waited: this run proves little";
  }

  Loops loops_;
  Pool pool_{&loops_};
  std::shared_ptr<Deaf> steady_ = std::make_shared<Deaf>();
  std::optional<SessionId> steady_id_;
};

// The race itself, over and over: one loop returns the only slot while another asks for it. Later
// calls would repair a wake-up that was lost, so the check is made after each pair of calls.
TEST_F(PoolStress, WhoeverAsksWhileTheOnlySlotComesBackGetsIt) {
  constexpr int kRounds = 20'000;
  constexpr int kGiveUp = kRounds + 1;
  ConnectSteady(1);
  Pool::Client client(&pool_);
  ASSERT_TRUE(client.TakeSlot(kQueues[0], 0).has_value());
  loops_.ledger.Out(*steady_id_);
  std::atomic<int> returned = 0;
  std::atomic<int> round = 0;
  std::thread returner([&] {
    for (int i = 1; i <= kRounds; ++i) {
      while (round.load() < i) std::this_thread::yield();
      if (round.load() == kGiveUp) return;
      loops_.ledger.Back(*steady_id_);
      pool_.Return(*steady_id_);
      returned = i;
    }
  });

  for (int i = 1; i <= kRounds; ++i) {
    const int offered = loops_.offered;
    round = i;
    // Moves the moment of asking over the time that a Return takes.
    for (int spin = 0; spin < i % 64; ++spin) (void)round.load();
    const bool taken = client.TakeSlot(kQueues[0], 0).has_value();
    if (taken) loops_.ledger.Out(*steady_id_);
    while (returned.load() < i) std::this_thread::yield();
    if (taken || loops_.offered > offered) continue;
    ADD_FAILURE() << "forgotten in round " << i;
    round = kGiveUp;
    break;
  }
  returner.join();
}

TEST_F(PoolStress, OneSlotServesAllLoops) {
  ConnectSteady(1);

  RunLoops(&pool_, &loops_);

  ExpectEverySlotCameBack();
}

TEST_F(PoolStress, SlotsAreNeverExceededWhileWorkersComeAndGo) {
  ConnectSteady(3);
  std::atomic<bool> stop = false;
  std::vector<std::thread> comers;
  for (uint32_t i = 0; i < 2; ++i) {
    comers.emplace_back(ComeAndGo, &pool_, "w" + std::to_string(i) + "-", i, &stop);
  }

  RunLoops(&pool_, &loops_);
  stop = true;
  for (std::thread& thread : comers) thread.join();

  ExpectEverySlotCameBack();
  EXPECT_GT(loops_.lost, 0);
}

}  // namespace
}  // namespace workers
