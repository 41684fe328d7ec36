// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Does an iteration of an inline Map cost more when the Map has many? One cohort of executions runs
// one Map of very many items, another runs Maps of ten items in a row; both as many iterations.
// AWS ends an execution at 25,000 events, which 10,000 iterations of the shortest body exceed. So a
// Map of 10,000 Tasks is measured over its first iterations and then held, and Maps of Pass states,
// which nothing can hold, have 6,000 items.
#pragma once

#include <sys/types.h>

#include <memory>

#include "absl/status/statusor.h"
#include "tools/bench/definitions.h"

namespace grpc {
class Channel;
}

namespace bench {

struct MapCostOptions {
  pid_t engine = 0;  // whose CPU time is read
  MapBody body = MapBody::kTask;
};

struct MapCostReport {
  int items = 0;  // of the large Map
  int iterations = 0;
  double small_us = 0;  // engine CPU per iteration
  double large_us = 0;
};

absl::StatusOr<MapCostReport> MeasureMapCost(const std::shared_ptr<grpc::Channel>& channel,
                                             const MapCostOptions& options);

}  // namespace bench
