// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A Partition is the single-threaded owner of a share of the executions: their frames, timers,
// tasks and messages. It takes commands in turns; each turn is one atomic batch; what the turn asks
// to be done outside leaves when that batch is durable, in batch order, and nowhere else. There are
// no locks inside, no waiting and no reading of the store: what is not in memory is asked for
// (Ports::Load) and comes back as a command. The caller's loop:
//
//   p.Offer(command) …                                    whatever arrived
//   if (auto batch = p.TakeTurn(now, limits)) committer.Submit(*batch)
//   p.OnApplied(n), p.OnDurable(n)                         as the committer tells, in any order
//
// Owned by one loop (loop.h) or by the simulation; every call on that thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "asl/advance.h"
#include "engine/command.h"
#include "engine/effects.h"
#include "engine/end_queue.h"
#include "engine/execution.h"
#include "engine/gauges.h"
#include "engine/mailbox.h"
#include "engine/ports.h"
#include "engine/tasks.h"
#include "engine/timers.h"
#include "engine/words.h"
#include "storage/batch.h"
#include "storage/store.h"

namespace engine {

// AWS: the name of an ended execution can be used again after 90 days.
inline constexpr int64_t kNameKeptMs = int64_t{90} * 86'400'000;

struct PartitionOptions {
  PartitionId id = 0;
  ArnScope scope;
  std::string token_key = {};          // 16 bytes, the store's own secret
  int64_t retention_ms = kNameKeptMs;  // how long an ended execution is kept
  int64_t lease_ms = 10'000;           // how long a task waits for its lost worker to come back
  size_t cache_bytes_max = 16u << 20;  // of executions in memory
  std::set<std::string> redeliver;     // queues with on_worker_lost: redeliver
};

struct TurnLimits {
  size_t commands_max = 1'024;
  size_t bytes_max = 4u << 20;
  std::function<bool()> out_of_time = [] { return false; };
};

class Partition {
 public:
  Partition(PartitionOptions options, Ports* ports);

  // Reads what must be in memory before the first turn: tasks, messages, counters. Nothing per
  // sleeping execution. `revisions` are those found in the store (partition 0 only).
  absl::Status Recover(const storage::Store& store, std::vector<RevisionPtr> revisions,
                       asl::Millis now);
  // Of partition 0, before its first turn: those found in the store.
  void RecoverVersions(const std::vector<VersionsPtr>& versions);

  // `arrived`: when it reached the inbox; timers due later than that fire after it.
  void Offer(Command command, asl::Millis arrived);

  // Processes what was offered and what is due. nullopt: nothing was written (effects may have been
  // queued behind an earlier batch, or released when that is durable already). The first command is
  // always taken.
  std::optional<storage::Batch> TakeTurn(asl::Millis wall_clock, const TurnLimits& limits);

  void OnApplied(uint64_t number);
  void OnDurable(uint64_t number);

  // A turn would find something: now, or when the wall clock is at NextWake().
  bool HasWork() const { return !queue_.empty(); }
  size_t queued() const { return queue_.size(); }  // commands that no turn has taken
  asl::Millis NextWake() const;

  struct Counters {
    uint64_t transitions = 0;
    uint64_t turns = 0;
    uint64_t executions_started = 0;
    uint64_t executions_ended = 0;
    uint64_t executions_retired = 0;
  };
  const Counters& counters() const { return counters_; }
  Gauges gauges() const;  // walks the queues' names, not their tasks
  PartitionId id() const { return options_.id; }
  uint64_t durable() const { return durable_; }  // newest batch known to be

 private:
  struct Queued {
    Command command;
    asl::Millis arrived;
  };
  struct PendingEffects {
    uint64_t number;
    std::vector<Effect> effects;
  };

  // --- turns (partition.cc) ---
  void Process(Command command);
  void FireDue();
  void RequestLoads();
  std::optional<storage::Batch> FinishTurn();
  void Release();
  uint64_t turn_number() const { return commit_ + 1; }
  // Takes the reply, which is called once.
  template <typename T>
  void Answer(Reply<T>& reply, absl::StatusOr<T> result);

  // --- at start (partition_recover.cc) ---
  absl::Status RecoverClock(const storage::Store& store, asl::Millis now);
  absl::Status RecoverTasks(const storage::Store& store);
  absl::Status RecoverAssigned(const storage::Store& store);
  absl::Status RecoverMessages(const storage::Store& store);
  absl::Status RecoverCrashes(const storage::Store& store);
  bool IsParked(ExecutionNumber execution) const;
  absl::Status Parked(const Execution& execution) const;
  void AnswerParked(Execution& execution);

