// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Waiting for an execution's end as a person would want it: it says when a Task waits for a worker
// that is not there, outlives a restart of the engine, and lets go when asked to. What it says goes
// to stderr.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>

#include "tools/aslctl/failure.h"

namespace asld::v1 {
class Execution;
}

namespace aslctl {

class EngineClient;

// How long `wait` holds out for an engine that was there and has gone: a restart takes seconds.
inline constexpr int64_t kEngineGoneMsMax = 60'000;

// REQUIRES: the engine has answered about this execution before. The ended execution, or why it is
// not waited for any longer. `timeout_ms`: nullopt waits for ever.
std::variant<asld::v1::Execution, Failure> WaitForEnd(EngineClient& engine, const std::string& arn,
                                                      std::optional<int64_t> timeout_ms);

// It runs on; only the waiting is over, by its own limit or by Ctrl-C.
Failure WaitedTooLong(const std::string& arn, int64_t timeout_ms);
Failure Detached(const std::string& arn);

// "Task 'Pay' waits for a worker that serves 'charge': none is connected", for each pending task
// that no worker serves; nothing for the others.
std::set<std::string> MissingWorkers(const asld::v1::Execution& execution);

}  // namespace aslctl
