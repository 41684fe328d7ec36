// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Retention. An execution whose time is over goes with its row in one batch: from then on it does
// not exist, whatever is left of its history (history_sweep.h). Its name stays taken for 90 days
// after the end, also when the execution is kept for less.
#include "engine/log.h"
#include "engine/partition.h"
#include "engine/records.h"
#include "fmt/format.h"

namespace engine {

void Partition::On(EndsLoaded& command) {
  if (!command.status.ok()) {
    // Nobody waits for what goes: it is kept, and the next process tries again.
    return Log(
        LogLevel::kError, {.partition = options_.id},
        fmt::format("ended executions cannot be read: {}", std::string(command.status.message())));
  }
  if (command.table == kNameEnds) {
    name_ends_.OnLoaded(command);
    for (const EndsLoaded::Row& row : command.rows) FreeName(row.key);
  } else {
    ends_.OnLoaded(command);
    for (const EndsLoaded::Row& row : command.rows) {
      if (absl::Status s = Retire(row); !s.ok()) {
        Log(LogLevel::kError, {.partition = options_.id},
            fmt::format("an ended execution stays: {}", std::string(s.message())));
      }
    }
  }
}

absl::Status Partition::Retire(const EndsLoaded::Row& row) {
  const std::optional<EndedKeyParts> key = DecodeEndedKey(row.key);
  const std::optional<asl::ExecutionStatus> status = ReadEnded(row.value);
  if (!key || !status || !row.execution) return absl::DataLossError("its rows are malformed");
  const absl::StatusOr<ExecutionRow> execution =
      ReadExecution(key->execution, *row.execution, std::nullopt);
  if (!execution.ok()) return execution.status();
  const absl::StatusOr<std::string> id = words_.TextOf(WordKind::kRevision, execution->revision);
  if (!id.ok()) return id.status();
  const RevisionPtr revision = ports_->FindRevision(*id);
  if (revision == nullptr) return absl::DataLossError("its state machine's revision is missing");

  const Hash128 name = HashName(revision->machine, execution->name);
  batch_->Delete(kExecutions, ExecutionKey(key->execution));
  if (execution->status == asl::ExecutionStatus::kRunning) {  // not told by its own row
    batch_->Delete(kOutcomes, ExecutionKey(key->execution));
  }
  batch_->Delete(kListing, ListingKey(key->execution, revision->number, *status));
  batch_->Delete(kEnded, row.key);
  if (options_.retention_ms < kNameKeptMs) {
    batch_->Put(kNameEnds, NameEndKey(options_.id, key->ended, name), "");
    name_ends_.Added(key->ended, turn_number());
  } else {
    batch_->Delete(kNames, NameKey(options_.id, name));
  }
  // What is still asked of it is answered from memory or finds that it is gone.
  const Execution* cached = executions_.Find(key->execution);
  if (cached != nullptr && cached->ready() && cached->work.empty())
    executions_.Remove(key->execution);
  ++counters_.executions_retired;
  return absl::OkStatus();
}

void Partition::FreeName(const std::string& key) {
  const std::optional<NameEndKeyParts> parts = DecodeNameEndKey(key);
  if (!parts) {
    return Log(LogLevel::kError, {.partition = options_.id},
               "a key of table 'name_ends' is malformed");
  }
  batch_->Delete(kNames, NameKey(options_.id, parts->name));
  batch_->Delete(kNameEnds, key);
}

// The ranges hold histories of executions that exist in no partition any more, durably; so it does
// not matter whose batch says it.
void Partition::On(SweepHistory& command) {
  for (const auto& [begin, end] : command.ranges) {
    batch_->DeleteRange(kHistory, HistoryBound(begin), HistoryBound(end));
  }
}

}  // namespace engine
