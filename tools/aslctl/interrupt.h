// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Ctrl-C as a flag, for the commands that wait and have something to say or to tidy when they are
// interrupted.
#pragma once

#include <cstdint>

namespace aslctl {

// From now on SIGINT and SIGTERM only set the flag. A system call that waits returns with EINTR.
void CatchInterrupts();

bool Interrupted();

// Lets `limit_ms` pass, but for an interruption: at once true when there is or was one.
// REQUIRES: CatchInterrupts was called.
bool WaitForInterrupt(int64_t limit_ms);

}  // namespace aslctl
