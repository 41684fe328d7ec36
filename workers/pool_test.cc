// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/pool.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fmt/core.h"
#include "workers/fake_engine.h"
#include "workers/limits.h"

namespace workers {
namespace {

using Lines = std::vector<std::string>;

class PoolTest : public testing::Test {
 protected:
  SessionId Connect(const std::string& instance, std::vector<std::string> queues, uint32_t slots,
                    std::vector<Held> held = {}) {
    session_ = std::make_shared<FakeSession>();
    std::optional<SessionId> id =
        pool_.Connect({.instance = instance, .queues = std::move(queues), .slots = slots},
                      std::move(held), session_, &error_);
    return id.value_or(0);
  }
  // The instance whose slot was taken, or "waits".
  std::string Take(const std::string& queue, uint32_t partition = 0) {
    std::optional<Slot> slot = client_.TakeSlot(queue, partition);
    return slot ? slot->instance : "waits";
  }
  std::string Refused(const WorkerInfo& info, std::vector<Held> held = {}) {
    std::string error;
    EXPECT_FALSE(
        pool_.Connect(info, std::move(held), std::make_shared<FakeSession>(), &error).has_value());
    EXPECT_TRUE(engine_.Take().empty());
    return error;
  }

  FakeEngine engine_;
  Pool pool_{&engine_};
  Pool::Client client_{&pool_};
  std::shared_ptr<FakeSession> session_;  // of the last Connect
  std::string error_;
};

TEST(QueueName, AnActivityAndAFunctionOfOneNameHaveDifferentQueues) {
  EXPECT_EQ(ActivityQueue("pay"), "activity:pay");
  EXPECT_EQ(ActivityOf("activity:pay"), "pay");
  EXPECT_EQ(ActivityOf("pay"), std::nullopt);
}

TEST_F(PoolTest, AWorkerGivesAsManySlotsAsItHas) {
  Connect("w", {"pay"}, 2);

  EXPECT_EQ(Take("pay"), "w");
  EXPECT_EQ(Take("pay"), "w");
  EXPECT_EQ(Take("pay"), "waits");
}

TEST_F(PoolTest, TheSlotsOfAWorkerCountOverAllItsNames) {
  Connect("w", {"pay", "ship"}, 2);

  EXPECT_EQ(Take("pay"), "w");
  EXPECT_EQ(Take("ship"), "w");
  EXPECT_EQ(Take("pay"), "waits");
}

TEST_F(PoolTest, ANameListedTwiceCountsOnce) {
  Connect("w", {"pay", "pay"}, 1);

  EXPECT_EQ(pool_.WorkersFor("pay"), 1u);
  EXPECT_EQ(Take("pay"), "w");
  EXPECT_EQ(Take("pay"), "waits");
}

TEST_F(PoolTest, ASlotNamesTheSessionAndTheWorker) {
  std::string error;
  std::optional<SessionId> id =
      pool_.Connect({.instance = "i-1", .worker_name = "till 4", .queues = {"pay"}, .slots = 1}, {},
                    std::make_shared<FakeSession>(), &error);

  std::optional<Slot> slot = client_.TakeSlot("pay", 0);

  ASSERT_TRUE(id && slot);
  EXPECT_EQ(slot->session, *id);
  EXPECT_EQ(slot->instance, "i-1");
  EXPECT_EQ(slot->worker_name, "till 4");
}

// --- polls ---

class PollTest : public PoolTest {
 protected:
  // Its tasks go to `got`.
  SessionId Poll(const std::string& queue, const std::string& worker = "", size_t max = 10) {
    return pool_
        .Poll(queue, worker, max,
              [this](SessionId, TaskRequest task) { got_.push_back(task.token); })
        .value_or(0);
  }
  bool Send(SessionId session, const std::string& token) {
    Outgoing outgoing;
    outgoing.tasks.push_back({.token = token});
    return pool_.Send(session, std::move(outgoing));
  }
  Lines got_;
};

TEST_F(PollTest, APollIsOneSlotThatGetsOneTask) {
  const SessionId poll = Poll("pay", "till");
  const std::optional<Slot> slot = client_.TakeSlot("pay", 0);
  ASSERT_TRUE(slot);
  EXPECT_EQ(slot->session, poll);
  EXPECT_EQ(slot->instance, kPollInstance);
  EXPECT_EQ(slot->worker_name, "till");
  EXPECT_EQ(Take("pay"), "waits");

  EXPECT_TRUE(Send(poll, "t"));
  EXPECT_FALSE(Send(poll, "u"));
  pool_.Return(poll);  // its task is over
  EXPECT_EQ(got_, Lines{"t"});
  EXPECT_EQ(pool_.WorkersFor("pay"), 0u);
}

TEST_F(PollTest, WhoWaitsForASlotGetsThePollThatComes) {
  EXPECT_EQ(Take("pay", 3), "waits");
  Poll("pay");
  EXPECT_EQ(engine_.Take(), Lines{"slot p3 pay GetActivityTask"});
}

TEST_F(PollTest, AConnectedWorkerComesFirstAndPollsInOrder) {
  const SessionId older = Poll("pay");
  const SessionId newer = Poll("pay");
  Connect("w", {"pay"}, 1);
  EXPECT_EQ(Take("pay"), "w");
  EXPECT_EQ(client_.TakeSlot("pay", 0)->session, older);
  EXPECT_EQ(client_.TakeSlot("pay", 0)->session, newer);
}

TEST_F(PollTest, ASlotThatWasNotNeededGoesToWhoWaitsOrBackToItsPlace) {
  const SessionId older = Poll("pay");
  const SessionId newer = Poll("pay");
  EXPECT_EQ(client_.TakeSlot("pay", 0)->session, older);
  pool_.Return(older);
  EXPECT_EQ(client_.TakeSlot("pay", 0)->session, older);
  EXPECT_EQ(client_.TakeSlot("pay", 0)->session, newer);
  EXPECT_EQ(Take("pay", 5), "waits");
  pool_.Return(newer);
  EXPECT_EQ(engine_.Take(), Lines{"slot p5 pay GetActivityTask"});
}

TEST_F(PollTest, ACancelledPollGetsNothingAndSaysSo) {
  const SessionId waits = Poll("pay");
  EXPECT_TRUE(pool_.CancelPoll(waits));
  EXPECT_EQ(Take("pay"), "waits");
  const SessionId promised = Poll("pay");
  EXPECT_EQ(engine_.slots().back().session, promised);
  EXPECT_TRUE(pool_.CancelPoll(promised));
  EXPECT_FALSE(Send(promised, "t"));
  EXPECT_FALSE(pool_.CancelPoll(promised));
  EXPECT_TRUE(got_.empty());
}

TEST_F(PollTest, NoMoreThanSoManyWaitInAQueue) {
  EXPECT_NE(Poll("pay", "", 1), 0u);
  EXPECT_EQ(Poll("pay", "", 1), 0u);
  EXPECT_NE(Poll("ship", "", 1), 0u);
}

TEST_F(PollTest, NoWorkerMayPassForAPoll) {
  EXPECT_EQ(Refused({.instance = "GetActivityTask", .queues = {"pay"}, .slots = 1}),
            "the instance id must not be GetActivityTask, which stands for polls");
}

TEST_F(PoolTest, AReturnedSlotCanBeTakenAgain) {
  SessionId w = Connect("w", {"pay"}, 1);
  EXPECT_EQ(Take("pay"), "w");

  pool_.Return(w);

  EXPECT_EQ(Take("pay"), "w");
  EXPECT_EQ(Take("pay"), "waits");
}

TEST_F(PoolTest, EqualWorkersTakeTurns) {
  Connect("a", {"pay"}, 2);
  Connect("b", {"pay"}, 2);
  Connect("c", {"pay"}, 2);

  Lines taken;
  for (int i = 0; i < 6; ++i) taken.push_back(Take("pay"));

  std::sort(taken.begin(), taken.begin() + 3);
  std::sort(taken.begin() + 3, taken.end());
  EXPECT_EQ(taken, (Lines{"a", "b", "c", "a", "b", "c"}));
}

TEST_F(PoolTest, TheWorkerWithTheLargestFreeShareComesFirst) {
  Connect("small", {"pay"}, 2);
  Connect("large", {"pay"}, 8);

  int large = 0;
  for (int i = 0; i < 5; ++i) large += Take("pay") == "large";

  EXPECT_EQ(large, 4);
}

TEST_F(PoolTest, AClientSeesAWorkerThatConnectsLater) {
  EXPECT_EQ(Take("ship"), "waits");
  Connect("w", {"pay"}, 1);

  EXPECT_EQ(Take("pay"), "w");
}

TEST_F(PoolTest, AReturnedSlotGoesToThePartitionsThatWaitInTurn) {
  SessionId w = Connect("w", {"pay"}, 1);
  EXPECT_EQ(Take("pay", 0), "w");
  EXPECT_EQ(Take("pay", 7), "waits");
  EXPECT_EQ(Take("pay", 3), "waits");
  engine_.Take();

  pool_.Return(w);
  EXPECT_EQ(engine_.Take(), (Lines{"slot p7 pay w"}));
  EXPECT_EQ(Take("pay", 7), "waits");
  pool_.Return(w);
  EXPECT_EQ(engine_.Take(), (Lines{"slot p3 pay w"}));
  pool_.Return(w);
  EXPECT_EQ(engine_.Take(), (Lines{"slot p7 pay w"}));

  pool_.Return(w);
  EXPECT_EQ(engine_.Take(), Lines{});
  EXPECT_EQ(Take("pay", 1), "w");
}

TEST_F(PoolTest, WaitingTwiceGivesOneSlot) {
  SessionId w = Connect("w", {"pay"}, 2);
  EXPECT_EQ(Take("pay", 0), "w");
  EXPECT_EQ(Take("pay", 0), "w");
  EXPECT_EQ(Take("pay", 5), "waits");
  EXPECT_EQ(Take("pay", 5), "waits");
  engine_.Take();

  pool_.Return(w);
  pool_.Return(w);

  EXPECT_EQ(engine_.Take(), (Lines{"slot p5 pay w"}));
  EXPECT_EQ(Take("pay", 0), "w");
}

TEST_F(PoolTest, AReturnedSlotServesTheWorkersQueuesInTurn) {
  SessionId w = Connect("w", {"pay", "ship"}, 1);
  EXPECT_EQ(Take("pay", 0), "w");
  for (uint32_t partition : {1, 2}) {
    EXPECT_EQ(Take("pay", partition), "waits");
    EXPECT_EQ(Take("ship", partition), "waits");
  }
  engine_.Take();

  for (int i = 0; i < 4; ++i) pool_.Return(w);

  EXPECT_EQ(engine_.Take(),
            (Lines{"slot p1 pay w", "slot p1 ship w", "slot p2 pay w", "slot p2 ship w"}));
}

TEST_F(PoolTest, AWorkerThatConnectsServesThoseWhoWaitAsFarAsItsSlotsGo) {
  for (uint32_t partition : {4, 1, 9}) EXPECT_EQ(Take("pay", partition), "waits");

  Connect("w", {"pay"}, 2);

  EXPECT_EQ(engine_.Take(), (Lines{"connected w as w", "slot p4 pay w", "slot p1 pay w"}));
  pool_.Return(1);
  EXPECT_EQ(engine_.Take(), (Lines{"slot p9 pay w"}));
}

TEST_F(PoolTest, HeldTasksHaveTakenTheirSlots) {
  SessionId w = Connect("w", {"pay"}, 2, {{.token = "t1"}, {.token = "t2"}});
  EXPECT_EQ(engine_.Take(), (Lines{"connected w as w runs:t1 runs:t2"}));
  EXPECT_EQ(Take("pay", 6), "waits");

  pool_.Return(w);

  EXPECT_EQ(engine_.Take(), (Lines{"slot p6 pay w"}));
}

TEST_F(PoolTest, AWorkerThatHoldsMoreThanItsSlotsGetsNothingUntilItIsBelowThem) {
  SessionId w = Connect("w", {"pay"}, 1, {{.token = "t1"}, {.token = "t2"}, {.token = "t3"}});
  EXPECT_EQ(Take("pay", 6), "waits");
  engine_.Take();

  pool_.Return(w);
  pool_.Return(w);
  EXPECT_EQ(engine_.Take(), Lines{});

  pool_.Return(w);
  EXPECT_EQ(engine_.Take(), (Lines{"slot p6 pay w"}));
}

TEST_F(PoolTest, AFinishedHeldTaskArrivesWithItsResult) {
  Answer done{
      .token = "t1", .kind = AnswerKind::kSuccess, .output = std::make_shared<std::string>("7")};

  Connect("w", {"pay"}, 2, {{.token = "t1", .finished = done}});

  EXPECT_EQ(engine_.Take(), (Lines{"connected w as w finished:t1=7"}));
}

TEST_F(PoolTest, ANewerConnectionOfTheSameInstanceReplacesTheOlder) {
  SessionId older = Connect("w", {"pay"}, 1);
  std::shared_ptr<FakeSession> older_session = session_;
  EXPECT_EQ(Take("pay"), "w");
  engine_.Take();

  SessionId newer = Connect("w", {"pay"}, 1);

  EXPECT_EQ(engine_.Take(), (Lines{"lost w", "connected w as w"}));
  EXPECT_EQ(older_session->Take(),
            (Lines{"close a newer connection of the same worker instance replaced this one"}));
  EXPECT_FALSE(pool_.Send(older, {.withdrawn = {"t"}}));
  EXPECT_TRUE(pool_.Send(newer, {.withdrawn = {"t"}}));
  EXPECT_EQ(pool_.WorkersFor("pay"), 1u);
}

TEST_F(PoolTest, ASlotOfALostSessionIsVoid) {
  SessionId older = Connect("w", {"pay"}, 1);
  EXPECT_EQ(Take("pay"), "w");
  Connect("w", {"pay"}, 1);
  EXPECT_EQ(Take("pay"), "w");

  pool_.Return(older);

  EXPECT_EQ(Take("pay"), "waits");
}

TEST_F(PoolTest, TheOlderConnectionsEndDoesNotTouchTheNewer) {
  SessionId older = Connect("w", {"pay"}, 1);
  Connect("w", {"pay"}, 1);
  engine_.Take();

  pool_.Disconnect(older);

  EXPECT_EQ(engine_.Take(), Lines{});
  EXPECT_EQ(Take("pay"), "w");
}

TEST_F(PoolTest, DisconnectingTwiceIsHeardOnce) {
  SessionId w = Connect("w", {"pay"}, 1);
  engine_.Take();

  pool_.Disconnect(w);
  pool_.Disconnect(w);

  EXPECT_EQ(engine_.Take(), (Lines{"lost w"}));
  EXPECT_EQ(pool_.WorkersFor("pay"), 0u);
  EXPECT_EQ(Take("pay"), "waits");
}

TEST_F(PoolTest, NothingIsSentToALostSessionAndNothingHeardFromIt) {
  SessionId w = Connect("w", {"pay"}, 1);
  EXPECT_TRUE(pool_.Send(w, {.tasks = {{.token = "t1"}}}));
  pool_.Disconnect(w);
  engine_.Take();

  EXPECT_FALSE(pool_.Send(w, {.tasks = {{.token = "t2"}}}));
  pool_.OnAnswers(w, {{.token = "t1"}});

  EXPECT_EQ(session_->Take(), (Lines{"task t1"}));
  EXPECT_EQ(engine_.Take(), Lines{});
}

TEST_F(PoolTest, AnswersReachTheEngineInOrder) {
  SessionId w = Connect("w", {"pay"}, 1);
  engine_.Take();

  pool_.OnAnswers(w, {{.token = "t1"}, {.token = "t1", .kind = AnswerKind::kHeartbeat}});
  pool_.OnAnswers(w, {{.token = "t1", .kind = AnswerKind::kFailure, .error = "Declined"}});

  EXPECT_EQ(engine_.Take(), (Lines{"received t1", "heartbeat t1", "failure t1=Declined/-"}));
}

TEST_F(PoolTest, ADrainingWorkerGetsNoMoreTasksAndIsDrainedWithItsLastSlot) {
  SessionId w = Connect("w", {"pay"}, 2);
  EXPECT_EQ(Take("pay"), "w");

  pool_.Drain(w);

  EXPECT_EQ(Take("pay", 2), "waits");
  EXPECT_EQ(pool_.WorkersFor("pay"), 0u);
  EXPECT_TRUE(pool_.Send(w, {.acknowledgements = {{.token = "t1"}}}));
  EXPECT_EQ(session_->Take(), (Lines{"ack t1"}));
  engine_.Take();
  pool_.Return(w);
  EXPECT_EQ(session_->Take(), (Lines{"drained"}));
  EXPECT_EQ(Take("pay", 3), "waits");
  EXPECT_TRUE(pool_.Send(w, {.acknowledgements = {{.token = "t1"}}}));
  EXPECT_EQ(engine_.Take(), Lines{});
}

TEST_F(PoolTest, AnIdleWorkerThatDrainsIsDrainedAtOnce) {
  SessionId w = Connect("w", {"pay"}, 2);

  pool_.Drain(w);
  pool_.Drain(w);

  EXPECT_EQ(session_->Take(), (Lines{"drained"}));
}

TEST_F(PoolTest, AWorkerThatComesBackDrainedHandsInWhatItHolds) {
  SessionId w = Connect("w", {}, 3, {{.token = "t1"}});
  pool_.Drain(w);
  EXPECT_EQ(session_->Take(), Lines{});

  pool_.Return(w);

  EXPECT_EQ(session_->Take(), (Lines{"drained"}));
}

TEST_F(PoolTest, BadWorkersAreRefusedWithTheLimitTheyBroke) {
  EXPECT_EQ(Refused({.instance = ""}), "the instance id must have 1 to 128 bytes, not 0");
  EXPECT_EQ(Refused({.instance = std::string(129, 'x')}),
            "the instance id must have 1 to 128 bytes, not 129");
  EXPECT_EQ(Refused({.instance = "w", .worker_name = std::string(257, 'x')}),
            "the worker's name must have at most 256 bytes, not 257");
  EXPECT_EQ(Refused({.instance = "w", .queues = std::vector<std::string>(1001, "q")}),
            "a worker serves at most 1000 functions and activities, not 1001");
  EXPECT_EQ(Refused({.instance = "w", .queues = {""}}),
            "a function or activity name must have 1 to 160 bytes, not 0");
  EXPECT_EQ(Refused({.instance = "w", .slots = 0}), "slots must be 1 to 100000, not 0");
  EXPECT_EQ(Refused({.instance = "w", .slots = 100'001}), "slots must be 1 to 100000, not 100001");
  EXPECT_EQ(Refused({.instance = "w"}, {{.token = ""}}),
            "a held token must have 1 to 64 bytes, not 0");
  EXPECT_EQ(Refused({.instance = "w"}, {{.token = "t"}, {.token = "t"}}),
            "a token is listed twice as held");
}

TEST_F(PoolTest, ARefusedConnectionLeavesTheOlderOneAlone) {
  Connect("w", {"pay"}, 1);
  engine_.Take();

  Refused({.instance = "w", .slots = 0});

  EXPECT_EQ(Take("pay"), "w");
}

using PoolDeathTest = PoolTest;

TEST_F(PoolDeathTest, ASlotGivenBackTwiceStopsTheProcess) {
  SessionId w = Connect("w", {"pay"}, 1);

  EXPECT_DEATH(pool_.Return(w), "a slot was given back twice");
}

}  // namespace
}  // namespace workers
