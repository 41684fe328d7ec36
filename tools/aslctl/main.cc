// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// aslctl: the command line, and nothing else. Every help text ends with an example.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "tools/aslctl/commands.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/style.h"

namespace aslctl {
namespace {

struct Options {
  std::string address = "127.0.0.1:8084";
  ColorChoice color = ColorChoice::kAuto;
  Form form = Form::kText;
  CreateOptions create;
  std::string describe;
  StartOptions start;
  std::string wait;
  std::optional<double> wait_timeout_s;
  HistoryOptions history;
  StopOptions stop;
  std::vector<std::string> validate;
  RunOptions run;
  std::vector<std::string> run_tasks;
};

using Forms = std::map<std::string, Form>;

void AddForm(CLI::App* command, Form& form, const Forms& forms, const std::string& fallback) {
  std::string names;
  for (const auto& [name, value] : forms) names += (names.empty() ? "" : "|") + name;
  form = forms.at(fallback);
  // CLI11 needs the map to outlive the parse: it copies it.
  command->add_option("-o,--output", form, names + " (default " + fallback + ")")
      ->transform(CLI::CheckedTransformer(forms).description(""))
      ->type_name("FORM");
}

void AddMachines(CLI::App& app, Options& options) {
  CLI::App* create = app.add_subcommand("create", "Create a state machine from a definition");
  create->add_option("NAME", options.create.name)->required();
  create->add_option("FILE", options.create.file, "Definition; - for stdin")->required();
  create->footer("Example: aslctl create order order.asl.json");
  AddForm(create, options.create.form, {{"text", Form::kText}, {"json", Form::kJson}}, "text");

  CLI::App* list = app.add_subcommand("ls", "List the state machines");
  list->footer("Example: aslctl ls -o name");
  AddForm(list, options.form, {{"text", Form::kText}, {"json", Form::kJson}, {"name", Form::kName}},
          "text");

  CLI::App* describe = app.add_subcommand("describe", "Show a state machine or an execution");
  describe->add_option("NAME", options.describe, "MACHINE, MACHINE/EXECUTION or an ARN")
      ->required();
  describe->footer("Example: aslctl describe order/order-1");
  AddForm(describe, options.form, {{"text", Form::kText}, {"json", Form::kJson}}, "text");
}

void AddExecutions(CLI::App& app, Options& options) {
  const Forms text_or_json = {{"text", Form::kText}, {"json", Form::kJson}};
  CLI::App* start = app.add_subcommand("start", "Start an execution");
  start->add_option("MACHINE", options.start.state_machine, "Name or ARN")->required();
  start->add_option("--name", options.start.name,
                    "Of the execution (default: the engine's choice)");
  start->add_option("-i,--input", options.start.input, "JSON text, @FILE or - (default {})");
  start->add_flag("-w,--wait", options.start.wait, "Wait for its end and print its output");
  start->add_option("--timeout", options.start.timeout_s,
                    "Seconds to wait at most (exit code 124)");
  start->footer(R"(Example: aslctl start order --name order-1 --input '{"id":1}' --wait)");
  AddForm(start, options.start.form, text_or_json, "text");

  CLI::App* wait = app.add_subcommand("wait", "Wait for an execution's end and print its output");
  wait->add_option("EXECUTION", options.wait, "MACHINE/NAME or ARN")->required();
  wait->add_option("--timeout", options.wait_timeout_s, "Seconds to wait at most (exit code 124)");
  wait->footer("Example: aslctl wait order/order-1 --timeout 60");
  AddForm(wait, options.form, text_or_json, "text");

  CLI::App* history = app.add_subcommand("history", "Show what happened in an execution");
  history->add_option("EXECUTION", options.history.execution, "MACHINE/NAME or ARN")->required();
  history->add_flag("-r,--reverse", options.history.reverse, "Newest event first (table, json)");
  history->footer("Example: aslctl history order/order-1 -o tree");
  AddForm(history, options.history.form,
          {{"table", Form::kTable}, {"tree", Form::kTree}, {"json", Form::kJson}}, "table");
  history->final_callback([&options] {
    if (options.history.reverse && options.history.form == Form::kTree) {
      throw CLI::ValidationError("--reverse", "a tree is told from its beginning");
    }
  });

  CLI::App* stop = app.add_subcommand("stop", "End a running execution");
  stop->add_option("EXECUTION", options.stop.execution, "MACHINE/NAME or ARN")->required();
  stop->add_option("--error", options.stop.error, "Error name to leave in it");
  stop->add_option("--cause", options.stop.cause, "Text for people to leave in it");
  stop->footer("Example: aslctl stop order/order-1 --cause 'customer called'");
}

void AddOffline(CLI::App& app, Options& options) {
  CLI::App* validate = app.add_subcommand("validate", "Check definitions (no engine needed)");
  validate->add_option("FILE", options.validate, "Definitions; - for stdin")->required();
  validate->footer("Example: aslctl validate order.asl.json");
  AddForm(validate, options.form, {{"text", Form::kText}, {"json", Form::kJson}}, "text");

  CLI::App* run = app.add_subcommand("run", "Run a definition in this terminal (no engine needed)");
  run->add_option("FILE", options.run.file, "Definition; - for stdin")->required();
  run->add_option("-i,--input", options.run.input, "JSON text, @FILE or - (default {})");
  run->add_option("--name", options.run.name, "Of the execution (default run)");
  run->add_option("-t,--task", options.run_tasks,
                  "NAME=COMMAND does the Tasks of function or activity NAME; *=COMMAND all others")
      ->allow_extra_args(false)
      ->check([](const std::string& task) {
        const size_t at = task.find('=');
        const bool good = at != 0 && at != std::string::npos && at + 1 < task.size();
        return good ? "" : "expected NAME=COMMAND, found " + task;
      })
      ->type_name("NAME=COMMAND");
  run->add_flag("--fast-waits", options.run.fast_waits,
                "Skip what Wait states and retry intervals wait for");
  run->add_flag("-q,--quiet", options.run.quiet, "No progress on stderr");
  run->footer("Example: aslctl run order.asl.json --input '{\"id\":1}' --task charge=./charge.py");
  AddForm(run, options.run.form,
          {{"result", Form::kText},
           {"tree", Form::kTree},
           {"table", Form::kTable},
           {"json", Form::kJson}},
          "result");
}

Exit RunOffline(const CLI::App& command, Options& options) {
  if (command.get_name() == "validate") return Validate(options.validate, options.form);
  for (const std::string& task : options.run_tasks) {
    const size_t at = task.find('=');
    options.run.commands[task.substr(0, at)] = task.substr(at + 1);
  }
  return Run(options.run);
}

Exit RunOnline(const CLI::App& command, Options& options) {
  EngineClient engine(options.address);
  const std::string& name = command.get_name();
  if (name == "create") return Create(engine, options.create);
  if (name == "ls") return List(engine, options.form);
  if (name == "describe") return Describe(engine, options.describe, options.form);
  if (name == "start") return Start(engine, options.start);
  if (name == "wait") return Wait(engine, options.wait, options.wait_timeout_s, options.form);
  if (name == "history") return History(engine, options.history);
  return Stop(engine, options.stop);
}

Exit Main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Works with asld's state machines and executions.\nWherever an ARN is asked for, "
      "a name does: MACHINE, or MACHINE/EXECUTION.");
  app.require_subcommand(1);
  app.fallthrough();  // --address and --color may stand anywhere
  app.add_option("--address", options.address,
                 "gRPC address of the engine (default 127.0.0.1:8084)")
      ->envname("ASLD_GRPC_ADDRESS");
  app.add_option("--color", options.color, "auto|always|never; NO_COLOR is honoured")
      ->transform(CLI::CheckedTransformer(
                      std::map<std::string, ColorChoice>{{"auto", ColorChoice::kAuto},
                                                         {"always", ColorChoice::kAlways},
                                                         {"never", ColorChoice::kNever}})
                      .description(""))
      ->type_name("WHEN");
  app.footer(
      "Exit codes: 0 ok, 1 the execution failed or a definition has problems, 2 usage,\n3 not "
      "found, 4 refused, 5 engine unreachable, 124 waited too long, 130 interrupted");
  AddMachines(app, options);
  AddExecutions(app, options);
  AddOffline(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help
    app.exit(e);
    return Exit::kOk;
  } catch (const CLI::ParseError& e) {
    const auto chosen = app.get_subcommands();
    return Tell({.exit = Exit::kUsage,
                 .what = "cannot read the command line",
                 .why = e.what(),
                 .fix = chosen.empty() ? "aslctl --help"
                                       : "aslctl " + chosen.front()->get_name() + " --help"});
  }
  SetColorChoice(options.color);
  const CLI::App& command = *app.get_subcommands().front();
  const bool offline = command.get_name() == "validate" || command.get_name() == "run";
  return offline ? RunOffline(command, options) : RunOnline(command, options);
}

}  // namespace
}  // namespace aslctl

int main(int argc, char** argv) { return static_cast<int>(aslctl::Main(argc, argv)); }
