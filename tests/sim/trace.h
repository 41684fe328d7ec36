// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What happened last, for the person who looks at a failed seed: the newest steps in short columns,
// and a fingerprint of all of them that two runs of one seed must share. Owned by the run; one
// thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <string>
#include <string_view>

#include "asl/time.h"

namespace sim {

class Trace {
 public:
  explicit Trace(size_t shown) : shown_(shown) {}

  // `who` acts: "p2" a partition, "w1" a worker, "store", "client", "clock", "fault".
  void Add(asl::Millis now, std::string_view who, std::string_view what, std::string detail);
  void Print(std::FILE* out) const;
  uint64_t fingerprint() const { return fingerprint_; }
  uint64_t steps() const { return steps_; }

 private:
  struct Line {
    uint64_t step;
    asl::Millis now;
    std::string who, what, detail;
  };
  const size_t shown_;  // of the newest steps
  std::deque<Line> lines_;
  asl::Millis start_;
  uint64_t steps_ = 0;
  uint64_t fingerprint_ = 0xCBF29CE484222325u;  // FNV-1a
};

}  // namespace sim
