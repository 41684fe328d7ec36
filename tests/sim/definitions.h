// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The state machines that simulated clients start, and what the checkers know of their timing.
// Constant data.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

struct Definition {
  std::string machine;
  std::string text;
  std::map<std::string, int64_t, std::less<>>
      wait_s;  // of Wait states: seconds after they were entered
  std::map<std::string, int64_t, std::less<>>
      interval_s;         // of Task states with Retry: the shortest pause
  int64_t timeout_s = 0;  // of the execution; 0: none
};

const std::vector<Definition>& Definitions();

// An input that definition `machine` can run on; `n` makes it unlike others.
std::string MakeInput(std::string_view machine, uint64_t n);

// Every queue that some Task of theirs uses, and the one whose tasks are delivered again when a
// worker is lost.
const std::vector<std::string>& Queues();
inline constexpr std::string_view kRedeliverQueue = "ship";

}  // namespace sim
