// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/rows.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/records.h"
#include "engine/registry.h"
#include "engine/tables.h"
#include "engine/verify.h"
#include "engine/words.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace sim {
namespace {

using engine::ExecutionNumber;
using engine::PartitionId;

class RowCheck {
 public:
  RowCheck(const storage::Reader& reader, PartitionId partition, const Auditor& auditor,
           Checks* checks)
      : reader_(reader), partition_(partition), auditor_(auditor), checks_(checks) {}

  void Run(bool finished) {
    ReadTasks();
    ReadAssigned();
    ReadTimers();
    ReadFrames();
    CheckBranches();
    CheckExecutions();
    CheckNames();
    CheckLetters(finished);
    for (const auto& [key, task] : tasks_) {
      Fail("every task row belongs to a frame that waits for it", Shown(task.first));
    }
    for (const auto& [execution, frame] : assigned_) {
      Fail("every row of an assigned task belongs to a frame that waits for it", Shown(execution));
    }
    if (finished && timers_left_ > 0)
      Fail("no timer row is left at the end", fmt::format("{} are", timers_left_));
    if (finished && !frames_.empty())
      Fail("no frame row is left at the end", Shown(frames_.begin()->first));
  }

 private:
  static std::string Shown(ExecutionNumber execution) {
    return fmt::format("execution {:016x}", ToInt(execution));
  }
  void Fail(std::string rule, const std::string& found) {
    checks_->Fail(std::move(rule), fmt::format("partition {}: {}", partition_, found));
  }
  std::unique_ptr<storage::Cursor> Scan(engine::Table table) const {
    const std::string prefix = engine::PartitionPrefix(partition_);
    return reader_.Scan(table, prefix, storage::PrefixEnd(prefix));
  }

  void ReadTasks() {
    for (auto rows = Scan(engine::kTasks); rows->Valid(); rows->Next()) {
      const auto key = engine::DecodeTaskKey(rows->key());
      const auto task = engine::ReadTask(key->queue, key->number, rows->value());
      if (!task.ok()) return Fail("task rows can be read", std::string(task.status().message()));
      tasks_[{key->queue, key->number}] = {task->id.execution, task->id.scheduled};
    }
  }

  void ReadAssigned() {
    for (auto rows = Scan(engine::kAssigned); rows->Valid(); rows->Next()) {
      storage::KeyReader key(rows->key());
      key.U16();
      const ExecutionNumber execution{key.U64()};
      assigned_.insert({execution, asl::FrameId{key.U32()}});
    }
  }

  void ReadTimers() {
    for (auto rows = Scan(engine::kTimers); rows->Valid(); rows->Next()) {
      const engine::TimerKey key = *engine::DecodeTimerKey(rows->key());
      timers_[key.execution].insert({key.kind, key.due});
      ++timers_left_;
      if (!auditor_.executions().contains(key.execution)) {
        Fail("every timer row belongs to a known execution", Shown(key.execution));
      }
    }
  }

  void ReadFrames() {
    for (auto rows = Scan(engine::kFrames); rows->Valid(); rows->Next()) {
      const auto row = engine::ReadFrame(rows->key(), rows->value());
      if (!row.ok()) return Fail("frame rows can be read", std::string(row.status().message()));
      frames_[row->execution].emplace(row->frame.id, row->frame);
      CheckFrame(row->execution, *row);
    }
  }

  // What finished branches answered is there, and the frames of those that run.
  void CheckBranches() {
    std::map<std::pair<ExecutionNumber, asl::FrameId>, uint32_t> results;
    for (auto rows = Scan(engine::kResults); rows->Valid(); rows->Next()) {
      storage::KeyReader key(rows->key());
      key.U16();
      const ExecutionNumber execution{key.U64()};
      results[{execution, engine::DecodeResultKey(rows->key())->frame}] +=
          static_cast<uint32_t>(engine::ReadResults(rows->value())->size());
    }
    for (const auto& [execution, frames] : frames_) {
      std::map<asl::FrameId, uint32_t> children;
      for (const auto& [id, frame] : frames) {
        if (id != asl::FrameId::kRoot) ++children[frame.parent];
      }
      for (const auto& [id, frame] : frames) {
        if (!frame.branches) continue;
        if (children[id] != frame.branches->next - frame.branches->done)
          Fail("each branch that runs has a frame", Shown(execution));
        if (results[{execution, id}] != frame.branches->done)
          Fail("each finished branch has a result", Shown(execution));
        results.erase({execution, id});
        children.erase(id);
      }
      if (!children.empty()) Fail("each branch belongs to an open state", Shown(execution));
    }
    if (!results.empty()) Fail("results go with their state", Shown(results.begin()->first.first));
  }

