// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// aws-recorded: what AWS said of definitions, in ValidateStateMachineDefinition and in calls that
// refused them. One thread.
#pragma once

#include "tests/conformance/corpus.h"

namespace conformance {

// Each step that gives a definition; other steps are passed over.
Verdict RunDefinitions(const Case& one);

}  // namespace conformance
