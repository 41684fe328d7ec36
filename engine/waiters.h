// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Those who wait for the end of an execution (StartAndWait, WaitExecution). Memory only: who is not
// told because the process died asks again. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

#include "engine/ids.h"

namespace engine {

class Waiters {
 public:
  using WaiterId = uint64_t;
  // `wake` is called once, on the thread that announces the end, unless Remove comes first. The
  // caller must look at the execution after adding: an end announced before is not repeated.
  WaiterId Add(ExecutionNumber execution, std::function<void()> wake);
  // True when it was removed before being woken.
  bool Remove(ExecutionNumber execution, WaiterId id);
  // Wakes them on this thread.
  void Announce(ExecutionNumber execution);
  // False: nobody waits for anything, Announce can be left out.
  bool any() const { return count_.load() > 0; }

 private:
  std::atomic<size_t> count_{0};  // of all waiters
  std::mutex mutex_;
  std::map<ExecutionNumber, std::map<WaiterId, std::function<void()>>>
      waiters_;        // guarded by mutex_
  WaiterId next_ = 1;  // guarded by mutex_
};

}  // namespace engine
