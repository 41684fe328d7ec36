// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Power cuts on the whole engine: an engine::Engine on a RocksStore on a LyingFileSystem runs
// executions for clients and workers until the power goes at a drawn moment; what it left is read
// from outside before the next engine touches it, and then that one goes on. What must hold,
// whatever the cut did:
//
//   - it opens, and has every commit that was durable when the last engine failed;
//   - every acknowledged start is there with its input, and a repeat of it starts nothing;
//   - every event that a client was shown is there as it was shown, and so is every shown end;
//   - every history has the ids 1 to n, ends at most once, last, and as its execution's row says;
//   - a task that a worker was given is in its history; a result that was acknowledged is there
//   once; no task is handed out twice under one token;
//   - in peace everything ends, as its definition says.
//
// Not every life ends by a cut: a sync fails with EIO or the disk is full, which the engine must
// report once, with its message; or one bit of the synced log flips, which the next start must
// refuse.
#pragma once

#include <cstdint>
#include <string>

#include "tests/crash/power_cut.h"

namespace crash {

PowerCutResult CutPowerOfEngine(const std::string& parent, uint64_t cuts, uint64_t seed,
                                Break broken);

}  // namespace crash
