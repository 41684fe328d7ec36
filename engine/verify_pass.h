// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// One pass of Verify over one partition, in parts: executions with their frames and histories
// (verify_executions.cc), and the rows that must belong to one (verify_rows.cc). For verify*.cc
// only; one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/records.h"
#include "engine/revision.h"
#include "engine/tables.h"
#include "engine/verify.h"
#include "engine/words.h"

namespace engine {

// What is found out once for the whole store.
struct VerifyContext {
  const storage::Reader& store;
  VerifyReport& report;
  VerifyOptions options;
  uint32_t partitions = 1;
  // Looked at already; null: missing, or it cannot be run.
  std::map<std::string, std::optional<Revision>> revisions = {};

  void Fail(Table table, std::string_view key, std::string what);
  // Counts the rows of a table that begin with `prefix`, and looks at each. The key is good until
  // `look` returns.
  void Each(Table table, const std::string& prefix,
            const std::function<void(std::string_view key, std::string_view value)>& look);
  // Whether the row is there; a read error is a violation of its own.
  std::optional<std::string> Get(Table table, const std::string& key);
  // Null unless the revision's text is there and compiles.
  const Revision* FindRevision(const std::string& id);
};

class VerifyPass {
 public:
  VerifyPass(VerifyContext* context, PartitionId partition)
      : context_(*context), partition_(partition), prefix_(PartitionPrefix(partition)) {}

  void Run();

 private:
  // --- verify_executions.cc ---
  void CheckExecutions();
  void CheckExecution(std::string_view key, ExecutionNumber number, const ExecutionRow& row);
  void CheckName(std::string_view key, ExecutionNumber number, const ExecutionRow& row);
  void CheckHistory(ExecutionNumber number, const ExecutionRow& row);
  bool CheckEvent(std::string_view key, const asl::HistoryEvent& event);
  void CheckEnd(std::string_view key, const asl::HistoryEvent& last, const ExecutionRow& row);
  void CheckFrames(std::string_view key, ExecutionNumber number, const ExecutionRow& row);
  void CheckFrame(std::string_view key, const FrameRow& row);
  void CheckBranches(ExecutionNumber number, const std::map<asl::FrameId, asl::Frame>& frames);
  void CheckTaskOf(std::string_view key, const FrameRow& row);
  void CheckTimersOf(std::string_view key, const FrameRow& row);
  bool Holds(const asl::PayloadRef& ref) const;  // in the history read last

  // --- verify_rows.cc ---
  void CheckFrameOwners();
  void CheckResultOwners();
  void CheckOutcomes();
  void CheckListing();
  void CheckEnded();
  void CheckNameEnds();
  void CheckTimers();
  void CheckTimer(std::string_view key, const TimerKey& timer);
  void CheckTasks();
  void CheckAssigned();
  void CheckNames();
  void CheckLetters();
  void CheckInbox();
  void CheckCrashes();
  void CheckWords();

  // Of this partition; nullopt: it is not there, or cannot be read.
  std::optional<ExecutionRow> ExecutionOf(ExecutionNumber number);
  absl::StatusOr<ExecutionRow> Read(ExecutionNumber number, std::string_view bytes);
  std::optional<FrameRow> FrameOf(ExecutionNumber number, asl::FrameId frame);
  std::optional<std::string> Word(Table table, std::string_view key, WordKind kind,
                                  uint32_t number);

  VerifyContext& context_;
  const PartitionId partition_;
  const std::string prefix_;
  asl::Millis clock_;  // the partition's

  uint64_t executions_ = 0;   // rows of executions
  uint64_t names_alone_ = 0;  // names whose execution is gone
  std::string name_alone_;    // the key of one

  // Of the execution looked at: the length of the text that each event introduced, and its field; and
  // of the variables that it assigned.
  struct Introduced {
    asl::PayloadField field = asl::PayloadField::kNone;
    uint32_t length = 0;
    uint32_t assigned_length = 0;
  };
  std::vector<Introduced> texts_;  // by event; [0] is no event
};

}  // namespace engine
