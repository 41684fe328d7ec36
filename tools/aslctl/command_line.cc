// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/command_line.h"

#include <CLI/CLI.hpp>

#include "tools/aslctl/command_forms.h"
#include "tools/aslctl/completion.h"
#include "tools/aslctl/engine_client.h"
#include "tools/aslctl/man_page.h"
#include "tools/aslctl/suggest.h"

namespace aslctl {
namespace {

constexpr char kExecution[] = "MACHINE/NAME or ARN";
constexpr char kPublish[] = "Make a version of it, too";
constexpr char kTimeout[] = "Seconds to wait at most (exit code 124)";
constexpr char kInput[] = "JSON text, @FILE or - (default {})";

void NoCheck() {}

// `run` with an engine at the address that was given; `check` looks at what one option alone cannot
// know. A command's own subcommand is parsed before it, and goes first.
template <class Run>
void Online(CLI::App* command, CommandLine& line, Run run, std::function<void()> check = NoCheck) {
  command->callback([&line, run, check = std::move(check)] {
    if (line.chosen) return;
    check();
    line.chosen = [&line, run] {
      EngineClient engine(line.server);
      return run(engine);
    };
  });
}

void AddMachines(CLI::App& app, CommandLine& line) {
  CLI::App* create = app.add_subcommand("create", "Create a state machine from a definition");
  create->add_option("NAME", line.create.name)->required();
  create->add_option("FILE", line.create.file, "Definition in JSON or YAML; - for stdin")
      ->required();
  create->add_flag("--publish", line.create.publish, kPublish);
  create->footer("Example: aslctl create order order.asl.json");
  AddTable(create, line.create.form);
  Online(create, line, [&line](EngineClient& engine) { return Create(engine, line.create); });

  CLI::App* update =
      app.add_subcommand("update", "Give a state machine another definition or role");
  update->add_option("MACHINE", line.update.machine, "Name or ARN")->required();
  update->add_option("FILE", line.update.file, "Definition in JSON or YAML; - for stdin");
  update->add_option("--role", line.update.role_arn, "ARN of the role");
  update->add_flag("--publish", line.update.publish, kPublish);
  update->footer(
      "Running executions keep the definition they began with.\n"
      "Example: aslctl update order order.asl.json");
  AddTable(update, line.update.form);
  Online(
      update, line, [&line](EngineClient& engine) { return Update(engine, line.update); },
      [&line] {
        if (line.update.file || line.update.role_arn) return;
        throw CLI::ValidationError("FILE or --role", "is required: there is nothing to change");
      });

  CLI::App* remove = app.add_subcommand("delete", "Delete a state machine");
  remove->add_option("MACHINE", line.remove.machine, "Name or ARN")->required();
  remove->add_flag("-y,--yes", line.remove.yes, "Do not ask");
  remove->footer("Its running executions go on to their end.\nExample: aslctl delete order --yes");
  Online(remove, line, [&line](EngineClient& engine) { return Delete(engine, line.remove); });

  CLI::App* list = app.add_subcommand("ls", "List the state machines, or the executions of one");
  list->add_option("MACHINE", line.list.machine, "Name or ARN: its executions, newest first");
  list->add_option("--status", line.list.status,
                   "RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED executions only")
      ->transform(CLI::IsMember({"RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"},
                                CLI::ignore_case)
                      .description(""))
      ->type_name("STATUS");
  list->add_option("--limit", line.list.limit, "Executions at most (default 100)")
      ->check(CLI::Range(1, 1'000'000).description(""));
  list->footer("Example: aslctl ls order --status FAILED");
  AddTable(list, line.list.form);
  Online(
      list, line, [&line](EngineClient& engine) { return List(engine, line.list); },
      [&line] {
        if (!line.list.machine.empty() || line.list.status.empty()) return;
        throw CLI::ValidationError("--status", "goes with a MACHINE, whose executions it selects");
      });

  CLI::App* describe = app.add_subcommand("describe", "Show a state machine or an execution");
  describe->add_option("NAME", line.describe.what, "MACHINE, MACHINE/EXECUTION or an ARN")
      ->required();
  describe->footer("Example: aslctl describe order/order-1");
  AddTable(describe, line.describe.form);
  Online(describe, line, [&line](EngineClient& engine) { return Describe(engine, line.describe); });
}

void AddVersions(CLI::App& app, CommandLine& line) {
  CLI::App* publish =
      app.add_subcommand("publish", "Make a version of a state machine as it is now");
  publish->add_option("MACHINE", line.publish.machine, "Name or ARN")->required();
  publish->add_option("--description", line.publish.description, "Text for people");
  publish->add_option("--revision", line.publish.revision, "Only if this revision is current");
  publish->footer(
      "A version stays as it is; there is one per revision.\n"
      "Example: aslctl publish order --description 'with refunds'");
  AddTable(publish, line.publish.form);
  Online(publish, line,
         [&line](EngineClient& engine) { return PublishVersion(engine, line.publish); });

  CLI::App* versions = app.add_subcommand("versions", "List the versions of a state machine");
  versions->add_option("MACHINE", line.versions.machine, "Name or ARN");
  versions->footer("Example: aslctl versions order");
  AddTable(versions, line.versions.form);
  Online(
      versions, line, [&line](EngineClient& engine) { return ListVersions(engine, line.versions); },
      [&line] {
        if (!line.versions.machine.empty()) return;
        throw CLI::ValidationError("MACHINE", "is required: whose versions?");
      });
  CLI::App* unpublish = versions->add_subcommand("delete", "Delete one that no alias leads to");
  unpublish->add_option("VERSION", line.version_deleted, "MACHINE:NUMBER or ARN")->required();
  unpublish->footer("Its executions go on.\nExample: aslctl versions delete order:3");
  Online(unpublish, line,
         [&line](EngineClient& engine) { return DeleteVersion(engine, line.version_deleted); });

  CLI::App* aliases = app.add_subcommand("aliases", "List the aliases of a state machine");
  aliases->add_option("MACHINE", line.aliases.machine, "Name or ARN");
  aliases->footer("Example: aslctl aliases order");
  AddTable(aliases, line.aliases.form);
  Online(
      aliases, line, [&line](EngineClient& engine) { return ListAliases(engine, line.aliases); },
      [&line] {
        if (!line.aliases.machine.empty()) return;
        throw CLI::ValidationError("MACHINE", "is required: whose aliases?");
      });
  constexpr char kAlias[] = "MACHINE:NAME or ARN";
  CLI::App* set = aliases->add_subcommand("set", "Lead an alias to a version, or to two");
  set->add_option("ALIAS", line.alias_set.alias, kAlias)->required();
  set->add_option("VERSION", line.alias_set.routes, "NUMBER, or NUMBER=PERCENT twice")
      ->required()
      ->expected(1, 2);
  set->add_option("--description", line.alias_set.description, "Text for people");
  set->footer(
      "aslctl start MACHINE:NAME starts what it leads to.\n"
      "Example: aslctl aliases set order:PROD 3=90 2=10");
  AddTable(set, line.alias_set.form);
  Online(set, line, [&line](EngineClient& engine) { return SetAlias(engine, line.alias_set); });
  CLI::App* unset = aliases->add_subcommand("delete", "Delete an alias; its versions stay");
  unset->add_option("ALIAS", line.alias_deleted, kAlias)->required();
  unset->footer("Example: aslctl aliases delete order:PROD");
  Online(unset, line,
         [&line](EngineClient& engine) { return DeleteAlias(engine, line.alias_deleted); });
}

void AddStart(CLI::App& app, CommandLine& line) {
  CLI::App* start = app.add_subcommand("start", "Start an execution");
  start->add_option("MACHINE", line.start.state_machine, "Name or ARN")->required();
  start->add_option("--name", line.start.name, "Of the execution (default: the engine's choice)");
  start->add_option("-i,--input", line.start.input, kInput);
  CLI::Option* wait =
      start->add_flag("-w,--wait", line.start.wait, "Wait for its end and print its output");
  start->add_flag("--watch", line.start.watch, "Show its states as they go, to its end")
      ->excludes(wait);
  start->add_option("--timeout", line.start.timeout_s, kTimeout);
  start->footer(R"(Example: aslctl start order --name order-1 --input '{"id":1}' --wait)");
  AddTable(start, line.start.form);
  Online(start, line, [&line](EngineClient& engine) { return Start(engine, line.start); });

  CLI::App* wait_for =
      app.add_subcommand("wait", "Wait for an execution's end and print its output");
  wait_for->add_option("EXECUTION", line.wait.execution, kExecution)->required();
  wait_for->add_option("--timeout", line.wait.timeout_s, kTimeout);
  wait_for->footer("Example: aslctl wait order/order-1 --timeout 60");
  AddForms(wait_for, line.wait.form, {{"result", Form::kText}});
  Online(wait_for, line, [&line](EngineClient& engine) { return Wait(engine, line.wait); });

  CLI::App* watch = app.add_subcommand("watch", "Show an execution's states as they go");
  watch->add_option("EXECUTION", line.watch.execution, kExecution)->required();
  watch->add_option("--timeout", line.watch.timeout_s, kTimeout);
  watch->footer(
      "On a terminal a tree that is redrawn, else one line per event. -o jsonl prints the events\n"
      "themselves. Ctrl-C detaches; the execution runs on.\nExample: aslctl watch order/order-1");
  AddForms(watch, line.watch.form, {{"tree", Form::kTree}});
  Online(watch, line, [&line](EngineClient& engine) { return Watch(engine, line.watch); });
}

void AddExecutions(CLI::App& app, CommandLine& line) {
  CLI::App* history = app.add_subcommand("history", "Show what happened in an execution");
  history->add_option("EXECUTION", line.history.execution, kExecution)->required();
  history->add_flag("-r,--reverse", line.history.reverse, "Newest event first (not in a tree)");
  history->add_flag("--all", line.history.all, "Every iteration of a Map in a tree");
  history->footer("Example: aslctl history order/order-1 -o tree");
  AddForms(history, line.history.form, {{"table", Form::kTable}, {"tree", Form::kTree}},
           /*has_name=*/false);
  Online(
      history, line, [&line](EngineClient& engine) { return History(engine, line.history); },
      [&line] {
        if (!line.history.reverse || line.history.form != Form::kTree) return;
        throw CLI::ValidationError("--reverse", "a tree is told from its beginning");
      });

  CLI::App* stop = app.add_subcommand("stop", "End a running execution");
  stop->add_option("EXECUTION", line.stop.execution, kExecution)->required();
  stop->add_option("--error", line.stop.error, "Error name to leave in it");
  stop->add_option("--cause", line.stop.cause, "Text for people to leave in it");
  stop->footer("Example: aslctl stop order/order-1 --cause 'customer called'");
  Online(stop, line, [&line](EngineClient& engine) { return Stop(engine, line.stop); });
}

void AddTasks(CLI::App& app, CommandLine& line) {
  constexpr char kToken[] = "What the Task's parameters had from $$.Task.Token";
  CLI::App* task = app.add_subcommand("task", "End a Task that waits for its task token");
  task->require_subcommand(1);
  task->footer("Example: aslctl task succeed \"$TOKEN\" --result '{\"approved\":true}'");

  CLI::App* succeed = task->add_subcommand("succeed", "The Task has this result");
  succeed->add_option("TOKEN", line.task_success.token, kToken)->required();
  succeed->add_option("-r,--result", line.task_success.result, kInput);
  succeed->footer("Example: aslctl task succeed \"$TOKEN\" --result '{\"approved\":true}'");
  Online(succeed, line,
         [&line](EngineClient& engine) { return SucceedTask(engine, line.task_success); });

  CLI::App* fail = task->add_subcommand("fail", "The Task failed; its Retry and Catch decide");
  fail->add_option("TOKEN", line.task_failure.token, kToken)->required();
  fail->add_option("--error", line.task_failure.error, "Error name that Retry and Catch look at");
  fail->add_option("--cause", line.task_failure.cause, "Text for people");
  fail->footer("Example: aslctl task fail \"$TOKEN\" --error Rejected --cause 'too expensive'");
  Online(fail, line, [&line](EngineClient& engine) { return FailTask(engine, line.task_failure); });

  CLI::App* heartbeat = task->add_subcommand("heartbeat",
                                             "The Task is alive: HeartbeatSeconds "
                                             "begin again");
  heartbeat->add_option("TOKEN", line.task_heartbeat, kToken)->required();
  heartbeat->footer("Example: aslctl task heartbeat \"$TOKEN\"");
  Online(heartbeat, line,
         [&line](EngineClient& engine) { return KeepTaskAlive(engine, line.task_heartbeat); });
}

void AddActivities(CLI::App& app, CommandLine& line) {
  constexpr char kActivity[] = "Name or ARN";
  CLI::App* activity = app.add_subcommand("activity", "Activities, and a worker's poll of one");
  activity->require_subcommand(1);
  activity->footer("Example: aslctl activity ls");
  const auto add = [&](const char* name, const char* what, const char* argument,
                       const char* example, auto run) {
    CLI::App* command = activity->add_subcommand(name, what);
    if (*argument != '\0') {
      command->add_option("ACTIVITY", line.activity.activity, argument)->required();
    }
    command->footer(example);
    Online(command, line, [&line, run](EngineClient&) { return run(line.server, line.activity); });
    return command;
  };
  CLI::App* create = add("create", "Create an activity; one that is there is fine, too", "Its name",
                         "Example: aslctl activity create paint", CreateActivity);
  AddTable(create, line.activity.form);
  CLI::App* list =
      add("ls", "List the activities", "", "Example: aslctl activity ls -o name", ListActivities);
  AddTable(list, line.activity.form);
  CLI::App* describe = add("describe", "Show an activity", kActivity,
                           "Example: aslctl activity describe paint", DescribeActivity);
  AddTable(describe, line.activity.form);
  add("rm", "Delete an activity: Tasks that come to it fail their executions", kActivity,
      "Example: aslctl activity rm paint", DeleteActivity);
  CLI::App* poll =
      add("poll", "Wait a minute for a task: its token, and below it its input", kActivity,
          "The task is yours then: aslctl task succeed|fail|heartbeat TOKEN.\n"
          "Example: TOKEN=$(aslctl activity poll paint -o name)",
          PollActivity);
  poll->add_option("--worker", line.activity.worker, "What the history calls who polls");
  AddForms(poll, line.activity.form, {{"text", Form::kText}});
}

void AddOperator(CLI::App& app, CommandLine& line) {
  CLI::App* status = app.add_subcommand("status", "Show how the engine is doing");
  status->footer("Example: aslctl status -o yaml");
  AddTable(status, line.status_form, /*has_name=*/false);
  Online(status, line,
         [&line](EngineClient&) { return ShowStatus(line.server, line.status_form); });

  CLI::App* top = app.add_subcommand("top", "Show rates and queues, again and again");
  top->add_option("--interval", line.top.interval_s, "Seconds between two looks (default 1)")
      ->check(CLI::Range(0.1, 3600.0).description(""));
  top->add_option("--count", line.top.count, "Looks, then end (default: until Ctrl-C)");
  top->footer("Rates are the difference of two looks.\nExample: aslctl top --interval 5");
  Online(top, line, [&line](EngineClient&) { return Top(line.server, line.top); });

  CLI::App* parked =
      app.add_subcommand("parked", "List executions set aside because they crashed the engine");
  parked->footer("Example: aslctl parked");
  AddTable(parked, line.parked_form);
  Online(parked, line,
         [&line](EngineClient&) { return ListParked(line.server, line.parked_form); });
  CLI::App* release = parked->add_subcommand("release", "Give one another three tries");
  release->add_option("EXECUTION", line.released, kExecution)->required();
  release->footer("Mend the cause first.\nExample: aslctl parked release order/order-1");
  Online(release, line, [&line](EngineClient& engine) {
    return ReleaseParked(engine, line.server, line.released);
  });

  CLI::App* routes = app.add_subcommand("routes", "Show where the Tasks of functions go");
  routes->add_option("FUNCTION", line.function, "Name or ARN: only the route that it takes");
  routes->footer(
      "They are the section `routes` of asld's configuration file; the first that matches "
      "decides.\n"
      "Example: aslctl routes arn:aws:lambda:us-east-1:123456789012:function:charge");
  AddTable(routes, line.routes_form);
  Online(routes, line, [&line](EngineClient&) {
    return ListRoutes(line.server, line.function, line.routes_form);
  });
  CLI::App* reload = routes->add_subcommand("reload", "Have asld read them again, as SIGHUP does");
  reload->footer("What is wrong with the file changes nothing.\nExample: aslctl routes reload");
  Online(reload, line, [&line](EngineClient&) { return ReloadRoutes(line.server); });

  CLI::App* backup = app.add_subcommand("backup", "Write a consistent copy while the engine works");
  backup->add_option("DIR", line.backup, "New directory on the engine's machine")->required();
  backup->footer("Example: aslctl backup /backups/asld-monday");
  AddTable(backup, line.backup_form, /*has_name=*/false);
  Online(backup, line,
         [&line](EngineClient&) { return Backup(line.server, line.backup, line.backup_form); });

  CLI::App* doctor =
      app.add_subcommand("doctor", "Look for what is wrong (exit code 1 if anything)");
  doctor->footer("Example: aslctl doctor");
  AddTable(doctor, line.doctor_form, /*has_name=*/false);
  Online(doctor, line, [&line](EngineClient&) { return Doctor(line.server, line.doctor_form); });
}

void AddSources(CLI::App& app, CommandLine& line) {
  CLI::App* sources = app.add_subcommand("sources", "List the queues that drive state machines");
  sources->footer(
      "RECEIVED is the sum of STARTED, DUPLICATES, REJECTED, RETURNED and what is pending.\n"
      "Example: aslctl sources -o yaml");
  AddTable(sources, line.sources_form);
  Online(sources, line,
         [&line](EngineClient&) { return ListSources(line.server, line.sources_form); });
  for (const bool paused : {true, false}) {
    CLI::App* one = sources->add_subcommand(
        paused ? "pause" : "resume",
        paused ? "Take no messages until resumed, also after a restart" : "Take messages again");
    one->add_option("SOURCE", line.source, "Its name in the configuration file")->required();
    one->footer(paused ? "Example: aslctl sources pause orders"
                       : "Example: aslctl sources resume orders");
    Online(one, line, [&line, paused](EngineClient&) {
      return PauseSource(line.server, line.source, paused);
    });
  }
}

void AddQueueOptions(CLI::App* command, DlqOptions& dlq) {
  command->add_option("QUEUE", dlq.queue, "URL, ARN or name; or a source's name")->required();
  command->add_option("--endpoint-url", dlq.reach.endpoint, "Where SQS is (default: AWS's rules)");
  command->add_option("--region", dlq.reach.region, "AWS region");
  command->add_option("--profile", dlq.reach.profile, "Of the AWS configuration files");
}

void AddDlq(CLI::App& app, CommandLine& line) {
  CLI::App* dlq = app.add_subcommand("dlq", "Look into dead-letter queues, and empty them");
  dlq->require_subcommand(1);
  dlq->footer("Example: aslctl dlq ls orders");
  CLI::App* list = dlq->add_subcommand("ls", "Show messages, their executions and the reason");
  AddQueueOptions(list, line.dlq);
  list->add_option("--limit", line.dlq.limit, "Messages at most (default 100)");
  list->footer(
      "Messages stay; they are invisible to others for a moment.\n"
      "Example: aslctl dlq ls orders -o json");
  AddTable(list, line.dlq.form);
  Online(list, line,
         [&line](EngineClient& engine) { return ListDeadLetters(engine, line.server, line.dlq); });
  CLI::App* redrive = dlq->add_subcommand("redrive", "Move all messages back to their queue");
  AddQueueOptions(redrive, line.dlq);
  redrive->add_option("--to", line.dlq.to, "Another queue: URL, ARN or name");
  redrive->footer(
      "They are new messages then, and start new executions.\n"
      "Example: aslctl dlq redrive orders");
  Online(redrive, line,
         [&line](EngineClient&) { return RedriveDeadLetters(line.server, line.dlq); });
}

void AddRun(CLI::App& app, CommandLine& line) {
  CLI::App* run = app.add_subcommand("run", "Run a definition in this terminal (no engine needed)");
  run->add_option("FILE", line.run.file, "Definition in JSON or YAML; - for stdin")->required();
  run->add_option("-i,--input", line.run.input, kInput);
  run->add_option("--name", line.run.name, "Of the execution (default run)");
  run->add_option("-t,--task", line.run_tasks,
                  "NAME=COMMAND does the Tasks of function or activity NAME; *=COMMAND all others")
      ->allow_extra_args(false)
      ->check([](const std::string& task) {
        const size_t at = task.find('=');
        const bool good = at != 0 && at != std::string::npos && at + 1 < task.size();
        return good ? "" : "expected NAME=COMMAND, found " + task;
      })
      ->type_name("NAME=COMMAND");
  run->add_flag("--fast-waits", line.run.fast_waits,
                "Skip what Wait states and retry intervals wait for");
  run->add_flag("-q,--quiet", line.run.quiet, "No progress on stderr");
  run->footer("Example: aslctl run order.asl.json --input '{\"id\":1}' --task charge=./charge.py");
  AddForms(run, line.run.form,
           {{"result", Form::kText}, {"tree", Form::kTree}, {"table", Form::kTable}},
           /*has_name=*/false);
  run->callback([&line] {
    line.chosen = [&line] {
      for (const std::string& task : line.run_tasks) {
        const size_t at = task.find('=');
        line.run.commands[task.substr(0, at)] = task.substr(at + 1);
      }
      return Run(line.run);
    };
  });
}

void AddOffline(CLI::App& app, CommandLine& line) {
  CLI::App* validate = app.add_subcommand("validate", "Check definitions (no engine needed)");
  validate->add_option("FILE", line.validate.files, "Definitions in JSON or YAML; - for stdin")
      ->required();
  const std::map<std::string, asl::MachineType> types = {{"STANDARD", asl::MachineType::kStandard},
                                                         {"EXPRESS", asl::MachineType::kExpress}};
  validate
      ->add_option("--type", line.validate.type,
                   "STANDARD (default) or EXPRESS: what the machine is to be")
      ->transform(CLI::CheckedTransformer(types, CLI::ignore_case).description(""))
      ->type_name("TYPE");
  validate->add_flag("--strict", line.validate.strict, "Warnings are errors");
  validate->footer(
      "Exit code 1: there are errors. Warnings are AWS's own, what asld does not serve yet, and\n"
      "advice.\n"
      "Example: aslctl validate order.asl.json");
  AddForms(validate, line.validate.form, {{"table", Form::kText}, {"sarif", Form::kSarif}});
  validate->callback([&line] { line.chosen = [&line] { return Validate(line.validate); }; });

  AddRun(app, line);

  CLI::App* completion = app.add_subcommand("completion", "Print a script that completes words");
  completion->add_option("SHELL", line.shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""));
  completion->footer(
      "bash: eval \"$(aslctl completion bash)\"   zsh: source <(aslctl completion zsh)\n"
      "fish: aslctl completion fish | source\n"
      "Example: aslctl completion bash >/etc/bash_completion.d/aslctl");
  completion->callback(
      [&app, &line] { line.chosen = [&app, &line] { return PrintCompletion(app, line.shell); }; });

