// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One caller's place among those who wait for an execution to end; given up when dropped. Any
// thread.
#pragma once

#include <functional>

#include "engine/waiters.h"

namespace engine::api {

class WaitTicket {
 public:
  WaitTicket(Waiters* waiters, ExecutionNumber execution)
      : waiters_(waiters), execution_(execution) {}
  ~WaitTicket() { Cancel(); }
  WaitTicket(const WaitTicket&) = delete;
  WaitTicket& operator=(const WaitTicket&) = delete;

  void Arm(std::function<void()> wake) {
    id_ = waiters_->Add(execution_, std::move(wake));
  }                                                     // once
  void Cancel() { waiters_->Remove(execution_, id_); }  // idempotent

 private:
  Waiters* const waiters_;
  const ExecutionNumber execution_;
  Waiters::WaiterId id_ = 0;
};

}  // namespace engine::api
