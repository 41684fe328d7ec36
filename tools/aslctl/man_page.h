// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The manual page aslctl(1) as roff, made from the tree of commands.
#pragma once

#include "tools/aslctl/failure.h"

namespace CLI {
class App;
}

namespace aslctl {

Exit PrintManPage(const CLI::App& app);

}  // namespace aslctl
