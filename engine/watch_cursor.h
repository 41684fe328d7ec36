// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One watch: which executions its client has still to be told of, and how far it has been told of
// each. Owned by Watches (watch.h), its thread only; it knows no time but what it is given.
//
// An execution is kept while it is unread, and with events until its end has been told: then it
// goes, unless the loops have still to say that it ended, since what changes without being known is
// told from its first event on.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "engine/watch.h"
#include "engine/watch_read.h"

namespace engine {

class Watch {
 public:
  Watch(WatchOptions options, WatchSink sink, uint32_t partitions);

  void Note(const ExecutionChanged& change);

  // Something is unread, and the client has taken all it was given.
  bool ready() const { return !delivered_ && has_unread(); }
  bool has_unread() const { return !round_.empty() || !unread_.empty() || !scan_.done(); }
  int64_t due_us() const { return due_us_; }     // not to be served earlier
  bool delivered() const { return delivered_; }  // and not yet taken
  void OnTaken() { delivered_ = false; }

  // Delivers the next portion. False: the watch is over, and
  // its sink knows.
  bool Serve(const storage::Reader& view, const Registry& registry, Clock& clock);

 private:
  struct Known {
    asl::EventId next{1};  // with events: the first one not told
    bool unread = false;
    bool end_told = false;
    bool end_heard = false;
  };

  Known* KnowOf(ExecutionNumber execution);
  absl::Status Scan(const storage::Reader& view);
  absl::Status Tell(const storage::Reader& view, const Registry& registry,
                    ExecutionNumber execution, std::vector<WatchUpdate>& updates);
  bool End(const absl::Status& status);

  const WatchOptions options_;
  const WatchSink sink_;
  const bool named_;
  RunningScan scan_;
  std::unordered_map<uint64_t, Known> known_;  // never iterated
  std::deque<ExecutionNumber> unread_;         // changed since the round began
  std::deque<ExecutionNumber> round_;          // being told
  bool overflowed_ = false;
  bool delivered_ = false;
  int64_t due_us_ = 0;
  int64_t round_us_ = 0;  // spent on the round
};

}  // namespace engine
