// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// `asld doctor`: looks at the machine as asld with these settings would find it, before it is
// started, and says what is wrong and what to do. It changes nothing. Called by main; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/config.h"

namespace engine {

enum class Verdict : uint8_t { kFine, kWarning, kProblem };

struct Finding {
  Verdict verdict = Verdict::kFine;
  std::string what;
};

std::vector<Finding> Examine(const Config& config, asl::Millis now);

// A line for each, as "ok", "warning" or "problem".
std::string FindingsText(const std::vector<Finding>& findings);

}  // namespace engine
