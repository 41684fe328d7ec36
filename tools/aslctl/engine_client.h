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
#include <vector>

#include "absl/status/statusor.h"

namespace asld::v1 {
class Execution;
class HistoryEvent;
class StateMachine;
}  // namespace asld::v1

namespace aslctl {

// Longest wait for the answer of a call that does not wait for an execution.
inline constexpr std::chrono::seconds kAnswerMax{10};

class EngineClient {
 public:
  explicit EngineClient(const std::string& address);
  ~EngineClient();

  // The new (or equal, existing) state machine's ARN.
  absl::StatusOr<std::string> CreateStateMachine(const std::string& name,
                                                 const std::string& definition);
  absl::StatusOr<asld::v1::StateMachine> DescribeStateMachine(const std::string& name);
  absl::StatusOr<std::vector<asld::v1::StateMachine>> ListStateMachines();

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

}  // namespace aslctl