  std::string Word(engine::WordKind kind, uint32_t number) {
    const auto word = engine::ReadWord(reader_, partition_, kind, number);
    if (!word.ok())
      Fail("what a row calls by its number is there", std::string(word.status().message()));
    return word.ok() ? *word : "";
  }

  void CheckFrame(ExecutionNumber execution, const engine::FrameRow& row) {
    const asl::Frame& frame = row.frame;
    const auto& timers = timers_[execution];
    const auto has = [&](asl::TimerKind kind, asl::Millis due) {
      return timers.contains({kind, due});
    };
    switch (frame.waiting) {
      case asl::Waiting::kTask: {
        auto task = frame.task ? tasks_.find({Word(engine::WordKind::kQueue, row.words.queue),
                                              frame.task->queue_number})
                               : tasks_.end();
        const bool waits =
            task != tasks_.end() && task->second == std::pair(execution, frame.task->scheduled);
        if (waits) tasks_.erase(task);
        const bool assigned = assigned_.erase({execution, frame.id}) > 0;
        if (frame.task && frame.task->submitted != asl::EventId::kNone) {
          if (waits || assigned) Fail("a submitted task has no row", Shown(execution));
          break;
        }
        if (waits == assigned) {
          return Fail("a frame that waits for a task has one row of it, waiting or assigned",
                      Shown(execution));
        }
        if (assigned && !row.assigned) {
          return Fail("the frame of an assigned task tells its worker", Shown(execution));
        }
        if (assigned) Word(engine::WordKind::kWorker, row.words.worker);
        break;
      }
      case asl::Waiting::kDelay:
      case asl::Waiting::kRetry:
        if (!has(asl::TimerKind::kDelay, frame.delay_due)) {
          return Fail("a frame that waits for a time has the timer's row", Shown(execution));
        }
        break;
      case asl::Waiting::kBranches:
        if (!frame.branches)
          return Fail("a frame that waits for branches counts them", Shown(execution));
        break;
      case asl::Waiting::kNothing: {
        auto delay = timers.lower_bound({asl::TimerKind::kDelay, asl::Millis{0}});
        if (delay == timers.end() || delay->first != asl::TimerKind::kDelay) {
          return Fail("a frame that was cut at the event limit has a timer that continues it",
                      Shown(execution));
        }
        break;
      }
    }
    if (frame.timeout_due != asl::kNever && !has(asl::TimerKind::kTaskTimeout, frame.timeout_due)) {
      Fail("a task's timeout has a row", Shown(execution));
    }
  }

  void ReadListing() {
    for (auto rows = Scan(engine::kListing); rows->Valid(); rows->Next()) {
      storage::KeyReader key(rows->key());
      key.U16();
      key.U32();
      const auto status = static_cast<asl::ExecutionStatus>(key.U8());
      listed_[*engine::DecodeListingKey(rows->key())].push_back(status);
    }
  }

  void CheckExecutions() {
    ReadListing();
    std::set<ExecutionNumber> stored;
    for (auto rows = Scan(engine::kExecutions); rows->Valid(); rows->Next()) {
      storage::KeyReader key(rows->key());
      key.U16();
      const ExecutionNumber execution{key.U64()};
      stored.insert(execution);
      const auto outcome = reader_.Get(engine::kOutcomes, rows->key());
      const auto row = engine::ReadExecution(execution, rows->value(), *outcome);
      if (!row.ok()) return Fail("execution rows can be read", std::string(row.status().message()));
      const bool open = row->status == asl::ExecutionStatus::kRunning;
      auto listed = listed_.extract(execution);
      if (listed.empty() || listed.mapped() != std::vector{row->status})
        Fail("an execution is listed once, under its status", Shown(execution));
      if (open != frames_.contains(execution))
        Fail("frames are there exactly while an execution is open", Shown(execution));
      auto facts = auditor_.executions().find(execution);
      if (facts == auditor_.executions().end()) {
        Fail("every execution row was written by a batch", Shown(execution));
        continue;
      }
      const Definition* definition = facts->second.definition;
      if (!open || definition == nullptr || definition->timeout_s == 0) continue;
      const asl::Millis deadline = row->started + definition->timeout_s * 1'000;
      if (!timers_[execution].contains({asl::TimerKind::kExecutionTimeout, deadline})) {
        Fail("an execution's timeout has a row", Shown(execution));
      }
    }
    for (const auto& [execution, statuses] : listed_)
      Fail("every row of a list belongs to an execution", Shown(execution));
    for (const auto& [execution, frame] : frames_) {
      if (!stored.contains(execution))
        Fail("every frame row belongs to an execution", Shown(execution));
    }
    stored_ = std::move(stored);
  }

