// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <random>

#include "asl/json.h"
#include "asl/limits.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/clock.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/history.h"
#include "tools/aslctl/interrupt.h"
#include "tools/aslctl/local_run.h"
#include "tools/aslctl/style.h"
#include "tools/aslctl/task_process.h"

namespace aslctl {
namespace {

constexpr size_t kProgressColumnsMax = 100;
constexpr int64_t kLookMsMax = 60'000;  // the time of day may be set while it waits

// The terminal's world: the wall clock, commands for Tasks, progress on stderr.
class Terminal : public World {
 public:
  explicit Terminal(const RunOptions& options)
      : options_(options), style_(StyleOf(stderr)), random_(RandomSeed()) {}

  asl::Millis Now() override { return asl::Millis{WallMs() + skipped_ms_}; }

  bool WaitUntil(asl::Millis due) override {
    if (options_.fast_waits) skipped_ms_ += std::max<int64_t>(due - Now(), 0);
    while (Now() < due) {
      if (WaitForInterrupt(std::min<int64_t>(due - Now(), kLookMsMax))) return false;
    }
    return true;
  }

  std::optional<TaskEnd> DoTask(const asl::ScheduleTask& task, asl::Millis due) override {
    auto command = options_.commands.find(task.target.name);
    if (command == options_.commands.end()) command = options_.commands.find("*");
    if (command == options_.commands.end()) {
      return GaveUp{GaveUp::Why::kNobodyServes, std::string(task.state_name), task.target.name};
    }
    auto process = TaskProcess::Start(command->second, std::string(task.input.view()));
    if (!process.ok()) {
      return asl::Error{.name = "Exit.126", .cause = std::string(process.status().message())};
    }
    const int64_t patience_ms = due == asl::kNever ? -1 : std::max<int64_t>(due - Now(), 0);
    switch (process->Wait(patience_ms)) {
      case TaskProcess::Waited::kInterrupted:
        return GaveUp{};
      case TaskProcess::Waited::kTimeIsUp:
        return std::nullopt;
      case TaskProcess::Waited::kEnded:
        break;
    }
    auto result = process->Result();
    if (auto* error = std::get_if<asl::Error>(&result)) return *error;
    return std::get<std::string>(std::move(result));
  }

  double Draw() override { return std::uniform_real_distribution<double>(0, 1)(random_); }

  void OnEvent(const asl::HistoryEvent& event) override {
    events_.push_back(FromInterpreter(event));
    if (!options_.quiet) Progress(events_.back());
  }

  const std::vector<Event>& events() const { return events_; }

 private:
  void Progress(const Event& event) {
    const std::string after = Duration(event.time_ms - events_.front().time_ms);
    if (event.type.ends_with("StateEntered")) {
      state_ = event.name;
      Line(after, style_.Paint(Tone::kDim, style_.Busy()),
           event.type.substr(0, event.type.find("State")));
    } else if (event.type.ends_with("Failed") || event.type.ends_with("TimedOut")) {
      if (event.type.starts_with("Execution")) return;  // told at the end
      const std::string text = event.error.value_or("") + ": " + event.cause.value_or("");
      Line(after, style_.Paint(Tone::kBad, style_.Bad()), text);
    } else if (event.type.ends_with("Succeeded") && !event.type.starts_with("Execution")) {
      Line(after, style_.Paint(Tone::kGood, style_.Good()), event.output.value_or(""));
    }
  }

  void Line(const std::string& after, const std::string& mark, const std::string& text) {
    fmt::print(stderr, "{:>9}  {} {}  {}\n", after, mark, state_,
               OneLine(text, kProgressColumnsMax, style_));
  }

  const RunOptions& options_;
  const Style style_;
  std::mt19937_64 random_;
  int64_t skipped_ms_ = 0;
  std::string state_;
  std::vector<Event> events_;
};

Failure Describe(const GaveUp& gave_up) {
  switch (gave_up.why) {
    case GaveUp::Why::kInterrupted:
      return {.exit = Exit::kInterrupted, .what = "interrupted"};
    case GaveUp::Why::kNobodyServes:
      break;
  }
  return {.exit = Exit::kUsage,
          .what = fmt::format("Task '{}' cannot run here", gave_up.state),
          .why = fmt::format("it calls '{}', and no command was given for that", gave_up.function),
          .fix = fmt::format("--task {}=COMMAND (the input comes on its stdin, the result goes to "
                             "its stdout)",
                             gave_up.function)};
}

Failure Describe(const LocalResult& result) {
  const std::string name = result.error.name.value_or("");
  const std::string cause = result.error.cause.value_or("");
  return {.exit = Exit::kFailed,
          .what = fmt::format("the execution {}", asl::StatusName(result.status)),
          .why = name.empty() || cause.empty() ? name + cause : name + ": " + cause,
          .fix = "-o tree shows what happened on the way"};
}

// The checks that an engine makes before it starts anything.
std::optional<Failure> CheckInput(const std::string& input, const std::string& what) {
  if (const auto error = asl::ValidateJson(input)) {
    return Failure{.what = what,
                   .why = fmt::format("the input is no JSON: line {}, column {}: {}", error->line,
                                      error->column, error->message),
                   .fix = "--input takes JSON text, @FILE or - for stdin"};
  }
  if (input.size() > asl::kPayloadBytesMax) {
    return Failure{.what = what,
                   .why = fmt::format("the input has {} bytes, {} at most", input.size(),
                                      asl::kPayloadBytesMax)};
  }
  return std::nullopt;
}

void PrintResult(const RunOptions& options, const std::vector<Event>& events,
                 const LocalResult& result) {
  const Style style = StyleOf(stdout);
  if (options.form == Form::kTree) {
    fmt::print("{}", RenderTree(options.name, TellStory(events), events.back().time_ms, style));
  } else if (options.form == Form::kTable) {
    fmt::print("{}", RenderTable(events, style));
  } else if (options.form == Form::kJson) {
    fmt::print("{}", RenderJson(events));
  } else if (result.status == asl::ExecutionStatus::kSucceeded) {
    fmt::print("{}\n", result.output);
  }
}

}  // namespace

Exit Run(const RunOptions& options) {
  const std::string what = fmt::format("cannot run {}", options.file);
  const auto definition = ReadFile(options.file);
  const auto input = ReadInput(options.input);
  if (!definition.ok() || !input.ok()) {
    const absl::Status& status = definition.ok() ? input.status() : definition.status();
    return Tell({.exit = Exit::kUsage,
                 .what = what,
                 .why = std::string(status.message()),
                 .fix = "FILE holds a definition; --input takes JSON text, @FILE or -"});
  }
  const asl::Compiled compiled = asl::Compile(*definition);
  if (compiled.program == nullptr) {
    fmt::print(stderr, "{}", ListProblems(options.file, *definition));
    return Tell({.exit = Exit::kFailed,
                 .what = what,
                 .why = "the definition has the problems listed above"});
  }
  if (const auto refused = CheckInput(*input, what)) return Tell(*refused);
  CatchInterrupts();
  Terminal terminal(options);
  const auto ended = RunLocally(*compiled.program, options.name, *input, terminal);
  if (const auto* gave_up = std::get_if<GaveUp>(&ended)) return Tell(Describe(*gave_up));
  const auto& result = std::get<LocalResult>(ended);
  PrintResult(options, terminal.events(), result);
  return result.status == asl::ExecutionStatus::kSucceeded ? Exit::kOk : Tell(Describe(result));
}

}  // namespace aslctl
