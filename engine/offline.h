// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The commands of asld that serve nobody: each does one thing with a data directory that no asld has
// open, says what it did on standard output, and returns the exit code. Called by main.
#pragma once

#include "absl/status/status.h"
#include "engine/config.h"

namespace engine {

// Says in one line why asld ends here, and returns `code`.
int Refuse(const absl::Status& status, int code);

int RunPrintConfig(const Config& config);
int RunReleaseReserve(const Config& config);
int RunRestore(const Config& config);
int RunVerify(const Config& config);
int RunDoctor(const Config& config);

}  // namespace engine
