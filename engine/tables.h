// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Every table and key of the store. Append only: tags and byte orders are on disk for ever.
// Integers are big-endian so that keys sort as their parts do. Every table but history starts with
// its partition (u16); history starts with the execution number, whose first bits are the start
// time (see ids.h).
//
//   history     execution:u64 event:u32                        → record (history_records.cc)
//   `event`: its first one's id executions  partition:u16 execution:u64                    →
//   Execution frames      partition:u16 execution:u64 frame:u32          → frame (frame_records.cc)
//   timers      partition:u16 due:u64 execution:u64 frame:u32 kind:u8  → Timer
//   tasks       partition:u16 queue:terminated number:u64       → Task            waiting; `number`
//   in order of scheduling assigned    partition:u16 execution:u64 frame:u32          → nothing its
//   frame's row tells which worker words       partition:u16 kind:u8 number:u32               →
//   text            what other rows name by number (words.h) names       partition:u16 hash:16
//   bytes                    → Name outbox      partition:u16 receiver:u16 number:u64          →
//   Message inbox       partition:u16 sender:u16                       → u64be           highest
//   message number applied machines    partition:u16 name:str                         →
//   StateMachine    (partition 0) revisions   partition:u16 id:str                           →
//   Revision        (partition 0) clock       partition:u16                                  →
//   u64be           the partition's clock, in ms probes      partition:u16 sender:u16 number:u64 →
//   bytes           messages applied, kept for tests crashes     partition:u16 execution:u64 →
//   u64be           crashes in a row while working on it settings    name:str → bytes fixed at
//   creation ("partitions", "token_key")
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/frame.h"
#include "engine/ids.h"
#include "storage/store.h"

namespace engine {

enum Table : storage::TableTag {
  kHistory = 1,
  kExecutions = 2,
  kFrames = 3,
  kTimers = 4,
  kTasks = 5,
  kNames = 6,
  kOutbox = 7,
  kInbox = 8,
  kMachines = 9,
  kRevisions = 10,
  kClock = 11,
  kProbes = 12,
  kSettings = 13,
  kCrashes = 14,
  kAssigned = 15,
  kWords = 16,
};

std::vector<storage::TableSpec> AllTables();

// From this count in its `crashes` row on, an execution is parked: kept, shown, and not worked on.
inline constexpr uint64_t kCrashesToPark = 3;

std::string HistoryKey(ExecutionNumber execution, asl::EventId event);
std::string ExecutionKey(ExecutionNumber execution);
std::string FrameKey(ExecutionNumber execution, asl::FrameId frame);
std::string FramePrefix(ExecutionNumber execution);
std::string TaskQueuePrefix(PartitionId partition, std::string_view queue);
std::string TaskKey(PartitionId partition, std::string_view queue, uint64_t number);
std::string NameKey(PartitionId partition, const Hash128& hash);
std::string OutboxKey(PartitionId partition, PartitionId receiver, uint64_t number);
std::string InboxKey(PartitionId partition, PartitionId sender);
std::string MachineKey(std::string_view name);
std::string RevisionKey(std::string_view id);
std::string ClockKey(PartitionId partition);
std::string CrashKey(ExecutionNumber execution);
std::string ProbeKey(PartitionId partition, PartitionId sender, uint64_t number);
std::string PartitionPrefix(PartitionId partition);

std::string U64(uint64_t value);
std::optional<uint64_t> ReadU64(std::string_view value);

// A timer's identity; its order is the order of firing.
struct TimerKey {
  asl::Millis due;
  ExecutionNumber execution = ExecutionNumber::kNone;
  asl::FrameId frame = asl::FrameId::kRoot;
  asl::TimerKind kind = asl::TimerKind::kDelay;
  friend auto operator<=>(const TimerKey&, const TimerKey&) = default;
};
std::string EncodeTimerKey(PartitionId partition, const TimerKey& key);

// Reading keys back; nullopt when the bytes are not such a key.
std::optional<TimerKey> DecodeTimerKey(std::string_view key);
struct TaskKeyParts {
  std::string queue;
  uint64_t number = 0;
};
std::optional<TaskKeyParts> DecodeTaskKey(std::string_view key);
struct OutboxKeyParts {
  PartitionId receiver = 0;
  uint64_t number = 0;
};
std::optional<OutboxKeyParts> DecodeOutboxKey(std::string_view key);
std::optional<PartitionId> DecodeInboxKey(std::string_view key);
struct FrameKeyParts {
  ExecutionNumber execution = ExecutionNumber::kNone;
  asl::FrameId frame{};
};
std::optional<FrameKeyParts> DecodeFrameKey(std::string_view key);
struct HistoryKeyParts {
  ExecutionNumber execution = ExecutionNumber::kNone;
  asl::EventId first{};
};
std::optional<HistoryKeyParts> DecodeHistoryKey(std::string_view key);

}  // namespace engine