  // --- starting and stopping (partition_start.cc) ---
  void On(StartExecution& command);
  void On(StopExecution& command);
  void On(NameLoaded& command);
  void Begin(StartExecution& command);
  void RepeatStart(StartExecution& command, ExecutionNumber existing,
                   const std::string& input_hash);
  static std::string WorkerNameOf(const Task& task);
  static absl::Status NameTaken(const std::string& arn);
  ExecutionNumber NextExecutionNumber();

  // --- the operator's (partition_gauges.cc) ---
  void On(ReleaseParked& command);
  // --- state machines: partition 0 (partition_machines.cc) ---
  void On(CreateStateMachine& command);
  absl::StatusOr<Created> CreatedAgain(const RevisionPtr& there,
                                       const CreateStateMachine& command) const;
  void On(UpdateStateMachine& command);
  void On(DeleteStateMachine& command);
  void On(CloseRevision& command);
  void On(RemoveMachine& command);
  void On(RemoveRevision& command);
  RevisionPtr Keep(Revision revision);
  bool IsAsKept(const RevisionPtr& revision) const;
  uint32_t NumberOfMachine(const std::string& name) const;

  // --- versions and aliases: partition 0 (partition_versions.cc) ---
  void On(PublishVersion& command);
  void On(DeleteVersion& command);
  void On(CreateAlias& command);
  void On(UpdateAlias& command);
  void On(DeleteAlias& command);
  absl::StatusOr<RevisionPtr> FindMachine(const std::string& machine) const;
  Versions VersionsOf(const std::string& machine) const;
  void Keep(Versions versions);
  static absl::Status CheckRoom(const Versions& versions, const std::string& revision);
  absl::StatusOr<Version> PublishCurrent(const RevisionPtr& current,
                                         const std::string& description);
  absl::Status CheckRoutes(const Versions& versions, const std::vector<AliasRoute>& routes) const;
  void ForgetVersions(const std::string& machine);
  // --- activities and tags: partition 0 (partition_resources.cc) ---
  absl::Status RecoverResources(const storage::Store& store);
  void On(CreateActivity& command);
  void On(DeleteActivity& command);
  void On(ChangeTags& command);
  void SetTags(const std::string& resource, Tags tags);

  // --- retention (partition_retire.cc) ---
  void On(EndsLoaded& command);
  absl::Status Retire(const EndsLoaded::Row& row);
  void FreeName(const std::string& key);
  void On(SweepHistory& command);

  // --- executions (partition_step.cc) ---
  void On(ExecutionLoaded& command);
  void On(PayloadLoaded& command);
  absl::Status Restore(Execution& execution, const ExecutionRows& rows);
  void WithExecution(ExecutionNumber number, Work work);
  void Run(Execution& execution);
  bool Perform(Execution& execution,
               Step& step);  // false: payloads are being loaded, offer it again
  bool Perform(Execution& execution, AssignTask& assign);
  bool Perform(Execution& execution, StopRequest& stop);
  bool Perform(Execution& execution, TokenRequest& request);
  bool Perform(Execution& execution, RepeatedStart& start);
  bool AdvanceAndStage(Execution& execution, const asl::Signal& signal, bool* fitted);
  void Stage(Execution& execution, asl::Outcome& outcome);
  void StageResults(Execution& execution, std::vector<asl::ResultChange>& changes);
  static void ForgetResult(Execution& execution, const asl::ResultKey& key);
  static void KeepResult(Execution& execution, const asl::ResultKey& key, asl::Payload result);
  void WriteFrame(const Execution& execution, const asl::Frame& frame);
  void Act(Execution& execution, asl::Outcome& outcome, asl::ScheduleTask& effect);
  void Act(Execution& execution, asl::Outcome& outcome, asl::CancelTask& effect);
  void Act(Execution& execution, asl::Outcome& outcome, asl::FinishTask& effect);
  void Act(Execution& execution, asl::Outcome& outcome, asl::ArmTimer& effect);
  void Act(Execution& execution, asl::Outcome& outcome, asl::CancelTimer& effect);
  void Act(Execution& execution, asl::Outcome& outcome, asl::EndExecution& effect);
  void DropEnded();
  void NeedPayloads(Execution& execution, const std::vector<asl::PayloadRef>& refs);
  TimerKey KeyOf(const Execution& execution, asl::FrameId frame, asl::TimerKind kind,
                 asl::Millis due) const;

