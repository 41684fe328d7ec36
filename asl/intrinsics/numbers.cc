// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "asl/intrinsics/functions.h"

namespace asl::intrinsics {
namespace {

// java.util.Random(seed).nextDouble(): the same seed answers the same number everywhere and for
// ever. Which generator AWS has is not known; its interpreter is written in Java.
class JavaRandom {
 public:
  explicit JavaRandom(int64_t seed) : state_((static_cast<uint64_t>(seed) ^ kMultiplier) & kMask) {}

  double NextDouble() {
    const uint64_t high = Next(26) << 27;
    return std::ldexp(static_cast<double>(high + Next(27)), -53);
  }

 private:
  static constexpr uint64_t kMultiplier = 0x5DEECE66D;
  static constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;

  uint64_t Next(int bits) {
    state_ = (state_ * kMultiplier + 0xB) & kMask;
    return state_ >> (48 - bits);
  }

  uint64_t state_;
};

double DrawOne(const Arguments& arguments) {
  assert(arguments.draw != nullptr && *arguments.draw);
  return (*arguments.draw)();
}

}  // namespace

// The start is included, the end is not.
Answer MathRandom(const Arguments& arguments) {
  const absl::StatusOr<int64_t> start = IntegerArgument(arguments, 0);
  if (!start.ok()) return start.status();
  const absl::StatusOr<int64_t> end = IntegerArgument(arguments, 1);
  if (!end.ok()) return end.status();
  absl::StatusOr<int64_t> seed = 0;
  const bool seeded = arguments.values.size() == 3;
  if (seeded) seed = IntegerArgument(arguments, 2);
  if (!seed.ok()) return seed.status();
  if (*start >= *end) {
    return absl::InvalidArgumentError(
        fmt::format("The start number {} must be less than the end number {}", *start, *end));
  }
  const double fraction = seeded ? JavaRandom(*seed).NextDouble() : DrawOne(arguments);
  const double offset = std::floor(fraction * static_cast<double>(*end - *start));
  return IntegerValue(std::min(*start + static_cast<int64_t>(offset), *end - 1));
}

Answer MathAdd(const Arguments& arguments) {
  const absl::StatusOr<int64_t> a = IntegerArgument(arguments, 0);
  if (!a.ok()) return a.status();
  const absl::StatusOr<int64_t> b = IntegerArgument(arguments, 1);
  if (!b.ok()) return b.status();
  const int64_t sum = *a + *b;
  if (sum < INT32_MIN || sum > INT32_MAX) {
    return absl::InvalidArgumentError(
        fmt::format("The sum must be between {} and {}, but it is {}", INT32_MIN, INT32_MAX, sum));
  }
  return IntegerValue(sum);
}

// Version 4 of RFC 9562: 122 random bits, 16 from each draw.
Answer Uuid(const Arguments& arguments) {
  std::array<uint32_t, 8> words;
  for (uint32_t& word : words) word = static_cast<uint32_t>(DrawOne(arguments) * 0x10000) & 0xFFFF;
  words[3] = (words[3] & 0x0FFF) | 0x4000;
  words[4] = (words[4] & 0x3FFF) | 0x8000;
  return TextValue(fmt::format("{:04x}{:04x}-{:04x}-{:04x}-{:04x}-{:04x}{:04x}{:04x}", words[0],
                               words[1], words[2], words[3], words[4], words[5], words[6],
                               words[7]));
}

}  // namespace asl::intrinsics
