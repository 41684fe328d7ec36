// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/credential_keeper.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <future>

namespace workers::aws {
namespace {

constexpr int64_t kStart = 1792411200;

class CredentialKeeperTest : public testing::Test {
 protected:
  // The keeper reads the time when it has an answer.
  absl::Time Now() {
    const absl::Time now = absl::FromUnixSeconds(seconds_);  // before anybody is told
    if (std::this_thread::get_id() != test_) {
      const std::lock_guard lock(mutex_);
      ++taken_;
      changed_.notify_all();
    }
    return now;
  }
  void Advance(absl::Duration time) { seconds_ += absl::ToInt64Seconds(time); }

  static Credentials Key(const std::string& id, std::optional<absl::Time> expires = {}) {
    return {id, Secret("s"), {}, expires};
  }

  // What the source answers next; it waits until there is something.
  void Answer(absl::StatusOr<Credentials> answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
    changed_.notify_all();
  }
  // Waits until the source has been asked so often.
  void AwaitAsked(int times) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ >= times; });
  }
  // Waits until the keeper has taken so many answers: the next Get sees them.
  void AwaitTaken(int answers) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return taken_ >= answers; });
  }
  int asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  // The id of the credentials, or what is wrong.
  static std::string Id(const CredentialKeeper::Answer& answer) {
    return answer.ok() ? (*answer)->access_key_id : std::string(answer.status().message());
  }
  std::future<std::string> Ask() {
    auto id = std::make_shared<std::promise<std::string>>();
    keeper_->Get([id](const CredentialKeeper::Answer& answer) { id->set_value(Id(answer)); });
    return id->get_future();
  }
  std::string Get() { return Ask().get(); }

  absl::StatusOr<Credentials> Resolve() {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !answers_.empty(); });
    absl::StatusOr<Credentials> answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }

  std::atomic<int64_t> seconds_ = kStart;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<absl::StatusOr<Credentials>> answers_;
  int asked_ = 0;
  int taken_ = 0;
  const std::thread::id test_ = std::this_thread::get_id();
  std::unique_ptr<CredentialKeeper> keeper_ =
      std::make_unique<CredentialKeeper>([this] { return Resolve(); }, [this] { return Now(); });
};

TEST_F(CredentialKeeperTest, WhatDoesNotExpireIsAskedForOnce) {
  Answer(Key("A"));
  EXPECT_EQ(Get(), "A");
  Advance(absl::Hours(1000));
  EXPECT_EQ(Get(), "A");
  EXPECT_EQ(asked(), 1);
}

TEST_F(CredentialKeeperTest, NewOnesAreAskedForBeforeTheOldExpireAndNobodyWaits) {
  Answer(Key("A", Now() + absl::Hours(1)));
  EXPECT_EQ(Get(), "A");
  Advance(absl::Minutes(44));
  EXPECT_EQ(Get(), "A");
  EXPECT_EQ(asked(), 1);

  Advance(absl::Minutes(1));
  EXPECT_EQ(Get(), "A");
  AwaitAsked(2);
  EXPECT_EQ(Get(), "A");  // the question is under way
  Answer(Key("B", Now() + absl::Hours(1)));
  Advance(absl::Minutes(14));
  EXPECT_EQ(Get(), "B");  // one minute before A expires it counts no more
  EXPECT_EQ(asked(), 2);
}

TEST_F(CredentialKeeperTest, ShortLivedOnesAreRenewedAtHalfTheirLife) {
  Answer(Key("A", Now() + absl::Minutes(10)));
  EXPECT_EQ(Get(), "A");
  Advance(absl::Minutes(4));
  EXPECT_EQ(Get(), "A");
  EXPECT_EQ(asked(), 1);
  Advance(absl::Minutes(1));
  EXPECT_EQ(Get(), "A");
  AwaitAsked(2);
  Answer(Key("B"));
}

TEST_F(CredentialKeeperTest, AFailedRenewalIsTriedAgainAMinuteLaterWhileTheOldOnesAreGood) {
  Answer(Key("A", Now() + absl::Hours(1)));
  EXPECT_EQ(Get(), "A");
  Advance(absl::Minutes(50));
  Answer(absl::UnavailableError("down"));
  EXPECT_EQ(Get(), "A");
  AwaitTaken(2);

  Advance(absl::Seconds(59));
  EXPECT_EQ(Get(), "A");
  EXPECT_EQ(asked(), 2);
  Advance(absl::Seconds(1));
  EXPECT_EQ(Get(), "A");
  AwaitAsked(3);
  Advance(absl::Minutes(9));
  std::future<std::string> waiting = Ask();  // before the answer: after it, it would be asked again
  Answer(absl::UnavailableError("still down"));
  EXPECT_EQ(waiting.get(), "still down");
}

TEST_F(CredentialKeeperTest, AllWhoWaitGetTheSameAnswer) {
  std::future<std::string> first = Ask();
  std::future<std::string> second = Ask();
  AwaitAsked(1);
  Answer(absl::UnavailableError("down"));
  EXPECT_EQ(first.get(), "down");
  EXPECT_EQ(second.get(), "down");
  Answer(Key("A"));
  EXPECT_EQ(Get(), "A");
}

TEST_F(CredentialKeeperTest, WhatAServiceRefusedAsExpiredIsNotGivenOutAgain) {
  Answer(Key("A"));
  EXPECT_EQ(Get(), "A");
  std::shared_ptr<const Credentials> refused;
  keeper_->Get([&](const CredentialKeeper::Answer& answer) { refused = *answer; });
  Answer(Key("B"));
  keeper_->Discard(refused);
  EXPECT_EQ(Get(), "B");
  keeper_->Discard(refused);  // somebody else learns of it late
  EXPECT_EQ(Get(), "B");
}

TEST_F(CredentialKeeperTest, ClosingTellsThoseWhoWait) {
  std::future<std::string> waiting = Ask();
  AwaitAsked(1);
  std::thread closing([this] { keeper_.reset(); });
  Answer(absl::UnavailableError("down"));
  const std::string answer = waiting.get();
  closing.join();
  EXPECT_TRUE(answer == "down" || answer == "the client is closing") << answer;
}

}  // namespace
}  // namespace workers::aws
