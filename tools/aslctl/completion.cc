// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/completion.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "asld/v1/workflows.pb.h"
#include "tools/aslctl/arguments.h"
#include "tools/aslctl/engine_client.h"

namespace aslctl {
namespace {

constexpr size_t kExecutionsMax = 100;

// Words of a command that has no subcommands of its own, or of one that has.
struct Words {
  std::string path;      // "parked release"
  std::string what;      // its description
  std::string commands;  // separated by blanks, as the rest
  std::string options;
  std::string forms;  // of -o
  std::string first;  // what its first argument is: "MACHINE", "FILE", …; empty: it takes none
};

std::string FormsOf(const CLI::App& app) {
  const CLI::Option* option = app.get_option_no_throw("--output");
  if (option == nullptr) return "";
  std::string forms = option->get_description();  // "table|json (default table)"
  forms = forms.substr(0, forms.find(' '));
  std::replace(forms.begin(), forms.end(), '|', ' ');
  return forms;
}

void Add(std::string& words, const std::string& word) {
  words += (words.empty() ? "" : " ") + word;
}

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  std::vector<const CLI::App*> shown;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) shown.push_back(command);
  }
  return shown;
}

void Collect(const CLI::App& app, const std::string& path, std::vector<Words>& all) {
  Words words{.path = path, .what = app.get_description(), .forms = FormsOf(app)};
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) Add(words.options, "--" + name);
    if (option->get_positional() && words.first.empty()) words.first = option->get_single_name();
  }
  for (const CLI::App* command : CommandsOf(app)) Add(words.commands, command->get_name());
  all.push_back(words);
  for (const CLI::App* command : CommandsOf(app)) {
    Collect(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), all);
  }
}

// NAME of `describe` may be either.
std::string BashNames(const std::string& first) {
  if (first == "MACHINE") return "machines";
  if (first == "EXECUTION" || first == "NAME") return "executions";
  if (first == "SHELL") return "shells";
  return first == "FILE" || first == "DIR" ? "files" : "";
}

// KNOWN: the paths of all commands; CASES: what each of them completes with.
constexpr char kBash[] = R"sh(# Completion of aslctl for bash; made by `aslctl completion bash`.
_aslctl() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"
  local path="" word i commands options forms names known="KNOWN" IFS=$' \t\n'
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    case " $known " in
      *" ${path:+$path/}$word "*) path="${path:+$path/}$word" ;;
    esac
  done
  case "$path" in
CASES
  esac
  case "$prev" in
    -o|--output) COMPREPLY=($(compgen -W "$forms" -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
    --status)
      COMPREPLY=($(compgen -W "RUNNING SUCCEEDED FAILED TIMED_OUT ABORTED" -- "$cur")); return ;;
  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$options --address --tls-ca --color --help" -- "$cur")); return ;;
  esac
  case "$names" in
    machines) commands="$commands $(aslctl __complete machines 2>/dev/null)" ;;
    executions)
      commands="$commands $(aslctl __complete machines 2>/dev/null)"
      if [[ "$cur" == */* ]]; then
        commands="$(aslctl __complete "${cur%%/*}/" 2>/dev/null)"
      fi ;;
    shells) commands="bash zsh fish" ;;
    files) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  COMPREPLY=($(compgen -W "$commands" -- "$cur"))
}
complete -o default -F _aslctl aslctl
)sh";

std::string Bash(const std::vector<Words>& all) {
  std::string known, cases;
  for (const Words& words : all) {
    std::string path = words.path;
    std::replace(path.begin(), path.end(), ' ', '/');
    if (!path.empty()) Add(known, path);
    cases +=
        fmt::format("    \"{}\") commands=\"{}\" options=\"{}\" forms=\"{}\" names=\"{}\" ;;\n",
                    path, words.commands, words.options, words.forms,
                    words.path == "create" ? "files" : BashNames(words.first));
  }
  std::string script = kBash;
  script.replace(script.find("KNOWN"), 5, known);
  return script.replace(script.find("CASES\n"), 6, cases);
}

// The same script: zsh runs bash's completions.
std::string Zsh(const std::vector<Words>& all) {
  return "#compdef aslctl\nautoload -U +X compinit && compinit\n"
         "autoload -U +X bashcompinit && bashcompinit\n" +
         Bash(all);
}

std::string FishQuoted(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  std::replace(text.begin(), text.end(), '\n', ' ');
  return "'" + text + "'";
}

std::string Fish(const CLI::App& app) {
  std::string out =
      "# Completion of aslctl for fish; made by `aslctl completion fish`.\n"
      "complete -c aslctl -f\n"
      "complete -c aslctl -l address -x -d 'gRPC address of the engine'\n"
      "complete -c aslctl -l tls-ca -r -F -d 'certificates that the engine must come from'\n"
      "complete -c aslctl -l color -x -a 'auto always never'\n";
  for (const CLI::App* command : CommandsOf(app)) {
    const std::string name = command->get_name();
    const std::string when = "'__fish_seen_subcommand_from " + name + "'";
    out += fmt::format("complete -c aslctl -n __fish_use_subcommand -a {} -d {}\n", name,
                       FishQuoted(command->get_description()));
    for (const CLI::App* inner : CommandsOf(*command)) {
      out += fmt::format("complete -c aslctl -n {} -a {} -d {}\n", when, inner->get_name(),
                         FishQuoted(inner->get_description()));
    }
    bool first = true;
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_positional()) {
        const std::string names = BashNames(option->get_single_name());
        const bool files = names == "files" || name == "create";
        if (first && files) out += fmt::format("complete -c aslctl -n {} -F\n", when);
        if (first && !files && (names == "machines" || names == "executions")) {
          out += fmt::format("complete -c aslctl -n {} -a '(aslctl __complete machines)'\n", when);
        }
        if (names == "shells")
          out += fmt::format("complete -c aslctl -n {} -a 'bash zsh fish'\n", when);
        first = false;
        continue;
      }
      std::string line = fmt::format("complete -c aslctl -n {}", when);
      for (const std::string& letter : option->get_snames()) line += " -s " + letter;
      for (const std::string& word : option->get_lnames()) line += " -l " + word;
      if (option->get_lnames() == std::vector<std::string>{"output"}) {
        line += " -x -a " + FishQuoted(FormsOf(*command));
      } else if (option->get_items_expected_max() != 0) {
        line += " -r";
      }
      out += line + " -d " + FishQuoted(option->get_description()) + "\n";
    }
  }
  return out;
}

}  // namespace

Exit PrintCompletion(const CLI::App& app, const std::string& shell) {
  std::vector<Words> all;
  Collect(app, "", all);
  const std::string script = shell == "fish" ? Fish(app) : shell == "zsh" ? Zsh(all) : Bash(all);
  std::fwrite(script.data(), 1, script.size(), stdout);
  return Exit::kOk;
}

Exit PrintNames(EngineClient& engine, const std::string& kind) {
  if (kind.ends_with('/')) {
    const auto executions =
        engine.ListExecutions(kind.substr(0, kind.size() - 1), /*status=*/"", kExecutionsMax);
    if (!executions.ok()) return Exit::kNotFound;
    for (const auto& execution : *executions) fmt::print("{}{}\n", kind, execution.name());
    return Exit::kOk;
  }
  const auto machines = engine.ListStateMachines();
  if (!machines.ok()) return Exit::kNotFound;
  for (const asld::v1::StateMachine& machine : *machines) fmt::print("{}\n", machine.name());
  return Exit::kOk;
}  // namespace

}  // namespace aslctl
