// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/execution_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "asld/v1/workflows.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/wait.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kRevisionColumns = 12;

int64_t Ms(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1000 + time.nanos() / 1'000'000;
}

Json ToJson(const asld::v1::StateMachine& machine, bool with_definition) {
  Json json{{"stateMachineArn", machine.state_machine_arn()}, {"name", machine.name()}};
  if (with_definition) {
    json["definition"] = machine.definition();
    json["roleArn"] = machine.role_arn();
  }
  json["creationDate"] = IsoTime(CreatedMs(machine));
  if (!machine.revision_id().empty()) json["revisionId"] = machine.revision_id();
  if (!machine.status().empty()) json["status"] = machine.status();
  return json;
}

std::string PendingText(const asld::v1::PendingTask& task) {
  const std::string attempt = task.attempt() > 1 ? fmt::format(", attempt {}", task.attempt()) : "";
  if (!task.worker_instance().empty()) {
    return fmt::format("Task '{}' is with worker {}{}", task.state_name(), task.worker_instance(),
                       attempt);
  }
  if (task.workers() == 0) {
    return fmt::format("Task '{}' waits for a worker that serves '{}': none is connected{}",
                       task.state_name(), task.queue(), attempt);
  }
  return fmt::format("Task '{}' waits until one of {} workers that serve '{}' is free{}",
                     task.state_name(), task.workers(), task.queue(), attempt);
}

}  // namespace

std::string ExecutionText(const asld::v1::Execution& execution, const Style& style) {
  std::vector<std::vector<Cell>> rows = {
      {{"Execution", Tone::kDim}, {ShortName(execution.execution_arn()), Tone::kStrong}},
      {{"ARN", Tone::kDim}, {execution.execution_arn()}},
      {{"Status", Tone::kDim}, {execution.status(), ToneOfStatus(execution.status())}},
      {{"Started", Tone::kDim}, {Moment(StartedMs(execution), style)}}};
  if (const auto stopped = StoppedMs(execution)) {
    rows.push_back({{"Ended", Tone::kDim},
                    {fmt::format("{}, after {}", Moment(*stopped, style),
                                 Duration(*stopped - StartedMs(execution)))}});
  }
  if (execution.has_error())
    rows.push_back({{"Error", Tone::kDim}, {execution.error(), Tone::kBad}});
  if (execution.has_cause()) rows.push_back({{"Cause", Tone::kDim}, {execution.cause()}});
  for (const asld::v1::PendingTask& task : execution.pending_tasks()) {
    rows.push_back({{"Waits", Tone::kDim}, {PendingText(task), Tone::kBusy}});
  }
  rows.push_back({{"Input", Tone::kDim}, {execution.input()}});
  if (execution.status() == "SUCCEEDED") {
    rows.push_back({{"Output", Tone::kDim}, {execution.output()}});
  }
  return Columns(rows, style);
}

Json ExecutionJson(const asld::v1::Execution& execution) {
  Json json{{"executionArn", execution.execution_arn()},
            {"stateMachineArn", execution.state_machine_arn()},
            {"name", execution.name()},
            {"status", execution.status()},
            {"startDate", IsoTime(StartedMs(execution))}};
  if (const auto stopped = StoppedMs(execution)) json["stopDate"] = IsoTime(*stopped);
  json["input"] = execution.input();
  if (execution.status() == "SUCCEEDED") json["output"] = execution.output();
  if (execution.has_error()) json["error"] = execution.error();
  if (execution.has_cause()) json["cause"] = execution.cause();
  for (const asld::v1::PendingTask& task : execution.pending_tasks()) {
    json["pendingTasks"].push_back({{"stateName", task.state_name()},
                                    {"queue", task.queue()},
                                    {"attempt", task.attempt()},
                                    {"workerInstance", task.worker_instance()},
                                    {"workers", task.workers()}});
  }
  return json;
}

