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
      interval_s;            // of Task states with Retry: the shortest pause
  int64_t timeout_s = 0;     // of the execution; 0: none
  bool has_mistake = false;  // its executions may fail with States.Runtime
};

const std::vector<Definition>& Definitions();

// What an update makes of it: the same states in another text. Version 0 is what it is created with.
inline constexpr size_t kVersions = 3;
std::string TextOf(const Definition& definition, size_t version);

// An input that definition `machine` can run on; `n` makes it unlike others.
std::string MakeInput(std::string_view machine, uint64_t n);

// Every queue that some Task of theirs uses, and the one whose tasks are delivered again when a
// worker is lost.
const std::vector<std::string>& Queues();
inline constexpr std::string_view kRedeliverQueue = "ship";

}  // namespace sim
