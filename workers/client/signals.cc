// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The handler does the one thing that is safe in it: it writes to an eventfd, which a thread reads.
#include "workers/client/signals.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdint>

namespace workers {
namespace {

constexpr uint64_t kSignal = 1;
// More than all signals together: what is read then says that this is the end.
constexpr uint64_t kEnd = uint64_t{1} << 32;

std::atomic<int> event = -1;

void Tell(uint64_t what) {
  const int saved = errno;
  [[maybe_unused]] const ssize_t written = write(event.load(), &what, sizeof(what));
  errno = saved;
}

void OnSignal(int) { Tell(kSignal); }

}  // namespace

Signals::Signals(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  assert(event.load() == -1 && "only one at a time");
  event = eventfd(0, EFD_CLOEXEC);
  assert(event.load() >= 0);
  thread_ = std::thread([this] {
    uint64_t heard = 0;
    while (read(event.load(), &heard, sizeof(heard)) == sizeof(heard) && heard < kEnd) {
      for (; heard > 0; --heard) on_signal_();
    }
  });
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, &before_term_);
  sigaction(SIGINT, &action, &before_int_);
}

Signals::~Signals() {
  sigaction(SIGTERM, &before_term_, nullptr);
  sigaction(SIGINT, &before_int_, nullptr);
  Tell(kEnd);
  thread_.join();
  close(event.exchange(-1));
}

}  // namespace workers