  // --- tasks and workers (partition_tasks.cc) ---
  void On(WorkerAnswer& command);
  void On(WorkerConnected& command);
  void On(WorkerLost& command);
  void On(SlotOffered& command);
  void On(TaskNotSent& command);
  void On(TasksLoaded& command);
  void OfferSlots(const std::string& queue);
  void Dispatch(Execution& execution, Task& task, asl::StateIndex state);
  void Requeue(Task& task);
  void LeaseExpired(const TaskId& id);
  void EndTask(const Execution& execution, asl::FrameId frame, asl::EventId scheduled,
               bool withdraw);
  void TakeReceived();
  void MarkReceived(Task& task);
  void Acknowledge(workers::SessionId session, std::string token, workers::AckOutcome outcome);
  void RememberAnswered(std::string token);
  // Why an answer with a token of no open task does not count.
  workers::AckOutcome Refusal(const std::string& token) const;

  // --- task tokens (partition_callbacks.cc) ---
  void On(AnswerByToken& command);
  static absl::Status TaskIsOver();

  // --- messages between partitions (partition_messages.cc) ---
  void On(SendProbe& command);
  void On(MessageArrived& command);
  void On(MessagesApplied& command);
  void On(TimersLoaded& command);
  void On(Barrier& command);
  void SendLetters(PartitionId receiver);

  const PartitionOptions options_;
  Ports* const ports_;
  const asl::Draw draw_;

  asl::Millis clock_{};  // max of all wall clocks seen: a step back stops it, never reverses it
  asl::Millis hold_timeouts_until_{};  // task timeouts wait until the workers had time to come back
                                       // after a start
  uint64_t commit_ = 0;                // number of the newest batch handed to the committer
  uint64_t applied_ = 0;
  uint64_t durable_ = 0;

  std::deque<Queued> queue_;
  std::deque<PendingEffects> unreleased_;

  bool first_turn_ = true;  // tasks found waiting at start ask for slots in it

  asl::Outcome spare_;  // for Advance to write in

  // The turn being taken.
  std::optional<storage::Batch> batch_;
  std::vector<Effect> effects_;
  std::vector<ExecutionChanged> changed_;
  std::vector<std::string> received_;  // tokens that workers said `received` of, written at its end
  std::vector<asl::FrameId>
      unassigned_;  // frames whose assigned task ended in the outcome being staged

  ExecutionCache executions_;
  std::deque<std::pair<uint64_t, ExecutionNumber>> ended_;  // batch, execution that it ended
  Words words_;
  std::set<uint32_t>
      workers_found_;  // at start, in rows: words of all others are dropped in the first turn
  Tasks tasks_;
  std::deque<std::pair<uint64_t, TaskId>>
      dispatched_;  // batch, task: their input texts can be loaded once it is applied
  std::deque<std::pair<uint64_t, LoadPayload>>
      unapplied_loads_;  // batch, load: what is to be read is not in the store before
  Timers timers_;
  std::deque<Timers::Due> held_timeouts_;
  static constexpr size_t kLoadingMax = 1'024;  // then timers wait
  size_t loading_ = 0;                          // executions whose rows are on their way
  EndQueue ends_;
  EndQueue name_ends_;
  Outbox outbox_;
  Inbox inbox_;

  // Names of batches that are not applied yet, and starts that wait for the look-up of a name.
  struct RecentName {
    ExecutionNumber execution;
    std::string input_hash;
  };
  std::map<Hash128, RecentName> recent_names_;
  std::deque<std::pair<uint64_t, Hash128>> recent_name_order_;
  std::map<Hash128, std::deque<StartExecution>> loading_names_;
  asl::Millis number_time_{};
  uint32_t number_counter_ = 0;

  // Partition 0: the state machines by name, with the revision that executions begin with, all
  // revisions that are kept, by id, and versions and aliases by state machine.
  std::map<std::string, RevisionPtr> machines_;
  std::map<std::string, RevisionPtr> revisions_;
  std::map<std::string, VersionsPtr> versions_;  // of state machines that ever had one
  // And the activities, and the tags by resource (resources.h).
  std::map<std::string, Activity> activities_;
  std::map<std::string, Tags> tags_;

  std::map<ExecutionNumber, uint64_t>
      crashes_;  // executions the process crashed on, since they last got on

  std::vector<std::string> answered_;  // ring of the tokens of the newest accepted results
  size_t answered_next_ = 0;

  Counters counters_;
};

}  // namespace engine
