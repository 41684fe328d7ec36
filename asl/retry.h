// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The arithmetic of Retry and Catch: which Retrier or Catcher an error meets, and how long to wait
// before the next attempt. Pure functions over plain data; any thread. Deciding what then happens
// to the frame is states/task.cc's. Sources: specification, "Errors"; AWS guide, "Handling errors
// in Step Functions workflows".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "asl/errors.h"

namespace asl {

enum class Jitter : uint8_t { kNone, kFull };

struct Retrier {
  std::vector<std::string> error_equals;
  int64_t interval_s = 1;
  int64_t attempts_max = 3;  // 0: never
  double backoff_rate = 2.0;
  std::optional<int64_t> delay_s_max;
  Jitter jitter = Jitter::kNone;
};

// An error as ErrorEquals sees it. A missed heartbeat is reported as States.Timeout and answers to
// both names.
struct Failure {
  Error error;
  bool missed_heartbeat = false;
  bool terminal = false;  // met by no Retrier and no Catcher, whatever its name
};

// True when one of the names of an ErrorEquals matches. States.Runtime is matched by nothing, not
// even by its own name; States.ALL matches everything else; States.TaskFailed everything but a
// timeout. Names are case-sensitive.
bool Matches(std::span<const std::string> error_equals, const Failure& failure);

// Milliseconds to wait before retry number `used` (0 for the first) of this Retrier; `draw` in [0,
// 1) is used only with full jitter. Never negative, never more than kSecondsMax seconds: a rate
// that overflows waits that long.
int64_t RetryDelayMs(const Retrier& retrier, uint32_t used, double draw);

// The Retrier that grants another attempt: the first that matches decides, and one that is used up
// leaves the error to Catch. `used` counts per Retrier and may be shorter than the list (missing:
// 0).
std::optional<size_t> ChooseRetrier(std::span<const Retrier> retriers,
                                    std::span<const uint32_t> used, const Failure& failure);

}  // namespace asl
