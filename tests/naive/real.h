// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The same definition, input and worker through the real interpreter: asl::Advance under a virtual
// clock. One thread.
#pragma once

#include <cstdint>
#include <string>

#include "tests/naive/naive.h"

namespace asl::naive {

// The definition's problems, or why the execution stands still, in `refused`.
struct RealEnding {
  std::string refused;
  Ending ending;
};

// Texts between signals: forgotten, so that each is asked for anew, or kept as in a warm cache.
enum class Texts : uint8_t { kForgotten, kKept };

RealEnding RunReal(const Value& definition, const Value& input, const Worker& worker, Texts texts);

// Event ids, which the naive interpreter does not have, become #0.
std::string WithoutEventIds(std::string text);

}  // namespace asl::naive
