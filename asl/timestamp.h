// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Timestamps as the language writes them: RFC 3339 with an upper-case `T` and `Z` (or an offset),
// seconds required, a fraction of up to nine digits allowed. Pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "asl/time.h"

namespace asl {

// A point in time to the nanosecond: comparisons in Choice rules see the whole fraction.
struct Instant {
  int64_t seconds = 0;  // since the Unix epoch, rounded down
  int32_t nanos = 0;    // 0 … 999,999,999
  friend auto operator<=>(const Instant&, const Instant&) = default;
};

std::optional<Instant> ParseInstant(std::string_view text);

// Fractions below a millisecond are cut off.
std::optional<Millis> ParseTimestamp(std::string_view text);

// Times of the Context Object: UTC with `Z` and 0 or 3 fraction digits ("2024-01-02T03:04:05Z",
// "…05.120Z"); the 6 and 9 digits that AWS also shows need a finer clock than Millis.
std::string FormatTimestamp(Millis time);

}  // namespace asl
