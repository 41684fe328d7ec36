// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Every command a partition can be asked to process, as one variant: adding one makes the compiler
// name each place that must know it. A command asks and may be refused; what came of it is a reply
// or an effect, released once the batch is durable. Commands are built by API threads, worker
// streams and other partitions, and consumed by the loop that owns the partition.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/errors.h"
#include "engine/ids.h"
#include "engine/revision.h"
#include "engine/tables.h"
#include "workers/task.h"

namespace engine {

// Called once, on the thread that releases effects, after everything the answer rests on is
// durable. Must be quick.
template <typename T>
using Reply = std::function<void(absl::StatusOr<T>)>;

struct Started {
  ExecutionNumber execution;
  asl::Millis started_at;
};

struct StartExecution {
  RevisionPtr revision;
  std::string name;
  bool fresh_name = false;  // made by the engine just now: no look-up of the name is needed
  asl::Text input;          // valid JSON within the size limit
  Hash128 name_hash;
  Reply<Started> reply;
};

struct StopExecution {
  ExecutionNumber execution = ExecutionNumber::kNone;  // known to be stored
  asl::Error error;
  Reply<asl::Millis> reply;
};

// Partition 0 only. The revision is compiled already.
struct CreateStateMachine {
  RevisionPtr revision;
  Reply<RevisionPtr> reply;
};

struct WorkerAnswer {
  workers::SessionId session = 0;
  workers::Answer answer;
};

// A worker instance has connected and holds these tokens of this partition (and no others).
struct WorkerConnected {
  workers::Slot worker;
  std::vector<workers::Held> held;
};

struct WorkerLost {
  workers::Slot worker;
};

// A free slot for a queue that this partition waits on.
struct SlotOffered {
  std::string queue;
  workers::Slot slot;
};

// A dispatch found its session gone: the task was never received.
struct TaskNotSent {
  std::string token;
  workers::SessionId session = 0;
};

// From another partition's outbox.
struct MessageArrived {
  PartitionId sender = 0;
  uint64_t number = 0;
  std::string bytes;  // asld.stored.v1.Message
};

// The receiver has durably applied every message up to this number.
struct MessagesApplied {
  PartitionId receiver = 0;
  uint64_t number = 0;
  bool gap = false;
};

// Shows the way of a message between partitions; used by tests.
struct SendProbe {
  PartitionId receiver = 0;
  std::string text;
  Reply<uint64_t> reply;
};

// The loader's answers (loader.h).
struct NameLoaded {
  Hash128 hash;
  absl::StatusOr<std::optional<std::string>> row;
};

struct ExecutionRows {
  std::optional<std::string> execution;
  std::vector<std::pair<std::string, std::string>> frames;  // key, row
  asl::EventId next_event{};
};
struct ExecutionLoaded {
  ExecutionNumber execution;
  absl::StatusOr<ExecutionRows> rows;
};

struct PayloadLoaded {
  ExecutionNumber execution;
  asl::PayloadRef ref;
  absl::StatusOr<asl::Text> text;
};

struct TimersLoaded {
  std::vector<std::pair<TimerKey, asl::EventId>> timers;
  std::optional<TimerKey> next;  // where the next scan starts; nullopt: that was all
  absl::Status status;
};

struct TasksLoaded {
  std::string queue;
  std::vector<std::pair<uint64_t, std::string>> rows;  // number, row
  bool exhausted = false;
  absl::Status status;
};

using Command =
    std::variant<StartExecution, StopExecution, CreateStateMachine, WorkerAnswer, WorkerConnected,
                 WorkerLost, SlotOffered, TaskNotSent, MessageArrived, MessagesApplied, SendProbe,
                 NameLoaded, ExecutionLoaded, PayloadLoaded, TimersLoaded, TasksLoaded>;

}  // namespace engine
