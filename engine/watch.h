// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Those who watch executions as they go (WatchExecutions). A watch is a cursor over the durable
// view, never a queue: loops say which executions changed, each watch keeps the set of those it has
// not told yet, and reads them anew when its client has taken what it was given before. So a slow
// client gets fewer, larger updates, misses no event, and what it costs is bounded by the number of
// executions, not of changes.
//
// One thread reads, for all watches; it takes turns and spends a small share of its time on a watch
// whose executions change all the time (kPauseFactor). Nothing is read on a loop. Any thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "engine/clock.h"
#include "engine/effects.h"
#include "engine/registry.h"
#include "engine/watch_read.h"
#include "storage/store.h"

namespace engine {

class Watch;

struct WatchOptions {
  // These; the watch ends when all of them have. Empty: all executions of `machine`, or of every
  // machine when that is empty too; those that run now and those that come.
  std::vector<ExecutionNumber> executions;
  std::string machine;
  bool events = false;
  asl::EventId from{1};  // REQUIRES: 1, but for one named execution with events
};

// Where a watch's updates go. Called by the thread of Watches; must be quick. `deliver` is not
// called again before Taken. `end` is the last call: OK when every execution that was named has
// ended.
struct WatchSink {
  std::function<void(std::vector<WatchUpdate>)> deliver;
  std::function<void(absl::Status)> end;
};

// Executions that one watch can have on its mind; a client that lets more change than that without
// reading is told so with RESOURCE_EXHAUSTED.
inline constexpr size_t kWatchedMax = 1'000'000;

class Watches {
 public:
  using Id = uint64_t;

  // `view` is the newest durable view; `registry` must outlive this.
  Watches(std::function<storage::View()> view, const Registry* registry, uint32_t partitions,
          Clock* clock);
  ~Watches();

  Id Open(WatchOptions options, WatchSink sink);
  void Taken(Id id);  // everything that was delivered has been sent
  void Close(Id id);  // frees what it holds; idempotent. A call of its sink may still be under way

  // False: nobody watches, and Changed can be left out.
  bool any() const { return count_.load(std::memory_order_relaxed) > 0; }
  // These executions changed and the change is in the durable view. In order for each execution.
  void Changed(std::vector<ExecutionChanged> changes);

 private:
  struct Mail {
    std::vector<ExecutionChanged> changes;
    std::vector<std::pair<Id, std::unique_ptr<Watch>>> opened;
    std::vector<Id> taken;
    std::vector<Id> closed;
  };

  void Work();
  bool WaitForMail(Mail& mail);
  void Take(Mail& mail);

  const std::function<storage::View()> view_;
  const Registry* const registry_;
  const uint32_t partitions_;
  Clock* const clock_;

  std::atomic<size_t> count_{0};  // of watches that are open

  // The thread's own.
  std::map<Id, std::unique_ptr<Watch>> watches_;

  std::mutex mutex_;
  std::condition_variable wake_;
  Mail mail_;                   // guarded by mutex_
  Id next_ = 1;                 // guarded by mutex_
  bool wants_changes_ = false;  // some watch waits for nothing but a change; guarded by mutex_
  bool stopping_ = false;       // guarded by mutex_

  std::thread thread_;
};

}  // namespace engine
