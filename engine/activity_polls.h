// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// GetActivityTask's long polls. A poll is a record in the pool of workers (workers/pool.h) and one
// here that remembers when it has waited long enough; ten thousand of them cost memory and this one
// thread. A task that is given to a poll is assigned durably first, counts as started once it has
// reached whoever polled, and goes back to its queue, under the same token, when it is known not to
// have been received. Owned by the engine; any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "engine/clock.h"
#include "engine/command.h"
#include "workers/pool.h"

namespace engine {

struct ActivityTask {
  std::string task_token;  // as text
  std::string input;
  // To be called once: whether the answer with this task reached the worker as far as can be told.
  std::function<void(bool)> delivered;
};

class ActivityPolls {
 public:
  // Called once, unless the poll is cancelled first: nullopt when it has waited long enough.
  // On an engine thread, within Begin at the earliest; must be quick.
  using Take = std::function<void(std::optional<ActivityTask>)>;

  ActivityPolls(workers::Pool* pool, std::function<void(PartitionId, Command)> post, Clock* clock,
                int64_t wait_ms, size_t waiting_max);
  ~ActivityPolls();

  // ResourceExhausted: as many as may wait for this activity do.
  absl::StatusOr<uint64_t> Begin(const std::string& activity, const std::string& worker_name,
                                 Take take);
  // Whoever polled is gone. True: `take` will not be called.
  bool Cancel(uint64_t poll);
  // All that wait are answered with nothing, and so are those that come later. Idempotent.
  void Stop();

 private:
  struct Waiting {
    int64_t until_us;
    uint64_t poll;
    std::weak_ptr<Take> take;  // gone when the poll is
  };
  void Watch();
  void Expire(const Waiting& waiting);

  workers::Pool* const pool_;
  const std::function<void(PartitionId, Command)> post_;
  Clock* const clock_;
  const int64_t wait_us_;
  const size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> waiting_;  // guarded by mutex_; all wait equally long, so in order
  bool stopping_ = false;        // guarded by mutex_
  std::thread thread_;
};

}  // namespace engine
