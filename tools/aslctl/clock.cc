// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/clock.h"

#include <chrono>
#include <random>

namespace aslctl {
namespace {

template <class Clock>
int64_t Ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now().time_since_epoch())
      .count();
}

}  // namespace

int64_t WallMs() { return Ms<std::chrono::system_clock>(); }
int64_t MonotonicMs() { return Ms<std::chrono::steady_clock>(); }
uint64_t RandomSeed() { return std::random_device{}(); }

}  // namespace aslctl
