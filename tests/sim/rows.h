// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Looks at a whole store, at a moment when each partition's rows are those of its first n batches:
// what may follow from a row must be there as a row. Everything a crash must not lose is in rows,
// so this finds a forgotten one without having to wait for the crash. Stateless.
#pragma once

#include <cstdint>

#include "engine/ids.h"
#include "storage/store.h"
#include "tests/sim/auditor.h"
#include "tests/sim/checks.h"

namespace sim {

// - an open execution has frames, an ended one has none, and every execution has its name;
// - what a frame waits for is there: its task's one row, its timer's row, the execution's own
// timer;
// - every task and frame row belongs to an open execution, every timer row to a known one;
// - letters are dense, up to the number that their sender remembers.
// `auditor` says which executions there must be.
enum class Moment : uint8_t {
  kRunning,   // partitions apply what is durable when they come to it, so some are behind others,
              // and only what a partition's rows say of each other is looked at
  kStopped,   // what is durable is applied
  kFinished,  // everything has ended, so no such row may be left
};
void CheckRows(const storage::Reader& reader, uint32_t partitions, const Auditor& auditor,
               Moment moment, Checks* checks);

// REQUIRES: every execution has ended and its retention is over, and housekeeping has tidied up.
void CheckRetired(const storage::Reader& reader, Checks* checks);

}  // namespace sim
