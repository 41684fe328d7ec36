// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What would not work where a definition goes, told before anything is sent: the errors of AWS's own
// rules, what asld does not serve, and what only one side knows (worker names that are no function
// names, addresses of one's own machine, another region's functions). Pure.
#pragma once

#include <string>
#include <vector>

#include "asl/definition.h"
#include "tools/aslctl/deploy/machine.h"

namespace aslctl {

enum class Side { kAws, kAsld };

// Errors keep it from being deployed there. Settings have no place in the file: their location is
// the setting's name. In the order of the file.
std::vector<asl::Problem> CheckPortability(const Machine& machine, Side side);

// "order.asl.json:4:17: error: … [NOT_ON_AWS] /States/Pay/Resource", one a line.
std::string PortabilityText(const Machine& machine, const std::vector<asl::Problem>& problems);

bool HasErrors(const std::vector<asl::Problem>& problems);

}  // namespace aslctl
