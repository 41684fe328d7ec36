// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The SDK's integrations. IAM calls some services, and some of S3's actions, by other names than the
// SDK does (Service authorization reference).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tools/aslctl/deploy/policy.h"

namespace aslctl {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array kPrefixes = std::to_array<Pair>({
    {"accessanalyzer", "access-analyzer"},
    {"amplifybackend", "amplifybackend"},
    {"apigatewayv2", "apigateway"},
    {"applicationautoscaling", "application-autoscaling"},
    {"applicationdiscovery", "discovery"},
    {"autoscalingplans", "autoscaling-plans"},
    {"bedrockagentruntime", "bedrock"},
    {"bedrockruntime", "bedrock"},
    {"cloudwatchlogs", "logs"},
    {"cloudwatchevents", "events"},
    {"cognitoidentity", "cognito-identity"},
    {"cognitoidentityprovider", "cognito-idp"},
    {"configservice", "config"},
    {"costandusagereport", "cur"},
    {"costexplorer", "ce"},
    {"databasemigration", "dms"},
    {"devopsguru", "devops-guru"},
    {"docdb", "rds"},
    {"dynamodbstreams", "dynamodb"},
    {"ecrpublic", "ecr-public"},
    {"efs", "elasticfilesystem"},
    {"elasticloadbalancingv2", "elasticloadbalancing"},
    {"elasticsearch", "es"},
    {"emr", "elasticmapreduce"},
    {"emrcontainers", "emr-containers"},
    {"emrserverless", "emr-serverless"},
    {"eventbridge", "events"},
    {"iotdataplane", "iot"},
    {"kinesisanalyticsv2", "kinesisanalytics"},
    {"neptune", "rds"},
    {"opensearch", "es"},
    {"rdsdata", "rds-data"},
    {"redshiftdata", "redshift-data"},
    {"resourcegroups", "resource-groups"},
    {"resourcegroupstaggingapi", "tag"},
    {"sagemakerruntime", "sagemaker"},
    {"servicecatalog", "servicecatalog"},
    {"sesv2", "ses"},
    {"sfn", "states"},
    {"timestreamquery", "timestream"},
    {"timestreamwrite", "timestream"},
});

// Source: Amazon S3 user guide, "Required permissions for Amazon S3 API operations".
constexpr std::array kS3Actions = std::to_array<Pair>({
    {"abortMultipartUpload", "s3:AbortMultipartUpload"},
    {"completeMultipartUpload", "s3:PutObject"},
    {"copyObject", "s3:GetObject s3:PutObject"},
    {"createMultipartUpload", "s3:PutObject"},
    {"deleteObjects", "s3:DeleteObject"},
    {"headBucket", "s3:ListBucket"},
    {"headObject", "s3:GetObject"},
    {"listBuckets", "s3:ListAllMyBuckets"},
    {"listMultipartUploads", "s3:ListBucketMultipartUploads"},
    {"listObjects", "s3:ListBucket"},
    {"listObjectsV2", "s3:ListBucket"},
    {"listObjectVersions", "s3:ListBucketVersions"},
    {"listParts", "s3:ListMultipartUploadParts"},
    {"uploadPart", "s3:PutObject"},
});

template <size_t N>
std::string_view Find(const std::array<Pair, N>& pairs, std::string_view key) {
  const auto* found =
      std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) { return pair.first == key; });
  return found == pairs.end() ? std::string_view() : found->second;
}

std::string Capital(std::string action) {
  if (action[0] >= 'a' && action[0] <= 'z') action[0] = static_cast<char>(action[0] - 'a' + 'A');
  return action;
}

void AllowS3(const TaskAt& task, const Place& place, Grants* grants) {
  const std::string_view other = Find(kS3Actions, task.action);
  const std::string actions = other.empty() ? "s3:" + Capital(task.action) : std::string(other);
  const std::string bucket = task.parameters.Text("Bucket");
  const std::string key = task.parameters.Text("Key");
  // Which actions are of objects: those whose parameters name one.
  const bool object = task.parameters.Find("Key").has_value() || task.parameters.IsDynamic("Key") ||
                      task.action == "deleteObjects";
  if (bucket.empty() || task.action == "copyObject") {
    grants->Note(fmt::format("{}: its objects are not known from the definition: *", task.name));
    return grants->Allow(actions, "*");
  }
  grants->Allow(actions,
                fmt::format("arn:{}:s3:::{}{}{}", place.partition(), bucket, object ? "/" : "",
                            !object       ? ""
                            : key.empty() ? "*"
                                          : key));
}

// A parameter that names the resource of nearly every action of its service.
std::string ResourceOf(const TaskAt& task, const Place& place) {
  struct Named {
    std::string_view service, parameter, resource;
  };
  static constexpr Named kNamed[] = {{"dynamodb", "TableName", "table/N"},
                                     {"lambda", "FunctionName", "function:N"},
                                     {"sns", "TopicArn", ""},
                                     {"sfn", "StateMachineArn", ""},
                                     {"sfn", "ExecutionArn", ""},
                                     {"secretsmanager", "SecretId", "secret:N-*"},
                                     {"kinesis", "StreamName", "stream/N"},
                                     {"firehose", "DeliveryStreamName", "deliverystream/N"},
                                     {"glue", "JobName", "job/N"}};
  for (const Named& named : kNamed) {
    if (named.service != task.service) continue;
    const std::string name = task.parameters.Text(named.parameter);
    if (name.starts_with("arn:")) return name;
    if (name.empty() || named.resource.empty()) continue;
    std::string resource(named.resource);
    resource.replace(resource.find('N'), 1, name);
    return ArnPrefix(place, named.service) + resource;
  }
  return "*";
}

}  // namespace

void AllowSdk(const TaskAt& task, const Place& place, Grants* grants) {
  if (task.service == "s3") return AllowS3(task, place, grants);
  // The same as the optimized integration.
  const bool optimized = (task.service == "sqs" && task.action == "sendMessage") ||
                         (task.service == "sns" && task.action == "publish") ||
                         (task.service == "lambda" && task.action == "invoke");
  if (optimized) return AllowIntegration(task, place, grants);
  const std::string_view prefix = Find(kPrefixes, task.service);
  const std::string action =
      fmt::format("{}:{}", prefix.empty() ? task.service : prefix, Capital(task.action));
  const std::string resource = ResourceOf(task, place);
  grants->Allow(action, resource);
  if (resource == "*") {
    grants->Note(fmt::format("{}: {} is allowed everywhere: narrow it down where the service can",
                             task.name, action));
  }
}

}  // namespace aslctl
