// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the optimized integrations need. Most are rows of a table; the others name their resources in
// a way of their own. A job that is waited for (.sync) is watched through a rule of EventBridge's that
// Step Functions manages.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "asl/arn.h"
#include "tools/aslctl/deploy/policy.h"

namespace aslctl {
namespace {

constexpr char kRuleActions[] = "events:DescribeRule events:PutRule events:PutTargets";

// `parameter` holds an ARN, or the N of `resource`, which follows the service's prefix of ARNs; ""
// for "*". `job`: what .sync needs besides, with `job_resource` ("" is the same resource, "*" any).
struct Row {
  std::string_view service, action;
  std::string_view actions;
  std::string_view parameter, resource;
  std::string_view job, job_resource, rule;
  std::string_view passes_role_to;  // a service that takes over a role
};
constexpr std::array kRows = std::to_array<Row>({
    {"athena", "startQueryExecution", "athena:StartQueryExecution", "WorkGroup", "workgroup/N",
     "athena:GetQueryExecution athena:StopQueryExecution", "", ""},
    {"athena", "stopQueryExecution", "athena:StopQueryExecution", "", ""},
    {"athena", "getQueryExecution", "athena:GetQueryExecution", "", ""},
    {"athena", "getQueryResults", "athena:GetQueryResults", "", ""},
    {"batch", "submitJob", "batch:SubmitJob", "", "", "batch:DescribeJobs batch:TerminateJob", "*",
     "StepFunctionsGetEventsForBatchJobsRule"},
    {"codebuild", "startBuild", "codebuild:StartBuild", "ProjectName", "project/N",
     "codebuild:BatchGetBuilds codebuild:StopBuild", "",
     "StepFunctionsGetEventForCodeBuildStartBuildRule"},
    {"codebuild", "stopBuild", "codebuild:StopBuild", "", ""},
    {"codebuild", "startBuildBatch", "codebuild:StartBuildBatch", "ProjectName", "project/N",
     "codebuild:BatchGetBuildBatches codebuild:StopBuildBatch", "",
     "StepFunctionsGetEventForCodeBuildStartBuildBatchRule"},
    {"codebuild", "retryBuildBatch", "codebuild:RetryBuildBatch", "", "",
     "codebuild:BatchGetBuildBatches codebuild:StopBuildBatch", "",
     "StepFunctionsGetEventForCodeBuildStartBuildBatchRule"},
    {"databrew", "startJobRun", "databrew:StartJobRun", "Name", "job/N",
     "databrew:ListJobRuns databrew:StopJobRun", "", ""},
    {"dynamodb", "getItem", "dynamodb:GetItem", "TableName", "table/N"},
    {"dynamodb", "putItem", "dynamodb:PutItem", "TableName", "table/N"},
    {"dynamodb", "updateItem", "dynamodb:UpdateItem", "TableName", "table/N"},
    {"dynamodb", "deleteItem", "dynamodb:DeleteItem", "TableName", "table/N"},
    {"ecs", "runTask", "ecs:RunTask", "TaskDefinition", "task-definition/N",
     "ecs:DescribeTasks ecs:StopTask", "*", "StepFunctionsGetEventsForECSTaskRule",
     "ecs-tasks.amazonaws.com"},
    {"elasticmapreduce", "createCluster", "elasticmapreduce:RunJobFlow", "", "",
     "elasticmapreduce:DescribeCluster elasticmapreduce:TerminateJobFlows", "cluster/*",
     "StepFunctionsGetEventForEMRRunJobFlowRule", "elasticmapreduce.amazonaws.com"},
    {"elasticmapreduce", "addStep", "elasticmapreduce:AddJobFlowSteps", "ClusterId", "cluster/N",
     "elasticmapreduce:CancelSteps elasticmapreduce:DescribeStep", "",
     "StepFunctionsGetEventForEMRAddJobFlowStepsRule"},
    {"elasticmapreduce", "cancelStep", "elasticmapreduce:CancelSteps", "ClusterId", "cluster/N"},
    {"elasticmapreduce", "terminateCluster", "elasticmapreduce:TerminateJobFlows", "ClusterId",
     "cluster/N", "elasticmapreduce:DescribeCluster", "",
     "StepFunctionsGetEventForEMRTerminateJobFlowsRule"},
    {"elasticmapreduce", "setClusterTerminationProtection",
     "elasticmapreduce:SetTerminationProtection", "ClusterId", "cluster/N"},
    {"elasticmapreduce", "modifyInstanceFleetByName",
     "elasticmapreduce:ListInstanceFleets elasticmapreduce:ModifyInstanceFleet", "ClusterId",
     "cluster/N"},
    {"elasticmapreduce", "modifyInstanceGroupByName",
     "elasticmapreduce:ListInstanceGroups elasticmapreduce:ModifyInstanceGroups", "ClusterId",
     "cluster/N"},
    {"glue", "startJobRun", "glue:StartJobRun", "JobName", "job/N",
     "glue:BatchStopJobRun glue:GetJobRun glue:GetJobRuns", "", ""},
    {"mediaconvert", "createJob", "mediaconvert:CreateJob", "", "",
     "mediaconvert:CancelJob mediaconvert:GetJob", "jobs/*",
     "StepFunctionsGetEventsForMediaConvertJobRule", "mediaconvert.amazonaws.com"},
    {"sagemaker", "createTrainingJob", "sagemaker:CreateTrainingJob", "TrainingJobName",
     "training-job/N", "sagemaker:DescribeTrainingJob sagemaker:StopTrainingJob", "",
     "StepFunctionsGetEventsForSageMakerTrainingJobsRule", "sagemaker.amazonaws.com"},
    {"sagemaker", "createTransformJob", "sagemaker:CreateTransformJob", "TransformJobName",
     "transform-job/N", "sagemaker:DescribeTransformJob sagemaker:StopTransformJob", "",
     "StepFunctionsGetEventsForSageMakerTransformJobsRule"},
    {"sagemaker", "createProcessingJob", "sagemaker:CreateProcessingJob", "ProcessingJobName",
     "processing-job/N", "sagemaker:DescribeProcessingJob sagemaker:StopProcessingJob", "",
     "StepFunctionsGetEventsForSageMakerProcessingJobsRule", "sagemaker.amazonaws.com"},
    {"sagemaker", "createHyperParameterTuningJob", "sagemaker:CreateHyperParameterTuningJob",
     "HyperParameterTuningJobName", "hyper-parameter-tuning-job/N",
     "sagemaker:DescribeHyperParameterTuningJob sagemaker:StopHyperParameterTuningJob", "",
     "StepFunctionsGetEventsForSageMakerTuningJobsRule", "sagemaker.amazonaws.com"},
    {"sagemaker", "createLabelingJob", "sagemaker:CreateLabelingJob", "LabelingJobName",
     "labeling-job/N", "sagemaker:DescribeLabelingJob sagemaker:StopLabelingJob", "",
     "StepFunctionsGetEventsForSageMakerLabelingJobsRule", "sagemaker.amazonaws.com"},
    {"sagemaker", "createModel", "sagemaker:CreateModel", "ModelName", "model/N", "", "", "",
     "sagemaker.amazonaws.com"},
    {"sagemaker", "createEndpoint", "sagemaker:CreateEndpoint", "", ""},
    {"sagemaker", "createEndpointConfig", "sagemaker:CreateEndpointConfig", "", ""},
    {"sagemaker", "updateEndpoint", "sagemaker:UpdateEndpoint", "EndpointName", "endpoint/N"},
});

void AllowRule(std::string_view rule, const Place& place, Grants* grants) {
  if (!rule.empty()) {
    grants->Allow(kRuleActions, ArnPrefix(place, "events") + "rule/" + std::string(rule));
  }
}

// Only to that service: which role it is, the definition does not always say.
void AllowPassRole(const TaskAt& task, std::string_view to, Grants* grants) {
  if (to.empty()) return;
  std::string role = "*";
  for (const char* parameter : {"RoleArn", "Role", "ExecutionRoleArn"}) {
    if (const std::string text = task.parameters.Text(parameter); text.starts_with("arn:"))
      role = text;
  }
  grants->Allow("iam:PassRole", role,
                fmt::format(R"({{"StringEquals":{{"iam:PassedToService":"{}"}}}})", to));
  if (role == "*") {
    grants->Note(fmt::format("{}: name the roles that {} gets, in place of * of iam:PassRole",
                             task.name, to));
  }
}

// The resource of a row; "*" when it is decided while the Task runs.
std::string ResourceOf(const Row& row, const TaskAt& task, const Place& place, Grants* grants) {
  if (row.parameter.empty()) return "*";
  const std::string name = task.parameters.Text(row.parameter);
  if (name.starts_with("arn:")) return name;
  if (name.empty()) {
    grants->Note(fmt::format("{}: {} is decided while it runs: *", task.name, row.parameter));
    return "*";
  }
  std::string resource(row.resource);
  resource.replace(resource.find('N'), 1, name);
  // A family of task definitions without its revision.
  if (row.service == "ecs" && name.find(':') == std::string::npos) resource += ":*";
  return ArnPrefix(place, row.service) + resource;
}

void AllowRow(const Row& row, const TaskAt& task, const Place& place, Grants* grants) {
  const std::string resource = ResourceOf(row, task, place, grants);
  grants->Allow(row.actions, resource);
  AllowPassRole(task, row.passes_role_to, grants);
  if (!task.sync) return;
  const std::string job = row.job_resource == "*" ? "*"
                          : row.job_resource.empty()
                              ? resource
                              : ArnPrefix(place, row.service) + std::string(row.job_resource);
  if (!row.job.empty()) grants->Allow(row.job, job);
  AllowRule(row.rule, place, grants);
}

// `parameter`, or "*" and a note.
std::string ArnOr(const TaskAt& task, std::string_view parameter, Grants* grants) {
  std::string text = task.parameters.Text(parameter);
  if (text.starts_with("arn:")) return text;
  grants->Note(fmt::format("{}: {} is decided while it runs: *", task.name, parameter));
  return "*";
}

void Lambda(const TaskAt& task, const Place& place, Grants* grants) {
  const auto target = asl::ParseFunctionName(task.parameters.Text("FunctionName"));
  if (!target) {
    grants->Note(fmt::format("{}: FunctionName is decided while it runs: *", task.name));
    return grants->Allow("lambda:InvokeFunction", "*");
  }
  const auto arn = asl::ParseArn(target->resource);
  std::string resource = arn && arn->service == "lambda"
                             ? fmt::format("arn:{}:lambda:{}:{}:function:{}", arn->partition,
                                           arn->region, arn->account, target->name)
                             : ArnPrefix(place, "lambda") + "function:" + target->name;
  std::string qualifier = target->qualifier;
  if (task.parameters.IsDynamic("Qualifier")) qualifier = "*";
  if (const std::string text = task.parameters.Text("Qualifier"); !text.empty()) qualifier = text;
  grants->Allow("lambda:InvokeFunction", qualifier.empty() ? resource : resource + ":" + qualifier);
}

// https://sqs.REGION.amazonaws.com/ACCOUNT/NAME
void Sqs(const TaskAt& task, const Place& place, Grants* grants) {
  const std::string url = task.parameters.Text("QueueUrl");
  const size_t name = url.rfind('/');
  const size_t account =
      name == std::string::npos || name == 0 ? std::string::npos : url.rfind('/', name - 1);
  if (account == std::string::npos || url.find("://") + 2 >= account) {
    grants->Note(fmt::format("{}: QueueUrl is decided while it runs: *", task.name));
    return grants->Allow("sqs:SendMessage", "*");
  }
  const std::string host = url.substr(url.find("://") + 3);
  const bool sqs = host.starts_with("sqs.");
  const std::string region = sqs ? host.substr(4, host.find('.', 4) - 4) : place.region;
  grants->Allow("sqs:SendMessage",
                fmt::format("arn:{}:sqs:{}:{}:{}", place.partition(), region,
                            url.substr(account + 1, name - account - 1), url.substr(name + 1)));
}

void Sns(const TaskAt& task, Grants* grants) {
  if (task.parameters.Find("PhoneNumber") || task.parameters.IsDynamic("PhoneNumber")) {
    grants->Note(fmt::format("{}: a phone number is no resource that can be named: *", task.name));
    return grants->Allow("sns:Publish", "*");
  }
  const bool target = !task.parameters.Text("TargetArn").empty();
  grants->Allow("sns:Publish", ArnOr(task, target ? "TargetArn" : "TopicArn", grants));
}

// Each entry goes to a bus of its own.
void Events(const TaskAt& task, const Place& place, Grants* grants) {
  const asl::Json entries = task.parameters.Find("Entries").value_or(asl::Json());
  for (const asl::Json& entry : entries.items()) {
    const auto bus = entry.Find("EventBusName");
    const bool dynamic = entry.Find("EventBusName.$").has_value() ||
                         (bus && (!bus->is_string() || bus->as_string().starts_with("{%")));
    if (dynamic) {
      grants->Note(fmt::format("{}: EventBusName is decided while it runs: *", task.name));
      grants->Allow("events:PutEvents", "*");
      continue;
    }
    const std::string name = bus ? std::string(bus->as_string()) : "default";
    grants->Allow("events:PutEvents", name.starts_with("arn:")
                                          ? name
                                          : ArnPrefix(place, "events") + "event-bus/" + name);
  }
  if (entries.size() == 0) {
    grants->Note(fmt::format("{}: Entries are decided while it runs: *", task.name));
    grants->Allow("events:PutEvents", "*");
  }
}

void NestedExecution(const TaskAt& task, const Place& place, Grants* grants) {
  const std::string arn = ArnOr(task, "StateMachineArn", grants);
  grants->Allow("states:StartExecution", arn);
  if (!task.sync) return;
  std::string executions = "*";
  if (const size_t at = arn.find(":stateMachine:"); at != std::string::npos) {
    std::string name = arn.substr(at + sizeof(":stateMachine:") - 1);
    name = name.substr(0, name.find(':'));  // without version or alias
    executions = arn.substr(0, at) + ":execution:" + name + ":*";
  }
  grants->Allow("states:DescribeExecution states:StopExecution", executions);
  AllowRule("StepFunctionsGetEventsForStepFunctionsExecutionRule", place, grants);
}

// ID.execute-api.REGION.amazonaws.com, Stage, Method, Path.
void ApiGateway(const TaskAt& task, const Place& place, Grants* grants) {
  const std::string endpoint = task.parameters.Text("ApiEndpoint");
  const std::string id = endpoint.substr(0, endpoint.find('.'));
  const auto or_any = [&](std::string_view name) {
    const std::string text = task.parameters.Text(name);
    return text.empty() ? std::string("*") : text;
  };
  std::string path = or_any("Path");
  if (path.starts_with('/')) path.erase(0, 1);
  if (id.empty())
    grants->Note(fmt::format("{}: ApiEndpoint is decided while it runs: *", task.name));
  grants->Allow("execute-api:Invoke",
                fmt::format("{}{}/{}/{}/{}", ArnPrefix(place, "execute-api"), id.empty() ? "*" : id,
                            or_any("Stage"), or_any("Method"), path));
}

void Http(const TaskAt& task, const Place& place, Grants* grants) {
  std::string condition;
  if (const std::string method = task.parameters.Text("Method"); !method.empty()) {
    condition += fmt::format(R"("StringEquals":{{"states:HTTPMethod":"{}"}})", method);
  }
  if (const std::string endpoint = task.parameters.Text("ApiEndpoint"); !endpoint.empty()) {
    std::string text;
    asl::AppendJsonString(endpoint, &text);
    condition += fmt::format(R"({}"StringLike":{{"states:HTTPEndpoint":{}}})",
                             condition.empty() ? "" : ",", text);
  } else {
    grants->Note(fmt::format("{}: ApiEndpoint is decided while it runs: any", task.name));
  }
  grants->Allow("states:InvokeHTTPEndpoint",
                ArnPrefix(place, "states") + "stateMachine:" + task.machine,
                condition.empty() ? "" : "{" + condition + "}");
  const auto authentication = task.parameters.Find("Authentication");
  const auto connection = authentication ? authentication->Find("ConnectionArn") : std::nullopt;
  const bool known = connection && connection->is_string();
  grants->Allow("events:RetrieveConnectionCredentials",
                known ? std::string(connection->as_string()) : "*");
  grants->Allow("secretsmanager:DescribeSecret secretsmanager:GetSecretValue",
                ArnPrefix(place, "secretsmanager") + "secret:events!connection/*");
}

}  // namespace

void AllowIntegration(const TaskAt& task, const Place& place, Grants* grants) {
  const std::string& service = task.service;
  if (service == "lambda") return Lambda(task, place, grants);
  if (service == "sqs") return Sqs(task, place, grants);
  if (service == "sns") return Sns(task, grants);
  if (service == "events") return Events(task, place, grants);
  if (service == "states") return NestedExecution(task, place, grants);
  if (service == "apigateway") return ApiGateway(task, place, grants);
  if (service == "http") return Http(task, place, grants);
  if (service == "bedrock" && task.action == "invokeModel") {
    const std::string model = task.parameters.Text("ModelId");
    const std::string name = model.starts_with("arn:") || model.empty()
                                 ? model
                                 : fmt::format("arn:{}:bedrock:{}::foundation-model/{}",
                                               place.partition(), place.region, model);
    if (name.empty())
      grants->Note(fmt::format("{}: ModelId is decided while it runs: *", task.name));
    return grants->Allow("bedrock:InvokeModel", name.empty() ? "*" : name);
  }
  const auto* row = std::find_if(kRows.begin(), kRows.end(), [&](const Row& r) {
    return r.service == service && r.action == task.action;
  });
  if (row != kRows.end()) return AllowRow(*row, task, place, grants);
  // EKS, EMR on EKS, EMR Serverless, …: the action alone, wherever it is.
  std::string action = task.action;
  action[0] =
      static_cast<char>(action[0] >= 'a' && action[0] <= 'z' ? action[0] - 'a' + 'A' : action[0]);
  grants->Allow(fmt::format("{}:{}", service, action), "*");
  grants->Note(
      fmt::format("{}: {}:{} is allowed everywhere; what a job of it needs besides is on "
                  "AWS's page of that integration",
                  task.name, service, action));
}

}  // namespace aslctl
