// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Every table and key of the store. Append only: tags and byte orders are on disk for ever.
// Integers are big-endian so that keys sort as their parts do. Every table but history starts with
// its partition (u16); history starts with the execution number, whose first bits are the start
// time (see ids.h).
//
//   history     execution:u64 event:u32              → record (history_records.cc)
//                                                      `event`: its first one's id
//   ended       partition:u16 ended:u64 execution:u64  → status:u8
//                                                      goes with the execution
//   name_ends   partition:u16 ended:u64 hash:16 bytes  → nothing
//                                                      names that outlive their execution
//   executions  partition:u16 execution:u64          → Execution
//   outcomes    partition:u16 execution:u64          → Outcome, once it has ended
//                                                      later than in the turn that began it
//   listing     partition:u16 machine:u32 status:u8 execution:descending u64  → nothing
//                                                      `machine`: its number (revision.h)
//   frames      partition:u16 execution:u64 frame:u32  → frame (frame_records.cc)
//   results     partition:u16 execution:u64 frame:u32 index:u32  → refs (row.h), of this and the next
//                                                      what a branch or iteration answered
//   timers      partition:u16 due:u64 execution:u64 frame:u32 kind:u8  → Timer
//   tasks       partition:u16 queue:terminated number:u64  → Task
//                                                      waiting, in order of scheduling
//   assigned    partition:u16 execution:u64 frame:u32  → nothing
//                                                      its frame's row tells which worker
//   words       partition:u16 kind:u8 number:u32     → text
//                                                      what other rows name by number (words.h)
//   names       partition:u16 hash:16 bytes          → Name
//   outbox      partition:u16 receiver:u16 number:u64  → Message
//   inbox       partition:u16 sender:u16             → u64be, highest message number applied
//   machines    partition:u16 name:str               → StateMachine    (partition 0)
//   revisions   partition:u16 id:str                 → Revision        (partition 0)
//   activities  partition:u16 name:str               → Activity        (partition 0)
//   tags        partition:u16 resource:str           → Tags            (partition 0)
//                                                      `resource`: "stateMachine:NAME" or
//                                                      "activity:NAME"
//   versions    partition:u16 machine:terminated number:u32  → Version  (partition 0)
//   aliases     partition:u16 machine:terminated name:str  → Alias      (partition 0)
//   clock       partition:u16                        → varint, the partition's clock, in ms
//   probes      partition:u16 sender:u16 number:u64  → bytes, messages applied, kept for tests
//   crashes     partition:u16 execution:u64          → u64be, crashes in a row on it
//   settings    name:str                             → bytes, fixed at creation ("format", "partitions",
//                                                      "token_key")
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "asl/definition.h"
#include "asl/frame.h"
#include "asl/outcome.h"
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
  kResults = 17,
  kListing = 18,
  kEnded = 19,
  kOutcomes = 20,
  kNameEnds = 21,
  kActivities = 22,
  kTags = 23,
  kVersions = 24,
  kAliases = 25,
};

std::vector<storage::TableSpec> AllTables();

// From this count in its `crashes` row on, an execution is parked: kept, shown, and not worked on.
inline constexpr uint64_t kCrashesToPark = 3;

std::string HistoryKey(ExecutionNumber execution, asl::EventId event);
// Where the history of `first` begins: the bound of a range of executions.
std::string HistoryBound(ExecutionNumber first);
std::string ExecutionKey(ExecutionNumber execution);
std::string ListingPrefix(PartitionId partition, uint32_t machine, asl::ExecutionStatus status);
std::string ListingKey(ExecutionNumber execution, uint32_t machine, asl::ExecutionStatus status);
std::string EndedKey(asl::Millis ended, ExecutionNumber execution);
std::string NameEndKey(PartitionId partition, asl::Millis ended, const Hash128& hash);
std::string FrameKey(ExecutionNumber execution, asl::FrameId frame);
std::string FramePrefix(ExecutionNumber execution);
std::string ResultKeyOf(ExecutionNumber execution, const asl::ResultKey& key);
std::string ResultPrefix(ExecutionNumber execution);
std::string TaskQueuePrefix(PartitionId partition, std::string_view queue);
std::string TaskKey(PartitionId partition, std::string_view queue, uint64_t number);
std::string NameKey(PartitionId partition, const Hash128& hash);
std::string OutboxKey(PartitionId partition, PartitionId receiver, uint64_t number);
std::string InboxKey(PartitionId partition, PartitionId sender);
std::string MachineKey(std::string_view name);
std::string RevisionKey(std::string_view id);
std::string ActivityKey(std::string_view name);
std::string TagsKey(std::string_view resource);
std::string VersionKey(std::string_view machine, uint32_t number);
std::string AliasKey(std::string_view machine, std::string_view name);
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
std::optional<asl::ResultKey> DecodeResultKey(std::string_view key);
struct OutboxKeyParts {
  PartitionId receiver = 0;
  uint64_t number = 0;
};
std::optional<OutboxKeyParts> DecodeOutboxKey(std::string_view key);
std::optional<ExecutionNumber> DecodeListingKey(std::string_view key);
struct EndedKeyParts {
  asl::Millis ended;
  ExecutionNumber execution = ExecutionNumber::kNone;
};
std::optional<EndedKeyParts> DecodeEndedKey(std::string_view key);
struct NameEndKeyParts {
  asl::Millis ended;
  Hash128 name;
};
std::optional<NameEndKeyParts> DecodeNameEndKey(std::string_view key);
struct VersionKeyParts {
  std::string machine;
  uint32_t number = 0;
};
std::optional<VersionKeyParts> DecodeVersionKey(std::string_view key);
struct AliasKeyParts {
  std::string machine;
  std::string name;
};
std::optional<AliasKeyParts> DecodeAliasKey(std::string_view key);
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
