// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/clock.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <random>

namespace bench {

Clock::time_point Now() { return std::chrono::steady_clock::now(); }

float MicrosBetween(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<float, std::micro>(end - begin).count();
}

double CpuMicros() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto micros = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
  };
  return micros(usage.ru_utime) + micros(usage.ru_stime);
}

absl::StatusOr<double> CpuMicrosOf(pid_t process) {
  clockid_t clock = 0;
  timespec time = {};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) {
    return absl::NotFoundError(fmt::format("no process {} whose CPU time could be read", process));
  }
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

uint64_t RandomSeed() { return std::random_device{}(); }

}  // namespace bench
