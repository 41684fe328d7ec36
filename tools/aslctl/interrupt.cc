// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/interrupt.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cassert>
#include <csignal>

#include "tools/aslctl/clock.h"

namespace aslctl {
namespace {

volatile std::sig_atomic_t interrupted = 0;

// Readable from the first interruption on: unlike EINTR it is not missed by a call that begins just
// after the signal.
int event = -1;

void OnSignal(int) {
  interrupted = 1;
  [[maybe_unused]] const int written = eventfd_write(event, 1);
}

}  // namespace

void CatchInterrupts() {
  if (event < 0) event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  assert(event >= 0);
  struct sigaction action = {};
  action.sa_handler = OnSignal;  // no SA_RESTART: poll must return
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() { return interrupted != 0; }

bool WaitForInterrupt(int64_t limit_ms) {
  constexpr int64_t kPollMsMax = 60'000;
  const int64_t end = MonotonicMs() + limit_ms;
  while (!Interrupted()) {
    const int64_t left = end - MonotonicMs();
    if (left <= 0) return false;
    pollfd file = {event, POLLIN, 0};
    poll(&file, 1, static_cast<int>(std::min(left, kPollMsMax)));
  }
  return true;
}

}  // namespace aslctl
