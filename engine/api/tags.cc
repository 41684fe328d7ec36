// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Tags of state machines and activities. Source of the limits: API reference, TagResource, and
// "Tagging in Step Functions" of the developer guide.
#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "engine/api/requests.h"
#include "fmt/format.h"

namespace engine::api {
namespace {

constexpr std::string_view kReserved = "aws:";

// Letters beyond ASCII are not told from other characters there.
bool IsTagByte(unsigned char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || c >= 0x80 ||
         std::string_view(" \t_.:/=+-@").find(static_cast<char>(c)) != std::string_view::npos;
}

bool IsTagText(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return IsTagByte(static_cast<unsigned char>(c)); });
}

absl::Status TooManyTags(const std::string& resource) {
  return absl::ResourceExhaustedError(fmt::format("Too Many Tags: '{}'", resource));
}

// What the tags of the resource are kept under.
absl::StatusOr<std::string> Find(Engine& engine, const std::string& arn) {
  if (const std::optional<std::string> activity = ActivityNameOf(arn);
      activity && arn != *activity) {
    if (DescribeActivity(engine, arn).ok()) return ActivityResource(*activity);
  } else if (arn.starts_with("arn:")) {
    const absl::StatusOr<RevisionPtr> machine = DescribeStateMachine(engine, arn);
    if (machine.ok()) return MachineResource((*machine)->machine);
    if (absl::IsInvalidArgument(machine.status())) return machine.status();
  } else {
    return absl::InvalidArgumentError(fmt::format("Invalid Arn: 'Invalid ARN prefix: {}'", arn));
  }
  return absl::NotFoundError(fmt::format("Resource not found: '{}'", arn));
}

void Change(Engine& engine, const std::string& arn, Tags set, std::vector<std::string> remove,
            Reply<bool> reply) {
  const absl::StatusOr<std::string> resource = Find(engine, arn);
  if (!resource.ok()) return reply(resource.status());
  if (absl::Status s = CheckTags(set, arn); !s.ok()) return reply(s);
  engine.Post(
      0, ChangeTags{.resource = *resource,
                    .set = std::move(set),
                    .remove = std::move(remove),
                    .reply = [arn, reply = std::move(reply)](const absl::StatusOr<bool>& changed) {
                      const bool many = absl::IsResourceExhausted(changed.status());
                      reply(many ? TooManyTags(arn) : changed);
                    }});
}

}  // namespace

absl::Status CheckTags(const Tags& tags, const std::string& resource) {
  std::set<std::string_view> keys;
  for (const Tag& tag : tags) {
    keys.insert(tag.key);
    if (!IsTagText(tag.key) || !IsTagText(tag.value)) {
      return absl::InvalidArgumentError(fmt::format(
          "Invalid Tag: '{}': tags may only contain Unicode letters, digits, white space, or these "
          "symbols: _ . : / = + - @",
          tag.key));
    }
    if (absl::StartsWithIgnoreCase(tag.key, std::string(kReserved))) {
      return absl::InvalidArgumentError(fmt::format(
          "Invalid Tag: '{}': keys that begin with {} are reserved", tag.key, kReserved));
    }
  }
  return keys.size() > kTagsMax ? TooManyTags(resource) : absl::OkStatus();
}

absl::StatusOr<Tags> ListTags(Engine& engine, const std::string& arn) {
  const absl::StatusOr<std::string> resource = Find(engine, arn);
  if (!resource.ok()) return resource.status();
  return engine.resources().TagsOf(*resource);
}

void TagResource(Engine& engine, const std::string& arn, Tags tags, Reply<bool> reply) {
  Change(engine, arn, std::move(tags), {}, std::move(reply));
}

void UntagResource(Engine& engine, const std::string& arn, std::vector<std::string> keys,
                   Reply<bool> reply) {
  Change(engine, arn, {}, std::move(keys), std::move(reply));
}

}  // namespace engine::api
