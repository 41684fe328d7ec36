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
#include <string>

#include "tests/crash/power_cut.h"

namespace crash {

PowerCutResult CutPowerOfStore(const std::string& parent, uint64_t cuts, uint64_t seed,
                               Break broken);

}  // namespace crash
