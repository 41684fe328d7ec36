// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Frame rows, with the frame's task once a worker has it. Written by every transition, so what is
// usual takes no bytes:
//
//   frame := version:u8 bits:varint state:varint entered_at:signed last_event:varint entered:varint
//   input:ref part*
//
// `entered_at` and due times are in ms after the execution number's time, event ids are counted
// back from `last_event`, words are numbers of words.h. Then come the parts that `bits` (enum Bit)
// name, in their order; bits 0 and 1 are what the frame waits for.
#include <cassert>

#include "engine/records.h"
#include "engine/row.h"
#include "engine/tables.h"

namespace engine {
namespace {

using storage::AppendBytes;
using storage::AppendSignedVarint;
using storage::AppendVarint;
using storage::VarintReader;

// Stored: never renumber.
enum Bit : uint64_t {
  kWaitingMask = 3,
  // scheduled:varint queue:varint number:varint; queue is a word
  kTask = 1 << 2,
  kStarted = 1 << 3,     // started:varint
  kWorker = 1 << 4,      // worker:varint, a word: the task is assigned
  kReceived = 1 << 5,    // nothing follows
  kTimeoutDue = 1 << 6,  // signed
  kDelayDue = 1 << 7,    // signed
  kLimits = 1 << 8,      // timeout_s:signed heartbeat_s:signed; -1: none
  kRetries = 1 << 9,     // count:varint each:varint* all:varint
  kAttempt = 1 << 10,    // varint; else one more than all retries
  kDelivery = 1 << 11,   // varint; else 1
  kQualifier = 1 << 12,  // bytes
  kTaskInput = 1 << 13,  // ref; else the frame's input
  kParent = 1 << 14,     // varint; else the root
  kIndex = 1 << 15,      // varint; else 0
  // started:varint total:varint next:varint done:varint limit:varint items:ref offset:varint; the
  // frame waits for its branches
  kBranches = 1 << 16,
  kItem = 1 << 17,          // index:varint value:ref
  kSubmitted = 1 << 18,     // submitted:varint
  kHeartbeatDue = 1 << 19,  // signed
  kVariables = 1 << 20,     // count:varint (name:bytes value:ref)*
  kRole = 1 << 21,          // bytes; of the assigned task
};

uint64_t BitsOf(const asl::Frame& frame, const Task* assigned) {
  auto bits = frame.branches ? uint64_t{kBranches} : static_cast<uint64_t>(frame.waiting);
  const auto set = [&bits](bool when, Bit bit) {
    if (when) bits |= bit;
  };
  set(frame.timeout_due != asl::kNever, kTimeoutDue);
  set(frame.delay_due != asl::kNever, kDelayDue);
  set(frame.retry_count != 0 || !frame.retries.empty(), kRetries);
  set(frame.parent != asl::FrameId::kRoot, kParent);
  set(frame.index != 0, kIndex);
  set(frame.item.has_value(), kItem);
  set(frame.heartbeat_due != asl::kNever, kHeartbeatDue);
  set(!frame.variables.empty(), kVariables);
  if (!frame.task) return bits;
  set(true, kTask);
  set(frame.task->started != asl::EventId::kNone, kStarted);
  set(frame.task->submitted != asl::EventId::kNone, kSubmitted);
  set(frame.task->timeout_s || frame.task->heartbeat_s, kLimits);
  set(frame.task->attempt != frame.retry_count + 1, kAttempt);
  if (assigned == nullptr) return bits;
  set(true, kWorker);
  set(assigned->received, kReceived);
  set(assigned->delivery != 1, kDelivery);
  set(!assigned->qualifier.empty(), kQualifier);
  set(!assigned->role.empty(), kRole);
  set(assigned->input != frame.input.ref, kTaskInput);
  return bits;
}

class FrameReader {
 public:
  FrameReader(asl::Millis base, std::string_view bytes) : base_(base), row_(bytes) {}