  void CheckNames() {
    std::map<ExecutionNumber, int> named;
    for (auto rows = Scan(engine::kNames); rows->Valid(); rows->Next()) {
      const auto name = engine::ReadName(rows->value());
      if (!name.ok()) return Fail("name rows can be read", std::string(name.status().message()));
      ++named[name->execution];
    }
    for (ExecutionNumber execution : stored_) {
      if (named[execution] != 1) Fail("an execution has one name", Shown(execution));
    }
  }

  void CheckLetters(bool finished) {
    std::map<PartitionId, uint64_t> last, remembered, count;
    for (auto rows = Scan(engine::kOutbox); rows->Valid(); rows->Next()) {
      const auto key = engine::DecodeOutboxKey(rows->key());
      if (key->number == 0) {
        remembered[key->receiver] = *engine::ReadU64(rows->value());
        continue;
      }
      uint64_t& before = last[key->receiver];
      if (before != 0 && key->number != before + 1) {
        Fail("letters are dense",
             fmt::format("to {}: {} after {}", key->receiver, key->number, before));
      }
      before = key->number;
      if (finished)
        Fail("no letter is left at the end", fmt::format("to {}: {}", key->receiver, key->number));
    }
    for (const auto& [receiver, number] : last) {
      if (remembered[receiver] != number) {
        Fail("a sender remembers its last letter's number",
             fmt::format("to {}: {} remembered, {} found", receiver, remembered[receiver], number));
      }
    }
  }

  const storage::Reader& reader_;
  const PartitionId partition_;
  const Auditor& auditor_;
  Checks* const checks_;
  std::map<std::pair<std::string, uint64_t>, std::pair<ExecutionNumber, asl::EventId>> tasks_;
  std::set<std::pair<ExecutionNumber, asl::FrameId>> assigned_;
  std::map<ExecutionNumber, std::set<std::pair<asl::TimerKind, asl::Millis>>> timers_;
  std::map<ExecutionNumber, std::map<asl::FrameId, asl::Frame>> frames_;
  std::map<ExecutionNumber, std::vector<asl::ExecutionStatus>> listed_;
  std::set<ExecutionNumber> stored_;
  size_t timers_left_ = 0;
};

}  // namespace

void CheckRows(const storage::Reader& reader, uint32_t partitions, const Auditor& auditor,
               Moment moment, Checks* checks) {
  const bool finished = moment == Moment::kFinished;
  for (PartitionId partition = 0; partition < partitions; ++partition) {
    RowCheck(reader, partition, auditor, checks).Run(finished);
  }
  if (moment == Moment::kRunning) return;
  // What the operator's `asld verify` says of the same rows.
  const engine::VerifyReport report =
      engine::Verify(reader, {.partitions = partitions, .one_moment = finished});
  for (const engine::Violation& violation : report.shown) {
    checks->Fail("asld verify finds nothing", fmt::format("table {}, key {}: {}", violation.table,
                                                          violation.key, violation.what));
  }
}

void CheckRetired(const storage::Reader& reader, Checks* checks) {
  const auto count = [&](engine::Table table) {
    size_t rows = 0;
    for (auto all = reader.Scan(table, "", ""); all->Valid(); all->Next()) ++rows;
    return rows;
  };
  for (const auto table : {engine::kExecutions, engine::kOutcomes, engine::kListing, engine::kEnded,
                           engine::kHistory, engine::kFrames, engine::kResults}) {
    if (const size_t rows = count(table); rows > 0) {
      checks->Fail("nothing of a retired execution is left",
                   fmt::format("table {}: {} rows", static_cast<int>(table), rows));
    }
  }
  std::set<std::string> wanted;  // the current ones, and those of versions
  const auto revisions = engine::ReadMachines(reader);
  for (const engine::RevisionPtr& revision : *revisions) {
    if (revision->current) wanted.insert(revision->id);
  }
  const auto versions = engine::ReadVersions(reader);
  for (const engine::VersionsPtr& of_machine : *versions) {
    for (const auto& [id, version] : of_machine->of_revision) wanted.insert(id);
  }
  if (revisions->size() != wanted.size()) {
    checks->Fail("revisions go with their last execution and version",
                 fmt::format("{} are left, {} are wanted", revisions->size(), wanted.size()));
  }
}

}  // namespace sim
