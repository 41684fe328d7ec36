// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The rows that must belong to something: each is looked up from its own side, so that one that
// nobody waits for shows.
#include "engine/verify_pass.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {

absl::StatusOr<ExecutionRow> VerifyPass::Read(ExecutionNumber number, std::string_view bytes) {
  return ReadExecution(number, bytes, context_.Get(kOutcomes, ExecutionKey(number)));
}

std::optional<ExecutionRow> VerifyPass::ExecutionOf(ExecutionNumber number) {
  if (PartitionOf(number) != partition_) return std::nullopt;
  const std::optional<std::string> bytes = context_.Get(kExecutions, ExecutionKey(number));
  absl::StatusOr<ExecutionRow> row = bytes ? Read(number, *bytes) : absl::NotFoundError("");
  if (!row.ok()) return std::nullopt;
  return *std::move(row);
}

std::optional<FrameRow> VerifyPass::FrameOf(ExecutionNumber number, asl::FrameId frame) {
  const std::string key = FrameKey(number, frame);
  const std::optional<std::string> bytes = context_.Get(kFrames, key);
  if (!bytes) return std::nullopt;
  absl::StatusOr<FrameRow> row = ReadFrame(key, *bytes);
  if (!row.ok()) return std::nullopt;
  return *std::move(row);
}

std::optional<std::string> VerifyPass::Word(Table table, std::string_view key, WordKind kind,
                                            uint32_t number) {
  std::optional<std::string> text = context_.Get(kWords, WordKey(partition_, kind, number));
  if (!text) {
    context_.Fail(table, key,
                  fmt::format("names word {} of kind {}, which is not there", number,
                              static_cast<int>(kind)));
  }
  return text;
}

// Rows of frames are counted with their executions; here those without one show.
void VerifyPass::CheckFrameOwners() {
  ExecutionNumber last = ExecutionNumber::kNone;
  auto rows = context_.store.Scan(kFrames, prefix_, storage::PrefixEnd(prefix_));
  for (; rows->Valid(); rows->Next()) {
    const std::optional<FrameKeyParts> key = DecodeFrameKey(rows->key());
    if (!key) {
      context_.Fail(kFrames, rows->key(), "has an odd key");
      continue;
    }
    if (key->execution == last) continue;
    last = key->execution;
    if (!context_.Get(kExecutions, ExecutionKey(last))) {
      context_.Fail(kFrames, rows->key(), "belongs to no execution");
    }
  }
}

// Those of open executions are counted with their frames.
void VerifyPass::CheckResultOwners() {
  ExecutionNumber last = ExecutionNumber::kNone;
  auto rows = context_.store.Scan(kResults, prefix_, storage::PrefixEnd(prefix_));
  for (; rows->Valid(); rows->Next()) {
    storage::KeyReader key(rows->key());
    key.U16();
    const ExecutionNumber execution{key.U64()};
    if (execution == last) continue;
    last = execution;
    if (!ExecutionOf(execution)) {
      context_.Fail(kResults, rows->key(), "belongs to no execution");
    }
  }
}

void VerifyPass::CheckOutcomes() {
  context_.Each(kOutcomes, prefix_, [&](std::string_view key, std::string_view) {
    if (!context_.Get(kExecutions, std::string(key))) {
      context_.Fail(kOutcomes, key, "belongs to no execution");
    }
  });
}

// Each row is of an execution and its status, and there are as many: so each execution has one.
void VerifyPass::CheckListing() {
  uint64_t listed = 0;
  context_.Each(kListing, prefix_, [&](std::string_view key, std::string_view) {
    ++listed;
    storage::KeyReader reader(key);
    reader.U16();
    reader.U32();
    const auto status = static_cast<asl::ExecutionStatus>(reader.U8());
    const std::optional<ExecutionNumber> number = DecodeListingKey(key);
    const std::optional<ExecutionRow> row = number ? ExecutionOf(*number) : std::nullopt;
    if (!row || row->status != status) {
      context_.Fail(kListing, key, "lists an execution that is not there, or has another status");
    }
  });
  if (listed != executions_) {
    context_.Fail(kListing, prefix_,
                  fmt::format("{} executions are listed, and there are {}", listed, executions_));
  }
}

