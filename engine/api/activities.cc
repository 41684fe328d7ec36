// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/api/requests.h"
#include "fmt/format.h"

namespace engine::api {
namespace {

constexpr size_t kWorkerNameMax = 80;

absl::Status InvalidArn(const std::string& activity) {
  return absl::InvalidArgumentError(fmt::format("Invalid Arn: 'Invalid ARN prefix: {}'", activity));
}

}  // namespace

void CreateActivity(Engine& engine, std::string name, Tags tags, Reply<Activity> reply) {
  if (absl::Status s = engine.CheckDiskSpace(); !s.ok()) return reply(s);
  if (absl::Status s = CheckName(name); !s.ok()) return reply(s);
  if (absl::Status s = CheckTags(tags, ActivityArn(engine.scope(), name)); !s.ok()) return reply(s);
  engine.Post(0, engine::CreateActivity{
                     .name = std::move(name), .tags = std::move(tags), .reply = std::move(reply)});
}

void DeleteActivity(Engine& engine, const std::string& activity, Reply<bool> reply) {
  const std::optional<std::string> name = ActivityNameOf(activity);
  if (!name) return reply(InvalidArn(activity));
  if (activity != *name && activity != ActivityArn(engine.scope(), *name)) return reply(false);
  engine.Post(0, engine::DeleteActivity{.name = *name, .reply = std::move(reply)});
}

absl::StatusOr<Activity> DescribeActivity(Engine& engine, const std::string& activity) {
  const std::optional<std::string> name = ActivityNameOf(activity);
  if (!name) return InvalidArn(activity);
  std::optional<Activity> found = engine.resources().FindActivity(*name);
  const std::string arn = ActivityArn(engine.scope(), *name);
  if (!found || (activity != *name && activity != arn)) {
    return absl::NotFoundError(
        fmt::format("Activity Does Not Exist: '{}'", activity == *name ? arn : activity));
  }
  return *std::move(found);
}

absl::StatusOr<ActivityPage> ListActivities(Engine& engine, int32_t max_results,
                                            const std::string& token) {
  absl::StatusOr<size_t> count = CheckMaxResults(max_results);
  if (!count.ok()) return count.status();
  constexpr char kList[] = "activities";
  const absl::StatusOr<std::string> after = engine.page_tokens().Open(kList, token);
  if (!after.ok()) return after.status();
  ActivityPage page;
  page.activities = engine.resources().ListActivities(*after, *count + 1);
  if (page.activities.size() > *count) {
    page.activities.pop_back();
    page.next_token = engine.page_tokens().Seal(kList, page.activities.back().name);
  }
  return page;
}

absl::StatusOr<uint64_t> GetActivityTask(Engine& engine, const std::string& activity,
                                         const std::string& worker_name, ActivityPolls::Take take) {
  if (worker_name.size() > 4 * kWorkerNameMax) {  // of characters
    return absl::InvalidArgumentError(fmt::format(
        "1 validation error detected: Value at 'workerName' failed to satisfy constraint: Member "
        "must have length less than or equal to {}",
        kWorkerNameMax));
  }
  const absl::StatusOr<Activity> found = DescribeActivity(engine, activity);
  if (!found.ok()) return found.status();
  return engine.polls().Begin(found->name, worker_name, std::move(take));
}

}  // namespace engine::api
