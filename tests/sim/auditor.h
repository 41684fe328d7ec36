// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Reads every batch that partitions hand over, before the store gets it, and keeps what each one
// said and in which batch it stood. From that it judges, always: histories as they grow (dense, one
// end, nothing early), and every effect as it leaves (its batch must be durable by then). A crash
// makes it forget what the store lost. Owned by the run, survives the simulated process; one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "asl/history_event.h"
#include "engine/command.h"
#include "engine/effects.h"
#include "engine/ids.h"
#include "engine/token.h"
#include "storage/batch.h"
#include "tests/sim/checks.h"
#include "tests/sim/definitions.h"

namespace sim {

class Auditor {
 public:
  explicit Auditor(Checks* checks) : checks_(checks) {}

  // What a revision was made from; timing rules are looked up by it.
  void KnowRevision(engine::RevisionPtr revision, const Definition* definition) {
    const std::string id = revision->id;
    revisions_[id] = {std::move(revision), definition};
  }

  void OnBatch(const storage::Batch& batch);
  // Batches above survived(p) are gone.
  void OnCrash(const std::function<uint64_t(engine::PartitionId)>& survived);

  // `durable`: the newest durable batch of the partition that releases; `instance` whom a dispatch
  // goes to.
  void OnRelease(engine::PartitionId partition, const engine::Effect& effect, uint64_t durable,
                 const std::string& instance);
  // The same for what a reply says.
  void OnStartAcknowledged(engine::ExecutionNumber execution, uint64_t durable);
  // SendTaskSuccess or SendTaskFailure for that attempt was answered with OK.
  void OnTokenAcknowledged(const engine::TaskId& id, uint64_t durable);
  void OnStopAcknowledged(engine::ExecutionNumber execution, uint64_t durable);

  // What workers have sent as results of a token: an accepted one must show in the history.
  void OnResultSent(const std::string& token, std::string output) {
    sent_[token].push_back(std::move(output));
  }

  struct Facts {
    engine::RevisionPtr revision;
    const Definition* definition = nullptr;
    uint64_t begun = 0;  // batch of its first row
    uint64_t ended = 0;  // batch that ended it; 0: open
    std::vector<asl::HistoryEvent> events;
    std::vector<std::pair<size_t, uint64_t>> records;  // events up to this count, batch
  };
  const std::map<engine::ExecutionNumber, Facts>& executions() const { return executions_; }
  size_t open() const;

 private:
  class Reader;
  void OnHistory(engine::ExecutionNumber execution, const std::vector<asl::HistoryEvent>& events,
                 uint64_t batch);
  void CheckEvent(engine::ExecutionNumber execution, const Facts& facts,
                  const asl::HistoryEvent& event);
  void CheckIterations(engine::ExecutionNumber execution, const Facts& facts,
                       const asl::HistoryEvent& event);
  void CheckTiming(engine::ExecutionNumber execution, const Facts& facts,
                   const asl::HistoryEvent& event);
  void CheckAccepted(const workers::Acknowledgement& acknowledgement, uint64_t durable);
  void RequireDurable(std::string_view what, uint64_t batch, uint64_t durable,
                      const std::string& detail);

  Checks* const checks_;
  std::map<std::string, std::pair<engine::RevisionPtr, const Definition*>> revisions_;
  std::map<std::string, std::string> words_;  // by key of the table `words`
  std::map<engine::ExecutionNumber, Facts> executions_;
  // What rows said → batch that said it first. The partition comes first.
  std::map<std::pair<engine::PartitionId, std::string>, uint64_t>
      assignments_;  // task, delivery and instance
  std::map<std::pair<engine::PartitionId, std::pair<engine::PartitionId, uint64_t>>, uint64_t>
      letters_, applied_;
  std::map<std::string, std::vector<std::string>> sent_;
  std::map<std::string, int> accepted_;
};

}  // namespace sim
