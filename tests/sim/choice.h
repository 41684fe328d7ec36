// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What could happen next. Each part of the simulation lists its own, the run draws one by weight
// and hands it back to be done. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sim {

enum class Act : uint8_t {
  kTurn,     // a partition takes a turn
  kDeliver,  // a command reaches a partition's inbox
  kRead,     // the loader reads
  kNotice,   // the committer's notice reaches a partition
  kSend,     // what is owed to a session is sent
  kStore,    // the store writes, syncs or applies
  kClient,   // a client asks or looks
  kWorker,   // a worker or its connection does something
  kClock,    // time passes
  kTidy,     // housekeeping makes a pass
  kFault,    // something breaks
};

struct Choice {
  Act act;
  size_t index;
  unsigned weight;
};
using Choices = std::vector<Choice>;

}  // namespace sim
