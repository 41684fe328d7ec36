// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/clock.h"

#include <sys/random.h>

#include <array>
#include <cassert>
#include <chrono>

namespace engine {
namespace {

class MachineClock : public Clock {
 public:
  asl::Millis Now() override {
    using std::chrono::system_clock;
    return asl::Millis{std::chrono::duration_cast<std::chrono::milliseconds>(
                           system_clock::now().time_since_epoch())
                           .count()};
  }
  int64_t MonotonicMicros() override {
    using std::chrono::steady_clock;
    return std::chrono::duration_cast<std::chrono::microseconds>(
               steady_clock::now().time_since_epoch())
        .count();
  }
};

}  // namespace

Clock& SystemClock() {
  static MachineClock clock;
  return clock;
}

uint64_t SystemRandom() {
  static thread_local std::array<uint64_t, 32>
      buffer;  // getrandom gives at most 256 bytes without interruption
  static thread_local size_t used = buffer.size();
  if (used == buffer.size()) {
    const ssize_t got = getrandom(buffer.data(), sizeof(buffer), 0);
    assert(got == static_cast<ssize_t>(sizeof(buffer)));
    (void)got;
    used = 0;
  }
  return buffer[used++];
}

}  // namespace engine
