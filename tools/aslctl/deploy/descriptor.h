// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a state machine is besides its definition, and where it goes: NAME.deploy.yaml beside the
// definition, deploy.yaml for a whole folder. Layers are merged as trees, the last one wins; what
// nobody mentions is left as the service has it. Plain data; pure.
//
//   name: order                        # default: the file's name up to its first dot
//   type: STANDARD                     # or EXPRESS; cannot be changed later
//   role: arn:aws:iam::${AWS::AccountId}:role/order
//   logging: {level: ERROR, include_execution_data: true, destination: arn:…:log-group:/order:*}
//   tracing: true                      # logging: off, tracing: off, tags: {} take them away
//   tags: {team: shop}                 # all of them
//   publish: true                      # a version with every change; an alias implies it
//   alias: {name: live, steps: [10, 50, 100], bake: 5m, failure_rate: 5%, executions: 20}
//   substitutions: {Table: orders}     # for ${Table} in the definition; false: there are none
//   substitutions_from: template.yaml  # values, or a SAM or CloudFormation template
//   regions: [eu-west-1, us-east-1]
//   profile: shop
//   endpoint: https://…
//   targets:                           # any of the above, for `--to NAME` alone
//     local: {endpoint: "http://127.0.0.1:8083"}
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace aslctl {

struct Logging {
  std::string level = "OFF";
  bool include_execution_data = false;
  std::string destination;  // ARN of a log group; empty: none
  friend bool operator==(const Logging&, const Logging&) = default;
};

// How an alias gets to a new version.
struct AliasSettings {
  std::string name;
  std::vector<int> steps = {100};  // percent of the new version; they grow, the last is 100
  absl::Duration bake;             // at each step but the last
  // Percent of the executions that a step started and that have ended; above it, the alias goes
  // back. nullopt: nobody looks.
  std::optional<double> failure_rate_max;
  int executions_min = 1;  // so many must have ended before the rate says anything
};

using Tags = std::map<std::string, std::string>;

struct Descriptor {
  std::string name;
  std::string type = "STANDARD";
  std::optional<std::string> role;
  std::optional<Logging> logging;
  std::optional<bool> tracing;
  std::optional<Tags> tags;
  bool publish = false;
  std::optional<AliasSettings> alias;
  std::map<std::string, std::string, std::less<>> substitutions;
  bool substitute = true;
  std::string substitutions_from;
  std::vector<std::string> regions;
  std::string profile;
  std::string endpoint;
};

// Puts `over` on `under`, objects member by member, but tags as a whole. What `over` says of target
// `to` comes last.
void AddLayer(const nlohmann::ordered_json& over, const std::string& to,
              nlohmann::ordered_json* under);

// The error says which key is wrong and what is near to it.
absl::StatusOr<Descriptor> ReadDescriptor(const nlohmann::ordered_json& layers);

// "30s", "5m", "1h30m"; a number is of seconds.
absl::StatusOr<absl::Duration> ReadDuration(const std::string& text);
// "10,50,100".
absl::StatusOr<std::vector<int>> ReadSteps(const std::string& text);
// What every list of steps must be; OkStatus otherwise.
absl::Status CheckSteps(const std::vector<int>& steps);

}  // namespace aslctl
