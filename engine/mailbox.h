// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Messages between partitions, applied exactly once and in order. The sender writes each as a row
// of its outbox, dense per (sender, receiver), in the batch that causes it; the receiver stores the
// highest number applied per sender in the batch of the message's effect. A lower number is
// answered and ignored, a gap is never applied, and an answer below what was sent makes the sender
// send again. Owned by the partition, its thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/ids.h"

namespace engine {

class Outbox {
 public:
  static constexpr size_t kInFlightMax = 1'000;  // per receiver; the rest wait

  struct Letter {
    uint64_t number;
    std::string bytes;
  };

  // Takes the next number for a receiver. The caller writes the letter's row, and the number itself
  // as row 0, so that numbering goes on after a restart that finds no letter.
  uint64_t Append(PartitionId receiver, std::string bytes);
  // A row found at start, in order: row 0 comes first.
  void Recover(PartitionId receiver, uint64_t number, std::string bytes);
  void RecoverLastNumber(PartitionId receiver, uint64_t number) {
    pairs_[receiver].next = number + 1;
  }

  // Letters that may be sent now (their rows are in this batch or an earlier one), each once.
  std::vector<Letter> TakeSendable(PartitionId receiver);
  // The receiver has applied everything up to `number`: returns which rows can go. `gap`: it saw a
  // later letter that it could not apply, so everything after `number` is offered by TakeSendable
  // again.
  struct Applied {
    uint64_t first = 0;
    uint64_t last = 0;  // last < first: nothing
  };
  Applied OnApplied(PartitionId receiver, uint64_t number, bool gap);

  std::vector<PartitionId> Receivers() const;
  size_t size() const;  // letters that are not applied yet

 private:
  struct Pair {
    std::deque<Letter> letters;  // not applied yet, oldest first
    uint64_t next = 1;
    size_t in_flight = 0;  // of the front
  };
  std::map<PartitionId, Pair> pairs_;
};

class Inbox {
 public:
  enum class Verdict : uint8_t { kApply, kRepeated, kGap };
  Verdict Judge(PartitionId sender, uint64_t number) const;
  uint64_t applied(PartitionId sender) const;
  // REQUIRES: number == applied(sender) + 1, or recovery. The caller writes the row.
  void Advance(PartitionId sender, uint64_t number) { applied_[sender] = number; }

 private:
  std::map<PartitionId, uint64_t> applied_;
};

}  // namespace engine
