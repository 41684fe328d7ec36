// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>

#include "asl/json.h"
#include "asl/limits.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/clock.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/definition_file.h"
#include "tools/aslctl/history.h"
#include "tools/aslctl/interrupt.h"
#include "tools/aslctl/local_run.h"
#include "tools/aslctl/style.h"
#include "tools/aslctl/task_process.h"
#include "tools/aslctl/watch_view.h"

namespace aslctl {
namespace {

constexpr int64_t kLookMsMax = 60'000;  // the time of day may be set while it waits

// The terminal's world: the wall clock, commands for Tasks, progress on stderr.
// "charge", or "sqs:sendMessage".
std::string CommandName(const asl::TaskTarget& target) {
  return target.service.empty() ? target.name : fmt::format("{}:{}", target.service, target.name);
}

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
    const std::string name = CommandName(*task.target);
    auto command = options_.commands.find(name);
    if (command == options_.commands.end()) command = options_.commands.find("*");
    if (command == options_.commands.end()) {
      return GaveUp{GaveUp::Why::kNobodyServes, std::string(task.state_name), name};
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
    const std::string line = lines_.Line(events_.back(), style_);
    const bool told_at_the_end = events_.back().type.starts_with("Execution");
    if (!options_.quiet && !told_at_the_end) fmt::print(stderr, "{}", line);
  }

  const std::vector<Event>& events() const { return events_; }

 private:
  const RunOptions& options_;
  const Style style_;
  std::mt19937_64 random_;
  int64_t skipped_ms_ = 0;
  EventLines lines_;
  std::vector<Event> events_;
};

Failure Describe(const GaveUp& gave_up) {
  switch (gave_up.why) {
    case GaveUp::Why::kInterrupted:
      return {.exit = Exit::kInterrupted, .what = "interrupted"};
    case GaveUp::Why::kNobodyAnswers:
      return {.exit = Exit::kUsage,
              .what = fmt::format("Task '{}' cannot end here", gave_up.state),
              .why = "it waits for its task token, which nobody can send to this terminal",
              .fix = "run it on asld, and end it with aslctl task succeed TOKEN"};
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
  std::string text;
  if (options.form == Form::kTable) {
    text = RenderTable(events, style);
  } else if (options.form == Form::kTree) {
    text = RenderTree(options.name, TellStory(events), events.back().time_ms, style);
  } else if (result.status == asl::ExecutionStatus::kSucceeded) {
    text = result.output + "\n";
  }
  Print(options.form, HistoryJson(events), {.list = "events"}, text);
}

}  // namespace

Exit Run(const RunOptions& options) {
  const std::string what = fmt::format("cannot run {}", options.file);
  const auto file = DefinitionFile::Read(options.file);
  const auto input = ReadInput(options.input);
  if (!file.ok() || !input.ok()) {
    const absl::Status& status = file.ok() ? input.status() : file.status();
    return Tell({.exit = Exit::kUsage,
                 .what = what,
                 .why = std::string(status.message()),
                 .fix = "FILE holds a definition; --input takes JSON text, @FILE or -"});
  }
  const asl::Compiled compiled = asl::Compile(file->json());
  if (compiled.program == nullptr) {
    fmt::print(stderr, "{}", ListProblems(*file, file->Refusals()));
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
