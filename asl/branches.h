// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The branches of a Parallel and the iterations of an inline Map: how they begin, and what becomes
// of their state when one is over. Each runs in a frame of its own; the state's own frame keeps
// counters, and what was answered is kept apart until the last one is done, so that a branch's cost
// does not depend on the number of its siblings.
//
// Order of events as recorded: all iterations that begin together write …IterationStarted before
// any of them enters a state; when one fails, everything that is written because of it points to
// the failing event: its own …IterationFailed, then …Aborted of every open sibling, then
// …StateFailed, unless the state is tried again.
#pragma once

#include "asl/dataflow.h"
#include "asl/program.h"
#include "asl/step.h"

namespace asl {

// The current frame's state begins its branches with `input`, or one iteration for each item.
void BeginBranches(Step& step, const ParallelState& parallel, Lazy input);
void BeginIterations(Step& step, const MapState& map, Lazy items, uint32_t total, uint32_t limit);

// The current frame's Map fails by itself: what runs of it is aborted.
void AbortIterations(Step& step);

// The current frame, which is not the root, is over.
void EndBranch(Step& step, Step::BranchEnd end);

}  // namespace asl
