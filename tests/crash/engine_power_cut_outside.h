// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the world outside an engine was told: clients of their executions, workers of their tasks
// and results. It survives every engine, and says where a store contradicts it. Owned by the lives
// of one store; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/definition.h"
#include "asl/history_event.h"
#include "engine/api/requests.h"
#include "engine/reads.h"
#include "engine/registry.h"
#include "engine/tasks.h"
#include "storage/store.h"
#include "workers/task.h"

namespace crash {

// Every field of an event as text: equal exactly when nothing of it changed.
std::string Shown(const asl::HistoryEvent& event);

class Outside {
 public:
  struct Order {
    std::string machine, name, input;
    asl::ExecutionStatus wanted;  // how it ends, unless it is stopped
  };

  explicit Outside(uint32_t partitions) : partitions_(partitions) {}

  // --- clients; `index` is that of the order ---
  size_t Add(Order order);
  Order order(size_t index) const;
  std::string arn(size_t index) const;
  size_t size() const;
  bool acknowledged(size_t index) const;
  void OnStartReply(size_t index, const absl::StatusOr<engine::api::StartAnswer>& answer);
  void OnStopAsked(size_t index);
  void OnStopReply(size_t index, const absl::Status& status);
  // The history from its first event on.
  void OnHistory(size_t index, const std::vector<asl::HistoryEvent>& events);
  void OnDescribed(size_t index, const engine::ExecutionDescription& description);

  // --- workers ---
  void OnHandedOut(const workers::TaskRequest& task);
  // The engine has acknowledged the result as accepted; `mark` is a text that only it contains.
  void OnAccepted(const std::string& token, const std::string& mark);

  void Contradict(const std::string& what);

  // The first contradiction: one that was noticed on the way, or one with what the view shows; ""
  // when there is none. `ended`: every execution must also have ended as wanted.
  std::string Contradiction(const storage::Reader& view, const engine::Registry& registry,
                            bool ended = false);

  struct Totals {
    uint64_t starts = 0, stops = 0, events = 0, handed_out = 0, accepted = 0;
  };
  Totals totals() const;

 private:
  struct Told {
    Order order;
    bool exists = false;  // a start was acknowledged
    engine::ExecutionNumber number = engine::ExecutionNumber::kNone;
    bool stop_asked = false, stopped = false;
    std::vector<std::string> history;     // as it was shown, the longest time
    std::optional<std::string> end;       // status and output, once shown
    std::vector<asl::EventId> scheduled;  // of tasks that were handed out
    std::vector<std::string> accepted;    // marks of results
  };

  // REQUIRES of all: mutex_ held. "" when there is nothing to say.
  std::string Check(const Told& told, const storage::Reader& view, const engine::Registry& registry,
                    bool ended) const;
  std::string CheckHistory(const Told& told, asl::ExecutionStatus status,
                           const std::vector<asl::HistoryEvent>& events) const;
  std::string CheckTasks(const Told& told, const std::vector<asl::HistoryEvent>& events) const;
  std::string ArnOf(const Told& told) const;

  const uint32_t partitions_;
  const engine::ArnScope scope_;
  mutable std::mutex mutex_;  // guards what follows
  std::vector<Told> told_;
  std::map<std::string, size_t> by_arn_;
  std::map<std::string, size_t> tokens_;  // handed out, of which order
  std::string contradiction_;             // the first
};

}  // namespace crash
