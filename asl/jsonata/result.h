// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The way out: a value of an evaluation becomes a Json. What comes whole from an input document is
// a slice of it, no text is written. Called at the end of an evaluation, on its thread.
#pragma once

#include <optional>

#include "asl/jsonata/evaluator.h"

namespace asl::jsonata {

// nullopt for undefined and for a function, or after a failure (too deep, too large). Functions
// within others are written as "", numbers that are not finite as "Infinity", "-Infinity", "NaN".
std::optional<Json> ToJson(Evaluator* evaluator, const Value& value);

}  // namespace asl::jsonata
