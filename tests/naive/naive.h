// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A naive interpreter of the language, to compare the real one with: one recursion over parsed
// values, with no references, no cache, no frames and no events. What is its own: the order of the
// data flow, ResultPath, Retry and Catch, Choice, Parallel, Map, and the clock. What it takes from
// asl/: single paths and templates (data.h). Knows the parts of the language that generator.h
// writes. Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "tests/naive/data.h"

namespace asl::naive {

struct Answer {
  int64_t ms = 0;  // how long the worker takes; never whole seconds, which timeouts are
  std::variant<Value, Failed> result;
};

// What the worker of a Task does: a function of what it gets and when, so that the interpreters
// need not agree on the order in which they ask. `now_ms` counts from the start of the execution.
using Worker =
    std::function<Answer(const std::string& state, const std::string& input, int64_t now_ms)>;

struct Ending {
  std::string status;
  std::optional<Value> output;  // when it succeeded
  Failed failed;                // when not
  // Two things that exclude each other happened in the same millisecond: nothing says which wins.
  bool ambiguous = false;
  size_t states = 0;  // entered, also in branches that were given up
};

Ending RunNaive(const Value& definition, const Value& input, const Worker& worker);

}  // namespace asl::naive
