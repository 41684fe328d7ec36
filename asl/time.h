// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Points in time as the language sees them: whole milliseconds since the Unix epoch (AWS's
// timestamps have no finer grain). A value type; the clock itself belongs to the caller, asl/ never
// reads one.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>

namespace asl {

struct Millis {
  int64_t value = 0;
  friend auto operator<=>(const Millis&, const Millis&) = default;
};

inline Millis operator+(Millis t, int64_t ms) { return Millis{t.value + ms}; }
inline int64_t operator-(Millis a, Millis b) { return a.value - b.value; }
inline constexpr Millis kNever{std::numeric_limits<int64_t>::max()};

}  // namespace asl
