// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What follows when an attempt of a Task failed: another attempt (Retry), another state (Catch), or
// the end.
#pragma once

#include "asl/retry.h"
#include "asl/states/states.h"

namespace asl {

// REQUIRES: the attempt's …Failed or …TimedOut event is written and the attempt ended.
void HandleFailure(Step& step, const TaskState& task, const Failure& failure);

}  // namespace asl
