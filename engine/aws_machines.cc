// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// State machines. A setting that asld would not keep is refused rather than forgotten; those for
// CloudWatch Logs and X-Ray are kept and described.
#include <utility>

#include "asl/variable_references.h"
#include "engine/api/requests.h"
#include "engine/aws_encryption.h"
#include "engine/aws_history.h"
#include "engine/aws_members.h"
#include "engine/aws_operations.h"
#include "engine/aws_tags.h"

namespace engine {
namespace {

using asl::JsonWriter;

constexpr int64_t kDefinitionMax = 1'048'576;

constexpr AwsMember kLogging{.name = "loggingConfiguration", .kind = AwsKind::kStructure};
constexpr AwsMember kTracing{.name = "tracingConfiguration", .kind = AwsKind::kStructure};
constexpr AwsMember kPublish{.name = "publish", .kind = AwsKind::kBoolean};
constexpr AwsMember kVersionDescription{
    .name = "versionDescription", .max = kAwsDescriptionMax, .sensitive = true};
constexpr AwsMember kIncludedData{.name = "includedData", .choices = "ALL_DATA, METADATA_ONLY"};

std::string TextOf(const asl::Json& part, std::string_view member, std::string_view otherwise) {
  const asl::Json value = part.Find(member).value_or(asl::Json());
  return std::string(value.is_string() ? value.as_string() : otherwise);
}

bool IsTrue(const asl::Json& part, std::string_view member) {
  const asl::Json value = part.Find(member).value_or(asl::Json());
  return value.is_bool() && value.as_bool();
}

MachineLogging LoggingOf(const AwsRequest& request) {
  const asl::Json part = request.Part(kLogging.name);
  MachineLogging logging{.level = TextOf(part, "level", MachineLogging{}.level),
                         .data = IsTrue(part, "includeExecutionData")};
  for (const asl::Json destination : part.Find("destinations").value_or(asl::Json()).items()) {
    const asl::Json group = destination.Find("cloudWatchLogsLogGroup").value_or(asl::Json());
    std::string arn = TextOf(group, "logGroupArn", "");
    if (!arn.empty()) logging.groups.push_back(std::move(arn));
  }
  return logging;
}

bool TracingOf(const AwsRequest& request) { return IsTrue(request.Part(kTracing.name), "enabled"); }

api::PublishRequest PublishOf(const AwsRequest& request) {
  return {.publish = request.Flag(kPublish.name),
          .description = request.Text(kVersionDescription.name)};
}

absl::Status CheckSettings(const AwsRequest& request) {
  if (request.Text("type") == "EXPRESS")
    return absl::UnimplementedError("type EXPRESS is not supported yet by asld");
  return CheckAwsEncryption(request);
}

void WriteSettings(const Revision& revision, JsonWriter& out) {
  const MachineLogging& logging = revision.settings.logging;
  out.Key("roleArn").String(revision.role_arn);
  out.Key("loggingConfiguration").BeginObject();
  out.Key("level").String(logging.level).Key("includeExecutionData").Bool(logging.data);
  if (!logging.groups.empty()) {
    out.Key("destinations").BeginArray();
    for (const std::string& group : logging.groups) {
      out.BeginObject().Key("cloudWatchLogsLogGroup").BeginObject();
      out.Key("logGroupArn").String(group).EndObject().EndObject();
    }
    out.EndArray();
  }
  out.EndObject();
  out.Key("tracingConfiguration").BeginObject();
  out.Key("enabled").Bool(revision.settings.tracing).EndObject();
  WriteAwsEncryption(out);
}

// AWS leaves it out where no state reads a variable.
void WriteVariableReferences(const Revision& revision, JsonWriter& out) {
  const auto references = asl::VariableReferences(revision.definition);
  if (references.empty()) return;
  out.Key("variableReferences").BeginObject();
  for (const auto& [state, variables] : references) {
    out.Key(state).BeginArray();
    for (const std::string& variable : variables) out.String(variable);
    out.EndArray();
  }
  out.EndObject();
}

void WriteVersionArn(const Engine& engine, const std::string& machine, uint32_t version,
                     JsonWriter& out) {
  if (version == 0) return;
  out.Key("stateMachineVersionArn").String(VersionArn(engine.scope(), machine, version));
}

// AWS names no revision before the first update.
void WriteRevisionId(const Revision& revision, JsonWriter& out) {
  if (revision.updated != asl::Millis{}) out.Key("revisionId").String(revision.id);
}

constexpr AwsMember kCreate[] = {
    {.name = "name", .required = true, .min = 1, .max = 80},
    {.name = "definition", .required = true, .min = 1, .max = kDefinitionMax, .sensitive = true},
    {.name = "roleArn", .required = true, .min = 1, .max = kAwsArnMax},
    {.name = "type", .choices = "STANDARD, EXPRESS"},
    kLogging,
    {.name = "tags", .kind = AwsKind::kList, .parts = kAwsTag},
    kTracing,
    kPublish,
    kVersionDescription,
    kAwsEncryption,
};
void CreateMachine(Engine& engine, const AwsRequest& request, AwsReply reply) {
  if (absl::Status s = CheckSettings(request); !s.ok()) return reply(s);
  api::CreateStateMachine(
      engine,
      {.name = request.Text("name"),
       .definition = request.Text("definition"),
       .role_arn = request.Text("roleArn"),
       .settings = {.logging = LoggingOf(request), .tracing = TracingOf(request)},
       .publish = PublishOf(request),
       .tags = AwsTags(request)},
      [&engine, reply = std::move(reply)](const absl::StatusOr<Created>& created) {
        if (!created.ok()) return reply(created.status());
        const Revision& revision = *created->revision;
        JsonWriter out;
        out.BeginObject();
        out.Key("stateMachineArn").String(StateMachineArn(engine.scope(), revision.machine));
        out.Key("creationDate").Raw(AwsTime(revision.created));
        WriteVersionArn(engine, revision.machine, created->version, out);
        reply(out.EndObject().Take());
      });
}

constexpr AwsMember kUpdate[] = {
    kAwsStateMachineArn,
    {.name = "definition", .min = 1, .max = kDefinitionMax, .sensitive = true},
    {.name = "roleArn", .min = 1, .max = kAwsArnMax},
    kLogging,
    kTracing,
    kPublish,
    kVersionDescription,
    kAwsEncryption,
};
void UpdateMachine(Engine& engine, const AwsRequest& request, AwsReply reply) {
  if (absl::Status s = CheckSettings(request); !s.ok()) return reply(s);
  api::UpdateStateMachineRequest update{.state_machine = request.Text("stateMachineArn"),
                                        .definition = request.Find("definition"),
                                        .role_arn = request.Find("roleArn"),
                                        .others = !request.Part(kAwsEncryption.name).is_null(),
                                        .publish = PublishOf(request)};
  if (!request.Part(kLogging.name).is_null()) update.logging = LoggingOf(request);
  if (!request.Part(kTracing.name).is_null()) update.tracing = TracingOf(request);
  api::UpdateStateMachine(
      engine, std::move(update),
      [&engine, reply = std::move(reply)](const absl::StatusOr<Updated>& updated) {
        if (!updated.ok()) return reply(updated.status());
        JsonWriter out;
        out.BeginObject();
        out.Key("updateDate").Raw(AwsTime(updated->updated_at));
        WriteRevisionId(*updated->revision, out);
        WriteVersionArn(engine, updated->revision->machine, updated->version, out);
        reply(out.EndObject().Take());
      });
}

constexpr AwsMember kDelete[] = {kAwsStateMachineArn};
void DeleteMachine(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::DeleteStateMachine(engine, request.Text("stateMachineArn"),
                          [reply = std::move(reply)](const absl::StatusOr<bool>& deleted) {
                            if (!deleted.ok()) return reply(deleted.status());
                            reply("{}");
                          });
}

constexpr AwsMember kDescribe[] = {kAwsStateMachineArn, kIncludedData};
void DescribeMachine(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const std::string arn = request.Text("stateMachineArn");
  const absl::StatusOr<api::MachineDescription> found = api::DescribeVersion(engine, arn);
  if (!found.ok()) return reply(found.status());
  const Revision& revision = *found->revision;
  const bool data = request.Text("includedData") != "METADATA_ONLY";
  JsonWriter out;
  out.BeginObject();
  out.Key("stateMachineArn").String(arn);
  out.Key("name").String(revision.machine);
  out.Key("status").String(found->machine->deleting ? "DELETING" : "ACTIVE");
  out.Key("definition").String(data ? revision.definition : "{}");
  out.Key("type").String("STANDARD");
  out.Key("creationDate")
      .Raw(AwsTime(found->version ? found->version->created : found->machine->created));
  WriteSettings(revision, out);
  WriteRevisionId(revision, out);
  if (data) WriteVariableReferences(revision, out);
  if (found->version && !found->version->description.empty()) {
    out.Key("description").String(found->version->description);
  }
  reply(out.EndObject().Take());
}

constexpr AwsMember kDescribeFor[] = {
    {.name = "executionArn", .required = true, .min = 1, .max = kAwsArnMax, .arn_of = "execution"},
    kIncludedData,
};
void DescribeMachineForExecution(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<RevisionPtr> found =
      api::DescribeStateMachineForExecution(engine, request.Text("executionArn"));
  if (!found.ok()) return reply(found.status());
  const Revision& revision = **found;
  const bool data = request.Text("includedData") != "METADATA_ONLY";
  const RevisionPtr current = engine.registry().FindMachine(revision.machine);
  asl::Millis updated = revision.updated;
  if (updated == asl::Millis{}) updated = current == nullptr ? revision.created : current->created;
  JsonWriter out;
  out.BeginObject();
  out.Key("stateMachineArn").String(StateMachineArn(engine.scope(), revision.machine));
  out.Key("name").String(revision.machine);
  out.Key("definition").String(data ? revision.definition : "{}");
  out.Key("updateDate").Raw(AwsTime(updated));
  WriteSettings(revision, out);
  WriteRevisionId(revision, out);
  if (data) WriteVariableReferences(revision, out);
  reply(out.EndObject().Take());
}

constexpr AwsMember kList[] = {
    {.name = "maxResults", .kind = AwsKind::kInteger, .max = 1'000},
    {.name = "nextToken", .min = 1, .max = 1'024},
};
void ListMachines(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<api::StateMachinePage> page =
      api::ListStateMachines(engine, request.Number("maxResults"), request.Text("nextToken"));
  if (!page.ok()) return reply(page.status());
  JsonWriter out;
  out.BeginObject().Key("stateMachines").BeginArray();
  for (const RevisionPtr& machine : page->machines) {
    out.BeginObject();
    out.Key("stateMachineArn").String(StateMachineArn(engine.scope(), machine->machine));
    out.Key("name").String(machine->machine);
    out.Key("type").String("STANDARD");
    out.Key("creationDate").Raw(AwsTime(machine->created));
    out.EndObject();
  }
  out.EndArray();
  if (!page->next_token.empty()) out.Key("nextToken").String(page->next_token);
  reply(out.EndObject().Take());
}

// An empty definition is one that is wrong (recorded), whatever AWS's model of the API says.
constexpr AwsMember kValidate[] = {
    {.name = "definition", .required = true, .max = kDefinitionMax, .sensitive = true},
    {.name = "type", .choices = "STANDARD, EXPRESS"},
    {.name = "severity", .choices = "ERROR, WARNING"},
    {.name = "maxResults", .kind = AwsKind::kInteger, .max = 100},
};
void ValidateDefinition(Engine&, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<api::ValidateDefinitionAnswer> answer =
      api::ValidateDefinition({.definition = request.Text("definition"),
                               .type = request.Text("type"),
                               .severity = request.Text("severity"),
                               .max_results = request.Number("maxResults")});
  if (!answer.ok()) return reply(answer.status());
  const asl::Diagnosis& diagnosis = answer->diagnosis;
  JsonWriter out;
  out.BeginObject();
  out.Key("result").String(diagnosis.ok ? "OK" : "FAIL");
  out.Key("diagnostics").BeginArray();
  for (const asl::Problem& problem : diagnosis.diagnostics) {
    out.BeginObject();
    out.Key("severity").String(asl::SeverityName(problem.severity));
    out.Key("code").String(problem.code);
    out.Key("message").String(problem.message);
    if (!problem.location.empty()) out.Key("location").String(problem.location);
    out.EndObject();
  }
  out.EndArray().Key("truncated").Bool(diagnosis.truncated);
  reply(out.EndObject().Take());
}

constexpr AwsOperation kOperations[] = {
    {.name = "CreateStateMachine", .members = kCreate, .run = CreateMachine, .slow = true},
    {.name = "UpdateStateMachine", .members = kUpdate, .run = UpdateMachine, .slow = true},
    {.name = "DeleteStateMachine", .members = kDelete, .run = DeleteMachine},
    {.name = "DescribeStateMachine", .members = kDescribe, .run = DescribeMachine},
    {.name = "DescribeStateMachineForExecution",
     .members = kDescribeFor,
     .run = DescribeMachineForExecution,
     .slow = true},
    {.name = "ListStateMachines", .members = kList, .run = ListMachines},
    {.name = "ValidateStateMachineDefinition",
     .members = kValidate,
     .run = ValidateDefinition,
     .slow = true},
};

}  // namespace

std::span<const AwsOperation> AwsMachineOperations() { return kOperations; }

}  // namespace engine
