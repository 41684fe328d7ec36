// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What an expression of a JSONata state must be like before it is ever evaluated. Private to
// validation; one thread.
#pragma once

#include "asl/field_values.h"
#include "asl/problems.h"

namespace asl {

// Reports of every text in the value, however deep, that is an expression: whether it is one, and
// whether what it reads exists where it stands. Problems point into the expression.
void CheckExpressions(const Spot& spot, Problems* problems);

// Assign: an object whose keys are names of variables; values are the caller's business.
void CheckVariableNames(Language language, const Spot& spot, Problems* problems);

}  // namespace asl
