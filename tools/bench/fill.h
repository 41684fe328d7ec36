// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Fills an engine with executions that stay open: asleep in a Wait, held by workers that never
// answer, or asleep after a long history.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace grpc {
class Channel;
}

namespace bench {

inline constexpr char kSleepMachine[] = "bench-sleep";
inline constexpr char kSentMachine[] = "bench-sent";
inline constexpr char kLongMachine[] = "bench-long";

struct FillOptions {
  std::string state_machine = kSleepMachine;
  uint64_t first = 0;  // executions are named "<state machine>-<n>", n counting from this
  uint64_t count = 0;
  // Sleepers wake at this Unix time at the earliest, so many a second; 0: in 30 days.
  double wake_at = 0;
  double wakes_per_second = 1000;
};

// Starts sleepers; the seconds it took.
absl::StatusOr<double> FillSleepers(const std::shared_ptr<grpc::Channel>& channel,
                                    const FillOptions& options);

// Starts executions of one Task each, which workers of this process receive and never answer; runs
// `when_all_sent` when they hold them all, and then lets go.
absl::Status FillSent(const std::shared_ptr<grpc::Channel>& channel, const FillOptions& options,
                      const std::function<void(double seconds)>& when_all_sent);

// Starts executions that fall asleep after `events` events or a few more, results of
// `result_bytes`.
absl::StatusOr<double> FillLong(const std::shared_ptr<grpc::Channel>& channel,
                                const FillOptions& options, int events, size_t result_bytes);

}  // namespace bench
