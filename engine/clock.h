// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The one place where the process reads time and randomness. Everything else is handed them, so
// that the simulation can replay a run from its seed. Any thread.
#pragma once

#include <cstdint>

#include "asl/time.h"

namespace engine {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual asl::Millis Now() = 0;          // wall clock
  virtual int64_t MonotonicMicros() = 0;  // for durations
};

// The machine's clocks. Never destroyed.
Clock& SystemClock();

// 64 bits from the operating system's generator, buffered per thread. Unpredictable: task tokens
// rest on it.
uint64_t SystemRandom();

}  // namespace engine
