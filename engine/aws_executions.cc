// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Executions, their history, and the Tasks that wait for a token.
#include <utility>

#include "engine/api/requests.h"
#include "engine/aws_history.h"
#include "engine/aws_members.h"
#include "engine/aws_operations.h"
#include "fmt/format.h"

namespace engine {
namespace {

using asl::ExecutionStatus;
using asl::JsonWriter;

constexpr int64_t kPageMax = 1'000;
constexpr int64_t kTokenMax = 2'048;
constexpr int64_t kInputMax = 262'144;
constexpr int64_t kErrorMax = 256;
constexpr int64_t kCauseMax = 32'768;
constexpr std::string_view kPendingRedrive = "PENDING_REDRIVE";

constexpr AwsMember kExecutionArn{
    .name = "executionArn", .required = true, .min = 1, .max = kAwsArnMax, .arn_of = "execution"};
constexpr AwsMember kMaxResults{.name = "maxResults", .kind = AwsKind::kInteger, .max = kPageMax};
constexpr AwsMember kError{.name = "error", .max = kErrorMax, .sensitive = true};
constexpr AwsMember kCause{.name = "cause", .max = kCauseMax, .sensitive = true};
constexpr AwsMember kTaskToken{.name = "taskToken", .required = true, .min = 1, .max = kTokenMax};

std::string Object(std::string_view member, asl::Millis time) {
  return JsonWriter().BeginObject().Key(member).Raw(AwsTime(time)).EndObject().text();
}

asl::Error ErrorOf(const AwsRequest& request) {
  return {.name = request.Find("error"), .cause = request.Find("cause")};
}

constexpr AwsMember kStart[] = {
    {.name = "stateMachineArn",
     .required = true,
     .min = 1,
     .max = kAwsArnMax,
     .arn_of = "stateMachine"},
    {.name = "name", .min = 1, .max = 80},
    {.name = "input", .max = kInputMax, .sensitive = true},
    {.name = "traceHeader", .max = 256},
};
void StartExecution(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::StartExecution(engine,
                      {.state_machine = request.Text("stateMachineArn"),
                       .name = request.Text("name"),
                       .input = request.Text("input")},
                      [reply = std::move(reply)](const absl::StatusOr<api::StartAnswer>& answer) {
                        if (!answer.ok()) return reply(answer.status());
                        JsonWriter out;
                        out.BeginObject();
                        out.Key("executionArn").String(answer->execution_arn);
                        out.Key("startDate").Raw(AwsTime(answer->started_at));
                        reply(out.EndObject().Take());
                      });
}

// What a list and a description of an execution have in common.
void WriteExecution(const Engine& engine, const std::string& machine, const ExecutionRow& row,
                    JsonWriter& out) {
  out.Key("executionArn").String(ExecutionArn(engine.scope(), machine, row.name));
  out.Key("stateMachineArn").String(StateMachineArn(engine.scope(), machine));
  out.Key("name").String(row.name);
  out.Key("status").String(asl::StatusName(row.status));
  out.Key("startDate").Raw(AwsTime(row.started));
  if (row.status != ExecutionStatus::kRunning) out.Key("stopDate").Raw(AwsTime(row.stopped));
  out.Key("redriveCount").Int(0);
  if (row.version != 0) {
    out.Key("stateMachineVersionArn").String(VersionArn(engine.scope(), machine, row.version));
  }
  if (!row.alias.empty()) {
    out.Key("stateMachineAliasArn").String(QualifiedArn(engine.scope(), machine, row.alias));
  }
}

void WriteData(const char* member, const char* about, const std::string& text, bool included,
               JsonWriter& out) {
  if (included) out.Key(member).String(text);
  out.Key(about).BeginObject().Key("included").Bool(included).EndObject();
}

constexpr AwsMember kDescribe[] = {
    kExecutionArn,
    {.name = "includedData", .choices = "ALL_DATA, METADATA_ONLY"},
};
void DescribeExecution(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<ExecutionDescription> found =
      api::DescribeExecution(engine, request.Text("executionArn"));
  if (!found.ok()) return reply(found.status());
  const ExecutionStatus status = found->row.status;
  const bool data = request.Text("includedData") != "METADATA_ONLY";
  JsonWriter out;
  out.BeginObject();
  WriteExecution(engine, found->revision->machine, found->row, out);
  WriteData("input", "inputDetails", found->input, data, out);
  if (found->output) WriteData("output", "outputDetails", *found->output, data, out);
  if (status == ExecutionStatus::kFailed || status == ExecutionStatus::kAborted) {
    if (found->error.name) out.Key("error").String(*found->error.name);
    if (found->error.cause) out.Key("cause").String(*found->error.cause);
  }
  if (status == ExecutionStatus::kRunning || status == ExecutionStatus::kSucceeded) {
    out.Key("redriveStatus").String("NOT_REDRIVABLE");
    out.Key("redriveStatusReason")
        .String(fmt::format("Execution is {} and cannot be redriven", asl::StatusName(status)));
  } else {
    out.Key("redriveStatus").String("REDRIVABLE");
  }
  reply(out.EndObject().Take());
}

constexpr AwsMember kStop[] = {kExecutionArn, kError, kCause};
void StopExecution(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::StopExecution(engine,
                     {.execution_arn = request.Text("executionArn"), .error = ErrorOf(request)},
                     [reply = std::move(reply)](const absl::StatusOr<asl::Millis>& stopped) {
                       if (!stopped.ok()) return reply(stopped.status());
                       reply(Object("stopDate", *stopped));
                     });
}

constexpr AwsMember kList[] = {
    {.name = "stateMachineArn", .min = 1, .max = kAwsArnMax, .arn_of = "stateMachine"},
    {.name = "statusFilter",
     .choices = "SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING"},
    kMaxResults,
    {.name = "nextToken", .min = 1, .max = 3'096},
    {.name = "mapRunArn", .min = 1, .max = 2'000},
    {.name = "redriveFilter", .choices = "REDRIVEN, NOT_REDRIVEN"},
};
void ListExecutions(Engine& engine, const AwsRequest& request, AwsReply reply) {
  if (request.Find("mapRunArn")) {
    return reply(absl::UnimplementedError("asld has no map runs yet, so mapRunArn lists nothing"));
  }
  if (!request.Find("stateMachineArn")) {
    return reply(absl::InvalidArgumentError(
        "Must specify exactly one of 'stateMachineArn' and 'mapRunArn'"));
  }
  // Nothing has ever been redriven here.
  const bool none = request.Text("statusFilter") == kPendingRedrive ||
                    request.Text("redriveFilter") == "REDRIVEN";
  const absl::StatusOr<api::ListExecutionsAnswer> page =
      api::ListExecutions(engine, {.state_machine = request.Text("stateMachineArn"),
                                   .status = none ? "" : request.Text("statusFilter"),
                                   .max_results = request.Number("maxResults"),
                                   .token = request.Text("nextToken")});
  if (!page.ok()) return reply(page.status());
  JsonWriter out;
  out.BeginObject().Key("executions").BeginArray();
  if (!none) {
    for (const ListedExecution& execution : page->executions) {
      out.BeginObject();
      WriteExecution(engine, page->machine, execution.row, out);
      out.EndObject();
    }
  }
  out.EndArray();
  if (!none && !page->next_token.empty()) out.Key("nextToken").String(page->next_token);
  reply(out.EndObject().Take());
}

constexpr AwsMember kHistory[] = {
    kExecutionArn,
    kMaxResults,
    {.name = "reverseOrder", .kind = AwsKind::kBoolean},
    {.name = "nextToken", .min = 1, .max = 1'024},
    {.name = "includeExecutionData", .kind = AwsKind::kBoolean},
};
void GetExecutionHistory(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<api::HistoryAnswer> page =
      api::GetExecutionHistory(engine, {.execution_arn = request.Text("executionArn"),
                                        .max_results = request.Number("maxResults"),
                                        .reverse = request.Flag("reverseOrder"),
                                        .token = request.Text("nextToken")});
  if (!page.ok()) return reply(page.status());
  const bool with_data = request.Flag("includeExecutionData", true);
  JsonWriter out;
  out.BeginObject().Key("events").BeginArray();
  const StartedBy started{.version_arn = page->version_arn, .alias_arn = page->alias_arn};
  for (const asl::HistoryEvent& event : page->events) {
    WriteAwsEvent(event, started, with_data, out);
  }
  out.EndArray();
  if (!page->next_token.empty()) out.Key("nextToken").String(page->next_token);
  reply(out.EndObject().Take());
}

// For answers that hold nothing.
Reply<bool> Nothing(AwsReply reply) {
  return [reply = std::move(reply)](const absl::StatusOr<bool>& done) {
    if (!done.ok()) return reply(done.status());
    reply("{}");
  };
}

constexpr AwsMember kSuccess[] = {
    kTaskToken,
    {.name = "output", .required = true, .max = kInputMax, .sensitive = true},
};
void SendTaskSuccess(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::SendTaskSuccess(engine, request.Text("taskToken"), request.Text("output"),
                       Nothing(std::move(reply)));
}

constexpr AwsMember kFailure[] = {kTaskToken, kError, kCause};
void SendTaskFailure(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::SendTaskFailure(engine, request.Text("taskToken"), ErrorOf(request),
                       Nothing(std::move(reply)));
}

constexpr AwsMember kHeartbeat[] = {kTaskToken};
void SendTaskHeartbeat(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::SendTaskHeartbeat(engine, request.Text("taskToken"), Nothing(std::move(reply)));
}

constexpr AwsOperation kOperations[] = {
    {.name = "StartExecution", .members = kStart, .run = StartExecution, .starts = true},
    {.name = "DescribeExecution", .members = kDescribe, .run = DescribeExecution, .slow = true},
    {.name = "StopExecution", .members = kStop, .run = StopExecution, .slow = true},
    {.name = "ListExecutions", .members = kList, .run = ListExecutions, .slow = true},
    {.name = "GetExecutionHistory", .members = kHistory, .run = GetExecutionHistory, .slow = true},
    {.name = "SendTaskSuccess", .members = kSuccess, .run = SendTaskSuccess},
    {.name = "SendTaskFailure", .members = kFailure, .run = SendTaskFailure},
    {.name = "SendTaskHeartbeat", .members = kHeartbeat, .run = SendTaskHeartbeat},
};

}  // namespace

std::span<const AwsOperation> AwsExecutionOperations() { return kOperations; }

}  // namespace engine
