// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// For tests: a transport whose time moves when a test says so and whose answers a test gives. Tasks
// that are due run on the thread that calls RunDue or Advance, which plays the transport's thread.
// Posting is thread-safe, for the credential keeper's thread posts too.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "workers/aws/http_transport.h"

namespace workers::aws {

class FakeTransport : public HttpTransport {
 public:
  uint64_t Send(HttpRequest request, Done done) override {
    const std::lock_guard lock(mutex_);
    news_ = true;
    changed_.notify_all();
    sent_.push_back({std::move(request), std::move(done)});
    return sent_.size();
  }
  void Cancel(uint64_t id) override {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ += "cancel " + std::to_string(id) + " ";
    }
    if (id > 0) Answer(id, HttpFailure{HttpFailureKind::kCancelled, true, "cancelled"});
  }
  void After(absl::Duration delay, std::function<void()> task) override {
    const std::lock_guard lock(mutex_);
    tasks_.emplace(now_ + absl::ToChronoNanoseconds(delay), std::move(task));
    news_ = true;
    changed_.notify_all();
  }
  std::chrono::steady_clock::time_point Now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }

  // Runs what is due until nothing is.
  void RunDue() {
    while (std::function<void()> task = TakeDue()) task();
  }
  void Advance(absl::Duration time) {
    {
      const std::lock_guard lock(mutex_);
      now_ += absl::ToChronoNanoseconds(time);
    }
    RunDue();
  }
  // Runs what is due, and what other threads post, until `over` says so.
  template <typename Over>
  void RunUntil(Over over) {
    for (RunDue(); !over(); RunDue()) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return std::exchange(news_, false); });
    }
  }
  // The same until `count` requests were sent in all; the last of these.
  HttpRequest AwaitSent(size_t count) {
    RunUntil([&] { return sent() >= count; });
    const std::lock_guard lock(mutex_);
    return sent_[count - 1].request;
  }
  // To request number `id`, from 1; nothing when it has been answered.
  void Answer(uint64_t id, HttpResult result) {
    Done done;
    {
      const std::lock_guard lock(mutex_);
      done = std::exchange(sent_[id - 1].done, nullptr);
    }
    if (done) done(std::move(result));
    RunDue();
  }
  size_t sent() const {
    const std::lock_guard lock(mutex_);
    return sent_.size();
  }
  // How long until the next task, rounded up to milliseconds; -1 when there is none.
  int64_t NextTaskMs() const {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty()) return -1;
    return std::chrono::ceil<std::chrono::milliseconds>(tasks_.begin()->first - now_).count();
  }
  std::string cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }

 private:
  struct Sent {
    HttpRequest request;
    Done done;  // empty once answered
  };

  std::function<void()> TakeDue() {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty() || tasks_.begin()->first > now_) return nullptr;
    return std::move(tasks_.extract(tasks_.begin()).mapped());
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool news_ = false;
  std::chrono::steady_clock::time_point now_{};
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> tasks_;
  std::vector<Sent> sent_;
  std::string cancelled_;
};

}  // namespace workers::aws
