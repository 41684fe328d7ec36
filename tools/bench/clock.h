// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the loads read of the world: the time that passes, CPU time of this and of other processes,
// and chance for drawing the histories that are checked. Any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

#include "absl/status/statusor.h"

namespace bench {

using Clock = std::chrono::steady_clock;
Clock::time_point Now();

float MicrosBetween(Clock::time_point begin, Clock::time_point end);

// CPU time of this process so far.
double CpuMicros();

// CPU time of another process so far, exact to nanoseconds: /proc/PID/stat counts only in ticks of
// 10 ms.
absl::StatusOr<double> CpuMicrosOf(pid_t process);

// Another seed for every run.
uint64_t RandomSeed();

}  // namespace bench
