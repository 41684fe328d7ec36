// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/client/ledger.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "fmt/core.h"
#include "workers/client/utf8.h"

namespace workers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() { ledger_.Open(1 << 20); }

  static Task MakeTask(const std::string& token, uint32_t heartbeat_s = 0) {
    return Task{.token = token, .function = "pay", .heartbeat_s = heartbeat_s};
  }
  void Receive(const std::string& token, uint32_t heartbeat_s = 0) {
    ledger_.Receive({MakeTask(token, heartbeat_s)});
  }
  // Begins the next task and says its token. REQUIRES: one waits.
  std::string Begin() {
    running_ = ledger_.Begin();
    return running_->token;
  }
  static std::string Text(const Answer& answer) {
    switch (answer.kind) {
      case AnswerKind::kReceived:
        return "received " + answer.token;
      case AnswerKind::kHeartbeat:
        return "heartbeat " + answer.token;
      case AnswerKind::kSuccess:
        return "success " + answer.token + "=" + *answer.output;
      case AnswerKind::kFailure:
        return fmt::format("failure {}={}/{}", answer.token, *answer.error, *answer.cause);
    }
    return "?";
  }
  // Everything that is to be said, as one line.
  std::string Said(size_t bytes_max = 1 << 20) {
    Ledger::Outbound out = ledger_.Take(bytes_max);
    std::string line;
    for (const Answer& answer : out.answers) line += (line.empty() ? "" : ", ") + Text(answer);
    return line + (out.draining ? " draining" : "");
  }
  std::string Reconnect(size_t bytes_max = 1 << 20) {
    ledger_.Close();
    Ledger::Greeting greeting = ledger_.Open(bytes_max);
    std::string line;
    for (const Held& held : greeting.held) {
      line += (line.empty() ? "" : ", ") +
              (held.finished ? Text(*held.finished) : "runs " + held.token);
    }
    return line + (greeting.draining ? " draining" : "");
  }

  SteadyTime now_;
  Ledger ledger_{[this] { return now_; }};
  std::shared_ptr<const Task> running_;
};

TEST_F(LedgerTest, ATaskIsSaidToBeReceivedWhenItBegins) {
  Receive("t1");
  EXPECT_EQ(Said(), "");

  EXPECT_EQ(Begin(), "t1");

  EXPECT_EQ(Said(), "received t1");
}

TEST_F(LedgerTest, TasksBeginInTheOrderTheyCame) {
  ledger_.Receive({MakeTask("b"), MakeTask("a")});
  Receive("c");

  EXPECT_EQ(Begin(), "b");
  EXPECT_EQ(Begin(), "a");
  EXPECT_EQ(Begin(), "c");
}

TEST_F(LedgerTest, AResultIsKeptAndOfferedAgainUntilItIsAcknowledged) {
  Receive("t1");
  Begin();
  ledger_.Finish("t1", Result::Success("7"));
  EXPECT_EQ(Said(), "received t1, success t1=7");

  EXPECT_EQ(Reconnect(), "success t1=7");
  EXPECT_EQ(Reconnect(), "success t1=7");
  ledger_.Acknowledge("t1", AckOutcome::kAccepted);

  EXPECT_EQ(Reconnect(), "");
  EXPECT_EQ(ledger_.held(), 0u);
}

TEST_F(LedgerTest, EveryOutcomeEndsAFinishedTask) {
  for (AckOutcome outcome : {AckOutcome::kAccepted, AckOutcome::kAlreadyAnswered,
                             AckOutcome::kNoLongerWanted, AckOutcome::kRefused}) {
    const std::string token = "t" + std::to_string(static_cast<int>(outcome));
    Receive(token);
    Begin();
    ledger_.Finish(token, Result::Fail("E", "c"));

    ledger_.Acknowledge(token, outcome);
  }

  EXPECT_EQ(ledger_.held(), 0u);
}

TEST_F(LedgerTest, WhatRunsAndWhatWaitsIsListedAndReceivedIsSaidAgain) {
  Receive("t1");
  Receive("t2");
  Begin();

  EXPECT_EQ(Reconnect(), "runs t1, runs t2");
  EXPECT_EQ(Said(), "received t1");
}

