// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/client/clock.h"

#include <array>
#include <random>

#include "fmt/core.h"

namespace workers {

SteadyTime SteadyNow() { return std::chrono::steady_clock::now(); }

std::chrono::system_clock::time_point SystemNow() { return std::chrono::system_clock::now(); }

double RandomUnit() {
  std::random_device device;
  return std::uniform_real_distribution<double>(0, 1)(device);
}

std::string RandomUuid() {
  std::random_device device;
  std::array<uint32_t, 4> draw{};
  for (uint32_t& word : draw) word = static_cast<uint32_t>(device());
  draw[1] = (draw[1] & 0xffff0fff) | 0x00004000;  // version 4
  draw[2] = (draw[2] & 0x3fffffff) | 0x80000000;  // RFC 4122 variant
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", draw[0], draw[1] >> 16,
                     draw[1] & 0xffff, draw[2] >> 16, draw[2] & 0xffff, draw[3]);
}

}  // namespace workers
