// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// State machines in a SAM or CloudFormation template: which definition, with which substitutions, and
// what the template says of their settings. References are resolved as far as a reader of the text
// can: parameters by their defaults, names and ARNs of resources by the names that the template
// gives them. What only the stack would know must be given. Pure.
// Source: AWS SAM developer guide, "AWS::Serverless::StateMachine"; AWS CloudFormation user guide,
// "AWS::StepFunctions::StateMachine".
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace aslctl {

// Where a machine goes, for ${AWS::Region} and the like.
struct Place {
  std::string region = "us-east-1";
  std::string account;  // empty: not known
  // Names that a stack would invent are the logical ones: nobody else decides them on asld.
  bool local = false;

  std::string partition() const;
  // The value of a pseudo parameter, "AWS::Region"; empty when it is none or not known.
  std::string Pseudo(std::string_view name) const;
};

struct TemplateMachine {
  std::string logical_id;
  nlohmann::ordered_json properties;  // as in the template
  bool serverless = false;
};

// Every state machine of the template, in the order of the text; empty when it has none.
std::vector<TemplateMachine> MachinesOf(const nlohmann::ordered_json& tree);
bool IsTemplate(const nlohmann::ordered_json& tree);

class TemplateValues {
 public:
  using Given = std::map<std::string, std::string, std::less<>>;

  // `given`: what the command line says of parameters ("Stage") and attributes ("Pay.Arn").
  TemplateValues(const nlohmann::ordered_json& tree, const Given& given, const Place& place)
      : tree_(tree), given_(given), place_(place) {}

  // A property's value as text. The error says what to give.
  absl::StatusOr<std::string> Text(const nlohmann::ordered_json& value) const;

 private:
  absl::StatusOr<std::string> Reference(const std::string& name) const;
  absl::StatusOr<std::string> Attribute(const std::string& resource, const std::string& name) const;
  absl::StatusOr<std::string> Sub(const nlohmann::ordered_json& value) const;
  absl::StatusOr<std::string> Join(const nlohmann::ordered_json& value) const;
  absl::StatusOr<std::string> NameOf(const std::string& resource, const std::string& wanted) const;
  std::string ArnOf(const std::string& type, const std::string& name) const;

  const nlohmann::ordered_json& tree_;
  const Given& given_;
  const Place& place_;
};

}  // namespace aslctl
