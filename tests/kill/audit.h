// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Looks at everything once the kills are over: each execution that a client was told of, its
// history, and what the workers' functions did. Stateless; reads through the API as any client
// would.
#pragma once

#include <cstddef>
#include <vector>

#include "tests/kill/engine_calls.h"
#include "tests/kill/load.h"
#include "tests/kill/report.h"
#include "tests/kill/worker_side.h"

namespace kill_test {

enum class WorkersFate {
  kSurvive,  // a function runs exactly once per attempt
  kDie,      // at least once
};

struct AuditTotals {
  size_t executions = 0;
  size_t succeeded = 0;
  size_t aborted = 0;
  size_t events = 0;
  size_t attempts = 0;  // Scheduled events
  size_t effects = 0;
  size_t repeated = 0;  // effects beyond one per attempt
  size_t compared = 0;  // events that had been shown before
};

AuditTotals Audit(EngineCalls& calls, const std::vector<Seen>& seen,
                  const std::vector<Effect>& effects, WorkersFate fate, Report& report);

}  // namespace kill_test
