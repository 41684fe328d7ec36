// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Power cuts on the store: a Committer on a RocksStore on a LyingFileSystem gets random batches of
// several partitions until the power goes at a drawn moment (while it opens, writes, syncs, or
// writes tables); the store is opened again and looked at from outside. What must hold, whatever
// the cut did:
//
//   - it opens;
//   - each partition has every batch that was announced durable, and what was read after an earlier
//   start;
//   - what it has is exactly the effect of its batches 1 to n, n its own number: nothing torn,
//   nothing left out.
//
// Now and then no power is cut but one bit of the synced log flips: then it refuses to open, naming
// the commits, and opens as if nothing had been when the bit is flipped back.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/crash/disk_image.h"

namespace crash {

// What is broken on purpose, to see the check go red.
enum class Break : uint8_t {
  kNothing,
  kNoSync,       // a sync returns without syncing
  kAcrossHoles,  // records behind a hole in the log are applied
  kUnchecked,    // what the log lost is not compared with what was acknowledged
};

struct PowerCutResult {
  std::vector<std::string> violations;  // sentences; the run ends at the first life that has one
  uint64_t cuts = 0;
  std::map<std::string, uint64_t> cuts_at;  // by what was about to happen
  Loss loss;
  uint64_t tails_dropped = 0;  // opens that left out an unsynced tail behind a hole
  uint64_t bits_flipped = 0, bits_refused = 0;
  uint64_t batches = 0;

  std::string Summary() const;
};

// Makes `cuts` power cuts in fresh stores below `parent`, a directory.
PowerCutResult CutPowerManyTimes(const std::string& parent, uint64_t cuts, uint64_t seed,
                                 Break broken);

}  // namespace crash
