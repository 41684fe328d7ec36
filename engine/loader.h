// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Brings rows from the store for partitions, which never wait for a read themselves. LoadRows is
// the reading; Loader is the thread that does it and posts the answers as commands.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "engine/command.h"
#include "engine/ports.h"
#include "storage/store.h"

namespace engine {

// Reads what is asked for; read errors travel inside the answer.
Command LoadRows(const storage::Reader& store, PartitionId partition, const LoadRequest& request);

class Loader {
 public:
  using Post = std::function<void(PartitionId, Command)>;
  // `store` must outlive it; `post` is called on its thread.
  Loader(const storage::Reader* store, Post post);
  ~Loader();

  void Load(PartitionId partition, LoadRequest request);  // any thread, never blocks
  // Runs `read` on this thread too: for reads that an effect causes, which must not happen on a
  // loop.
  void Run(std::function<void()> read);
  // Reads that are not done yet; any thread.
  size_t pending() const { return pending_.load(std::memory_order_relaxed); }

 private:
  void Work();

  const storage::Reader* const store_;
  const Post post_;
  std::atomic<size_t> pending_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> reads_;  // guarded by mutex_
  bool stopping_ = false;                     // guarded by mutex_
  std::thread thread_;
};

}  // namespace engine
