// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Scripts that complete words in a shell, made from the tree of commands. Names of state machines
// and executions are asked of the engine, by a hidden command that the scripts run.
#pragma once

#include <string>

#include "tools/aslctl/failure.h"

namespace CLI {
class App;
}

namespace aslctl {

class EngineClient;

// REQUIRES: `shell` is bash, zsh or fish.
Exit PrintCompletion(const CLI::App& app, const std::string& shell);

// "machines": their names; "MACHINE/": its newest executions. Nothing when the engine does not
// answer.
Exit PrintNames(EngineClient& engine, const std::string& kind);

}  // namespace aslctl