void VerifyPass::CheckEnded() {
  context_.Each(kEnded, prefix_, [&](std::string_view key, std::string_view value) {
    const std::optional<EndedKeyParts> parts = DecodeEndedKey(key);
    const std::optional<asl::ExecutionStatus> status = ReadEnded(value);
    const std::optional<ExecutionRow> row = parts ? ExecutionOf(parts->execution) : std::nullopt;
    if (!status || !row || row->status != *status || row->stopped != parts->ended) {
      context_.Fail(kEnded, key, "no execution ended so at that time");
    }
  });
}

// Names that outlive their execution, and no others, are in the index that frees them one day.
void VerifyPass::CheckNameEnds() {
  uint64_t freed_later = 0;
  context_.Each(kNameEnds, prefix_, [&](std::string_view key, std::string_view) {
    ++freed_later;
    const std::optional<NameEndKeyParts> parts = DecodeNameEndKey(key);
    const auto bytes =
        parts ? context_.Get(kNames, NameKey(partition_, parts->name)) : std::nullopt;
    const auto name = bytes ? ReadName(*bytes) : absl::NotFoundError("");
    if (!name.ok() || ExecutionOf(name->execution)) {
      context_.Fail(kNameEnds, key, "is not of a name that outlives its execution");
    }
  });
  if (names_alone_ > freed_later) {
    context_.Fail(kNames, name_alone_,
                  fmt::format("{} names are of executions that are not there, and {} of them are "
                              "kept for a while",
                              names_alone_, freed_later));
  }
}

void VerifyPass::CheckTimers() {
  context_.Each(kTimers, prefix_, [&](std::string_view key, std::string_view value) {
    const std::optional<TimerKey> timer = DecodeTimerKey(key);
    if (!timer || !ReadTimer(value).ok()) return context_.Fail(kTimers, key, "cannot be read");
    CheckTimer(key, *timer);
  });
}

// A timer that continues a cut Advance may outlive what it was for: it is due at once, and goes
// when it fires.
void VerifyPass::CheckTimer(std::string_view key, const TimerKey& timer) {
  if (PartitionOf(timer.execution) != partition_ ||
      !context_.Get(kExecutions, ExecutionKey(timer.execution))) {
    return context_.Fail(kTimers, key, "belongs to no execution");
  }
  if (timer.due <= clock_) return;
  const std::optional<ExecutionRow> execution = ExecutionOf(timer.execution);
  if (!execution || execution->status != asl::ExecutionStatus::kRunning)
    return context_.Fail(kTimers, key, "its execution has ended");
  if (timer.kind == asl::TimerKind::kExecutionTimeout) return;
  const std::optional<FrameRow> row = FrameOf(timer.execution, timer.frame);
  if (!row) return context_.Fail(kTimers, key, "its frame is missing");
  const asl::Frame& frame = row->frame;
  const asl::Millis due = timer.kind == asl::TimerKind::kTaskTimeout         ? frame.timeout_due
                          : timer.kind == asl::TimerKind::kCallbackHeartbeat ? frame.heartbeat_due
                                                                             : frame.delay_due;
  if (due != timer.due) context_.Fail(kTimers, key, "its frame does not wait for it");
}

void VerifyPass::CheckTasks() {
  context_.Each(kTasks, prefix_, [&](std::string_view key, std::string_view value) {
    const std::optional<TaskKeyParts> place = DecodeTaskKey(key);
    const auto task =
        place ? ReadTask(place->queue, place->number, value) : absl::DataLossError("");
    if (!task.ok()) return context_.Fail(kTasks, key, "cannot be read");
    const std::optional<FrameRow> row = FrameOf(task->id.execution, task->frame);
    if (!row || !row->frame.task || row->frame.waiting != asl::Waiting::kTask ||
        row->frame.task->scheduled != task->id.scheduled ||
        row->frame.task->queue_number != place->number) {
      context_.Fail(kTasks, key, "no frame waits for it");
    }
  });
}

