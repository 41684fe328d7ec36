// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What an operator sees of the sources of work, and the one thing that he decides about them: whether
// they pause, which outlives the process. Sources publish here and ask here; they themselves are
// engine/sources/. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace engine {

// Before a message's id: the name of its execution.
inline constexpr char kMessageExecutionPrefix[] = "sqs-";

// Counted since the process started. Every delivery ends up in one of four, so that
// received = started + duplicates + rejected + returned + pending.
struct SourceCounts {
  uint64_t received = 0;
  uint64_t started = 0;     // an execution began with it
  uint64_t duplicates = 0;  // its execution was there already
  uint64_t rejected = 0;    // it never starts one: unwanted + poison
  uint64_t returned = 0;    // handed back for a later delivery, nothing was started
  // What became of them later, and why.
  uint64_t unwanted = 0;  // of the rejected: no filter matches; deleted
  uint64_t poison = 0;    // of the rejected: cannot be an input
  uint64_t deleted = 0;   // messages
  uint64_t failed = 0;    // executions that did not succeed; with ack succeeded: handed back
};

struct SourceStatus {
  std::string name;
  std::string queue;
  std::string state_machine;
  std::string state;  // "receiving", "paused", "full", "engine behind", "failing: …" …
  SourceCounts counts;
  uint64_t pending = 0;  // received, and nothing decided yet
  uint64_t in_hand = 0;  // messages that are not deleted or handed back yet
  uint64_t open = 0;     // executions that it waits for
  // As the queue told some seconds ago; absent: not yet.
  std::optional<uint64_t> visible;  // messages that wait there
  std::optional<uint64_t> in_flight;
  std::string dead_letter_queue;  // ARN; empty: none is known
};

class SourceBoard {
 public:
  // Which sources are paused is kept in a file of this directory; empty: in memory only.
  absl::Status Open(const std::string& directory);

  void Publish(SourceStatus status);
  std::vector<SourceStatus> List() const;  // by name

  bool paused(const std::string& name) const;
  // Written durably. NotFound when there is no such source.
  absl::Status SetPaused(const std::string& name, bool paused);

 private:
  absl::Status WriteFile(const std::set<std::string>& paused) const;

  std::string file_;
  mutable std::mutex mutex_;
  std::map<std::string, SourceStatus> sources_;  // guarded by mutex_
  std::set<std::string> paused_;                 // guarded by mutex_
};

}  // namespace engine
