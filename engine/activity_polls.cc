// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/activity_polls.h"

#include <chrono>
#include <utility>

#include "engine/token.h"

namespace engine {

ActivityPolls::ActivityPolls(workers::Pool* pool, std::function<void(PartitionId, Command)> post,
                             Clock* clock, int64_t wait_ms, size_t waiting_max)
    : pool_(pool),
      post_(std::move(post)),
      clock_(clock),
      wait_us_(wait_ms * 1'000),
      waiting_max_(waiting_max),
      thread_([this] { Watch(); }) {}

ActivityPolls::~ActivityPolls() { Stop(); }

absl::StatusOr<uint64_t> ActivityPolls::Begin(const std::string& activity,
                                              const std::string& worker_name, Take take) {
  auto shared = std::make_shared<Take>(std::move(take));
  const std::weak_ptr<Take> weak = shared;
  // Under the lock, so that Stop finds every poll that was begun before it.
  std::lock_guard lock(mutex_);
  if (stopping_) return absl::UnavailableError("asld is stopping");
  const std::optional<workers::SessionId> poll = pool_->Poll(
      workers::ActivityQueue(activity), worker_name, waiting_max_,
      [post = post_, take = std::move(shared)](workers::SessionId session,
                                               workers::TaskRequest task) {
        ActivityTask given{.task_token = TokenToText(task.task_token),
                           .input = task.text->substr(task.offset, task.length),
                           .delivered = nullptr};
        given.delivered = [post, session, token = std::move(task.token)](bool received) {
          const PartitionId owner = PartitionOf(DecodeToken(token)->id.execution);
          if (received) {
            post(owner, WorkerAnswer{.session = session, .answer = {.token = token}});
          } else {
            post(owner, TaskNotSent{.token = token, .session = session});
          }
        };
        (*take)(std::move(given));
      });
  if (!poll) {
    return absl::ResourceExhaustedError(
        "Activity Worker Limit Exceeded: 'The maximum number of workers concurrently polling for "
        "activity tasks has been reached'");
  }
  if (waiting_.empty()) wake_.notify_one();
  waiting_.push_back(
      {.until_us = clock_->MonotonicMicros() + wait_us_, .poll = *poll, .take = weak});
  return *poll;
}

bool ActivityPolls::Cancel(uint64_t poll) { return pool_->CancelPoll(poll); }

void ActivityPolls::Expire(const Waiting& waiting) {
  const std::shared_ptr<Take> take = waiting.take.lock();
  if (take != nullptr && pool_->CancelPoll(waiting.poll)) (*take)(std::nullopt);
}

void ActivityPolls::Watch() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const int64_t left_us = waiting_.front().until_us - clock_->MonotonicMicros();
    if (left_us > 0) {
      wake_.wait_for(lock, std::chrono::microseconds(left_us));
      continue;
    }
    const Waiting over = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Expire(over);
    lock.lock();
  }
}

void ActivityPolls::Stop() {
  std::deque<Waiting> rest;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    rest.swap(waiting_);
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  for (const Waiting& waiting : rest) Expire(waiting);
}

}  // namespace engine
