// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Finds the moments in which to write tables: those in which hardly anything is written, after much
// was. What lies in tables need not be replayed by the next start, so an engine that was killed
// while all of its executions slept answers at once. Under load the store's own rule bounds the log.
// Owned by housekeeping, its thread only.
#pragma once

#include <cstdint>

namespace engine {

class QuietMoment {
 public:
  static constexpr uint64_t kQuietBytes = 64 << 10;  // between two looks
  static constexpr uint64_t kWorthBytes = 4 << 20;   // in the log, since tables were written

  // `written`: bytes handed to the log since the process started. True: write tables now.
  bool Look(uint64_t written) {
    const bool quiet = written - seen_ < kQuietBytes;
    seen_ = written;
    if (!quiet || written - in_tables_ < kWorthBytes) return false;
    in_tables_ = written;
    return true;
  }

 private:
  uint64_t seen_ = 0, in_tables_ = 0;
};

}  // namespace engine
