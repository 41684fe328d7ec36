// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Evaluates fields of JSONata states within a step: what $states and the variables are, and what
// type a value must have. When there is none, the operation has recorded the Need or the
// EvaluationFailed event, and answers nothing; the state's code then only returns. Lives on the
// stack of one Advance.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "asl/jsonata_field.h"
#include "asl/step.h"

namespace asl {

// What $states has beside the input and the Context Object.
struct Told {
  const Lazy* result = nullptr;        // of the Task, Map or Parallel
  const Lazy* error_output = nullptr;  // what a Catcher has caught
  Step::When when() const {
    if (error_output != nullptr) return Step::When::kCatching;
    return result != nullptr ? Step::When::kAfterWork : Step::When::kBeforeWork;
  }
};

// The field's value: a slice of what it passes through, else fresh compact text. REQUIRES: the field
// is there.
std::optional<Lazy> Evaluate(Step& step, const JsonataField& field, const Told& told = {});

// Values that a field needs at once.
std::optional<bool> EvaluateBoolean(Step& step, const JsonataField& field);
std::optional<std::string> EvaluateText(Step& step, const JsonataField& field);
std::optional<int64_t> EvaluateInteger(Step& step, const JsonataField& field, int64_t min,
                                       int64_t max);
std::optional<double> EvaluateNumber(Step& step, const JsonataField& field, double min, double max);
// An array.
std::optional<Lazy> EvaluateItems(Step& step, const JsonataField& field);

}  // namespace asl
