// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tools/aslctl/deploy/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "asl/arn.h"
#include "tools/aslctl/deploy/states.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;

// Source: AWS guide "Logging in CloudWatch Logs", "Tracing with X-Ray".
constexpr char kLogDelivery[] =
    "logs:CreateLogDelivery logs:CreateLogStream logs:DeleteLogDelivery logs:DescribeLogGroups "
    "logs:DescribeResourcePolicies logs:GetLogDelivery logs:ListLogDeliveries "
    "logs:PutLogEvents logs:PutResourcePolicy logs:UpdateLogDelivery";
constexpr char kXRay[] =
    "xray:GetSamplingRules xray:GetSamplingTargets xray:PutTelemetryRecords xray:PutTraceSegments";

// One text alone, several as a list.
Json OneOrList(const std::set<std::string>& texts) {
  return texts.size() == 1 ? Json(*texts.begin()) : Json(texts);
}

std::string S3Arn(const Place& place, const std::string& path) {
  return fmt::format("arn:{}:s3:::{}", place.partition(), path);
}

class PolicyMaker {
 public:
  explicit PolicyMaker(const Machine& machine) : machine_(machine) {}

  Policy Run() {
    const asl::JsonParse parsed = asl::ParseJson(machine_.file.json());
    if (parsed.ok()) {
      ForEachState(*parsed.value, [&](const StateAt& at) { Visit(at); });
    }
    const Descriptor& settings = machine_.settings;
    if (settings.logging && settings.logging->level != "OFF") grants_.Allow(kLogDelivery, "*");
    if (settings.tracing.value_or(false)) grants_.Allow(kXRay, "*");
    return grants_.Take();
  }

 private:
  void Visit(const StateAt& at) {
    const auto resource = at.state.Find("Resource");
    const auto credentials = at.state.Find("Credentials");
    if (credentials) return AssumeRole(at, *credentials);
    if (resource && resource->is_string()) Task(at, std::string(resource->as_string()));
    const auto processor = at.state.Find("ItemProcessor");
    const auto config = processor ? processor->Find("ProcessorConfig") : std::nullopt;
    const auto mode = config ? config->Find("Mode") : std::nullopt;
    if (mode && mode->is_string() && mode->as_string() == "DISTRIBUTED") DistributedMap(at);
  }

  void Task(const StateAt& at, const std::string& text) {
    const asl::Resource resource = asl::ParseResource(text);
    if (resource.form == asl::Resource::Form::kFunction) {
      return grants_.Allow("lambda:InvokeFunction", text);
    }
    if (resource.form != asl::Resource::Form::kIntegration) return;  // activities need nothing
    TaskAt task{.name = at.name,
                .machine = machine_.settings.name,
                .service = std::string(resource.service),
                .action = std::string(resource.action),
                .sync = resource.pattern == asl::kRunJob || resource.pattern == asl::kRunJobParsed,
                .parameters = Parameters(at.state)};
    if (!task.service.starts_with("aws-sdk:")) {
      return AllowIntegration(task, machine_.place, &grants_);
    }
    task.service = task.service.substr(sizeof("aws-sdk:") - 1);
    AllowSdk(task, machine_.place, &grants_);
  }

  // The Task acts as another role, which needs the permissions of its integration.
  void AssumeRole(const StateAt& at, const asl::Json& credentials) {
    const auto role = credentials.Find("RoleArn");
    const bool known = role && role->is_string() && role->as_string().starts_with("arn:");
    grants_.Allow("sts:AssumeRole", known ? std::string(role->as_string()) : "*");
    grants_.Note(
        fmt::format("{}: what it calls must be allowed to the role of its Credentials", at.name));
    if (!known) grants_.Note(fmt::format("{}: its role is decided while it runs: *", at.name));
  }

  // Source: AWS guide "IAM policies for Distributed Map states".
  void DistributedMap(const StateAt& at) {
    const std::string states = ArnPrefix(machine_.place, "states");
    const std::string& name = machine_.settings.name;
    grants_.Allow("states:StartExecution", states + "stateMachine:" + name);
    grants_.Allow("states:DescribeExecution states:StopExecution",
                  fmt::format("{}execution:{}:*", states, name));
    grants_.Allow("states:RedriveExecution", fmt::format("{}execution:{}/*:*", states, name));
    if (const auto reader = at.state.Find("ItemReader")) Reader(at, *reader);
    if (const auto writer = at.state.Find("ResultWriter")) Writer(at, *writer);
  }

