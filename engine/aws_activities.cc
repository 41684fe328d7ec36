// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Activities, whose workers poll for tasks, and tags.
#include <utility>

#include "engine/api/requests.h"
#include "engine/aws_encryption.h"
#include "engine/aws_history.h"
#include "engine/aws_members.h"
#include "engine/aws_operations.h"
#include "engine/aws_tags.h"
#include "fmt/format.h"

namespace engine {
namespace {

using asl::JsonWriter;

constexpr AwsMember kActivityArn{
    .name = "activityArn", .required = true, .min = 1, .max = kAwsArnMax, .arn_of = "activity"};

void WriteActivity(const Engine& engine, const Activity& activity, JsonWriter& out) {
  out.Key("activityArn").String(ActivityArn(engine.scope(), activity.name));
  out.Key("name").String(activity.name);
  out.Key("creationDate").Raw(AwsTime(activity.created));
}

// For answers that hold nothing.
Reply<bool> Nothing(AwsReply reply) {
  return [reply = std::move(reply)](const absl::StatusOr<bool>& done) {
    if (!done.ok()) return reply(done.status());
    reply("{}");
  };
}

constexpr AwsMember kCreate[] = {
    {.name = "name", .required = true, .min = 1, .max = 80},
    {.name = "tags", .kind = AwsKind::kList, .parts = kAwsTag},
    kAwsEncryption,
};
void CreateActivity(Engine& engine, const AwsRequest& request, AwsReply reply) {
  if (absl::Status s = CheckAwsEncryption(request); !s.ok()) return reply(s);
  api::CreateActivity(
      engine, request.Text("name"), AwsTags(request),
      [&engine, reply = std::move(reply)](const absl::StatusOr<Activity>& activity) {
        if (!activity.ok()) return reply(activity.status());
        JsonWriter out;
        out.BeginObject();
        out.Key("activityArn").String(ActivityArn(engine.scope(), activity->name));
        out.Key("creationDate").Raw(AwsTime(activity->created));
        reply(out.EndObject().Take());
      });
}

constexpr AwsMember kOne[] = {kActivityArn};
void DescribeActivity(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<Activity> found = api::DescribeActivity(engine, request.Text("activityArn"));
  if (!found.ok()) return reply(found.status());
  JsonWriter out;
  out.BeginObject();
  WriteActivity(engine, *found, out);
  WriteAwsEncryption(out);
  reply(out.EndObject().Take());
}

void DeleteActivity(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::DeleteActivity(engine, request.Text("activityArn"), Nothing(std::move(reply)));
}

constexpr AwsMember kList[] = {
    {.name = "maxResults", .kind = AwsKind::kInteger, .max = 1'000},
    {.name = "nextToken", .min = 1, .max = 1'024},
};
void ListActivities(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<api::ActivityPage> page =
      api::ListActivities(engine, request.Number("maxResults"), request.Text("nextToken"));
  if (!page.ok()) return reply(page.status());
  JsonWriter out;
  out.BeginObject().Key("activities").BeginArray();
  for (const Activity& activity : page->activities) {
    out.BeginObject();
    WriteActivity(engine, activity, out);
    out.EndObject();
  }
  out.EndArray();
  if (!page->next_token.empty()) out.Key("nextToken").String(page->next_token);
  reply(out.EndObject().Take());
}

// When no task comes, the answer has no token.
constexpr AwsMember kPoll[] = {kActivityArn, {.name = "workerName", .min = 1, .max = 80}};
void GetActivityTask(Engine& engine, const AwsRequest& request, const AwsWait& wait) {
  const absl::StatusOr<uint64_t> poll =
      api::GetActivityTask(engine, request.Text("activityArn"), request.Text("workerName"),
                           [reply = wait.reply](std::optional<ActivityTask> task) {
                             if (!task) return reply("{}", nullptr);
                             JsonWriter out;
                             out.BeginObject();
                             out.Key("taskToken").String(task->task_token);
                             out.Key("input").String(task->input);
                             reply(out.EndObject().Take(), std::move(task->delivered));
                           });
  if (!poll.ok()) return wait.reply(poll.status(), nullptr);
  if (wait.when_gone) wait.when_gone([&engine, poll = *poll] { engine.polls().Cancel(poll); });
}

constexpr AwsMember kResourceArn{.name = "resourceArn",
                                 .required = true,
                                 .min = 1,
                                 .max = kAwsArnMax,
                                 .arn_of = "stateMachine, activity"};
constexpr AwsMember kListTags[] = {kResourceArn};
void ListTags(Engine& engine, const AwsRequest& request, AwsReply reply) {
  const absl::StatusOr<Tags> tags = api::ListTags(engine, request.Text("resourceArn"));
  if (!tags.ok()) return reply(tags.status());
  JsonWriter out;
  out.BeginObject().Key("tags").BeginArray();
  for (const Tag& tag : *tags) {
    out.BeginObject().Key("key").String(tag.key).Key("value").String(tag.value).EndObject();
  }
  reply(out.EndArray().EndObject().Take());
}

constexpr AwsMember kTag[] = {
    kResourceArn,
    {.name = "tags", .kind = AwsKind::kList, .required = true, .parts = kAwsTag},
};
void TagResource(Engine& engine, const AwsRequest& request, AwsReply reply) {
  api::TagResource(engine, request.Text("resourceArn"), AwsTags(request),
                   Nothing(std::move(reply)));
}

constexpr AwsMember kTagKey[] = {{.name = "", .required = true, .min = 1, .max = 128}};
constexpr AwsMember kUntag[] = {
    kResourceArn,
    {.name = "tagKeys", .kind = AwsKind::kList, .required = true, .parts = kTagKey},
};
void UntagResource(Engine& engine, const AwsRequest& request, AwsReply reply) {
  std::vector<std::string> keys;
  for (const asl::Json& key : request.Items("tagKeys")) keys.emplace_back(key.as_string());
  api::UntagResource(engine, request.Text("resourceArn"), std::move(keys),
                     Nothing(std::move(reply)));
}

constexpr AwsOperation kOperations[] = {
    {.name = "CreateActivity", .members = kCreate, .run = CreateActivity},
    {.name = "DescribeActivity", .members = kOne, .run = DescribeActivity},
    {.name = "DeleteActivity", .members = kOne, .run = DeleteActivity},
    {.name = "ListActivities", .members = kList, .run = ListActivities},
    {.name = "GetActivityTask", .members = kPoll, .wait = GetActivityTask},
    {.name = "ListTagsForResource", .members = kListTags, .run = ListTags},
    {.name = "TagResource", .members = kTag, .run = TagResource},
    {.name = "UntagResource", .members = kUntag, .run = UntagResource},
};

}  // namespace

Tags AwsTags(const AwsRequest& request) {
  Tags tags;
  for (const asl::Json& tag : request.Items("tags")) {
    const asl::Json value = tag.Find("value").value_or(asl::Json());
    tags.push_back({.key = std::string(tag.Find("key")->as_string()),
                    .value = std::string(value.is_null() ? "" : value.as_string())});
  }
  return tags;
}

std::span<const AwsOperation> AwsActivityOperations() { return kOperations; }

}  // namespace engine
