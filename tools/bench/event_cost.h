// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Does a transition cost more late in a long history? Two cohorts of executions of one loop run by
// turns in one engine: an old one beyond event 20,000, and a fresh one for each window that begins
// at event 100. Since the windows alternate, growth of the store and of its background work falls
// on both alike. Within a window every execution runs the same number of rounds, and the window
// ends when all have.
#pragma once

#include <grpcpp/grpcpp.h>
#include <sys/types.h>

#include <memory>
#include <vector>

#include "absl/status/statusor.h"

namespace grpc {
class Channel;
}

namespace bench {

struct EventCostOptions {
  pid_t engine = 0;         // whose CPU time is read
  int cohort = 128;         // executions that run at once
  int windows = 4;          // of each kind
  int window_rounds = 140;  // Tasks per execution and window: about 1,000 events
  int early_event = 100;    // where a window begins in a fresh execution …
  int late_event = 20'000;  // … and where the old ones' first begins
};

struct EventCostReport {
  std::vector<double> early_us;  // engine CPU per transition, one per window
  std::vector<double> late_us;
};

absl::StatusOr<EventCostReport> MeasureEventCost(const std::shared_ptr<grpc::Channel>& channel,
                                                 const EventCostOptions& options);

}  // namespace bench
