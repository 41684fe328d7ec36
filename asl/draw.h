// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The only source of randomness that the language knows. Whoever calls Advance gives it.
#pragma once

#include <functional>

namespace asl {

// Uniform in [0, 1): jitter, States.UUID and States.MathRandom draw from it. Called as often as
// needed.
using Draw = std::function<double()>;

}  // namespace asl
