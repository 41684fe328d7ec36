// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Where a worker process reads time and chance: everything else in workers/ is given them, so that
// its tests decide what time it is. Any thread.
#pragma once

#include <chrono>
#include <string>

namespace workers {

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime SteadyNow();
std::chrono::system_clock::time_point
SystemNow();               // for gRPC, which counts deadlines on this clock
double RandomUnit();       // in [0, 1)
std::string RandomUuid();  // version 4, as text

}  // namespace workers
