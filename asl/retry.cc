// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/retry.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "asl/limits.h"

namespace asl {
namespace {

bool MatchesName(std::string_view wanted, const Failure& failure) {
  const std::string_view name = failure.error.name ? std::string_view(*failure.error.name) : "";
  if (wanted == kStatesAll) return true;
  if (wanted == kStatesTaskFailed) return name != kStatesTimeout;
  if (wanted == kStatesHeartbeatTimeout && failure.missed_heartbeat) return true;
  return failure.error.name && wanted == name;
}

}  // namespace

bool Matches(std::span<const std::string> error_equals, const Failure& failure) {
  if (failure.terminal || failure.error.name == kStatesRuntime) return false;
  return std::any_of(error_equals.begin(), error_equals.end(),
                     [&](const std::string& wanted) { return MatchesName(wanted, failure); });
}

int64_t RetryDelayMs(const Retrier& retrier, uint32_t used, double draw) {
  assert(draw >= 0 && draw < 1);
  double delay_s = static_cast<double>(retrier.interval_s) * std::pow(retrier.backoff_rate, used);
  if (retrier.delay_s_max) delay_s = std::min(delay_s, static_cast<double>(*retrier.delay_s_max));
  if (!(delay_s <= static_cast<double>(kSecondsMax))) delay_s = static_cast<double>(kSecondsMax);
  if (retrier.jitter == Jitter::kFull) delay_s *= draw;
  return std::llround(delay_s * 1000);
}

std::optional<size_t> ChooseRetrier(std::span<const Retrier> retriers,
                                    std::span<const uint32_t> used, const Failure& failure) {
  for (size_t i = 0; i < retriers.size(); ++i) {
    if (!Matches(retriers[i].error_equals, failure)) continue;
    const int64_t attempts = i < used.size() ? used[i] : 0;
    if (attempts < retriers[i].attempts_max) return i;
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace asl
