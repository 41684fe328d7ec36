// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/tables.h"

#include "storage/key.h"

namespace engine {
namespace {

using storage::AppendU16;
using storage::AppendU32;
using storage::AppendU64;

std::string Prefixed(PartitionId partition) {
  std::string key;
  key.reserve(32);
  AppendU16(static_cast<uint16_t>(partition), &key);
  return key;
}

uint32_t Low32(asl::EventId event) { return static_cast<uint32_t>(asl::ToInt(event)); }

}  // namespace

std::vector<storage::TableSpec> AllTables() {
  using storage::TableKind;
  std::string first_event;
  AppendU32(1, &first_event);
  // Executions begin in order of time, and so do names of the engine's own making: the first three
  // bytes of a number change every four minutes, the first byte of such a name in 35 years. Other names
  // come in no order; but of those that begin with the same byte of the hash there are few, and a
  // search among them is short (256 places to remember for each partition, of 200 bytes). A clock is
  // one row of its partition, written again and again, and in no deleted range.
  return {{kHistory, "history", TableKind::kHistory, 8, first_event, 3},
          {kExecutions, "executions", TableKind::kHot, 2},
          {kFrames, "frames", TableKind::kHot, 10},
          {kTimers, "timers", TableKind::kQueue},
          {kTasks, "tasks", TableKind::kQueue},
          {kNames, "names", TableKind::kHot, 3},
          {kOutbox, "outbox", TableKind::kQueue},
          {kInbox, "inbox", TableKind::kHot},
          {kMachines, "machines", TableKind::kHot},
          {kRevisions, "revisions", TableKind::kHot},
          {kClock, "clock", TableKind::kHot, 2, "", 2},
          {kProbes, "probes", TableKind::kHot},
          {kSettings, "settings", TableKind::kHot},
          {kCrashes, "crashes", TableKind::kHot},
          {kAssigned, "assigned", TableKind::kHot},
          {kWords, "words", TableKind::kHot},
          {kResults, "results", TableKind::kQueue, 14},
          {kListing, "listing", TableKind::kQueue, 7},
          {kEnded, "ended", TableKind::kQueue, 2},
          {kNameEnds, "name_ends", TableKind::kQueue},
          {kVersions, "versions", TableKind::kHot},
          {kAliases, "aliases", TableKind::kHot},
          {kOutcomes, "outcomes", TableKind::kHot, 2},
          {kActivities, "activities", TableKind::kHot},
          {kTags, "tags", TableKind::kHot}};
}

std::string HistoryKey(ExecutionNumber execution, asl::EventId event) {
  std::string key;
  key.reserve(12);
  AppendU64(ToInt(execution), &key);
  AppendU32(Low32(event), &key);
  return key;
}

std::string HistoryBound(ExecutionNumber first) { return U64(ToInt(first)); }

std::string ExecutionKey(ExecutionNumber execution) {
  std::string key = Prefixed(PartitionOf(execution));
  AppendU64(ToInt(execution), &key);
  return key;
}

std::string ListingPrefix(PartitionId partition, uint32_t machine, asl::ExecutionStatus status) {
  std::string key = Prefixed(partition);
  AppendU32(machine, &key);
  storage::AppendU8(static_cast<uint8_t>(status), &key);
  return key;
}

std::string ListingKey(ExecutionNumber execution, uint32_t machine, asl::ExecutionStatus status) {
  std::string key = ListingPrefix(PartitionOf(execution), machine, status);
  storage::AppendDescendingU64(ToInt(execution), &key);
  return key;
}

std::string EndedKey(asl::Millis ended, ExecutionNumber execution) {
  std::string key = Prefixed(PartitionOf(execution));
  AppendU64(static_cast<uint64_t>(ended.value), &key);
  AppendU64(ToInt(execution), &key);
  return key;
}

std::string NameEndKey(PartitionId partition, asl::Millis ended, const Hash128& hash) {
  std::string key = Prefixed(partition);
  AppendU64(static_cast<uint64_t>(ended.value), &key);
  AppendU64(hash.high, &key);
  AppendU64(hash.low, &key);
  return key;
}

std::string FramePrefix(ExecutionNumber execution) { return ExecutionKey(execution); }

std::string FrameKey(ExecutionNumber execution, asl::FrameId frame) {
  std::string key = FramePrefix(execution);
  AppendU32(static_cast<uint32_t>(frame), &key);
  return key;
}

std::string ResultPrefix(ExecutionNumber execution) { return ExecutionKey(execution); }

std::string ResultKeyOf(ExecutionNumber execution, const asl::ResultKey& result) {
  std::string key = ResultPrefix(execution);
  AppendU32(static_cast<uint32_t>(result.frame), &key);
  AppendU32(result.index, &key);
  return key;
}

std::string EncodeTimerKey(PartitionId partition, const TimerKey& timer) {
  std::string key = Prefixed(partition);
  AppendU64(static_cast<uint64_t>(timer.due.value), &key);
  AppendU64(ToInt(timer.execution), &key);
  AppendU32(static_cast<uint32_t>(timer.frame), &key);
  storage::AppendU8(static_cast<uint8_t>(timer.kind), &key);
  return key;
}

std::string TaskQueuePrefix(PartitionId partition, std::string_view queue) {
  std::string key = Prefixed(partition);
  storage::AppendTerminated(queue, &key);
  return key;
}

std::string TaskKey(PartitionId partition, std::string_view queue, uint64_t number) {
  std::string key = TaskQueuePrefix(partition, queue);
  AppendU64(number, &key);
  return key;
}

std::string NameKey(PartitionId partition, const Hash128& hash) {
  std::string key = Prefixed(partition);
  AppendU64(hash.high, &key);
  AppendU64(hash.low, &key);
  return key;
}

std::string OutboxKey(PartitionId partition, PartitionId receiver, uint64_t number) {
  std::string key = InboxKey(partition, receiver);
  AppendU64(number, &key);
  return key;
}

std::string InboxKey(PartitionId partition, PartitionId sender) {
  std::string key = Prefixed(partition);
  AppendU16(static_cast<uint16_t>(sender), &key);
  return key;
}

std::string MachineKey(std::string_view name) { return Prefixed(0).append(name); }
std::string RevisionKey(std::string_view id) { return Prefixed(0).append(id); }

std::string VersionKey(std::string_view machine, uint32_t number) {
  std::string key = Prefixed(0);
  storage::AppendTerminated(machine, &key);
  AppendU32(number, &key);
  return key;
}

std::string AliasKey(std::string_view machine, std::string_view name) {
  std::string key = Prefixed(0);
  storage::AppendTerminated(machine, &key);
  return key.append(name);
}

std::string ActivityKey(std::string_view name) { return Prefixed(0).append(name); }
std::string TagsKey(std::string_view resource) { return Prefixed(0).append(resource); }
std::string CrashKey(ExecutionNumber execution) { return ExecutionKey(execution); }
std::string ClockKey(PartitionId partition) { return Prefixed(partition); }
std::string PartitionPrefix(PartitionId partition) { return Prefixed(partition); }

std::string ProbeKey(PartitionId partition, PartitionId sender, uint64_t number) {
  return OutboxKey(partition, sender, number);
}

std::string U64(uint64_t value) {
  std::string bytes;
  AppendU64(value, &bytes);
  return bytes;
}

std::optional<uint64_t> ReadU64(std::string_view value) {
  storage::KeyReader reader(value);
  const uint64_t number = reader.U64();
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return number;
}

std::optional<TimerKey> DecodeTimerKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  TimerKey timer;
  timer.due = asl::Millis{static_cast<int64_t>(reader.U64())};
  timer.execution = ExecutionNumber{reader.U64()};
  timer.frame = asl::FrameId{reader.U32()};
  timer.kind = static_cast<asl::TimerKind>(reader.U8());
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return timer;
}

