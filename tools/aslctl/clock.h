// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What aslctl reads of the world: the time of day, the time that passes, and chance. Everything
// else is given them.
#pragma once

#include <cstdint>

namespace aslctl {

int64_t WallMs();       // since the Unix epoch
int64_t MonotonicMs();  // never steps back
uint64_t RandomSeed();

}  // namespace aslctl
