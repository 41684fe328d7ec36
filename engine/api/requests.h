// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What can be asked of an engine, in one set of functions for every front door (gRPC now). Each
// checks its request, resolves names, and either posts a command or reads the durable view; no
// decision about an execution is taken here. Errors are absl codes with AWS's texts; status.h maps
// them. Any thread; replies come on an engine thread or at once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/definition.h"
#include "asl/history_event.h"
#include "engine/engine.h"
#include "engine/reads.h"

namespace engine::api {

// --- state machines (state_machines.cc) ---
struct CreateStateMachineRequest {
  std::string name;
  std::string definition;
  std::string role_arn;
};
void CreateStateMachine(Engine& engine, CreateStateMachineRequest request,
                        Reply<RevisionPtr> reply);
// ARN or name.
absl::StatusOr<RevisionPtr> DescribeStateMachine(Engine& engine, const std::string& state_machine);
struct StateMachinePage {
  std::vector<RevisionPtr> machines;
  std::string next_token;
};
absl::StatusOr<StateMachinePage> ListStateMachines(Engine& engine, int32_t max_results,
                                                   const std::string& token);

// --- executions (executions.cc) ---
struct StartRequest {
  std::string state_machine;  // ARN or name
  std::string name;           // empty: a UUID is made
  std::string input;          // empty: {}
};
struct StartAnswer {
  std::string execution_arn;
  ExecutionNumber number = ExecutionNumber::kNone;
  asl::Millis started_at;
};
void StartExecution(Engine& engine, StartRequest request, Reply<StartAnswer> reply);

absl::StatusOr<ExecutionDescription> DescribeExecution(Engine& engine, const std::string& arn);

struct StopExecutionRequest {
  std::string execution_arn;
  asl::Error error;
};
void StopExecution(Engine& engine, StopExecutionRequest request, Reply<asl::Millis> reply);

// Calls `reply` when the execution has ended; at once when it has already. Drop the ticket to wait
// no longer.
class WaitTicket;
std::shared_ptr<WaitTicket> WaitForEnd(Engine& engine, ExecutionNumber execution,
                                       Reply<ExecutionDescription> reply);

// --- history (history.cc) ---
struct HistoryRequest {
  std::string execution_arn;
  int32_t max_results = 0;
  bool reverse = false;
  std::string token;
};
struct HistoryAnswer {
  std::vector<asl::HistoryEvent> events;
  std::string next_token;
};
absl::StatusOr<HistoryAnswer> GetExecutionHistory(Engine& engine, const HistoryRequest& request);

// --- shared checks (checks.cc) ---
// AWS's rule for names of state machines and executions: 1 to 80 characters, none of those it
// lists.
absl::Status CheckName(const std::string& name);
// 0 means 100; else 1 to 1000.
absl::StatusOr<size_t> CheckMaxResults(int32_t max_results);
std::string EncodePageToken(const std::string& position);
absl::StatusOr<std::string> DecodePageToken(
    const std::string& token);  // "Invalid Token: 'Invalid token'"
std::string NewUuid();

}  // namespace engine::api
