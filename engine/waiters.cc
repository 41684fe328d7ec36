// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/waiters.h"

#include <utility>

namespace engine {

Waiters::WaiterId Waiters::Add(ExecutionNumber execution, std::function<void()> wake) {
  std::lock_guard lock(mutex_);
  const WaiterId id = next_++;
  waiters_[execution].emplace(id, std::move(wake));
  count_.fetch_add(1);
  return id;
}

bool Waiters::Remove(ExecutionNumber execution, WaiterId id) {
  std::lock_guard lock(mutex_);
  auto it = waiters_.find(execution);
  if (it == waiters_.end() || it->second.erase(id) == 0) return false;
  if (it->second.empty()) waiters_.erase(it);
  count_.fetch_sub(1);
  return true;
}

void Waiters::Announce(ExecutionNumber execution) {
  std::map<WaiterId, std::function<void()>> woken;
  {
    std::lock_guard lock(mutex_);
    auto node = waiters_.extract(execution);
    if (node.empty()) return;
    woken = std::move(node.mapped());
    count_.fetch_sub(woken.size());
  }
  for (auto& [id, wake] : woken) wake();
}

}  // namespace engine
