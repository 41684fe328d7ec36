// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The Context Object (`$$`) as JSON text: what a state may know of its execution. Pure; any thread.
// Source: AWS guide "Accessing execution data from the Context object"; key order as recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "asl/advance.h"
#include "asl/time.h"

namespace asl {

struct StateVisit {
  std::string_view name;
  Millis entered_at;
  std::optional<uint32_t> retry_count;  // Task, Map and Parallel states only
  struct MapItem {
    uint32_t index;
    std::string_view value;  // JSON text
  };
  std::optional<MapItem> item;            // within a Map
  std::optional<std::string> task_token;  // of a Task with a callback
};

// `execution_input` is JSON text and stands in the object as it is.
std::string MakeContextObject(const ExecutionInfo& info, std::string_view execution_input,
                              const StateVisit& visit);

}  // namespace asl
