// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Every state of a definition, those within Map and Parallel included, with its place. Works on any
// JSON: what is no state is passed over. Pure.
#pragma once

#include <functional>
#include <string>

#include "asl/json.h"

namespace aslctl {

struct StateAt {
  std::string name;      // "Pay"; "Each/Charge", "Both[1]/Notify" within others
  std::string location;  // "/States/Each/ItemProcessor/States/Charge"
  asl::Json state;
};

// In the order of the text, outer ones before inner ones.
void ForEachState(const asl::Json& definition, const std::function<void(const StateAt&)>& visit);

}  // namespace aslctl