  bool Read(asl::FrameId id, FrameRow* out) {
    if (row_.Octet() != kRowVersion) return false;
    const uint64_t bits = row_.Number();
    asl::Frame& frame = out->frame;
    frame.id = id;
    frame.waiting = static_cast<asl::Waiting>(bits & kWaitingMask);
    frame.state = asl::StateIndex{static_cast<uint32_t>(row_.Number())};
    frame.entered_at = Time();
    frame.last_event = asl::EventId{static_cast<int64_t>(row_.Number())};
    frame.entered = Event(frame);
    frame.input.ref = TakeRef(row_);
    TakeTask(bits, out);
    if ((bits & kTimeoutDue) != 0) frame.timeout_due = Time();
    if ((bits & kDelayDue) != 0) frame.delay_due = Time();
    TakeLimits(bits, frame);
    TakeRetries(bits, frame);
    TakeAssigned(bits, out);
    if ((bits & kParent) != 0) frame.parent = asl::FrameId{Number()};
    if ((bits & kIndex) != 0) frame.index = Number();
    if ((bits & kBranches) != 0) TakeBranches(frame);
    if ((bits & kItem) != 0) {
      frame.item = asl::MapItem{.index = Number(), .value = {}};
      frame.item->value.ref = TakeRef(row_);
    }
    if ((bits & kSubmitted) != 0 && frame.task) frame.task->submitted = Event(frame);
    if ((bits & kHeartbeatDue) != 0) frame.heartbeat_due = Time();
    if ((bits & kVariables) != 0) TakeVariables(frame);
    if ((bits & kRole) != 0 && out->assigned) out->assigned->role = row_.Bytes();
    return row_.ok() && row_.AtEnd();
  }

 private:
  uint32_t Number() { return static_cast<uint32_t>(row_.Number()); }
  asl::Millis Time() { return base_ + row_.Signed(); }
  asl::EventId Event(const asl::Frame& frame) {
    return asl::EventId{asl::ToInt(frame.last_event) - static_cast<int64_t>(row_.Number())};
  }

  void TakeBranches(asl::Frame& frame) {
    frame.waiting = asl::Waiting::kBranches;
    asl::Branches& branches = frame.branches.emplace();
    branches.started = Event(frame);
    branches.total = Number();
    branches.next = Number();
    branches.done = Number();
    branches.limit = Number();
    branches.items.ref = TakeRef(row_);
    branches.offset = Number();
  }

  void TakeVariables(asl::Frame& frame) {
    for (uint64_t left = row_.Number(); left > 0 && row_.ok(); --left) {
      asl::Variable& variable = frame.variables.emplace_back();
      variable.name = row_.Bytes();
      variable.value.ref = TakeRef(row_);
    }
  }

  void TakeTask(uint64_t bits, FrameRow* out) {
    if ((bits & kTask) == 0) return;
    asl::TaskInFlight& task = out->frame.task.emplace();
    task.scheduled = Event(out->frame);
    out->words.queue = static_cast<uint32_t>(row_.Number());
    task.queue_number = row_.Number();
    if ((bits & kStarted) != 0) task.started = Event(out->frame);
    if ((bits & kWorker) != 0) out->words.worker = static_cast<uint32_t>(row_.Number());
  }

  void TakeLimits(uint64_t bits, asl::Frame& frame) {
    if ((bits & kLimits) == 0 || !frame.task) return;
    const int64_t timeout_s = row_.Signed(), heartbeat_s = row_.Signed();
    if (timeout_s >= 0) frame.task->timeout_s = timeout_s;
    if (heartbeat_s >= 0) frame.task->heartbeat_s = heartbeat_s;
  }

  void TakeRetries(uint64_t bits, asl::Frame& frame) {
    if ((bits & kRetries) != 0) {
      for (uint64_t left = row_.Number(); left > 0 && row_.ok(); --left) {
        frame.retries.push_back(static_cast<uint32_t>(row_.Number()));
      }
      frame.retry_count = static_cast<uint32_t>(row_.Number());
    }
    if (!frame.task) return;
    frame.task->attempt =
        (bits & kAttempt) != 0 ? static_cast<uint32_t>(row_.Number()) : frame.retry_count + 1;
  }

  // After the frame's own parts, which it repeats.
  void TakeAssigned(uint64_t bits, FrameRow* out) {
    if ((bits & kWorker) == 0 || !out->frame.task) return;
    const asl::TaskInFlight& in_flight = *out->frame.task;
    Task& task = out->assigned.emplace();
    task.id = {out->execution, in_flight.scheduled};
    task.frame = out->frame.id;
    task.number = in_flight.queue_number;
    task.attempt = in_flight.attempt;
    task.timeout_s = static_cast<uint32_t>(in_flight.timeout_s.value_or(0));
    task.heartbeat_s = static_cast<uint32_t>(in_flight.heartbeat_s.value_or(0));
    task.received = (bits & kReceived) != 0;
    if ((bits & kDelivery) != 0) task.delivery = static_cast<uint32_t>(row_.Number());
    if ((bits & kQualifier) != 0) task.qualifier = row_.Bytes();
    task.input = (bits & kTaskInput) != 0 ? TakeRef(row_) : out->frame.input.ref;
    task.stored_assigned = true;
  }

