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
#include "engine/resources.h"
#include "engine/revision.h"
#include "engine/tables.h"
#include "engine/versions.h"
#include "workers/task.h"

namespace engine {

// Called once, on the thread that releases effects, after everything the answer rests on is
// durable. Must be quick.
template <typename T>
using Reply = std::function<void(absl::StatusOr<T>)>;

struct Started {
  ExecutionNumber execution;
  asl::Millis started_at;
  bool existing = false;  // it was there already, with this name and input, and runs
};

// What an alias with two routes may choose instead.
struct OtherRoute {
  RevisionPtr revision;
  uint32_t version = 0;
  uint32_t weight = 0;  // of 100
};

struct StartExecution {
  RevisionPtr revision;
  uint32_t version = 0;  // 0: the revision is the state machine's current one
  std::string alias;     // that led to the version; empty: none
  std::optional<OtherRoute> other;
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

// State machines and their revisions: partition 0 only. What is new is compiled already.
struct Publish {
  std::string description;
};
struct Created {
  RevisionPtr revision;
  uint32_t version = 0;  // 0: none was asked for
};
struct CreateStateMachine {
  RevisionPtr revision;
  std::optional<Publish> publish = std::nullopt;  // a version of it, too
  Tags tags;                                      // of a new one
  Reply<Created> reply;
};

struct Updated {
  RevisionPtr revision;
  asl::Millis updated_at;
  uint32_t version = 0;  // 0: none was asked for
};
struct UpdateStateMachine {
  std::string machine;
  std::optional<std::string> definition;  // nullopt: as it is
  std::shared_ptr<const asl::Program> program;
  std::optional<std::string> role_arn;
  std::optional<MachineLogging> logging = std::nullopt;
  std::optional<bool> tracing = std::nullopt;
  std::optional<Publish> publish = std::nullopt;
  Reply<Updated> reply;
};

struct DeleteStateMachine {
  std::string machine;
  Reply<bool> reply;  // whether there was one
};

// Versions and aliases: partition 0 only (partition_versions.cc).
struct PublishVersion {
  std::string machine;
  std::optional<std::string> revision;  // nullopt: whichever is current
  std::string description;
  Reply<Version> reply;
};
struct DeleteVersion {
  std::string machine;
  uint32_t number = 0;
  Reply<bool> reply;  // whether there was one
};
struct CreateAlias {
  std::string machine;
  Alias alias;  // its routes are one or two, of different versions, and their weights 100 together
  Reply<Alias> reply;
};
struct UpdateAlias {
  std::string machine;
  std::string name;
  std::optional<std::string> description;  // nullopt: as it is
  std::optional<std::vector<AliasRoute>> routes;
  Reply<Alias> reply;
};
struct DeleteAlias {
  std::string machine;
  std::string name;
  Reply<bool> reply;  // whether there was one
};
// Activities and tags: partition 0 only (partition_resources.cc).
struct CreateActivity {
  std::string name;
  Tags tags;  // of a new one
  Reply<Activity> reply;
};
struct DeleteActivity {
  std::string name;
  Reply<bool> reply;  // whether there was one
};
struct ChangeTags {
  std::string resource;  // that exists (resources.h)
  Tags set;
  std::vector<std::string> remove;  // keys
  Reply<bool> reply;
};

// The end of a revision and of a state machine, in the order of revision_sweep.h, which has made
// sure of what each says. Of no effect when the revision has been published anew since.
struct CloseRevision {
  RevisionPtr revision;
  asl::Millis closed;  // no execution began with it after this time, and none will
};
struct RemoveMachine {
  RevisionPtr revision;  // the current one: being deleted, and no execution of the machine runs
};
struct RemoveRevision {
  RevisionPtr revision;  // closed, and no execution of it is kept
};

// Answered when everything the partition did before is durable; whatever begins later has a later
// number than the clock gives.
struct BarrierPassed {
  asl::Millis clock;
  uint64_t retired = 0;  // executions, since this process started
};
struct Barrier {
  Reply<BarrierPassed> reply;
};

// Partition 0 only: deletes the history of executions that exist in no partition (history_sweep.h).
struct SweepHistory {
  std::vector<std::pair<ExecutionNumber, ExecutionNumber>> ranges;  // [first, second)
};

struct WorkerAnswer {
  workers::SessionId session = 0;
  workers::Answer answer;
};

// Whoever has the task token says how the Task goes on (SendTaskSuccess and its like).
struct TokenSuccess {
  asl::Text output;  // valid JSON within the size limit
};
struct TokenFailure {
  asl::Error error;
};
struct TokenHeartbeat {};
using TokenAnswer = std::variant<TokenSuccess, TokenFailure, TokenHeartbeat>;
struct AnswerByToken {
  std::string token;
  TokenAnswer answer;
  Reply<bool> reply;  // FailedPrecondition: the Task is over
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

// Gives a parked execution its tries again. Answered when its crashes are forgotten durably; then it
// is offered once more, `forgotten`, and the execution goes on with the work that it kept.
struct ReleaseParked {
  ExecutionNumber execution = ExecutionNumber::kNone;
  bool forgotten = false;
  Reply<uint64_t> reply;  // how many crashes that were; FailedPrecondition: it is not parked
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
  std::vector<std::pair<std::string, std::string>> frames;   // key, row
  std::vector<std::pair<std::string, std::string>> results;  // key, row
  std::optional<std::string> outcome;
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

struct EndsLoaded {
  struct Row {
    std::string key;
    std::string value;
    std::optional<std::string> execution;  // of a row of `ended`: the execution's own row
  };
  Table table;
  std::vector<Row> rows;
  std::optional<asl::Millis> next;  // end time of the row after these; nullopt: there is none
  absl::Status status;
};

using Command =
    std::variant<StartExecution, StopExecution, CreateStateMachine, UpdateStateMachine,
                 DeleteStateMachine, CreateActivity, DeleteActivity, ChangeTags, PublishVersion,
                 DeleteVersion, CreateAlias, UpdateAlias, DeleteAlias, CloseRevision, RemoveMachine,
                 RemoveRevision, Barrier, SweepHistory, WorkerAnswer, AnswerByToken,
                 WorkerConnected, WorkerLost, SlotOffered, TaskNotSent, MessageArrived,
                 MessagesApplied, SendProbe, NameLoaded, ExecutionLoaded, PayloadLoaded,
                 TimersLoaded, TasksLoaded, EndsLoaded, ReleaseParked>;

}  // namespace engine
