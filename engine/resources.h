// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The activities that exist and the tags of everything that has some, as everybody but partition 0
// sees them: a copy, changed when a change has become durable. State machines have a registry of
// their own (registry.h). Owned by the engine; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "asl/time.h"
#include "storage/store.h"

namespace engine {

struct Activity {
  std::string name;
  asl::Millis created;
};

struct Tag {
  std::string key;
  std::string value;
};
using Tags = std::vector<Tag>;  // each key once, in the order in which they were given

// AWS: tags of one resource, and activities of an account.
inline constexpr size_t kTagsMax = 50;
inline constexpr size_t kActivitiesMax = 10'000;

// What tags are kept under.
std::string MachineResource(std::string_view machine);
std::string ActivityResource(std::string_view activity);

class Resources {
 public:
  void PublishActivity(Activity activity);
  void ForgetActivity(const std::string& name);
  // A worker serves this activity, which is on its way to be stored: so a Task that is scheduled
  // meanwhile finds it. False: it was known already.
  bool NoteServed(const std::string& name);

  // Whether a Task may be scheduled for it.
  bool ActivityExists(const std::string& name) const;
  // Names that exist, as one thread has asked before. They hold until an activity goes, so whoever
  // schedules Task after Task takes the lock once for each name.
  struct Known {
    std::set<std::string, std::less<>> names;
    uint64_t gone = 0;
  };
  bool ActivityExists(const std::string& name, Known* known) const;
  std::optional<Activity> FindActivity(const std::string& name) const;
  // Up to `count` whose names sort after `after`.
  std::vector<Activity> ListActivities(std::string_view after, size_t count) const;

  void PublishTags(const std::string& resource, Tags tags);  // none: it has no more
  Tags TagsOf(const std::string& resource) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Activity, std::less<>> activities_;  // guarded by mutex_
  std::set<std::string> served_;                             // guarded by mutex_
  std::atomic<uint64_t> gone_ = 0;    // grows after an activity was taken from both
  std::map<std::string, Tags> tags_;  // guarded by mutex_
};

absl::StatusOr<std::vector<Activity>> ReadActivities(const storage::Reader& store);
absl::StatusOr<std::vector<std::pair<std::string, Tags>>> ReadTags(const storage::Reader& store);

}  // namespace engine
