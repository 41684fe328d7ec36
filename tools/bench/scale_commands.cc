// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/bench/scale_commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "tools/bench/fill.h"
#include "tools/bench/map_cost.h"
#include "tools/bench/reads.h"

namespace bench {
namespace {

using Channel = std::shared_ptr<grpc::Channel>;
using Json = nlohmann::ordered_json;
using Text = absl::StatusOr<std::string>;

void AddFillOptions(CLI::App* app, FillOptions& options) {
  app->add_option("--machine", options.state_machine)->capture_default_str();
  app->add_option("--first", options.first, "Number of the first execution");
  app->add_option("--count", options.count)->required();
}

ScaleCommand SleepersCommand(CLI::App& app) {
  const auto options = std::make_shared<FillOptions>();
  CLI::App* sub = app.add_subcommand("sleepers", "Starts executions that sleep in a Wait");
  AddFillOptions(sub, *options);
  sub->add_option("--wake-at", options->wake_at, "Unix time of the first; 0: in 30 days");
  sub->add_option("--wakes-per-second", options->wakes_per_second);
  return {sub, [options](const Channel& channel) -> Text {
            const auto seconds = FillSleepers(channel, *options);
            if (!seconds.ok()) return seconds.status();
            return Json{{"executions", options->count}, {"seconds", *seconds}}.dump();
          }};
}

ScaleCommand SentCommand(CLI::App& app) {
  const auto options = std::make_shared<FillOptions>();
  options->state_machine = kSentMachine;
  CLI::App* sub =
      app.add_subcommand("sent", "Starts Tasks and holds them; lets go when its input ends");
  AddFillOptions(sub, *options);
  return {sub, [options](const Channel& channel) -> Text {
            const absl::Status done = FillSent(channel, *options, [&](double seconds) {
              fmt::print("{}\n", Json{{"executions", options->count}, {"seconds", seconds}}.dump());
              std::fflush(stdout);
              while (std::getchar() != EOF) {
              }
            });
            if (!done.ok()) return done;
            return Json{{"held", false}}.dump();
          }};
}

ScaleCommand LongCommand(CLI::App& app) {
  struct Long {
    FillOptions fill{.state_machine = kLongMachine};
    int events = 5000;
    size_t result_bytes = 300;
  };
  const auto options = std::make_shared<Long>();
  CLI::App* sub = app.add_subcommand("long", "Starts executions that sleep after many events");
  AddFillOptions(sub, options->fill);
  sub->add_option("--events", options->events)->check(CLI::Range(10, 24'000));
  sub->add_option("--result-bytes", options->result_bytes)->check(CLI::Range(24, 262'144));
  return {sub, [options](const Channel& channel) -> Text {
            const auto seconds =
                FillLong(channel, options->fill, options->events, options->result_bytes);
            if (!seconds.ok()) return seconds.status();
            return Json{{"executions", options->fill.count}, {"events", options->events}}.dump();
          }};
}

ScaleCommand MapCostCommand(CLI::App& app) {
  const auto options = std::make_shared<MapCostOptions>();
  CLI::App* sub = app.add_subcommand("map-cost", "CPU per iteration of large and small Maps");
  sub->add_option("--pid", options->engine, "Process id of the engine")->required();
  sub->add_option("--body", options->body, "task, selector or pass")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, MapBody>{{"task", MapBody::kTask},
                                         {"selector", MapBody::kTaskWithSelector},
                                         {"pass", MapBody::kPass}}));
  return {sub, [options](const Channel& channel) -> Text {
            const auto report = MeasureMapCost(channel, *options);
            if (!report.ok()) return report.status();
            return Json{{"items", report->items},
                        {"iterations", report->iterations},
                        {"small_us", report->small_us},
                        {"large_us", report->large_us}}
                .dump();
          }};
}

ScaleCommand ListCommand(CLI::App& app) {
  struct List {
    std::vector<std::string> machines;
    std::string status;
    int calls = 200;
  };
  const auto options = std::make_shared<List>();
  CLI::App* sub = app.add_subcommand("list", "Times first pages of ListExecutions");
  sub->add_option("--machine", options->machines)->required();
  sub->add_option("--status", options->status);
  sub->add_option("--calls", options->calls);
  return {sub, [options](const Channel& channel) -> Text {
            const auto us =
                TimeFirstPages(channel, options->machines, options->status, options->calls);
            if (!us.ok()) return us.status();
            return Json{{"p50_us", *us}}.dump();
          }};
}

ScaleCommand CountCommand(CLI::App& app) {
  struct Filter {
    std::string machine;
    std::string status;
  };
  const auto options = std::make_shared<Filter>();
  CLI::App* sub = app.add_subcommand("count", "Counts executions");
  sub->add_option("--machine", options->machine)->required();
  sub->add_option("--status", options->status);
  return {sub, [options](const Channel& channel) -> Text {
            const auto count = CountExecutions(channel, options->machine, options->status);
            if (!count.ok()) return count.status();
            return Json{{"executions", *count}}.dump();
          }};
}

ScaleCommand FirstAnswerCommand(CLI::App& app) {
  struct Ask {
    std::string arn;
    std::string machine = kSleepMachine;
  };
  const auto options = std::make_shared<Ask>();
  CLI::App* sub = app.add_subcommand("first-answer", "Waits for an engine that starts");
  sub->add_option("--arn", options->arn, "Execution to describe")->required();
  sub->add_option("--machine", options->machine, "State machine to start")->capture_default_str();
  return {sub, [options](const Channel& channel) -> Text {
            const auto answers = WaitForFirstAnswers(channel, options->arn, options->machine);
            if (!answers.ok()) return answers.status();
            return Json{{"described", answers->described}, {"started", answers->started}}.dump();
          }};
}

ScaleCommand ColdHistoryCommand(CLI::App& app) {
  struct Read {
    std::string arn;
    int events = 100;
    int page = 100;
    std::string directory;
  };
  const auto options = std::make_shared<Read>();
  CLI::App* sub = app.add_subcommand("cold-history", "Times a history read from the disk");
  sub->add_option("--arn", options->arn)->required();
  sub->add_option("--events", options->events);
  sub->add_option("--page", options->page)->check(CLI::Range(1, 1000));
  sub->add_option("--drop", options->directory, "Directory to drop from the page cache")
      ->required();
  return {sub, [options](const Channel& channel) -> Text {
            const auto read = TimeColdHistory(channel, options->arn, options->events, options->page,
                                              options->directory);
            if (!read.ok()) return read.status();
            return Json{{"events", read->events}, {"us", read->us}}.dump();
          }};
}

}  // namespace

std::vector<ScaleCommand> AddScaleCommands(CLI::App& app) {
  return {SleepersCommand(app),    SentCommand(app),       LongCommand(app),
          MapCostCommand(app),     ListCommand(app),       CountCommand(app),
          FirstAnswerCommand(app), ColdHistoryCommand(app)};
}

}  // namespace bench
