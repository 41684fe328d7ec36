// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Activities and tags, which belong to partition 0 and change only here; everybody else sees the
// copy in resources.h.
#include <algorithm>
#include <cassert>

#include "engine/partition.h"
#include "engine/records.h"
#include "fmt/format.h"

namespace engine {
namespace {

// A tag that is there keeps its place; of one that is given twice the last value counts.
void Merge(const Tags& added, Tags& tags) {
  for (const Tag& tag : added) {
    auto same = std::find_if(tags.begin(), tags.end(),
                             [&](const Tag& known) { return known.key == tag.key; });
    if (same == tags.end()) {
      tags.push_back(tag);
    } else {
      same->value = tag.value;
    }
  }
}

}  // namespace

absl::Status Partition::RecoverResources(const storage::Store& store) {
  absl::StatusOr<std::vector<Activity>> activities = ReadActivities(store);
  if (!activities.ok()) return activities.status();
  for (Activity& activity : *activities) activities_.emplace(activity.name, activity);
  absl::StatusOr<std::vector<std::pair<std::string, Tags>>> tags = ReadTags(store);
  if (!tags.ok()) return tags.status();
  for (auto& [resource, some] : *tags) tags_.emplace(resource, std::move(some));
  return absl::OkStatus();
}

void Partition::On(CreateActivity& command) {
  assert(options_.id == 0);
  if (auto it = activities_.find(command.name); it != activities_.end()) {
    return Answer<Activity>(command.reply, it->second);
  }
  if (activities_.size() >= kActivitiesMax) {
    return Answer<Activity>(
        command.reply,
        absl::ResourceExhaustedError(fmt::format(
            "Activity Limit Exceeded: 'there are {} activities already'", kActivitiesMax)));
  }
  const Activity activity{.name = command.name, .created = clock_};
  activities_.emplace(activity.name, activity);
  PutActivity(activity, *batch_);
  effects_.push_back(PublishActivity{activity});
  SetTags(ActivityResource(activity.name), std::move(command.tags));
  Answer<Activity>(command.reply, activity);
}

void Partition::On(DeleteActivity& command) {
  assert(options_.id == 0);
  const bool existed = activities_.erase(command.name) > 0;
  // Also one that was only on its way: whoever serves it may have come before its row did.
  effects_.push_back(ForgetActivity{command.name});
  if (existed) {
    batch_->Delete(kActivities, ActivityKey(command.name));
    SetTags(ActivityResource(command.name), {});
  }
  Answer<bool>(command.reply, existed);
}

void Partition::On(ChangeTags& command) {
  assert(options_.id == 0);
  Tags tags;
  if (auto it = tags_.find(command.resource); it != tags_.end()) tags = it->second;
  std::erase_if(tags, [&](const Tag& tag) {
    return std::find(command.remove.begin(), command.remove.end(), tag.key) != command.remove.end();
  });
  Merge(command.set, tags);
  if (tags.size() > kTagsMax) {
    return Answer<bool>(command.reply, absl::ResourceExhaustedError("Too Many Tags"));
  }
  SetTags(command.resource, std::move(tags));
  Answer<bool>(command.reply, true);
}

// No tags: whatever it had is gone.
void Partition::SetTags(const std::string& resource, Tags given) {
  Tags tags;
  Merge(given, tags);
  if (tags.empty()) {
    if (tags_.erase(resource) == 0) return;
    batch_->Delete(kTags, TagsKey(resource));
  } else {
    tags_[resource] = tags;
    PutTags(resource, tags, *batch_);
  }
  effects_.push_back(PublishTags{.resource = resource, .tags = std::move(tags)});
}

}  // namespace engine
