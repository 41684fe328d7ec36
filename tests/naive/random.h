// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The generator's random numbers: the same for the same seed, or the same bytes, on every machine.
// One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace asl::naive {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  // Two bytes a number, and when they are used up the numbers of seed 0. REQUIRES: they live longer.
  explicit Random(std::string_view bytes) : bytes_(bytes) {}

  uint64_t Next() {
    if (bytes_.size() < 2) return Mixed();
    const auto high = static_cast<unsigned char>(bytes_[0]);
    const auto low = static_cast<unsigned char>(bytes_[1]);
    bytes_.remove_prefix(2);
    return uint64_t{high} << 8 | low;
  }
  uint64_t Below(uint64_t n) { return Next() % n; }
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low + 1)));
  }
  bool Percent(uint64_t chance) { return Below(100) < chance; }
  std::string Pick(std::initializer_list<const char*> texts) {
    return texts.begin()[Below(texts.size())];
  }

 private:
  // splitmix64, public domain (Sebastiano Vigna).
  uint64_t Mixed() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  uint64_t state_ = 0;
  std::string_view bytes_;
};

}  // namespace asl::naive
