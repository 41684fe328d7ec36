// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What one simulated run is asked to do, and the defects that can be planted into it to show that
// the checkers see them. Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sim {

enum class StoreMode : uint8_t {
  kMemory,       // one log for all partitions, as on one machine
  kIndependent,  // each partition's batches become applied and durable on their own, as over a
                 // replicated log
};

// Each is planted outside the engine, where its work is carried out, and must turn a checker red.
enum class Plant : uint8_t {
  kNone,
  kEarlyRelease,    // partitions are told that a batch is durable when it is only written
  kLostDispatch,    // one DispatchTask effect never leaves
  kLostTimerRow,    // one timer row is left out of its batch
  kLostFrameRow,    // one frame row is left out of its batch
  kLostResultRow,   // the same of what a branch answered
  kLostListingRow,  // the same of a list of executions
  kKeptTimerRow,    // one timer row stays that a batch should have deleted
  kKeptEndRow,      // the same of the index of ends, as the retention passes
  kDoubleSend,      // one task is sent twice
  kLostSync,        // syncs are announced and not done
  kLostSlot,        // one slot is never given back
  kLostLetter,      // one message is never delivered
};

struct Options {
  uint64_t seed = 1;
  int steps = 1'500;  // with faults; then faults cease and everything must end
  size_t shown = 50;  // of the last steps, when a check fails
  StoreMode store = StoreMode::kMemory;
  Plant plant = Plant::kNone;
};

}  // namespace sim
