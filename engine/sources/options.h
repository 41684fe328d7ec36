// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The section `sources` of the configuration file: which queue drives which state machine, and how.
//
//   sources:
//     orders:
//       queue: https://sqs.eu-central-1.amazonaws.com/123456789012/orders
//       state-machine: order
//
// Read once by main; plain data.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "asl/template.h"
#include "engine/sources/pattern.h"

namespace engine::sources {

// When a message has done its work and is deleted.
enum class Ack { kStarted, kSucceeded };
// What becomes of a message that can never start an execution.
enum class Poison { kReturn, kDelete };

struct Options {
  std::string name;
  std::string queue;          // URL, ARN or name
  std::string state_machine;  // name or ARN, of a version or an alias too
  Ack ack = Ack::kStarted;
  Poison poison = Poison::kReturn;
  int batch = 10;                                 // messages of a receive, 1 to 10
  size_t window = 1'000;                          // messages in hand
  size_t concurrency = 0;                         // executions that run; 0: no limit
  absl::Duration visibility = absl::Seconds(30);  // asked for and extended as long as needed
  std::vector<Pattern> filters;                   // one must match; none: all messages
  std::optional<asl::Template> input;             // nullopt: the message's body
  std::string region;                             // empty: the queue's, else the environment's
  std::string profile;                            // empty: what the environment says
  std::string endpoint;                           // empty: likewise

  bool fifo() const { return queue.ends_with(".fifo"); }
};

inline constexpr char kSection[] = "sources";  // in the configuration file

// The file's section; empty when it has none. InvalidArgument: FILE:LINE, what is wrong, what is
// allowed. REQUIRES: ReadSettingsFile accepted the file.
absl::StatusOr<std::vector<Options>> ReadOptions(const std::string& path);

}  // namespace engine::sources
