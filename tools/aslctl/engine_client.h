// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The engine as the commands see it: the calls of asld.v1.Workflows with names in place of ARNs,
// pages joined and statuses of Abseil. gRPC stays inside. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "workers/client/channel.h"

namespace asld::v1 {
class Execution;
class ExecutionSummary;
class HistoryEvent;
class StateMachine;
class StateMachineAlias;
class StateMachineVersion;
}  // namespace asld::v1

namespace aslctl {

class UpdateStream;

// Longest wait for the answer of a call that does not wait for an execution.
inline constexpr std::chrono::seconds kAnswerMax{10};

class EngineClient {
 public:
  explicit EngineClient(const workers::Server& server);
  ~EngineClient();

  struct Made {
    std::string id;           // of a state machine: its ARN; of a revision: its id
    std::string version_arn;  // with `publish`
  };
  // The new (or equal, existing) state machine.
  absl::StatusOr<Made> CreateStateMachine(const std::string& name, const std::string& definition,
                                          bool publish = false);
  struct Changes {
    std::optional<std::string> definition, role_arn;
    bool publish = false;
  };
  // The new (or unchanged) revision.
  absl::StatusOr<Made> UpdateStateMachine(const std::string& name, const Changes& changes);
  absl::Status DeleteStateMachine(const std::string& name);
  absl::StatusOr<asld::v1::StateMachine> DescribeStateMachine(const std::string& name);
  absl::StatusOr<std::vector<asld::v1::StateMachine>> ListStateMachines();

  absl::StatusOr<asld::v1::StateMachineVersion> PublishVersion(
      const std::string& machine, const std::optional<std::string>& revision,
      const std::string& description);
  absl::StatusOr<std::vector<asld::v1::StateMachineVersion>> ListVersions(
      const std::string& machine);
  absl::Status DeleteVersion(const std::string& version);
  struct AliasChanges {
    std::optional<std::string> description;
    std::vector<std::pair<std::string, int>> routes;  // version, percent
  };
  absl::StatusOr<asld::v1::StateMachineAlias> CreateAlias(const std::string& name,
                                                          const AliasChanges& alias);
  absl::StatusOr<asld::v1::StateMachineAlias> UpdateAlias(const std::string& alias,
                                                          const AliasChanges& changes);
  absl::StatusOr<std::vector<asld::v1::StateMachineAlias>> ListAliases(const std::string& machine);
  absl::Status DeleteAlias(const std::string& alias);

  // Newest first, at most `limit`. An empty status: of any.
  absl::StatusOr<std::vector<asld::v1::ExecutionSummary>> ListExecutions(
      const std::string& state_machine, const std::string& status, size_t limit);
  // The execution's ARN. An empty name lets the engine choose.
  absl::StatusOr<std::string> StartExecution(const std::string& state_machine,
                                             const std::string& name, const std::string& input);
  // ARN of "MACHINE/NAME" (asks the engine for the machine's); anything else is returned as it is.
  absl::StatusOr<std::string> ResolveExecution(const std::string& execution);
  absl::StatusOr<asld::v1::Execution> DescribeExecution(const std::string& arn);
  // Until the execution has ended, at most `patience`: then kDeadlineExceeded.
  absl::StatusOr<asld::v1::Execution> WaitExecution(const std::string& arn,
                                                    std::chrono::milliseconds patience);
  absl::Status StopExecution(const std::string& arn, const std::optional<std::string>& error,
                             const std::optional<std::string>& cause);

  // By task token, of `.waitForTaskToken`.
  absl::Status SendTaskSuccess(const std::string& token, const std::string& output);
  absl::Status SendTaskFailure(const std::string& token, const std::optional<std::string>& error,
                               const std::optional<std::string>& cause);
  absl::Status SendTaskHeartbeat(const std::string& token);

  // The execution's updates with its events from this one on.
  std::unique_ptr<UpdateStream> Watch(const std::string& arn, int64_t from_event);

  enum class Order { kOldestFirst, kNewestFirst };
  absl::StatusOr<std::vector<asld::v1::HistoryEvent>> History(const std::string& arn, Order order);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Milliseconds since the Unix epoch.
int64_t StartedMs(const asld::v1::Execution& execution);
std::optional<int64_t> StoppedMs(const asld::v1::Execution& execution);  // nullopt while it runs
int64_t CreatedMs(const asld::v1::StateMachine& state_machine);
int64_t CreatedMs(const asld::v1::StateMachineVersion& version);
int64_t CreatedMs(const asld::v1::StateMachineAlias& alias);
int64_t UpdatedMs(const asld::v1::StateMachineAlias& alias);

}  // namespace aslctl