  CLI::App* man = app.add_subcommand("man", "Print the manual page");
  man->footer("Example: aslctl man | man -l -");
  man->callback([&app, &line] { line.chosen = [&app] { return PrintManPage(app); }; });

  // For the completion scripts.
  CLI::App* complete = app.add_subcommand("__complete", "Names that begin a word")->group("");
  complete->add_option("KIND", line.complete)->required();
  Online(complete, line,
         [&line](EngineClient& engine) { return PrintNames(engine, line.complete); });
}

std::vector<std::string> OptionsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace

void Build(CLI::App& app, CommandLine& line) {
  app.name("aslctl");
  app.description(
      "Works with asld's state machines and executions.\nWherever an ARN is asked for, "
      "a name does: MACHINE, or MACHINE/EXECUTION.");
  app.require_subcommand(1);
  app.fallthrough();  // these may stand anywhere
  app.add_option("--address", line.server.address,
                 "gRPC address of the engine (default 127.0.0.1:8084); https://… over TLS")
      ->envname("ASLD_GRPC_ADDRESS");
  app.add_option_function<std::string>(
         "--tls-ca",
         [&line](const std::string& file) {
           absl::StatusOr<std::string> read = workers::ReadAuthorities(file);
           if (!read.ok()) {
             throw CLI::ValidationError("--tls-ca", std::string(read.status().message()));
           }
           line.server.tls_authorities = *std::move(read);
         },
         "PEM file of the certificates that the engine's must come from (default: the system's)")
      ->envname("ASLD_TLS_CA")
      ->type_name("FILE");
  app.add_option("--color", line.color, "auto|always|never; NO_COLOR is honoured")
      ->transform(CLI::CheckedTransformer(std::vector<std::pair<std::string, ColorChoice>>{
                                              {"auto", ColorChoice::kAuto},
                                              {"always", ColorChoice::kAlways},
                                              {"never", ColorChoice::kNever}})
                      .description(""))
      ->type_name("WHEN");
  app.footer(
      "Exit codes: 0 ok, 1 the execution failed or a definition has problems, 2 usage (of plan "
      "and\ndrift: there is a difference), 3 not found, 4 refused, 5 engine unreachable,\n124 "
      "waited too long, 130 interrupted");
  AddMachines(app, line);
  AddVersions(app, line);
  AddStart(app, line);
  AddExecutions(app, line);
  AddTasks(app, line);
  AddActivities(app, line);
  AddOperator(app, line);
  AddSources(app, line);
  AddDlq(app, line);
  AddOffline(app, line);
  AddDeployCommands(app, line.deploy, line.chosen);
}

std::string NearestTo(const CLI::App& app, const std::vector<std::string>& rest) {
  if (rest.empty()) return "";
  const std::string& word = rest.front();
  std::vector<std::string> names;
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    for (const std::string& name : OptionsOf(*at)) names.push_back(name);
    at = at->get_subcommands().front();
  }
  for (const std::string& name : OptionsOf(*at)) names.push_back(name);
  if (word.starts_with('-')) return DidYouMean(word.substr(0, word.find('=')), names);
  names.clear();
  for (const CLI::App* command : at->get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  return DidYouMean(word, names);
}

}  // namespace aslctl
