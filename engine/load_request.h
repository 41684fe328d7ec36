// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a partition can ask the loader to bring from the store (loader.h); the answer comes back as
// the command of the matching name (command.h). Plain data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "asl/payload.h"
#include "engine/ids.h"
#include "engine/tables.h"

namespace engine {

struct LoadName {
  Hash128 hash;
};
struct LoadExecution {
  ExecutionNumber execution;
};
struct LoadPayload {
  ExecutionNumber execution;
  asl::PayloadRef ref;  // the whole text of that event's field is loaded
};
// One request for each text among them: a load brings all of it, however many slices are wanted.
std::vector<asl::PayloadRef> OnePerText(const std::vector<asl::PayloadRef>& refs);

struct LoadTimers {
  TimerKey from;
  size_t rows_max = 0;
};
struct LoadTasks {
  std::string queue;
  uint64_t from = 0;
  size_t rows_max = 0;
};
// Rows of `ended` or `name_ends` (end_queue.h), until that end time.
struct LoadEnds {
  Table table;
  std::string from;  // empty: the partition's first row
  asl::Millis until;
  size_t rows_max = 0;
};
using LoadRequest =
    std::variant<LoadName, LoadExecution, LoadPayload, LoadTimers, LoadTasks, LoadEnds>;

}  // namespace engine