TEST_F(LedgerTest, AnAnswerThatTheLastConnectionDidNotTakeIsNotSentTwice) {
  Receive("t1");
  Begin();
  ledger_.Finish("t1", Result::Fail("Declined", "no money"));

  EXPECT_EQ(Reconnect(), "failure t1=Declined/no money");
  EXPECT_EQ(Said(), "");
}

TEST_F(LedgerTest, ResultsThatDoNotFitIntoTheHelloFollowIt) {
  for (const char* token : {"a", "b"}) {
    Receive(token);
    Begin();
    ledger_.Finish(token, Result::Success(std::string(100, '1')));
  }

  EXPECT_EQ(Reconnect(150), "success a=" + std::string(100, '1') + ", runs b");
  EXPECT_EQ(Said(), "success b=" + std::string(100, '1'));
}

TEST_F(LedgerTest, ATokenRunsOnceHoweverOftenItComes) {
  Receive("t1");
  Receive("t1");
  Begin();
  Receive("t1");
  ledger_.Finish("t1", Result::Success("7"));
  EXPECT_EQ(Said(), "received t1, success t1=7");

  Receive("t1");
  EXPECT_EQ(Said(), "success t1=7");
  ledger_.Acknowledge("t1", AckOutcome::kAccepted);
  Receive("t1");

  Receive("t2");
  EXPECT_EQ(Begin(), "t2");
}

TEST_F(LedgerTest, AnAcceptedReceivedDoesNotEndATaskThatRuns) {
  Receive("t1");
  Begin();

  ledger_.Acknowledge("t1", AckOutcome::kAccepted);

  EXPECT_FALSE(running_->withdrawn());
  EXPECT_EQ(Reconnect(), "runs t1");
}

TEST_F(LedgerTest, AWithdrawnTaskThatWaitsNeverBegins) {
  Receive("t1");
  Receive("t2");

  ledger_.Withdraw("t1");

  EXPECT_EQ(Begin(), "t2");
  EXPECT_EQ(Reconnect(), "runs t2");
}

TEST_F(LedgerTest, AWithdrawnTaskThatRunsIsToldAndItsResultDropped) {
  Receive("t1");
  Begin();
  Said();

  ledger_.Withdraw("t1");
  EXPECT_TRUE(running_->withdrawn());
  EXPECT_EQ(Reconnect(), "");
  ledger_.Finish("t1", Result::Success("7"));

  EXPECT_EQ(Said(), "");
  EXPECT_EQ(ledger_.held(), 0u);
}

TEST_F(LedgerTest, AWithdrawnTaskWakesItsFunctionThatWaits) {
  Receive("t1");
  Begin();
  bool withdrawn = false;
  std::thread waiting([&] { withdrawn = running_->WaitUntilWithdrawn(std::chrono::hours(1)); });

  ledger_.Withdraw("t1");
  waiting.join();

  EXPECT_TRUE(withdrawn);
}

TEST_F(LedgerTest, ATaskThatNobodyWithdrawsLetsItsFunctionWaitToTheEnd) {
  Receive("t1");
  Begin();

  EXPECT_FALSE(running_->WaitUntilWithdrawn(milliseconds(1)));
}

TEST_F(LedgerTest, AnAnswerNoLongerWantedWithdrawsTheTask) {
  Receive("t1");
  Begin();

  ledger_.Acknowledge("t1", AckOutcome::kNoLongerWanted);

  EXPECT_TRUE(running_->withdrawn());
}

TEST_F(LedgerTest, AWithdrawnResultIsForgotten) {
  Receive("t1");
  Begin();
  ledger_.Finish("t1", Result::Success("7"));

  ledger_.Withdraw("t1");

  EXPECT_EQ(Reconnect(), "");
}

TEST_F(LedgerTest, MessagesAreCutButHoldAtLeastOneAnswer) {
  for (const char* token : {"a", "b", "c"}) {
    Receive(token);
    Begin();
    ledger_.Finish(token, Result::Success(std::string(100, '1')));
  }
  Reconnect(0);

  EXPECT_EQ(Said(10).substr(0, 10), "success a=");
  EXPECT_EQ(ledger_.Take(250).answers.size(), 2u);
}

