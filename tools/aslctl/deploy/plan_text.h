// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A plan as people and as programs read it: lines in the colours of changes, JSON with every one.
// Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "tools/aslctl/deploy/deployment.h"
#include "tools/aslctl/style.h"

namespace aslctl {

// kDrift turns the changes round: what the service has beyond, and short of, the files.
enum class Direction { kPlan, kDrift };

std::string PlanText(const Deployment& deployment, Direction direction, const Style& style);
nlohmann::ordered_json PlanJson(const Deployment& deployment, Direction direction);

}  // namespace aslctl
