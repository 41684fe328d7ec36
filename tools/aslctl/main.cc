// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// aslctl: the command line is parsed, what was chosen is run, its exit code is the program's.

#include <CLI/CLI.hpp>
#include <string>

#include "tools/aslctl/command_line.h"

namespace aslctl {
namespace {

Failure UsageFailure(const CLI::App& app, const CLI::ParseError& error) {
  std::string command = "aslctl";
  for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
    at = at->get_subcommands().front();
    command += " " + at->get_name();
  }
  Failure failure{.exit = Exit::kUsage,
                  .what = "cannot read the command line",
                  .why = error.what(),
                  .fix = command + " --help"};
  const std::vector<std::string> rest = app.remaining(true);
  if (command == "aslctl" && !rest.empty() && !rest.front().starts_with('-')) {
    failure.why = "there is no command '" + rest.front() + "'";
  }
  if (const std::string near = NearestTo(app, rest); !near.empty()) failure.fix = near;
  // Theirs says that there is a difference, which a slip of the finger must not.
  if (command == "aslctl plan" || command == "aslctl drift") failure.exit = Exit::kFailed;
  return failure;
}

Exit Main(int argc, char** argv) {
  CommandLine line;
  CLI::App app;
  Build(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help
    app.exit(e);
    return Exit::kOk;
  } catch (const CLI::ParseError& e) {
    return Tell(UsageFailure(app, e));
  }
  SetColorChoice(line.color);
  return line.chosen();
}

}  // namespace
}  // namespace aslctl

int main(int argc, char** argv) { return static_cast<int>(aslctl::Main(argc, argv)); }
