// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "asld/v1/workflows.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/clock.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/execution_text.h"
#include "tools/aslctl/history.h"
#include "tools/aslctl/not_found.h"
#include "tools/aslctl/wait.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

// Prints the output, or all of it with -o json; what went wrong, if anything, on stderr.
Exit WaitAndPrint(EngineClient& engine, const std::string& arn, std::optional<double> timeout_s,
                  Form form) {
  std::optional<int64_t> timeout_ms;
  if (timeout_s) timeout_ms = std::llround(*timeout_s * 1000);
  const auto waited = WaitForEnd(engine, arn, timeout_ms);
  if (const auto* failure = std::get_if<Failure>(&waited)) return Tell(*failure);
  const auto& execution = std::get<asld::v1::Execution>(waited);
  const bool good = execution.status() == "SUCCEEDED";
  Print(form, ExecutionJson(execution), {.name = "executionArn"},
        good ? execution.output() + "\n" : "");
  if (const auto failure = EndedBadly(execution)) return Tell(*failure);
  const Style style = StyleOf(stderr);
  fmt::print(stderr, "{} {} SUCCEEDED after {}\n", style.Paint(Tone::kGood, style.Good()),
             ShortName(arn), Duration(StoppedMs(execution).value_or(0) - StartedMs(execution)));
  return Exit::kOk;
}

}  // namespace

Exit Start(EngineClient& engine, const StartOptions& options) {
  const std::string what = fmt::format("cannot start '{}'", options.state_machine);
  const auto input = ReadInput(options.input);
  if (!input.ok()) {
    return Tell({.exit = Exit::kUsage,
                 .what = what,
                 .why = std::string(input.status().message()),
                 .fix = "--input takes JSON text, @FILE or - for stdin"});
  }
  const auto arn = engine.StartExecution(options.state_machine, options.name, *input);
  if (!arn.ok()) {
    return Tell(MachineFailure(engine, arn.status(), what, options.state_machine));
  }
  if (options.watch) return WatchToEnd(engine, *arn, options.timeout_s, options.form);
  if (options.wait) {
    fmt::print(stderr, "started {}\n", *arn);
    return WaitAndPrint(engine, *arn, options.timeout_s, options.form);
  }
  Print(options.form, Json{{"executionArn", *arn}}, {.name = "executionArn"}, *arn + "\n");
  return Exit::kOk;
}

Exit Wait(EngineClient& engine, const WaitOptions& options) {
  const std::string what = fmt::format("cannot wait for '{}'", options.execution);
  const auto arn = engine.ResolveExecution(options.execution);
  if (!arn.ok()) return Tell(ExecutionFailure(engine, arn.status(), what, options.execution));
  // Only an engine that has answered once is waited for when it goes away.
  if (const auto seen = engine.DescribeExecution(*arn); !seen.ok()) {
    return Tell(ExecutionFailure(engine, seen.status(), what, options.execution));
  }
  return WaitAndPrint(engine, *arn, options.timeout_s, options.form);
}

Exit DescribeExecution(EngineClient& engine, const std::string& execution, Form form) {
  const std::string what = fmt::format("cannot describe '{}'", execution);
  const auto arn = engine.ResolveExecution(execution);
  if (!arn.ok()) return Tell(ExecutionFailure(engine, arn.status(), what, execution));
  const auto found = engine.DescribeExecution(*arn);
  if (!found.ok()) return Tell(ExecutionFailure(engine, found.status(), what, execution));
  Print(form, ExecutionJson(*found), {.name = "executionArn"},
        ExecutionText(*found, StyleOf(stdout)));
  return Exit::kOk;
}

Exit History(EngineClient& engine, const HistoryOptions& options) {
  const std::string what = fmt::format("cannot read the history of '{}'", options.execution);
  const auto arn = engine.ResolveExecution(options.execution);
  if (!arn.ok()) return Tell(ExecutionFailure(engine, arn.status(), what, options.execution));
  const auto found = engine.History(*arn, options.reverse ? EngineClient::Order::kNewestFirst
                                                          : EngineClient::Order::kOldestFirst);
  if (!found.ok()) return Tell(ExecutionFailure(engine, found.status(), what, options.execution));
  std::vector<Event> events;
  for (const asld::v1::HistoryEvent& event : *found) events.push_back(FromProto(event));
  const Style style = StyleOf(stdout);
  Print(options.form, HistoryJson(events), {.list = "events"},
        options.form == Form::kTree
            ? RenderTree(ShortName(*arn), TellStory(events), WallMs(), style,
                         options.all ? Iterations::kAll : Iterations::kSome)
            : RenderTable(events, style));
  return Exit::kOk;
}

Exit Stop(EngineClient& engine, const StopOptions& options) {
  const std::string what = fmt::format("cannot stop '{}'", options.execution);
  const auto arn = engine.ResolveExecution(options.execution);
  if (!arn.ok()) return Tell(ExecutionFailure(engine, arn.status(), what, options.execution));
  if (const absl::Status s = engine.StopExecution(*arn, options.error, options.cause); !s.ok()) {
    return Tell(ExecutionFailure(engine, s, what, options.execution));
  }
  fmt::print(stderr, "stopped {}\n", ShortName(*arn));
  return Exit::kOk;
}

}  // namespace aslctl
