// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/command_forms.h"

#include <CLI/CLI.hpp>

namespace aslctl {

void AddForms(CLI::App* command, Form& form, Forms forms, bool has_name) {
  forms.insert(forms.end(),
               {{"json", Form::kJson}, {"jsonl", Form::kJsonl}, {"yaml", Form::kYaml}});
  if (has_name) forms.emplace_back("name", Form::kName);
  std::string names;
  for (const auto& [name, value] : forms) names += (names.empty() ? "" : "|") + name;
  form = forms.front().second;
  command->add_option("-o,--output", form, names + " (default " + forms.front().first + ")")
      ->transform(CLI::CheckedTransformer(forms).description(""))
      ->type_name("FORM");
}

void AddTable(CLI::App* command, Form& form, bool has_name) {
  AddForms(command, form, {{"table", Form::kText}}, has_name);
}

}  // namespace aslctl
