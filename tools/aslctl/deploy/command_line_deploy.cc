// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/command_line_deploy.h"

#include <CLI/CLI.hpp>

#include "tools/aslctl/command_forms.h"
#include "tools/aslctl/deploy/descriptor.h"

namespace aslctl {
namespace {

constexpr char kTo[] = "aws, or local for an asld (default local)";
constexpr char kPath[] =
    "A definition, a folder of *.asl.json and *.asl.yaml, or a SAM or CloudFormation template";

void AddTo(CLI::App* command, std::string& to) {
  command->add_option("--to", to, kTo)
      ->check(CLI::IsMember({"aws", "local"}).description(""))
      ->type_name("SIDE");
}

void AddPlace(CLI::App* command, std::string& profile, std::string& endpoint) {
  command->add_option("--profile", profile, "Of the shared configuration: credentials, region");
  command->add_option("--endpoint-url", endpoint,
                      "Of another server (default: AWS's own, or asld's http://127.0.0.1:8083)");
}

void AddSource(CLI::App* command, SourceOptions& source) {
  command->add_option("--only", source.only, "Of several state machines the one of this name");
  command->add_option("--set", source.sets, "Value for ${NAME} in the definition; again and again")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  command->add_option("--substitutions", source.substitutions_from,
                      "Values for ${NAME}: YAML or JSON, or a SAM or CloudFormation template");
}

template <class Read>
std::function<std::string(const std::string&)> Checks(Read read) {
  return [read](const std::string& text) -> std::string {
    const auto value = read(text);
    return value.ok() ? "" : std::string(value.status().message());
  };
}

CLI::App* AddTarget(CLI::App& app, DeployOptions& options, const char* name, const char* what) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("FILE", options.source.path, kPath)->required();
  AddTo(command, options.source.to);
  AddPlace(command, options.profile, options.endpoint);
  command->add_option("--region", options.regions, "One or several, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false);
  AddSource(command, options.source);
  command->add_option("--name", options.name, "Of the state machine (default: of the file)");
  command->add_option("--alias", options.alias, "Publish a version and move this alias to it");
  return command;
}

CLI::App* AddDeploy(CLI::App& app, DeployOptions& options, const char* name, const char* what) {
  CLI::App* command = AddTarget(app, options, name, what);
  command->add_option("--role", options.role, "ARN of the role that its executions have");
  command->add_option("--steps", options.steps, "Percents of the new version, as in 10,50,100")
      ->check(CLI::Validator(Checks(ReadSteps), ""));
  command->add_option("--bake", options.bake, "Time to watch each step, as in 5m")
      ->check(CLI::Validator(Checks(ReadDuration), ""));
  command->add_option("--failure-rate", options.failure_rate,
                      "Percent of a step's executions above which the alias goes back");
  return command;
}

void AddOthers(CLI::App& app, DeployCommandLine& line, std::function<Exit()>& chosen) {
  CLI::App* import =
      app.add_subcommand("import", "Write the files of a state machine that is deployed");
  import->add_option("MACHINE", line.import.machine, "Name or ARN")->required();
  AddTo(import, line.import.to);
  AddPlace(import, line.import.profile, line.import.endpoint);
  import->add_option("--region", line.import.region, "Where it is");
  import->add_option("--alias", line.import.alias, "For the descriptor (default: its only one)");
  import->add_option("--dir", line.import.folder, "Where the files go (default .)");
  import->add_flag("--force", line.import.force, "Overwrite files");
  import->footer("Example: aslctl import order --to aws --region eu-west-1 --dir machines");
  import->callback([&chosen, &line] { chosen = [&line] { return Import(line.import);
};
}  // namespace
);

CLI::App* role = app.add_subcommand("role", "Print the IAM policy that a definition's role needs");
role->add_option("FILE", line.role.source.path, kPath)->required();
line.role.source.to = "aws";
AddSource(role, line.role.source);
role->add_option("--region", line.role.region, "For its ARNs (default: any)");
role->add_option("--account", line.role.account, "For its ARNs (default: any)");
role->footer("Example: aslctl role order.asl.json >policy.json");
AddForms(role, line.role.form, {{"policy", Form::kText}}, /*has_name=*/false);
role->callback([&chosen, &line] { chosen = [&line] { return PrintRole(line.role); }; });
}  // namespace aslctl

}  // namespace

void AddDeployCommands(CLI::App& app, DeployCommandLine& line, std::function<Exit()>& chosen) {
  DeployOptions& options = line.deploy;
  options.source.to = "local";
  const auto run = [&chosen, &options](CLI::App* command, Exit (*function)(const DeployOptions&)) {
    command->callback([&chosen, &options, function] {
      chosen = [&options, function] { return function(options); };
    });
  };
  CLI::App* deploy =
      AddDeploy(app, options, "deploy", "Put definitions on AWS or on asld: plan, question, apply");
  deploy->add_flag("-y,--yes", options.yes, "Do not ask");
  deploy->footer(
      "What is not in the definition is read from NAME.deploy.yaml beside it, or deploy.yaml of "
      "the\n"
      "folder: type, role, logging, tracing, tags, alias, regions.\n"
      "Example: aslctl deploy order.asl.json --to aws --region eu-west-1 --alias live");
  AddTable(deploy, options.form);
  run(deploy, Deploy);

  CLI::App* plan = AddDeploy(app, options, "plan", "Show what deploying would change");
  plan->footer(
      "Exit code 0: nothing. 2: something. 1: the files are wrong, or would not work there.\n"
      "Example: aslctl plan order.asl.json --to aws --region eu-west-1 -o json");
  AddTable(plan, options.form);
  run(plan, PlanDeployment);

  CLI::App* apply = AddDeploy(app, options, "apply", "Deploy without asking");
  apply->footer(
      "Does what is missing and no more: interrupted, it goes on when it is run again.\n"
      "Example: aslctl apply order.asl.json --alias live --steps 10,50,100 --bake 5m");
  AddTable(apply, options.form);
  run(apply, ApplyDeployment);

  CLI::App* drift =
      AddDeploy(app, options, "drift", "Show how what is deployed differs from the files");
  drift->footer(
      "Exit code 0: not at all. 2: it differs. 1: the files are wrong.\n"
      "Example: aslctl drift machines/ --to aws --region eu-west-1,us-east-1");
  AddTable(drift, options.form);
  run(drift, Drift);

  CLI::App* rollback =
      AddTarget(app, options, "rollback", "Move an alias back to the version before");
  rollback->add_option("--to-version", options.version, "To this one instead")
      ->check(CLI::Range(1, 1'000'000'000).description(""));
  rollback->footer(
      "FILE may be a state machine's name as well: nothing of the definition is needed.\n"
      "Example: aslctl rollback order --alias live --to aws --region eu-west-1");
  AddTable(rollback, options.form);
  run(rollback, Rollback);
  AddOthers(app, line, chosen);
}

}  // namespace aslctl
