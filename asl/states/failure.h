// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What becomes of a Task, Map or Parallel whose attempt has failed: Retry, Catch, or the frame fails
// (AWS guide "Handling errors").
#pragma once

#include "asl/history_event.h"
#include "asl/program.h"
#include "asl/step.h"

namespace asl {

// `failed`: the event that a state writes when it is not tried again; kUnknown: it has none.
void HandleFailure(Step& step, const Handlers& handlers, const Failure& failure,
                   EventType failed = EventType::kUnknown);

// An expression of the current frame's state has failed: it meets the state's Retry and Catch, unless
// it was a Catcher's own.
void HandleEvaluationFailure(Step& step, const Step::EvaluationFailure& evaluation);

}  // namespace asl