  const asl::Millis base_;
  VarintReader row_;
};

}  // namespace

void PutFrame(ExecutionNumber execution, const asl::Frame& frame, const Task* assigned,
              FrameWords words, storage::Batch& batch) {
  assert((words.queue != 0) == frame.task.has_value() &&
         (words.worker != 0) == (assigned != nullptr));
  static thread_local std::string row;  // kept for its memory
  const asl::Millis base = TimeOf(execution);
  const auto back = [&frame](asl::EventId event) {
    AppendVarint(static_cast<uint64_t>(asl::ToInt(frame.last_event) - asl::ToInt(event)), &row);
  };
  const uint64_t bits = BitsOf(frame, assigned);
  row.assign(1, kRowVersion);
  AppendVarint(bits, &row);
  AppendVarint(static_cast<uint64_t>(frame.state), &row);
  AppendSignedVarint(frame.entered_at - base, &row);
  AppendVarint(static_cast<uint64_t>(asl::ToInt(frame.last_event)), &row);
  back(frame.entered);
  AppendRef(frame.input.ref, &row);
  if ((bits & kTask) != 0) {
    back(frame.task->scheduled);
    AppendVarint(words.queue, &row);
    AppendVarint(frame.task->queue_number, &row);
  }
  if ((bits & kStarted) != 0) back(frame.task->started);
  if ((bits & kWorker) != 0) AppendVarint(words.worker, &row);
  if ((bits & kTimeoutDue) != 0) AppendSignedVarint(frame.timeout_due - base, &row);
  if ((bits & kDelayDue) != 0) AppendSignedVarint(frame.delay_due - base, &row);
  if ((bits & kLimits) != 0) {
    AppendSignedVarint(frame.task->timeout_s.value_or(-1), &row);
    AppendSignedVarint(frame.task->heartbeat_s.value_or(-1), &row);
  }
  if ((bits & kRetries) != 0) {
    AppendVarint(frame.retries.size(), &row);
    for (uint32_t used : frame.retries) AppendVarint(used, &row);
    AppendVarint(frame.retry_count, &row);
  }
  if ((bits & kAttempt) != 0) AppendVarint(frame.task->attempt, &row);
  if ((bits & kDelivery) != 0) AppendVarint(assigned->delivery, &row);
  if ((bits & kQualifier) != 0) AppendBytes(assigned->qualifier, &row);
  if ((bits & kTaskInput) != 0) AppendRef(assigned->input, &row);
  if ((bits & kParent) != 0) AppendVarint(static_cast<uint64_t>(frame.parent), &row);
  if ((bits & kIndex) != 0) AppendVarint(frame.index, &row);
  if ((bits & kBranches) != 0) {
    back(frame.branches->started);
    for (const uint32_t number : {frame.branches->total, frame.branches->next, frame.branches->done,
                                  frame.branches->limit}) {
      AppendVarint(number, &row);
    }
    AppendRef(frame.branches->items.ref, &row);
    AppendVarint(frame.branches->offset, &row);
  }
  if ((bits & kItem) != 0) {
    AppendVarint(frame.item->index, &row);
    AppendRef(frame.item->value.ref, &row);
  }
  if ((bits & kSubmitted) != 0) back(frame.task->submitted);
  if ((bits & kHeartbeatDue) != 0) AppendSignedVarint(frame.heartbeat_due - base, &row);
  if ((bits & kVariables) != 0) {
    AppendVarint(frame.variables.size(), &row);
    for (const asl::Variable& variable : frame.variables) {
      AppendBytes(variable.name, &row);
      AppendRef(variable.value.ref, &row);
    }
  }
  if ((bits & kRole) != 0) AppendBytes(assigned->role, &row);
  batch.Put(kFrames, FrameKey(execution, frame.id), row);
}

void PutResults(ExecutionNumber execution, const asl::ResultKey& first,
                std::span<const asl::PayloadRef> results, storage::Batch& batch) {
  std::string row(1, kRowVersion);
  for (const asl::PayloadRef& result : results) AppendRef(result, &row);
  batch.Put(kResults, ResultKeyOf(execution, first), row);
}

absl::StatusOr<std::vector<asl::PayloadRef>> ReadResults(std::string_view bytes) {
  VarintReader row(bytes);
  if (row.Octet() != kRowVersion) return MalformedRow("results");
  std::vector<asl::PayloadRef> results;
  do {
    results.push_back(TakeRef(row));
  } while (row.ok() && !row.AtEnd());
  if (!row.ok()) return MalformedRow("results");
  return results;
}

absl::StatusOr<FrameRow> ReadFrame(std::string_view key, std::string_view bytes) {
  const std::optional<FrameKeyParts> parts = DecodeFrameKey(key);
  if (!parts) return absl::DataLossError("a key of table 'frames' is malformed");
  FrameRow row;
  row.execution = parts->execution;
  if (!FrameReader(TimeOf(parts->execution), bytes).Read(parts->frame, &row))
    return MalformedRow("frames");
  return row;
}

}  // namespace engine
