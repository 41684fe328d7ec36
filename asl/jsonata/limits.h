// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Every limit of JSONata in one place: what a text may be when it is compiled, and what one
// evaluation may use. AWS ends an evaluation after one second of its time, at a memory limit it
// does not name, or when its stack overflows (guide "Transforming data with JSONata"); asl/ has no
// clock, so time is counted in steps. Constants and plain data, any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace asl::jsonata {

inline constexpr size_t kExpressionBytesMax = 1'048'576;  // as a whole definition
inline constexpr int kNestingMax = 400;               // expressions within expressions, in the text
inline constexpr size_t kParametersMax = 100;         // of a function or a signature
inline constexpr size_t kVariablesMax = 10'000;       // of one frame
inline constexpr size_t kTupleNamesMax = 200;         // @$x, #$i and % of one expression
inline constexpr double kRangeItemsMax = 10'000'000;  // JSONata 2.0.6: D2014
inline constexpr int kValueDepthMax = 500;  // arrays and objects within each other, when made here
inline constexpr size_t kResultBytesMax = 67'108'864;    // of one text that is put together
inline constexpr uint32_t kRegexMatchesMax = 1'000'000;  // backtracking of one match
inline constexpr uint32_t kRegexHeapKibMax = 4'096;

struct Limits {
  // Expressions within expressions as they are evaluated, calls included. A tail call does not
  // count. Each takes less than 1 KiB of the caller's stack (4 KiB with the address sanitizer).
  int depth_max = 1'000;
  // Visits of the tree, items looked at, units of matching: about 20 ns each.
  int64_t steps_max = 20'000'000;
  size_t bytes_max = 67'108'864;  // what is put together, garbage included
};

}  // namespace asl::jsonata
