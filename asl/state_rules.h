// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the table of fields cannot say of a Task (its Resource, and what that asks for) and of a
// Choice (its rules). Private to validation; one thread.
#pragma once

#include <string>

#include "asl/definition.h"
#include "asl/rules.h"

namespace asl {

// `at`: the state's location. `type`: of the execution that the state is part of.
void CheckTask(const Json& task, Language language, const std::string& at, MachineType type,
               Problems* problems);
void CheckChoices(const Json& choice, Language language, const std::string& at, Problems* problems);

}  // namespace asl
