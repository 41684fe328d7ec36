// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Makes a plan real, call by call, and says what was done and what was not. Killed between any two
// calls it has left something that the next plan goes on from. Blocking; one thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tools/aslctl/deploy/plan.h"

namespace aslctl {

struct Applied {
  enum class End {
    kDone,
    kFailed,      // a call was refused or not answered
    kRolledBack,  // the new version failed too often
    kInterrupted,
  };
  End end = End::kDone;
  std::vector<std::string> done;      // "updated", "version 3 published", …
  std::vector<std::string> not_done;  // "alias live to 100 %"
  std::string why;                    // unless kDone
};

// `say`: a line of progress, as it happens.
using Say = std::function<void(const std::string&)>;

Applied Apply(StepFunctions& service, const Machine& machine, const Deployed& deployed,
              const Plan& plan, const Say& say);

}  // namespace aslctl
