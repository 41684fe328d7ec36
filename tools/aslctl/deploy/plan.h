// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What is deployed, what is wanted, and what would have to change. Observe asks the service; the plan
// of what it saw is pure. Everything is derived from the service, so that a run that was cut off is
// planned on from wherever it got to.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/aslctl/deploy/definition_diff.h"
#include "tools/aslctl/deploy/machine.h"
#include "tools/aslctl/deploy/step_functions.h"

namespace aslctl {

struct Deployed {
  std::optional<Described> machine;  // nullopt: there is none
  Tags tags;
  bool tags_known = true;                   // false: the server does not serve them
  std::vector<std::string> versions;        // ARNs, newest first
  std::map<std::string, Content> contents;  // of the newest version and those of the alias, by ARN
  std::optional<AliasState> alias;
};

// `settings`: only what it mentions is asked for.
Answer<Deployed> Observe(StepFunctions& service, const Descriptor& settings);

// The alias' way from where it is to `version`.
struct AliasMove {
  bool create = false;
  std::string from;        // version ARN that has the other share; empty when create
  std::string to;          // version ARN; empty: the one that is still to be published
  int weight = 0;          // percent that `to` has now
  std::vector<int> steps;  // still to be made; the last is 100
};

struct Plan {
  std::string arn;       // empty: the machine is to be created
  std::string revision;  // of the machine as it is
  bool create = false;
  bool update = false;
  bool publish = false;
  Tags tags_added;
  std::vector<std::string> tags_removed;
  std::optional<AliasMove> alias;
  std::vector<Change> changes;
  std::string impossible;  // why it cannot be done; empty: it can

  bool IsEmpty() const { return changes.empty() && impossible.empty(); }
};

Plan MakePlan(const Machine& machine, const Deployed& deployed);

// What AWS keeps in a version is what the machine is to be.
bool IsWanted(const Descriptor& settings, const std::string& definition, const Content& content);

}  // namespace aslctl
