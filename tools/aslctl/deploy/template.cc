// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "tools/aslctl/deploy/substitutions.h"
#include "tools/aslctl/deploy/yaml_tree.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

// How a resource is named and referred to. `arn` follows "arn:PARTITION:"; R, A and N stand for
// region, account and name. `ref`: what Ref gives, 'n' its name, 'a' its ARN, 'u' a queue's URL.
struct ResourceType {
  std::string_view type;
  std::string_view name_property;
  std::string_view arn;
  char ref = 'n';
};
constexpr std::array kResourceTypes = std::to_array<ResourceType>({
    {"AWS::Serverless::Function", "FunctionName", "lambda:R:A:function:N"},
    {"AWS::Lambda::Function", "FunctionName", "lambda:R:A:function:N"},
    {"AWS::Serverless::StateMachine", "Name", "states:R:A:stateMachine:N", 'a'},
    {"AWS::StepFunctions::StateMachine", "StateMachineName", "states:R:A:stateMachine:N", 'a'},
    {"AWS::StepFunctions::Activity", "Name", "states:R:A:activity:N", 'a'},
    {"AWS::SQS::Queue", "QueueName", "sqs:R:A:N", 'u'},
    {"AWS::SNS::Topic", "TopicName", "sns:R:A:N", 'a'},
    {"AWS::DynamoDB::Table", "TableName", "dynamodb:R:A:table/N"},
    {"AWS::Serverless::SimpleTable", "TableName", "dynamodb:R:A:table/N"},
    {"AWS::Events::EventBus", "Name", "events:R:A:event-bus/N"},
    {"AWS::S3::Bucket", "BucketName", "s3:::N"},
    {"AWS::IAM::Role", "RoleName", "iam::A:role/N"},
    {"AWS::Logs::LogGroup", "LogGroupName", "logs:R:A:log-group:N:*"},
});

const ResourceType* FindType(std::string_view type) {
  const auto* found = std::find_if(kResourceTypes.begin(), kResourceTypes.end(),
                                   [&](const ResourceType& r) { return r.type == type; });
  return found == kResourceTypes.end() ? nullptr : found;
}

const Json& Member(const Json& object, const std::string& key) {
  static const Json absent;
  if (!object.is_object()) return absent;
  const auto found = object.find(key);
  return found == object.end() ? absent : *found;
}

absl::Status NotKnown(const std::string& what, const std::string& why) {
  return absl::NotFoundError(fmt::format(
      "the value of {} is not known here ({}): give it with --set {}=VALUE", what, why, what));
}

}  // namespace

std::string Place::partition() const {
  if (region.starts_with("cn-")) return "aws-cn";
  return region.starts_with("us-gov-") ? "aws-us-gov" : "aws";
}

std::string Place::Pseudo(std::string_view name) const {
  if (name == "AWS::Region") return region;
  if (name == "AWS::AccountId") return account;
  if (name == "AWS::Partition") return partition();
  if (name == "AWS::URLSuffix") {
    return partition() == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  }
  return "";
}

bool IsTemplate(const Json& tree) {
  return Member(tree, "Resources").is_object() && !tree.contains("StartAt");
}

std::vector<TemplateMachine> MachinesOf(const Json& tree) {
  std::vector<TemplateMachine> machines;
  const Json& resources = Member(tree, "Resources");
  if (!resources.is_object()) return machines;
  for (const auto& [id, resource] : resources.items()) {
    const Json& type = Member(resource, "Type");
    const bool serverless = type == "AWS::Serverless::StateMachine";
    if (!serverless && type != "AWS::StepFunctions::StateMachine") continue;
    machines.push_back({id, Member(resource, "Properties"), serverless});
  }
  return machines;
}

absl::StatusOr<std::string> TemplateValues::Text(const Json& value) const {
  if (value.is_primitive() && !value.is_null()) return ScalarText(value);
  if (value.is_object() && value.size() == 1) {
    const std::string& function = value.begin().key();
    const Json& argument = value.begin().value();
    if (function == "Ref" && argument.is_string()) return Reference(argument);
    if (function == "Fn::Sub") return Sub(argument);
    if (function == "Fn::Join") return Join(argument);
    if (function == "Fn::GetAtt" && argument.is_string()) {
      const std::string text = argument;
      const size_t dot = std::min(text.find('.'), text.size() - 1);
      return Attribute(text.substr(0, dot), text.substr(dot + 1));
    }
    if (function == "Fn::GetAtt" && argument.is_array() && argument.size() == 2) {
      return Attribute(ScalarText(argument[0]), ScalarText(argument[1]));
    }
  }
  return absl::InvalidArgumentError(
      fmt::format("{} is a stack's to work out", value.is_null() ? "nothing" : value.dump()));
}

