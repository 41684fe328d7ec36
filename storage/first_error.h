// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The first thing that went wrong in a store, and that nothing may be done after it. Shared by
// those who can hear of it: the file system under RocksDB, RocksDB's background threads, and the
// store. Any thread.
#pragma once

#include <atomic>
#include <mutex>

#include "absl/status/status.h"

namespace storage {

class FirstError {
 public:
  // Keeps the first; later ones follow from it.
  void Set(const absl::Status& status) {
    std::lock_guard lock(mutex_);
    if (!status_.ok()) return;
    status_ = status;
    happened_.store(true, std::memory_order_release);
  }

  bool happened() const { return happened_.load(std::memory_order_acquire); }

  absl::Status status() const {
    if (!happened()) return absl::OkStatus();
    std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  std::atomic<bool> happened_ = false;
  mutable std::mutex mutex_;
  absl::Status status_;
};

}  // namespace storage
