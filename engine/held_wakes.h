// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Sleepers that a thread will wake a little later, once for all that it does until then. A thread
// that works through many requests in a row would otherwise wake a loop for the first of them, give
// up its core to it, and have the others processed in as many small batches. Lives on the stack of
// a thread that always comes by Release soon, so that must not wait for whom it has notified; only
// that thread's Notify uses it.
#pragma once

#include <condition_variable>
#include <memory>
#include <vector>

namespace engine {

using Sleeper = std::shared_ptr<std::condition_variable>;

class HeldWakes {
 public:
  HeldWakes();
  ~HeldWakes();  // releases
  HeldWakes(const HeldWakes&) = delete;
  HeldWakes& operator=(const HeldWakes&) = delete;

  void Release();

  // Wakes it now, or when this thread's HeldWakes are released. Any thread.
  static void Notify(const Sleeper& sleeper);

 private:
  std::vector<Sleeper> sleepers_;  // each once
};

}  // namespace engine