std::optional<TaskKeyParts> DecodeTaskKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  TaskKeyParts parts;
  parts.queue = reader.Terminated();
  parts.number = reader.U64();
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return parts;
}

std::optional<asl::ResultKey> DecodeResultKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  reader.U64();
  const asl::FrameId frame{reader.U32()};
  const asl::ResultKey result{frame, reader.U32()};
  if (!reader.Finish("results").ok()) return std::nullopt;
  return result;
}

std::optional<OutboxKeyParts> DecodeOutboxKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  OutboxKeyParts parts;
  parts.receiver = reader.U16();
  parts.number = reader.U64();
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return parts;
}

std::optional<ExecutionNumber> DecodeListingKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  reader.U32();
  reader.U8();
  const ExecutionNumber execution{reader.DescendingU64()};
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return execution;
}

std::optional<EndedKeyParts> DecodeEndedKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  EndedKeyParts parts;
  parts.ended = asl::Millis{static_cast<int64_t>(reader.U64())};
  parts.execution = ExecutionNumber{reader.U64()};
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return parts;
}

std::optional<NameEndKeyParts> DecodeNameEndKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  NameEndKeyParts parts;
  parts.ended = asl::Millis{static_cast<int64_t>(reader.U64())};
  parts.name.high = reader.U64();
  parts.name.low = reader.U64();
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return parts;
}

std::optional<VersionKeyParts> DecodeVersionKey(std::string_view key) {
  storage::KeyReader reader(key);
  if (reader.U16() != 0) return std::nullopt;
  VersionKeyParts parts;
  parts.machine = reader.Terminated();
  parts.number = reader.U32();
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return parts;
}

std::optional<AliasKeyParts> DecodeAliasKey(std::string_view key) {
  storage::KeyReader reader(key);
  if (reader.U16() != 0) return std::nullopt;
  AliasKeyParts parts;
  parts.machine = reader.Terminated();
  parts.name = std::string(reader.rest());
  if (!reader.ok() || parts.name.empty()) return std::nullopt;
  return parts;
}

std::optional<PartitionId> DecodeInboxKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  const PartitionId sender = reader.U16();
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return sender;
}

std::optional<FrameKeyParts> DecodeFrameKey(std::string_view key) {
  storage::KeyReader reader(key);
  reader.U16();
  FrameKeyParts parts;
  parts.execution = ExecutionNumber{reader.U64()};
  parts.frame = asl::FrameId{reader.U32()};
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return parts;
}

std::optional<HistoryKeyParts> DecodeHistoryKey(std::string_view key) {
  storage::KeyReader reader(key);
  HistoryKeyParts parts;
  parts.execution = ExecutionNumber{reader.U64()};
  parts.first = asl::EventId{reader.U32()};
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return parts;
}

}  // namespace engine
