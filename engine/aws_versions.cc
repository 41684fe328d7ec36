// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Versions and aliases of state machines.
#include <algorithm>
#include <utility>

#include "engine/api/requests.h"
#include "engine/aws_history.h"
#include "engine/aws_members.h"
#include "engine/aws_operations.h"

namespace engine {
namespace {

using asl::JsonWriter;

constexpr int64_t kLongArnMax = 2'000;

constexpr AwsMember kAliasArn{.name = "stateMachineAliasArn",
                              .required = true,
                              .min = 1,
                              .max = kAwsArnMax,
                              .arn_of = "stateMachine"};
constexpr AwsMember kDescription{
    .name = "description", .max = kAwsDescriptionMax, .sensitive = true};
constexpr AwsMember kMaxResults{.name = "maxResults", .kind = AwsKind::kInteger, .max = 1'000};
constexpr AwsMember kNextToken{.name = "nextToken", .min = 1, .max = 1'024};

// For answers that hold nothing.
Reply<bool> Nothing(AwsReply reply) {
  return [reply = std::move(reply)](const absl::StatusOr<bool>& done) {
    if (!done.ok()) return reply(done.status());
    reply("{}");
  };
}

constexpr AwsMember kPublish[] = {kAwsStateMachineArn, {.name = "revisionId"}, kDescription};
void PublishVersion(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::PublishVersionRequest publish{.state_machine = request.Text("stateMachineArn"),
                                     .revision_id = request.Find("revisionId"),
                                     .description = request.Text("description")};
  const std::string machine = publish.state_machine;
  api::PublishStateMachineVersion(
      engine, std::move(publish),
      [machine, reply = std::move(reply)](const absl::StatusOr<Version>& version) {
        if (!version.ok()) return reply(version.status());
        JsonWriter out;
        out.BeginObject();
        out.Key("creationDate").Raw(AwsTime(version->created));
        out.Key("stateMachineVersionArn").String(machine + ":" + std::to_string(version->number));
        reply(out.EndObject().Take());
      });
}

constexpr AwsMember kDeleteVersion[] = {{.name = "stateMachineVersionArn",
                                         .required = true,
                                         .min = 1,
                                         .max = kLongArnMax,
                                         .arn_of = "stateMachine"}};
void DeleteVersion(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::DeleteStateMachineVersion(engine, request.Text("stateMachineVersionArn"),
                                 Nothing(std::move(reply)));
}

constexpr AwsMember kListVersions[] = {kAwsStateMachineArn, kNextToken, kMaxResults};
void ListVersions(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<api::VersionPage> page =
      api::ListStateMachineVersions(engine, request.Text("stateMachineArn"),
                                    request.Number("maxResults"), request.Text("nextToken"));
  if (!page.ok()) return reply(page.status());
  JsonWriter out;
  out.BeginObject().Key("stateMachineVersions").BeginArray();
  for (const Version& version : page->versions) {
    out.BeginObject();
    out.Key("stateMachineVersionArn")
        .String(VersionArn(engine.scope(), page->machine, version.number));
    out.Key("creationDate").Raw(AwsTime(version.created));
    out.EndObject();
  }
  out.EndArray();
  if (!page->next_token.empty()) out.Key("nextToken").String(page->next_token);
  reply(out.EndObject().Take());
}

absl::StatusOr<std::vector<api::RouteRequest>> RoutesOf(const AwsRequest& request) {
  std::vector<api::RouteRequest> routes;
  for (const asl::Json route : request.Part("routingConfiguration").items()) {
    const asl::Json arn = route.Find("stateMachineVersionArn").value_or(asl::Json());
    const std::optional<int64_t> weight = route.Find("weight").value_or(asl::Json()).as_int64();
    if (!arn.is_string() || !weight) {
      return absl::InvalidArgumentError(
          "Each item of routingConfiguration must have a stateMachineVersionArn and a weight");
    }
    // Any weight beyond these bounds is as wrong as another.
    const int64_t bounded = std::clamp<int64_t>(*weight, INT32_MIN, INT32_MAX);
    routes.push_back(
        {.version = std::string(arn.as_string()), .weight = static_cast<int32_t>(bounded)});
  }
  return routes;
}

constexpr AwsMember kCreateAlias[] = {
    kDescription,
    {.name = "name", .required = true, .min = 1, .max = 80},
    {.name = "routingConfiguration", .kind = AwsKind::kList, .required = true},
};
void CreateAlias(Engine& engine, const AwsRequest& request, AwsReply reply) {
  absl::StatusOr<std::vector<api::RouteRequest>> routes = RoutesOf(request);
  if (!routes.ok()) return reply(routes.status());
  api::CreateStateMachineAlias(
      engine,
      {.name = request.Text("name"),
       .description = request.Text("description"),
       .routes = *std::move(routes)},
      [&engine, reply = std::move(reply)](const absl::StatusOr<api::AliasAnswer>& created) {
        if (!created.ok()) return reply(created.status());
        JsonWriter out;
        out.BeginObject();
        out.Key("stateMachineAliasArn")
            .String(QualifiedArn(engine.scope(), created->machine, created->alias.name));
        out.Key("creationDate").Raw(AwsTime(created->alias.created));
        reply(out.EndObject().Take());
      });
}

constexpr AwsMember kUpdateAlias[] = {
    kAliasArn,
    kDescription,
    {.name = "routingConfiguration", .kind = AwsKind::kList},
};
void UpdateAlias(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::UpdateAliasRequest update{.alias = request.Text("stateMachineAliasArn"),
                                 .description = request.Find("description"),
                                 .routes = std::nullopt};
  if (!request.Part("routingConfiguration").is_null()) {
    absl::StatusOr<std::vector<api::RouteRequest>> routes = RoutesOf(request);
    if (!routes.ok()) return reply(routes.status());
    update.routes = *std::move(routes);
  }
  api::UpdateStateMachineAlias(
      engine, std::move(update),
      [reply = std::move(reply)](const absl::StatusOr<api::AliasAnswer>& updated) {
        if (!updated.ok()) return reply(updated.status());
        JsonWriter out;
        out.BeginObject().Key("updateDate").Raw(AwsTime(updated->alias.updated));
        reply(out.EndObject().Take());
      });
}

constexpr AwsMember kOneAlias[] = {kAliasArn};
void DescribeAlias(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const std::string arn = request.Text("stateMachineAliasArn");
  const absl::StatusOr<api::AliasAnswer> found = api::DescribeStateMachineAlias(engine, arn);
  if (!found.ok()) return reply(found.status());
  const Alias& alias = found->alias;
  JsonWriter out;
  out.BeginObject();
  out.Key("stateMachineAliasArn").String(arn);
  out.Key("name").String(alias.name);
  if (!alias.description.empty()) out.Key("description").String(alias.description);
  out.Key("routingConfiguration").BeginArray();
  for (const AliasRoute& route : alias.routes) {
    out.BeginObject();
    out.Key("stateMachineVersionArn")
        .String(VersionArn(engine.scope(), found->machine, route.version));
    out.Key("weight").Int(route.weight);
    out.EndObject();
  }
  out.EndArray();
  out.Key("creationDate").Raw(AwsTime(alias.created));
  out.Key("updateDate").Raw(AwsTime(alias.updated));
  reply(out.EndObject().Take());
}

void DeleteAlias(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::DeleteStateMachineAlias(engine, request.Text("stateMachineAliasArn"),
                               Nothing(std::move(reply)));
}

void ListAliases(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<api::AliasPage> page =
      api::ListStateMachineAliases(engine, request.Text("stateMachineArn"),
                                   request.Number("maxResults"), request.Text("nextToken"));
  if (!page.ok()) return reply(page.status());
  JsonWriter out;
  out.BeginObject().Key("stateMachineAliases").BeginArray();
  for (const Alias& alias : page->aliases) {
    out.BeginObject();
    out.Key("stateMachineAliasArn").String(QualifiedArn(engine.scope(), page->machine, alias.name));
    out.Key("creationDate").Raw(AwsTime(alias.created));
    out.EndObject();
  }
  out.EndArray();
  if (!page->next_token.empty()) out.Key("nextToken").String(page->next_token);
  reply(out.EndObject().Take());
}

constexpr AwsOperation kOperations[] = {
    {.name = "PublishStateMachineVersion", .members = kPublish, .run = PublishVersion},
    {.name = "DeleteStateMachineVersion", .members = kDeleteVersion, .run = DeleteVersion},
    {.name = "ListStateMachineVersions", .members = kListVersions, .run = ListVersions},
    {.name = "CreateStateMachineAlias", .members = kCreateAlias, .run = CreateAlias},
    {.name = "UpdateStateMachineAlias", .members = kUpdateAlias, .run = UpdateAlias},
    {.name = "DescribeStateMachineAlias", .members = kOneAlias, .run = DescribeAlias},
    {.name = "DeleteStateMachineAlias", .members = kOneAlias, .run = DeleteAlias},
    {.name = "ListStateMachineAliases", .members = kListVersions, .run = ListAliases},
};

}  // namespace

std::span<const AwsOperation> AwsVersionOperations() { return kOperations; }

}  // namespace engine
