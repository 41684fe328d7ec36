// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Reads a whole store and holds every row to what must be true of it, at a moment when each
// partition's rows are those of its first n batches. What may follow from a row must be there as a
// row, and no row may speak of something that is not there:
//
// - a history is dense from 1, with one end exactly when its execution has ended, and a reference
//   points at text that an event at or before it introduced;
// - an open execution has its tree of frames, an ended one has none; it has its name, its name has
//   it, and its state machine's text is there and compiles;
// - each execution is listed once, under its status, and an ended one is in the index of ends;
// - what a frame waits for is there: its task's one row (waiting, or assigned to a worker), its
//   timer's row, its branches' frames and results; and every task, timer and assignment has a frame that waits for it;
// - words that rows call by number are there; letters between partitions are dense, and received
//   as far as they were deleted.
//
// Needs memory for one execution, not for all. Pure reading, any Reader: `asld verify` over a
// closed data directory, tests and the simulation over theirs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "storage/store.h"

namespace engine {

struct Violation {
  std::string table;
  std::string key;  // in hexadecimal
  std::string what;
};

struct VerifyReport {
  std::map<std::string, uint64_t> rows;  // by table
  uint64_t executions_open = 0;
  uint64_t executions_ended = 0;
  uint64_t events = 0;
  uint64_t histories_retired = 0;  // of executions whose retention is over, to be swept
  uint64_t violations = 0;
  std::vector<Violation> shown;  // the first ones

  bool ok() const { return violations == 0; }
};

inline constexpr size_t kViolationsShownMax = 100;

struct VerifyOptions {
  uint32_t partitions = 0;  // 0: as the store's settings say
  // False: each partition's rows are of a moment of its own, so what they say of each other is not
  // compared.
  bool one_moment = true;
};
VerifyReport Verify(const storage::Reader& store, const VerifyOptions& options = {});

// For people, several lines; and as one JSON object.
std::string VerifyText(const VerifyReport& report);
std::string VerifyJson(const VerifyReport& report);

}  // namespace engine
