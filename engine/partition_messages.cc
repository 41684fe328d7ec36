// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Messages between partitions: written by the sender in the batch that causes them, applied by the
// receiver exactly once and in order (mailbox.h). And the timers that the loader brought.
#include <cassert>

#include "engine/log.h"
#include "engine/partition.h"
#include "engine/records.h"
#include "fmt/format.h"

namespace engine {

void Partition::On(SendProbe& command) {
  std::string bytes = EncodeProbe(command.text);
  const uint64_t number = outbox_.Append(command.receiver, bytes);
  batch_->Put(kOutbox, OutboxKey(options_.id, command.receiver, number), bytes);
  batch_->Put(kOutbox, OutboxKey(options_.id, command.receiver, 0), U64(number));
  SendLetters(command.receiver);
  Answer<uint64_t>(command.reply, number);
}

void Partition::SendLetters(PartitionId receiver) {
  for (Outbox::Letter& letter : outbox_.TakeSendable(receiver)) {
    effects_.push_back(SendMessage{
        .receiver = receiver, .number = letter.number, .bytes = std::move(letter.bytes)});
  }
}

void Partition::On(MessageArrived& command) {
  const Inbox::Verdict verdict = inbox_.Judge(command.sender, command.number);
  if (verdict == Inbox::Verdict::kApply) {
    const absl::StatusOr<std::string> text = DecodeProbe(command.bytes);
    assert(text.ok());  // the sender encoded it in this process or its rows were checked at start
    batch_->Put(kProbes, ProbeKey(options_.id, command.sender, command.number), *text);
    batch_->Put(kInbox, InboxKey(options_.id, command.sender), U64(command.number));
    inbox_.Advance(command.sender, command.number);
  }
  effects_.push_back(AcknowledgeMessages{.sender = command.sender,
                                         .number = inbox_.applied(command.sender),
                                         .gap = verdict == Inbox::Verdict::kGap});
}

void Partition::On(MessagesApplied& command) {
  const Outbox::Applied applied = outbox_.OnApplied(command.receiver, command.number, command.gap);
  for (uint64_t number = applied.first; number <= applied.last; ++number) {
    batch_->Delete(kOutbox, OutboxKey(options_.id, command.receiver, number));
  }
  SendLetters(command.receiver);
}

// Rests on the batches before like any answer.
void Partition::On(Barrier& command) {
  Answer<BarrierPassed>(command.reply,
                        BarrierPassed{.clock = clock_, .retired = counters_.executions_retired});
}

void Partition::On(TimersLoaded& command) {
  if (!command.status.ok()) {
    // Timers that cannot be read would be late for ever: stop rather than lie.
    Log(LogLevel::kCritical, {.partition = options_.id},
        fmt::format("timers cannot be read: {}", std::string(command.status.message())));
    assert(command.status.ok());
  }
  timers_.OnLoaded(command);
}

}  // namespace engine
