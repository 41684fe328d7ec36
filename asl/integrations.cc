// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/integrations.h"

#include <algorithm>

namespace asl {
namespace {

constexpr uint8_t kCall = kRequestResponse;
constexpr uint8_t kJob = kRequestResponse | kRunJob;
constexpr uint8_t kToken = kRequestResponse | kCallback;

constexpr std::array kIntegrations = std::to_array<Integration>({
    {"apigateway", "invoke", kToken, {"ApiEndpoint", "Method"}},
    {"athena", "getQueryExecution", kCall, {"QueryExecutionId"}},
    {"athena", "getQueryResults", kCall, {"QueryExecutionId"}},
    {"athena", "startQueryExecution", kJob, {"QueryString"}},
    {"athena", "stopQueryExecution", kCall, {"QueryExecutionId"}},
    {"batch", "submitJob", kJob, {"JobDefinition", "JobName", "JobQueue"}},
    {"bedrock", "createModelCustomizationJob", kJob},
    {"bedrock", "invokeModel", kCall, {"ModelId"}},
    {"codebuild", "batchDeleteBuilds", kCall},
    {"codebuild", "batchGetReports", kCall},
    {"codebuild", "deleteBuildBatch", kCall},
    {"codebuild", "retryBuildBatch", kJob},
    {"codebuild", "startBuild", kJob, {"ProjectName"}},
    {"codebuild", "startBuildBatch", kJob, {"ProjectName"}},
    {"codebuild", "stopBuild", kCall},
    {"codebuild", "stopBuildBatch", kCall},
    {"databrew", "startJobRun", kJob, {"Name"}},
    {"dynamodb", "deleteItem", kCall, {"TableName", "Key"}},
    {"dynamodb", "getItem", kCall, {"TableName", "Key"}},
    {"dynamodb", "putItem", kCall, {"TableName", "Item"}},
    {"dynamodb", "updateItem", kCall, {"TableName", "Key"}},
    {"ecs", "runTask", kJob | kCallback, {"TaskDefinition"}},
    {"eks", "call", kCall},
    {"eks", "createCluster", kJob},
    {"eks", "createFargateProfile", kJob},
    {"eks", "createNodegroup", kJob},
    {"eks", "deleteCluster", kJob},
    {"eks", "deleteFargateProfile", kJob},
    {"eks", "deleteNodegroup", kJob},
    {"eks", "runJob", kJob | kCallback},
    {"elasticmapreduce", "addStep", kJob},
    {"elasticmapreduce", "cancelStep", kCall},
    {"elasticmapreduce", "createCluster", kJob},
    {"elasticmapreduce", "modifyInstanceFleetByName", kCall},
    {"elasticmapreduce", "modifyInstanceGroupByName", kCall},
    {"elasticmapreduce", "setClusterTerminationProtection", kCall},
    {"elasticmapreduce", "terminateCluster", kJob},
    {"emr-containers", "createVirtualCluster", kCall},
    {"emr-containers", "deleteVirtualCluster", kJob},
    {"emr-containers", "startJobRun", kJob},
    {"emr-serverless", "cancelJobRun", kJob},
    {"emr-serverless", "createApplication", kJob},
    {"emr-serverless", "deleteApplication", kJob},
    {"emr-serverless", "startApplication", kJob},
    {"emr-serverless", "startJobRun", kJob},
    {"emr-serverless", "stopApplication", kJob},
    {"events", "putEvents", kToken, {"Entries"}},
    {"glue", "startJobRun", kJob, {"JobName"}},
    {"http", "invoke", kCall, {"ApiEndpoint", "Method"}},
    {"lambda", "invoke", kToken, {"FunctionName"}},
    {"mediaconvert", "createJob", kJob},
    {"sagemaker", "createEndpoint", kCall},
    {"sagemaker", "createEndpointConfig", kCall},
    {"sagemaker", "createHyperParameterTuningJob", kJob},
    {"sagemaker", "createLabelingJob", kJob},
    {"sagemaker", "createModel", kCall},
    {"sagemaker", "createProcessingJob", kJob},
    {"sagemaker", "createTrainingJob", kJob},
    {"sagemaker", "createTransformJob", kJob},
    {"sagemaker", "updateEndpoint", kCall},
    {"sns", "publish", kToken, {"Message"}},
    {"sqs", "sendMessage", kToken, {"QueueUrl", "MessageBody"}},
    {"states", "startExecution", kJob | kRunJobParsed | kCallback, {"StateMachineArn"}},
});

}  // namespace

const Integration* FindIntegration(std::string_view service, std::string_view action) {
  const auto* found =
      std::find_if(kIntegrations.begin(), kIntegrations.end(), [&](const Integration& integration) {
        return integration.service == service && integration.action == action;
      });
  return found == kIntegrations.end() ? nullptr : found;
}

}  // namespace asl