std::string StateMachineText(const asld::v1::StateMachine& machine, const Style& style) {
  return Columns({{{"Name", Tone::kDim}, {machine.name(), Tone::kStrong}},
                  {{"ARN", Tone::kDim}, {machine.state_machine_arn()}},
                  {{"Created", Tone::kDim}, {Moment(CreatedMs(machine), style)}},
                  {{"Revision", Tone::kDim}, {machine.revision_id()}},
                  {{"Role", Tone::kDim}, {machine.role_arn()}}},
                 style) +
         "\n" + machine.definition() + (machine.definition().ends_with('\n') ? "" : "\n");
}

Json StateMachineJson(const asld::v1::StateMachine& machine) { return ToJson(machine, true); }

std::string StateMachinesText(const std::vector<asld::v1::StateMachine>& machines,
                              const Style& style) {
  std::vector<std::vector<Cell>> rows = {
      {{"NAME", Tone::kDim}, {"CREATED", Tone::kDim}, {"REVISION", Tone::kDim}, {"", Tone::kDim}}};
  for (const asld::v1::StateMachine& machine : machines) {
    rows.push_back({{machine.name(), Tone::kStrong},
                    {Moment(CreatedMs(machine), style)},
                    {machine.revision_id().substr(0, kRevisionColumns), Tone::kDim},
                    {machine.status() == "DELETING" ? "DELETING" : "", Tone::kBusy}});
  }
  return Columns(rows, style);
}

Json StateMachinesJson(const std::vector<asld::v1::StateMachine>& machines) {
  Json list = Json::array();
  for (const asld::v1::StateMachine& machine : machines) list.push_back(ToJson(machine, false));
  return Json{{"stateMachines", std::move(list)}};
}

Tone ToneOfStatus(const std::string& status) {
  if (status == "RUNNING") return Tone::kBusy;
  return status == "SUCCEEDED" ? Tone::kGood : Tone::kBad;
}

std::string ExecutionsText(const std::vector<asld::v1::ExecutionSummary>& executions,
                           const Style& style) {
  std::vector<std::vector<Cell>> rows = {{{"EXECUTION", Tone::kDim},
                                          {"STATUS", Tone::kDim},
                                          {"STARTED", Tone::kDim},
                                          {"TOOK", Tone::kDim}}};
  for (const asld::v1::ExecutionSummary& execution : executions) {
    const int64_t started = Ms(execution.start_date());
    std::string took;
    if (execution.has_stop_date()) took = Duration(Ms(execution.stop_date()) - started);
    rows.push_back({{ShortName(execution.execution_arn()), Tone::kStrong},
                    {execution.status(), ToneOfStatus(execution.status())},
                    {Moment(started, style)},
                    {took}});
  }
  return Columns(rows, style);
}

Json ExecutionsJson(const std::vector<asld::v1::ExecutionSummary>& executions) {
  Json list = Json::array();
  for (const asld::v1::ExecutionSummary& execution : executions) {
    Json json{{"executionArn", execution.execution_arn()},
              {"stateMachineArn", execution.state_machine_arn()},
              {"name", execution.name()},
              {"status", execution.status()},
              {"startDate", IsoTime(Ms(execution.start_date()))}};
    if (execution.has_stop_date()) json["stopDate"] = IsoTime(Ms(execution.stop_date()));
    list.push_back(std::move(json));
  }
  return Json{{"executions", std::move(list)}};
}

std::optional<Failure> EndedBadly(const asld::v1::Execution& execution) {
  if (execution.status() == "SUCCEEDED") return std::nullopt;
  const auto stopped = StoppedMs(execution);
  Failure failure{
      .exit = Exit::kFailed,
      .what = fmt::format("{} {} after {}", ShortName(execution.execution_arn()),
                          execution.status(), Duration(stopped.value_or(0) - StartedMs(execution))),
      .fix = fmt::format("aslctl history {} -o tree", execution.execution_arn())};
  if (execution.has_error()) failure.why = execution.error();
  if (execution.has_cause()) {
    failure.why += (failure.why.empty() ? "" : ": ") + execution.cause();
  }
  if (failure.why.empty()) failure.why = "no error was given";
  return failure;
}

}  // namespace aslctl
