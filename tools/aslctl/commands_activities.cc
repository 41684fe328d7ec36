// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "asld/v1/activities.pb.h"
#include "tools/aslctl/activity_client.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/style.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;
using asld::v1::Activity;

Json ToJson(const Activity& activity) {
  return {{"activityArn", activity.activity_arn()},
          {"name", activity.name()},
          {"creationDate", IsoTime(CreatedMs(activity))}};
}

std::string ActivitiesText(const std::vector<Activity>& activities, const Style& style) {
  std::vector<std::vector<Cell>> rows = {
      {{"ACTIVITY", Tone::kDim}, {"CREATED", Tone::kDim}, {"ARN", Tone::kDim}}};
  for (const Activity& activity : activities) {
    rows.push_back({{activity.name(), Tone::kStrong},
                    {Moment(CreatedMs(activity), style)},
                    {activity.activity_arn(), Tone::kDim}});
  }
  return Columns(rows, style);
}

Exit Refuse(const absl::Status& status, const std::string& what) {
  Failure failure = FailureOf(status, what);
  if (failure.exit == Exit::kNotFound) failure.fix = "`aslctl activity ls` shows those there are";
  return Tell(failure);
}

}  // namespace

Exit CreateActivity(const workers::Server& server, const ActivityOptions& options) {
  const auto made = ActivityClient(server).Create(options.activity);
  if (!made.ok()) {
    return Refuse(made.status(), fmt::format("cannot create activity '{}'", options.activity));
  }
  Print(options.form, ToJson(*made), {.name = "activityArn"}, made->activity_arn() + "\n");
  return Exit::kOk;
}

Exit ListActivities(const workers::Server& server, const ActivityOptions& options) {
  const auto all = ActivityClient(server).List();
  if (!all.ok()) return Refuse(all.status(), "cannot list activities");
  Json list = Json::array();
  for (const Activity& activity : *all) list.push_back(ToJson(activity));
  Print(options.form, Json{{"activities", std::move(list)}}, {.name = "name", .list = "activities"},
        all->empty() ? "" : ActivitiesText(*all, StyleOf(stdout)));
  return Exit::kOk;
}

Exit DescribeActivity(const workers::Server& server, const ActivityOptions& options) {
  const auto found = ActivityClient(server).Describe(options.activity);
  if (!found.ok()) {
    return Refuse(found.status(), fmt::format("cannot show activity '{}'", options.activity));
  }
  Print(options.form, ToJson(*found), {.name = "activityArn"},
        ActivitiesText({*found}, StyleOf(stdout)));
  return Exit::kOk;
}

Exit DeleteActivity(const workers::Server& server, const ActivityOptions& options) {
  ActivityClient client(server);
  const std::string what = fmt::format("cannot delete activity '{}'", options.activity);
  // The engine says OK of what does not exist; a person has mistyped it.
  if (const auto found = client.Describe(options.activity); !found.ok()) {
    return Refuse(found.status(), what);
  }
  if (const absl::Status s = client.Delete(options.activity); !s.ok()) return Refuse(s, what);
  fmt::print(stderr, "deleted activity {}\n", options.activity);
  return Exit::kOk;
}

Exit PollActivity(const workers::Server& server, const ActivityOptions& options) {
  const auto task = ActivityClient(server).Poll(options.activity, options.worker);
  if (!task.ok()) {
    return Refuse(task.status(), fmt::format("cannot poll activity '{}'", options.activity));
  }
  if (task->task_token().empty()) {
    return Tell({.exit = Exit::kWaitTimeout,
                 .what = fmt::format("no task of activity '{}' came", options.activity),
                 .why = "a poll waits for a minute at most",
                 .fix = "poll again"});
  }
  Print(options.form, Json{{"taskToken", task->task_token()}, {"input", task->input()}},
        {.name = "taskToken"}, fmt::format("{}\n{}\n", task->task_token(), task->input()));
  return Exit::kOk;
}

}  // namespace aslctl