  void Reader(const StateAt& at, const asl::Json& reader) {
    const Parameters parameters(reader);
    const std::string bucket = Bucket(at, parameters);
    const auto resource = reader.Find("Resource");
    const bool lists = resource && resource->is_string() &&
                       resource->as_string().find("listObjects") != std::string_view::npos;
    if (lists) return grants_.Allow("s3:ListBucket", S3Arn(machine_.place, bucket));
    const std::string key = parameters.Text("Key");
    grants_.Allow("s3:GetObject", S3Arn(machine_.place, bucket + "/" + (key.empty() ? "*" : key)));
    // A manifest names further objects.
    const auto config = reader.Find("ReaderConfig");
    const auto type = config ? config->Find("InputType") : std::nullopt;
    if (type && type->is_string() && type->as_string() == "MANIFEST") {
      grants_.Allow("s3:GetObject", S3Arn(machine_.place, "*"));
      grants_.Note(
          fmt::format("{}: a manifest may name objects of any bucket: narrow it down", at.name));
    }
  }

  void Writer(const StateAt& at, const asl::Json& writer) {
    const Parameters parameters(writer);
    if (!parameters.Find("Bucket") && !parameters.IsDynamic("Bucket")) return;
    const std::string bucket = Bucket(at, parameters);
    const std::string prefix = parameters.Text("Prefix");
    grants_.Allow(
        "s3:AbortMultipartUpload s3:GetObject s3:ListMultipartUploadParts s3:PutObject",
        S3Arn(machine_.place, fmt::format("{}/{}{}*", bucket, prefix,
                                          prefix.empty() || prefix.ends_with('/') ? "" : "/")));
  }

  std::string Bucket(const StateAt& at, const Parameters& parameters) {
    std::string bucket = parameters.Text("Bucket");
    if (!bucket.empty()) return bucket;
    grants_.Note(fmt::format("{}: its bucket is decided while it runs: *", at.name));
    return "*";
  }

  const Machine& machine_;
  Grants grants_;
};

}  // namespace

Policy MakePolicy(const Machine& machine) { return PolicyMaker(machine).Run(); }

void Grants::Allow(std::string_view actions, const std::string& resource,
                   const std::string& condition) {
  std::set<std::string> wanted;
  std::istringstream words{std::string(actions)};
  for (std::string action; words >> action;) wanted.insert(action);
  for (Grant& grant : grants_) {
    if (grant.actions != wanted || grant.condition != condition) continue;
    grant.resources.insert(resource);
    return;
  }
  grants_.push_back({condition, std::move(wanted), {resource}});
}

void Grants::Note(std::string note) {
  if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) {
    notes_.push_back(std::move(note));
  }
}

Policy Grants::Take() {
  Json statements = Json::array();
  for (Grant& grant : grants_) {
    // "*" says it all.
    if (grant.resources.contains("*")) grant.resources = {"*"};
    Json statement = {{"Effect", "Allow"},
                      {"Action", OneOrList(grant.actions)},
                      {"Resource", OneOrList(grant.resources)}};
    if (!grant.condition.empty()) statement["Condition"] = Json::parse(grant.condition);
    statements.push_back(std::move(statement));
  }
  return {.document = {{"Version", "2012-10-17"}, {"Statement", std::move(statements)}},
          .notes = std::move(notes_)};
}

Parameters::Parameters(const asl::Json& state) {
  for (const char* field : {"Parameters", "Arguments"}) {
    if (const auto found = state.Find(field); found && found->is_object()) parameters_ = *found;
  }
}

std::optional<asl::Json> Parameters::Find(std::string_view name) const {
  return parameters_.Find(name);
}

bool Parameters::IsDynamic(std::string_view name) const {
  if (parameters_.Find(std::string(name) + ".$")) return true;
  const auto found = parameters_.Find(name);
  return found && found->is_string() && found->as_string().starts_with("{%");
}

std::string Parameters::Text(std::string_view name) const {
  const auto found = parameters_.Find(name);
  return found && found->is_string() && !IsDynamic(name) ? std::string(found->as_string()) : "";
}

std::string ArnPrefix(const Place& place, std::string_view service) {
  return fmt::format("arn:{}:{}:{}:{}:", place.partition(), service, place.region,
                     place.account.empty() ? "*" : place.account);
}

}  // namespace aslctl
