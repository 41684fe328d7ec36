// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/mailbox.h"

#include <algorithm>
#include <cassert>

namespace engine {

uint64_t Outbox::Append(PartitionId receiver, std::string bytes) {
  Pair& pair = pairs_[receiver];
  pair.letters.push_back({pair.next, std::move(bytes)});
  return pair.next++;
}

void Outbox::Recover(PartitionId receiver, uint64_t number, std::string bytes) {
  Pair& pair = pairs_[receiver];
  assert(number < pair.next);
  pair.letters.push_back({number, std::move(bytes)});
}

std::vector<Outbox::Letter> Outbox::TakeSendable(PartitionId receiver) {
  Pair& pair = pairs_[receiver];
  std::vector<Letter> sendable;
  while (pair.in_flight < pair.letters.size() && pair.in_flight < kInFlightMax) {
    sendable.push_back(pair.letters[pair.in_flight++]);
  }
  return sendable;
}

Outbox::Applied Outbox::OnApplied(PartitionId receiver, uint64_t number, bool gap) {
  Pair& pair = pairs_[receiver];
  Applied applied{.first = number + 1, .last = number};
  if (!pair.letters.empty() && pair.letters.front().number <= number)
    applied.first = pair.letters.front().number;
  size_t gone = 0;
  while (!pair.letters.empty() && pair.letters.front().number <= number) {
    pair.letters.pop_front();
    ++gone;
  }
  pair.in_flight = gap ? 0 : pair.in_flight - std::min(pair.in_flight, gone);
  return applied;
}

std::vector<PartitionId> Outbox::Receivers() const {
  std::vector<PartitionId> receivers;
  for (const auto& [receiver, pair] : pairs_) receivers.push_back(receiver);
  return receivers;
}

size_t Outbox::size() const {
  size_t letters = 0;
  for (const auto& [receiver, pair] : pairs_) letters += pair.letters.size();
  return letters;
}

Inbox::Verdict Inbox::Judge(PartitionId sender, uint64_t number) const {
  const uint64_t applied_number = applied(sender);
  if (number <= applied_number) return Verdict::kRepeated;
  return number == applied_number + 1 ? Verdict::kApply : Verdict::kGap;
}

uint64_t Inbox::applied(PartitionId sender) const {
  auto it = applied_.find(sender);
  return it == applied_.end() ? 0 : it->second;
}

}  // namespace engine
