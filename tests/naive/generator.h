// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Random definitions, inputs and workers, each a function of a seed (or of what a Random answers). Definitions are valid, end
// after bounded work, and use only what naive.h knows. Most values are objects of one shape, so that
// most paths find something and an execution gets far before something fails.
#pragma once

#include <cstdint>

#include "tests/naive/naive.h"
#include "tests/naive/random.h"

namespace asl::naive {

Value GenerateDefinition(uint64_t seed);
Value GenerateDefinition(Random& random);
Value GenerateInput(uint64_t seed);
Worker GenerateWorker(uint64_t seed);

}  // namespace asl::naive