TEST_F(LedgerTest, HeartbeatsComeThreeTimesAsOftenAsAskedFor) {
  Receive("t1", 30);
  Begin();
  Said();

  EXPECT_EQ(ledger_.Heartbeat(), now_ + seconds(10));
  EXPECT_EQ(Said(), "");
  now_ += seconds(10);
  EXPECT_EQ(ledger_.Heartbeat(), now_ + seconds(10));
  EXPECT_EQ(Said(), "heartbeat t1");
  now_ += seconds(25);
  ledger_.Heartbeat();
  EXPECT_EQ(Said(), "heartbeat t1");
}

TEST_F(LedgerTest, OnlyTasksThatRunAndAreWantedBeat) {
  for (const char* token : {"ends", "withdrawn", "waits"}) Receive(token, 3);
  Receive("silent");
  Begin();
  Begin();
  ledger_.Finish("ends", Result::Success("1"));
  ledger_.Withdraw("withdrawn");
  Said();

  now_ += seconds(5);
  ledger_.Heartbeat();

  EXPECT_EQ(Said(), "");
}

TEST_F(LedgerTest, HeartbeatsDoNotPileUpWithoutAConnection) {
  Receive("t1", 3);
  Begin();
  Said();
  ledger_.Close();

  now_ += seconds(5);
  ledger_.Heartbeat();

  EXPECT_EQ(Said(), "");
}

TEST_F(LedgerTest, DrainingIsSaidOncePerConnection) {
  ledger_.Drain();
  EXPECT_EQ(Said(), " draining");
  EXPECT_EQ(Said(), "");

  EXPECT_EQ(Reconnect(), " draining");
  EXPECT_EQ(Said(), "");
}

TEST_F(LedgerTest, ADrainedConnectionIsOverWhenNothingIsHeld) {
  for (const char* token : {"t1", "t2", "t3"}) Receive(token);
  Begin();
  Begin();
  ledger_.Finish("t1", Result::Success("7"));
  ledger_.Drain();
  ledger_.SetDrained();

  EXPECT_TRUE(ledger_.Wait(1 << 20).has_value());
  ledger_.Withdraw("t2");  // runs on, but nobody counts on it
  ledger_.Withdraw("t3");
  std::thread acknowledging([&] { ledger_.Acknowledge("t1", AckOutcome::kAccepted); });
  EXPECT_FALSE(ledger_.Wait(1 << 20).has_value());
  acknowledging.join();
}

TEST_F(LedgerTest, AbandonEndsEveryWait) {
  Receive("t1");
  Begin();
  std::thread beating([&] { ledger_.KeepBeating(); });
  std::thread working([&] { EXPECT_EQ(ledger_.Begin(), nullptr); });
  std::thread speaking([&] {
    while (ledger_.Wait(1 << 20)) {
    }
  });

  ledger_.Abandon();
  for (std::thread* thread : {&beating, &working, &speaking}) thread->join();

  EXPECT_TRUE(running_->withdrawn());
}

TEST_F(LedgerTest, AFailureIsSaidInUtf8WhateverTheFunctionSaid) {
  const std::pair<const char*, const char*> rows[] = {
      {"plain", "plain"},
      {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\x89", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\x89"},
      {"caf\xe9", "caf\xef\xbf\xbd"},
      {"\xc3", "\xef\xbf\xbd"},
      {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd"},
      {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},  // a surrogate
      {"\xc0\x80", "\xef\xbf\xbd\xef\xbf\xbd"},                  // overlong
      {"a\xff"
       "b",
       "a\xef\xbf\xbd"
       "b"},
  };
  for (const auto& [said, heard] : rows) EXPECT_EQ(ValidUtf8(said), heard);

  Receive("t1");
  Begin();
  ledger_.Finish("t1", Result::Fail("Caf\xe9", "\xff"));
  const std::vector<Answer> answers = ledger_.Wait(1 << 20)->answers;
  EXPECT_EQ(answers.back().error, "Caf\xef\xbf\xbd");
  EXPECT_EQ(answers.back().cause, "\xef\xbf\xbd");
}

TEST_F(LedgerTest, AClosedConnectionSaysNothing) {
  Receive("t1");
  Begin();
  ledger_.Close();

  EXPECT_FALSE(ledger_.Wait(1 << 20).has_value());
}

}  // namespace
}  // namespace workers
