// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/resources.h"

#include "engine/records.h"
#include "engine/tables.h"
#include "fmt/format.h"
#include "storage/key.h"

namespace engine {

std::string MachineResource(std::string_view machine) {
  return fmt::format("stateMachine:{}", machine);
}

std::string ActivityResource(std::string_view activity) {
  return fmt::format("activity:{}", activity);
}

void Resources::PublishActivity(Activity activity) {
  std::lock_guard lock(mutex_);
  served_.erase(activity.name);
  activities_.insert_or_assign(activity.name, std::move(activity));
}

void Resources::ForgetActivity(const std::string& name) {
  std::lock_guard lock(mutex_);
  served_.erase(name);
  activities_.erase(name);
  gone_.fetch_add(1, std::memory_order_release);
}

bool Resources::NoteServed(const std::string& name) {
  std::lock_guard lock(mutex_);
  return !activities_.contains(name) && served_.insert(name).second;
}

bool Resources::ActivityExists(const std::string& name) const {
  std::lock_guard lock(mutex_);
  return activities_.contains(name) || served_.contains(name);
}

bool Resources::ActivityExists(const std::string& name, Known* known) const {
  // Read before the look-up: what goes after it is seen the next time.
  const uint64_t gone = gone_.load(std::memory_order_acquire);
  if (known->gone != gone) *known = {.names = {}, .gone = gone};
  if (known->names.contains(name)) return true;
  if (!ActivityExists(name)) return false;
  known->names.insert(name);
  return true;
}

std::optional<Activity> Resources::FindActivity(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto it = activities_.find(name);
  if (it == activities_.end()) return std::nullopt;
  return it->second;
}

std::vector<Activity> Resources::ListActivities(std::string_view after, size_t count) const {
  std::lock_guard lock(mutex_);
  std::vector<Activity> page;
  for (auto it = activities_.upper_bound(after); it != activities_.end() && page.size() < count;
       ++it) {
    page.push_back(it->second);
  }
  return page;
}

void Resources::PublishTags(const std::string& resource, Tags tags) {
  std::lock_guard lock(mutex_);
  if (tags.empty()) {
    tags_.erase(resource);
  } else {
    tags_[resource] = std::move(tags);
  }
}

Tags Resources::TagsOf(const std::string& resource) const {
  std::lock_guard lock(mutex_);
  auto it = tags_.find(resource);
  return it == tags_.end() ? Tags{} : it->second;
}

absl::StatusOr<std::vector<Activity>> ReadActivities(const storage::Reader& store) {
  std::vector<Activity> activities;
  const std::string prefix = PartitionPrefix(0);
  auto rows = store.Scan(kActivities, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    absl::StatusOr<Activity> activity = ReadActivity(rows->value());
    if (!activity.ok()) return activity.status();
    activities.push_back(*std::move(activity));
  }
  if (!rows->status().ok()) return rows->status();
  return activities;
}

absl::StatusOr<std::vector<std::pair<std::string, Tags>>> ReadTags(const storage::Reader& store) {
  std::vector<std::pair<std::string, Tags>> all;
  const std::string prefix = PartitionPrefix(0);
  auto rows = store.Scan(kTags, prefix, storage::PrefixEnd(prefix));
  for (; rows->Valid(); rows->Next()) {
    absl::StatusOr<Tags> tags = ReadTagsRow(rows->value());
    if (!tags.ok()) return tags.status();
    all.emplace_back(rows->key().substr(prefix.size()), *std::move(tags));
  }
  if (!rows->status().ok()) return rows->status();
  return all;
}

}  // namespace engine
