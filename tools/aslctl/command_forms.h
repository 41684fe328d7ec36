// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// -o of a command, declared alike everywhere. Used while the tree of commands is built; one thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tools/aslctl/output.h"

namespace CLI {
class App;
}

namespace aslctl {

using Forms = std::vector<std::pair<std::string, Form>>;

// The forms of this command (the first is the default), then those that every command has.
void AddForms(CLI::App* command, Form& form, Forms forms, bool has_name = true);
void AddTable(CLI::App* command, Form& form, bool has_name = true);

}  // namespace aslctl
