// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/held_wakes.h"

#include <gtest/gtest.h>

#include <mutex>
#include <optional>
#include <thread>

namespace engine {
namespace {

// A thread that sleeps until it has been told; a wake that is lost hangs the test.
class Sleeping {
 public:
  Sleeping() : thread_([this] { Sleep(); }) {}
  ~Sleeping() { thread_.join(); }

  void Tell() {
    {
      std::lock_guard lock(mutex_);
      told_ = true;
    }
    HeldWakes::Notify(sleeper_);
  }

 private:
  void Sleep() {
    std::unique_lock lock(mutex_);
    sleeper_->wait(lock, [this] { return told_; });
  }

  const Sleeper sleeper_ = std::make_shared<std::condition_variable>();
  std::mutex mutex_;
  bool told_ = false;  // guarded by mutex_
  std::thread thread_;
};

TEST(HeldWakes, WhoIsNotifiedWakesAtOnceOrWhenTheyAreReleasedOrOver) {
  Sleeping().Tell();

  std::optional<Sleeping> released(std::in_place), over(std::in_place);
  {
    HeldWakes wakes;
    released->Tell();
    released->Tell();
    wakes.Release();
    released.reset();
    over->Tell();
  }
  over.reset();
}

TEST(HeldWakes, WhoIsNotifiedIsKeptOnceAndMayBeGoneOtherwise) {
  const Sleeper sleeper = std::make_shared<std::condition_variable>();
  HeldWakes::Notify(sleeper);
  EXPECT_EQ(sleeper.use_count(), 1) << "nothing holds wakes yet";

  HeldWakes wakes;
  HeldWakes::Notify(sleeper);
  HeldWakes::Notify(sleeper);
  EXPECT_EQ(sleeper.use_count(), 2);
  wakes.Release();
  EXPECT_EQ(sleeper.use_count(), 1);
  HeldWakes::Notify(std::make_shared<std::condition_variable>());
}

}  // namespace
}  // namespace engine
