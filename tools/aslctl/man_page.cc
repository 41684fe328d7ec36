// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/man_page.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

namespace aslctl {
namespace {

// Text that roff prints as it is: a hyphen that can be copied, no request at the begin of a line.
std::string Text(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool line_begins = i == 0 || text[i - 1] == '\n';
    if (line_begins && (text[i] == '.' || text[i] == '\'')) out += "\\&";
    if (text[i] == '\\') {
      out += "\\e";
    } else if (text[i] == '-') {
      out += "\\-";
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string Signature(const CLI::Option& option) {
  std::string out;
  for (const std::string& name : option.get_snames())
    out += (out.empty() ? "" : ", ") + ("-" + name);
  for (const std::string& name : option.get_lnames()) {
    out += (out.empty() ? "" : ", ") + ("--" + name);
  }
  out = "\\fB" + Text(out) + "\\fR";
  if (option.get_items_expected_max() != 0) out += " \\fI" + Text(option.get_type_name()) + "\\fR";
  return out;
}

void Options(const CLI::App& app, std::string& out) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option->get_lnames() == std::vector<std::string>{"help"}) {
      continue;
    }
    out += ".TP\n" + Signature(*option) + "\n" + Text(option->get_description()) + "\n";
  }
}

void Commands(const CLI::App& app, const std::string& path, std::string& out) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    const std::string name = path + command->get_name();
    std::string arguments;
    for (const CLI::Option* option : command->get_options()) {
      if (!option->get_positional()) continue;
      const std::string& word = option->get_single_name();
      arguments += option->get_required() ? " " + word : " [" + word + "]";
    }
    out += fmt::format(".SS {}\\fI{}\\fR\n{}.\n", Text(name), Text(arguments),
                       Text(command->get_description()));
    Options(*command, out);
    out += ".PP\n.nf\n" + Text(command->get_footer()) + "\n.fi\n";
    Commands(*command, name + " ", out);
  }
}

}  // namespace

Exit PrintManPage(const CLI::App& app) {
  std::string out =
      ".TH ASLCTL 1 \"\" asld \"User Commands\"\n"
      ".SH NAME\naslctl \\- work with the state machines and executions of asld\n"
      ".SH SYNOPSIS\n\\fBaslctl\\fR [\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIARGUMENT\\fR]...\n"
      ".SH DESCRIPTION\n" +
      Text(app.get_description()) +
      "\n.PP\nData goes to standard output, everything else to standard error. "
      "Colours and relative times are for terminals.\n.SH OPTIONS\n";
  Options(app, out);
  out += ".SH COMMANDS\n";
  Commands(app, "", out);
  out +=
      ".SH ENVIRONMENT\n.TP\n\\fBASLD_GRPC_ADDRESS\\fR\nThe engine's address, unless "
      "\\fB\\-\\-address\\fR is given.\n.TP\n\\fBASLD_TLS_CA\\fR\nAs "
      "\\fB\\-\\-tls\\-ca\\fR.\n.TP\n\\fBNO_COLOR\\fR\nWhen it is set, no colours.\n"
      ".SH EXIT STATUS\n" +
      Text(app.get_footer()) + "\n";
  std::fwrite(out.data(), 1, out.size(), stdout);
  return Exit::kOk;
}

}  // namespace aslctl
