// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The IAM policy that a definition's role needs and no more: per Task what its integration calls,
// with the resources that the definition names. What is decided while it runs is "*", with a note.
// Pure.
// Source: AWS Step Functions developer guide, "IAM policies for integrated services", and the page of
// each service; Service authorization reference for resources and for the SDK's actions.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "asl/json.h"
#include "tools/aslctl/deploy/machine.h"

namespace aslctl {

struct Policy {
  nlohmann::ordered_json document;
  std::vector<std::string> notes;  // whole sentences
};

Policy MakePolicy(const Machine& machine);

// Collects what is allowed; statements with the same resources become one.
class Grants {
 public:
  void Allow(std::string_view actions, const std::string& resource,
             const std::string& condition = "");  // JSON text of the Condition
  void Note(std::string note);
  Policy Take();

 private:
  struct Grant {
    std::string condition;
    std::set<std::string> actions;
    std::set<std::string> resources;
  };
  std::vector<Grant> grants_;
  std::vector<std::string> notes_;
};

// A Task's (or reader's) parameters as far as they are known before it runs.
class Parameters {
 public:
  explicit Parameters(const asl::Json& state);

  // A text that stands there; empty when there is none or it is worked out later.
  std::string Text(std::string_view name) const;
  std::optional<asl::Json> Find(std::string_view name) const;
  // "NAME.$", or a JSONata expression.
  bool IsDynamic(std::string_view name) const;

 private:
  asl::Json parameters_;
};

// policy_services.cc: what a Task of arn:aws:states:::SERVICE:ACTION needs.
struct TaskAt {
  std::string name;     // of the state
  std::string machine;  // that it belongs to
  std::string service, action;
  bool sync = false;
  Parameters parameters;
};
void AllowIntegration(const TaskAt& task, const Place& place, Grants* grants);

// policy_sdk.cc: the same of arn:aws:states:::aws-sdk:SERVICE:ACTION.
void AllowSdk(const TaskAt& task, const Place& place, Grants* grants);

// "arn:aws:sqs:eu-west-1:123456789012:" of a service.
std::string ArnPrefix(const Place& place, std::string_view service);

}  // namespace aslctl