void VerifyPass::CheckAssigned() {
  context_.Each(kAssigned, prefix_, [&](std::string_view key, std::string_view) {
    const std::optional<FrameKeyParts> parts = DecodeFrameKey(key);
    if (!parts) return context_.Fail(kAssigned, key, "has an odd key");
    const std::optional<FrameRow> row = FrameOf(parts->execution, parts->frame);
    if (!row || !row->frame.task || !row->assigned) {
      context_.Fail(kAssigned, key, "no frame has a task that a worker has");
    }
  });
}

void VerifyPass::CheckNames() {
  context_.Each(kNames, prefix_, [&](std::string_view key, std::string_view value) {
    const absl::StatusOr<NameRow> name = ReadName(value);
    if (!name.ok()) return context_.Fail(kNames, key, "cannot be read");
    if (!context_.Get(kExecutions, ExecutionKey(name->execution))) {
      ++names_alone_;
      name_alone_ = std::string(key);
    }
  });
}

void VerifyPass::CheckLetters() {
  std::map<PartitionId, uint64_t> remembered, last;
  context_.Each(kOutbox, prefix_, [&](std::string_view key, std::string_view value) {
    const std::optional<OutboxKeyParts> place = DecodeOutboxKey(key);
    if (!place) return context_.Fail(kOutbox, key, "has an odd key");
    if (place->number == 0) {
      const std::optional<uint64_t> number = ReadU64(value);
      if (!number) return context_.Fail(kOutbox, key, "is no number");
      remembered[place->receiver] = *number;
      return;
    }
    uint64_t& before = last[place->receiver];
    if (before != 0 && place->number != before + 1) {
      context_.Fail(kOutbox, key, fmt::format("letter {} follows on {}", place->number, before));
    }
    if (before == 0 && context_.options.one_moment) {
      // Letters go when their receiver has applied them, hence it has every one before the first.
      const auto applied = context_.Get(kInbox, InboxKey(place->receiver, partition_));
      if ((applied ? ReadU64(*applied).value_or(0) : 0) + 1 < place->number) {
        context_.Fail(kOutbox, key, "the letters before it were never applied");
      }
    }
    before = place->number;
  });
  for (const auto& [receiver, number] : last) {
    if (remembered[receiver] == number) continue;
    context_.Fail(
        kOutbox, OutboxKey(partition_, receiver, number),
        fmt::format("the last letter is {}, and {} is remembered", number, remembered[receiver]));
  }
}

void VerifyPass::CheckInbox() {
  context_.Each(kInbox, prefix_, [&](std::string_view key, std::string_view value) {
    const std::optional<PartitionId> sender = DecodeInboxKey(key);
    const std::optional<uint64_t> applied = ReadU64(value);
    if (!sender || !applied) return context_.Fail(kInbox, key, "cannot be read");
    if (!context_.options.one_moment) return;
    const auto sent = context_.Get(kOutbox, OutboxKey(*sender, partition_, 0));
    if ((sent ? ReadU64(*sent).value_or(0) : 0) < *applied) {
      context_.Fail(kInbox, key, fmt::format("letter {} was applied and never sent", *applied));
    }
  });
}

void VerifyPass::CheckCrashes() {
  context_.Each(kCrashes, prefix_, [&](std::string_view key, std::string_view value) {
    if (!ReadU64(value)) return context_.Fail(kCrashes, key, "is no number");
    if (!context_.Get(kExecutions, std::string(key))) {
      context_.Fail(kCrashes, key, "belongs to no execution");
    }
  });
}

void VerifyPass::CheckWords() {
  context_.Each(kWords, prefix_, [&](std::string_view key, std::string_view value) {
    if (!DecodeWordKey(key) || value.empty()) context_.Fail(kWords, key, "cannot be read");
  });
}

}  // namespace engine
