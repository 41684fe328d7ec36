// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What can be asked of an engine, in one set of functions for every front door (gRPC and AWS's
// JSON). Each checks its request, resolves names, and either posts a command or reads the durable
// view; no decision about an execution is taken here. Errors are absl codes with AWS's texts, whose
// titles aws_request.h maps. Any thread; replies come on an engine thread or at once.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/definition.h"
#include "asl/history_event.h"
#include "engine/engine.h"
#include "engine/listing.h"
#include "engine/reads.h"

namespace engine::api {

// --- state machines (state_machines.cc) ---
struct PublishRequest {
  bool publish = false;  // a version of what is created or updated, too
  std::string description;
};
struct CreateStateMachineRequest {
  std::string name;
  std::string definition;
  std::string role_arn;
  MachineSettings settings = {};
  PublishRequest publish = {};
  Tags tags = {};  // of a new one
};
void CreateStateMachine(Engine& engine, CreateStateMachineRequest request, Reply<Created> reply);
struct UpdateStateMachineRequest {
  std::string state_machine;              // ARN or name
  std::optional<std::string> definition;  // nullopt: as it is
  std::optional<std::string> role_arn;
  std::optional<MachineLogging> logging = std::nullopt;
  std::optional<bool> tracing = std::nullopt;
  bool others = false;  // something else is to be set, and it is as asked for already
  PublishRequest publish = {};
};
void UpdateStateMachine(Engine& engine, UpdateStateMachineRequest request, Reply<Updated> reply);
// ARN or name. OK too when there is none.
void DeleteStateMachine(Engine& engine, const std::string& state_machine, Reply<bool> reply);
// ARN or name, of the state machine itself and not of a version or alias.
absl::StatusOr<RevisionPtr> DescribeStateMachine(Engine& engine, const std::string& state_machine);
// ARN or name, which a version's number or an alias' name may follow.
struct Target {
  RevisionPtr machine;             // the state machine with its current revision
  VersionsPtr versions = nullptr;  // set when there is one of these
  std::optional<Version> version = std::nullopt;
  std::optional<Alias> alias = std::nullopt;
};
absl::StatusOr<Target> FindTarget(Engine& engine, const std::string& target);
// Creates nothing. InvalidArgument when the request is wrong; what is wrong with the definition is
// in the answer.
struct ValidateDefinitionRequest {
  std::string definition;
  std::string type;         // STANDARD (also when empty) or EXPRESS
  std::string severity;     // ERROR (also when empty) or WARNING: the least that is answered
  int32_t max_results = 0;  // at most 100; 0: 100
};
struct ValidateDefinitionAnswer {
  asl::Diagnosis diagnosis;
  std::vector<asl::Problem> not_served;  // why CreateStateMachine would refuse it all the same
};
absl::StatusOr<ValidateDefinitionAnswer> ValidateDefinition(
    const ValidateDefinitionRequest& request);
struct StateMachinePage {
  std::vector<RevisionPtr> machines;
  std::string next_token;
};
absl::StatusOr<StateMachinePage> ListStateMachines(Engine& engine, int32_t max_results,
                                                   const std::string& token);

// A state machine as it is, or a version of it.
struct MachineDescription {
  RevisionPtr machine;   // with the current revision
  RevisionPtr revision;  // the version's when one was asked for
  std::optional<Version> version = std::nullopt;
};
absl::StatusOr<MachineDescription> DescribeVersion(Engine& engine, const std::string& target);

// --- versions and aliases (versions.cc) ---
struct PublishVersionRequest {
  std::string state_machine;               // ARN or name
  std::optional<std::string> revision_id;  // must be the current one; nullopt: whichever is
  std::string description;
};
void PublishStateMachineVersion(Engine& engine, PublishVersionRequest request,
                                Reply<Version> reply);
// ARN, or "name:3". OK too when there is none.
void DeleteStateMachineVersion(Engine& engine, const std::string& version, Reply<bool> reply);
struct VersionPage {
  std::string machine;  // its name
  std::vector<Version> versions;
  std::string next_token;
};
absl::StatusOr<VersionPage> ListStateMachineVersions(Engine& engine,
                                                     const std::string& state_machine,
                                                     int32_t max_results,
                                                     const std::string& token);  // newest first

struct RouteRequest {
  std::string version;  // ARN, or "name:3"
  int32_t weight = 0;
};
struct AliasAnswer {
  std::string machine;  // its name
  Alias alias;
};
struct CreateAliasRequest {
  std::string name;
  std::string description;
  std::vector<RouteRequest> routes;
};
void CreateStateMachineAlias(Engine& engine, CreateAliasRequest request, Reply<AliasAnswer> reply);
struct UpdateAliasRequest {
  std::string alias;                       // ARN, or "name:PROD"
  std::optional<std::string> description;  // nullopt: as it is
  std::optional<std::vector<RouteRequest>> routes;
};
void UpdateStateMachineAlias(Engine& engine, UpdateAliasRequest request, Reply<AliasAnswer> reply);
absl::StatusOr<AliasAnswer> DescribeStateMachineAlias(Engine& engine, const std::string& alias);
// OK too when there is none.
void DeleteStateMachineAlias(Engine& engine, const std::string& alias, Reply<bool> reply);
struct AliasPage {
  std::string machine;  // its name
  std::vector<Alias> aliases;
  std::string next_token;
};
// By name. Of a version: those that lead to it.
absl::StatusOr<AliasPage> ListStateMachineAliases(Engine& engine, const std::string& state_machine,
                                                  int32_t max_results, const std::string& token);
// --- activities (activities.cc) ---
// OK too when there is one: its tags stay as they are.
void CreateActivity(Engine& engine, std::string name, Tags tags, Reply<Activity> reply);
// ARN or name, here and below. OK too when there is none.
void DeleteActivity(Engine& engine, const std::string& activity, Reply<bool> reply);
absl::StatusOr<Activity> DescribeActivity(Engine& engine, const std::string& activity);
struct ActivityPage {
  std::vector<Activity> activities;
  std::string next_token;
};
absl::StatusOr<ActivityPage> ListActivities(Engine& engine, int32_t max_results,
                                            const std::string& token);
// Waits for a task of the activity: see ActivityPolls, which also takes the cancellation. `take` is
// not called when the answer is an error.
absl::StatusOr<uint64_t> GetActivityTask(Engine& engine, const std::string& activity,
                                         const std::string& worker_name, ActivityPolls::Take take);

// --- tags (tags.cc) ---
// ARN of a state machine or an activity.
absl::StatusOr<Tags> ListTags(Engine& engine, const std::string& arn);
void TagResource(Engine& engine, const std::string& arn, Tags tags, Reply<bool> reply);
void UntagResource(Engine& engine, const std::string& arn, std::vector<std::string> keys,
                   Reply<bool> reply);
// What AWS allows in tags, and how many.
absl::Status CheckTags(const Tags& tags, const std::string& resource);

// --- executions (executions.cc, list.cc) ---
struct StartRequest {
  std::string state_machine;  // ARN or name, or of a version or alias of one
  std::string name;           // empty: a UUID is made
  std::string input;          // empty: {}
};
struct StartAnswer {
  std::string execution_arn;
  ExecutionNumber number = ExecutionNumber::kNone;
  asl::Millis started_at;
  bool existing = false;  // it was there already, with this name and input, and runs
};
void StartExecution(Engine& engine, StartRequest request, Reply<StartAnswer> reply);

absl::StatusOr<ExecutionDescription> DescribeExecution(Engine& engine, const std::string& arn);
// The revision that the execution began with; no payload of it is read.
absl::StatusOr<RevisionPtr> DescribeStateMachineForExecution(Engine& engine,
                                                             const std::string& arn);

struct StopExecutionRequest {
  std::string execution_arn;
  asl::Error error;
};
void StopExecution(Engine& engine, StopExecutionRequest request, Reply<asl::Millis> reply);

// The end, or a sign of life, of the Task that waits for this token (task_tokens.cc). REQUIRES of a
// success: nothing of its output, which is checked.
void SendTaskSuccess(Engine& engine, const std::string& token, std::string output,
                     Reply<bool> reply);
void SendTaskFailure(Engine& engine, const std::string& token, asl::Error error, Reply<bool> reply);
void SendTaskHeartbeat(Engine& engine, const std::string& token, Reply<bool> reply);

struct ListExecutionsRequest {
  std::string state_machine;  // ARN or name, or of a version or alias of one
  std::string status;         // empty: all
  int32_t max_results = 0;
  std::string token;
};
struct ListExecutionsAnswer {
  std::string machine;  // its name
  std::vector<ListedExecution> executions;
  std::string next_token;
};
absl::StatusOr<ListExecutionsAnswer> ListExecutions(Engine& engine,
                                                    const ListExecutionsRequest& request);

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
  std::string version_arn;  // that the execution began with; empty: none
  std::string alias_arn;
  std::vector<asl::HistoryEvent> events;
  std::string next_token;
};
absl::StatusOr<HistoryAnswer> GetExecutionHistory(Engine& engine, const HistoryRequest& request);

// --- watching (watch.cc) ---
struct WatchRequest {
  std::vector<std::string> execution_arns;
  std::string state_machine;  // ARN or name
  bool all = false;
  bool events = false;
  int64_t from_event = 0;
};
// What to watch, names resolved; Engine::watches() does it.
absl::StatusOr<WatchOptions> ResolveWatch(Engine& engine, const WatchRequest& request);

// --- shared checks (checks.cc) ---
// AWS's rule for names of state machines and executions: 1 to 80 characters, none of those it
// lists.
absl::Status CheckName(const std::string& name);
absl::Status CheckError(const asl::Error& error);  // within AWS's lengths
// Empty is good, too: the default.
absl::Status CheckOneOf(const char* member, const std::string& value,
                        std::initializer_list<std::string_view> allowed);
absl::Status CheckDescription(const std::string& description);  // within AWS's length
// 0 means 100; else 1 to `max`.
absl::StatusOr<size_t> CheckMaxResults(int32_t max_results, int32_t max = 1'000);
std::string NewUuid();  // of version 4
// A UUID of version 7: see HashName.
std::string NewExecutionName(asl::Millis now);

}  // namespace engine::api