absl::StatusOr<std::string> TemplateValues::Reference(const std::string& name) const {
  if (const auto given = given_.find(name); given != given_.end()) return given->second;
  if (const std::string pseudo = place_.Pseudo(name); !pseudo.empty()) return pseudo;
  const Json& parameter = Member(Member(tree_, "Parameters"), name);
  if (parameter.is_object()) {
    const Json& value = Member(parameter, "Default");
    return value.is_null() ? NotKnown(name, "a parameter without a default")
                           : absl::StatusOr<std::string>(ScalarText(value));
  }
  const Json& resource = Member(Member(tree_, "Resources"), name);
  const ResourceType* type = FindType(ScalarText(Member(resource, "Type")));
  if (type == nullptr) return NotKnown(name, "a resource whose Ref has no form known here");
  absl::StatusOr<std::string> own = NameOf(name, name);
  if (!own.ok() || type->ref == 'n') return own;
  if (type->ref == 'a') return ArnOf(std::string(type->arn), *own);
  return fmt::format("https://sqs.{}.{}/{}/{}", place_.region, place_.Pseudo("AWS::URLSuffix"),
                     place_.account, *own);
}

absl::StatusOr<std::string> TemplateValues::Attribute(const std::string& resource,
                                                      const std::string& name) const {
  const std::string wanted = resource + "." + name;
  if (const auto given = given_.find(wanted); given != given_.end()) return given->second;
  const Json& found = Member(Member(tree_, "Resources"), resource);
  const ResourceType* type = FindType(ScalarText(Member(found, "Type")));
  const absl::StatusOr<std::string> own = NameOf(resource, wanted);
  if (type == nullptr) return NotKnown(wanted, "an attribute of a resource of another kind");
  if (!own.ok()) return own;
  if (name == "Arn" || name == "TopicArn") return ArnOf(std::string(type->arn), *own);
  if (name == "Name" || name == "QueueName" || name == "TopicName") return *own;
  if (name == "QueueUrl") return Reference(resource);
  return NotKnown(wanted, "an attribute that the stack decides");
}

absl::StatusOr<std::string> TemplateValues::NameOf(const std::string& resource,
                                                   const std::string& wanted) const {
  const Json& found = Member(Member(tree_, "Resources"), resource);
  const ResourceType* type = FindType(ScalarText(Member(found, "Type")));
  if (type == nullptr) return NotKnown(wanted, "no such resource");
  const Json& name = Member(Member(found, "Properties"), std::string(type->name_property));
  if (!name.is_null()) return Text(name);
  if (place_.local) return resource;
  return NotKnown(wanted, fmt::format("the stack chooses the name of {}", resource));
}

std::string TemplateValues::ArnOf(const std::string& form, const std::string& name) const {
  std::string arn = "arn:" + place_.partition() + ":";
  for (const char c : form) {
    arn += c == 'R'   ? place_.region
           : c == 'A' ? place_.account
           : c == 'N' ? name
                      : std::string(1, c);
  }
  return arn;
}

absl::StatusOr<std::string> TemplateValues::Sub(const Json& value) const {
  const Json& text = value.is_array() && !value.empty() ? value[0] : value;
  const Json own = value.is_array() && value.size() == 2 ? value[1] : Json::object();
  if (!text.is_string()) return absl::InvalidArgumentError("Fn::Sub has no text");
  absl::Status failed;
  const Substituted done =
      Substitute(text.get_ref<const std::string&>(), [&](std::string_view name) {
        const std::string word(name);
        const size_t dot = word.find('.');
        absl::StatusOr<std::string> found =
            own.is_object() && own.contains(word) ? Text(own[word])
            : dot == std::string::npos            ? Reference(word)
                                       : Attribute(word.substr(0, dot), word.substr(dot + 1));
        if (!found.ok() && failed.ok()) failed = found.status();
        return found.ok() ? std::optional<std::string>(*found) : std::nullopt;
      });
  if (!failed.ok()) return failed;
  // ${!Name} is how Fn::Sub writes ${Name} that is to stay.
  std::string out = done.text;
  for (size_t at = out.find("${!"); at != std::string::npos; at = out.find("${!", at + 2)) {
    out.erase(at + 2, 1);
  }
  return out;
}

absl::StatusOr<std::string> TemplateValues::Join(const Json& value) const {
  if (!value.is_array() || value.size() != 2 || !value[1].is_array()) {
    return absl::InvalidArgumentError("Fn::Join takes a text and a list");
  }
  std::string out;
  for (size_t i = 0; i < value[1].size(); ++i) {
    const absl::StatusOr<std::string> part = Text(value[1][i]);
    if (!part.ok()) return part;
    out += (i == 0 ? "" : ScalarText(value[0])) + *part;
  }
  return out;
}

}  // namespace aslctl
