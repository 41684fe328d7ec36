// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// SIGTERM and SIGINT as an ordinary call on a thread, where locks may be taken. At most one at a
// time in a process; its end brings back what the signals did before.
#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace workers {

class Signals {
 public:
  // Calls `on_signal` for every signal that arrives.
  explicit Signals(std::function<void()> on_signal);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  std::function<void()> on_signal_;
  struct sigaction before_term_ = {};
  struct sigaction before_int_ = {};
  std::thread thread_;
};

}  // namespace workers
