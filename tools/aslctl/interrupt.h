// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Ctrl-C as a flag, for the commands that wait and have something to say or to tidy when they are
// interrupted.
#pragma once

namespace aslctl {

// From now on SIGINT and SIGTERM only set the flag. A system call that waits returns with EINTR.
void CatchInterrupts();

bool Interrupted();

}  // namespace aslctl
